//! Removes what runners left behind that died together with their guardian.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;

use super::kill::{KillError, kill_and_remove};
use super::layout::Layout;
use super::place::{Bases, PARENT};
use super::{CgroupError, files, leaf, lock, parse};

/// How long each left-over run may take to die.
const DEADLINE: Duration = Duration::from_secs(2);

/// What a sweep did.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// The folders removed.
    pub removed: Vec<PathBuf>,
    /// One for each folder that stays.
    pub failures: Vec<KillError>,
}

/// Kills and removes the cgroups of runners that are gone.
///
/// A run is gone when `alive` denies the pid in its name *and* nobody holds its lock: the same pid may mean another
/// process in another container that shares the hierarchy.
///
/// # Errors
/// Only when this system has no cgroups to sweep; single failures are part of the result.
pub fn remove_leftovers(alive: impl Fn(u32) -> bool) -> Result<Leftovers, CgroupError> {
    let mut leftovers = Leftovers::default();
    for hierarchy in Layout::read()?.hierarchies() {
        for base in Bases::of(hierarchy).all() {
            sweep(base, &alive, &mut leftovers);
        }
    }
    Ok(leftovers)
}

fn sweep(base: &Path, alive: &impl Fn(u32) -> bool, leftovers: &mut Leftovers) {
    for run in folders(&base.join(PARENT), leftovers) {
        if run_pid(&run).is_some_and(|pid| !alive(pid)) && !is_held(&run) {
            match kill_and_remove(std::slice::from_ref(&run), DEADLINE) {
                Ok(()) => leftovers.removed.push(run),
                Err(error) => leftovers.failures.push(error),
            }
        }
    }
    for leaf in folders(base, leftovers) {
        if leaf::leaf_pid(&leaf).is_some_and(|pid| !alive(pid)) && files::remove(&leaf).is_ok() {
            leftovers.removed.push(leaf);
        }
    }
}

fn folders(path: &Path, leftovers: &mut Leftovers) -> Vec<PathBuf> {
    files::children(path).unwrap_or_else(|error| {
        leftovers.failures.push(error.into());
        Vec::new()
    })
}

fn run_pid(run: &Path) -> Option<u32> {
    parse::runner_pid(run.file_name()?.to_str()?)
}

fn is_held(run: &Path) -> bool {
    lock(run).is_err_and(|error| error.raw_os_error() == Some(Errno::WOULDBLOCK.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_runs_without_pid_and_lock_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let parent = folder.path().join(PARENT);
        let names = ["17-dead", "17-locked", "18-alive", "not-a-run"];
        names.iter().for_each(|name| fs::create_dir_all(parent.join(name)).unwrap());
        fs::create_dir(folder.path().join("runner-17")).unwrap();
        fs::create_dir(folder.path().join("runner-18")).unwrap();
        let held = lock(&parent.join("17-locked")).unwrap();

        let mut leftovers = Leftovers::default();
        sweep(folder.path(), &|pid| pid == 18, &mut leftovers);
        assert_eq!(leftovers.removed, [parent.join("17-dead"), folder.path().join("runner-17")]);
        assert!(leftovers.failures.is_empty(), "{:?}", leftovers.failures);

        drop(held);
        sweep(folder.path(), &|pid| pid == 18, &mut leftovers);
        assert_eq!(leftovers.removed.last(), Some(&parent.join("17-locked")));
        assert!(parent.join("18-alive").exists() && parent.join("not-a-run").exists());
        assert!(folder.path().join("runner-18").exists());
    }
}
