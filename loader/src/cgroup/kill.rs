//! Ends every process of a run, then removes its folders.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use super::files::{self, FileError};
use super::parse;
use super::place::PARENT;

/// The first pause between two looks; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Why something of a run is left.
#[derive(Debug, thiserror::Error)]
pub enum KillError {
    /// Not a folder of the connector's: killing there could end anything.
    #[error("{directory} is no run's cgroup: its parent is not named `{PARENT}`")]
    NotARun {
        /// What was given.
        directory: PathBuf,
    },
    /// Processes outlived the deadline.
    #[error("processes of the run are still alive after {deadline:?}: {pids}")]
    Alive {
        /// How long was waited.
        deadline: Duration,
        /// Their ids, joined by commas; 0 stands for a process of another pid namespace.
        pids: String,
    },
    /// A folder could not be read, written or removed.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Kills every process in `directories`, then removes them, innermost first; gives up after `deadline`.
///
/// The folders come from [`RunCgroup::directories`](super::RunCgroup::directories). Folders already gone are fine, so a
/// guardian, a runner and a sweep may all do it at once. Never signals process 0, process 1 or the caller.
///
/// # Errors
/// Names the processes that outlived the deadline, or the folder that could not be removed.
pub fn kill_and_remove(directories: &[PathBuf], deadline: Duration) -> Result<(), KillError> {
    let until = Instant::now() + deadline;
    directories.iter().try_for_each(|directory| check_is_run(directory))?;
    kill(directories, deadline, until)?;
    for directory in directories {
        remove_tree(directory, until)?;
        if let Some(parent) = directory.parent() {
            // Succeeds only for the last run.
            let _ = files::remove(parent);
        }
    }
    Ok(())
}

fn check_is_run(directory: &Path) -> Result<(), KillError> {
    let parent = directory.parent().and_then(Path::file_name);
    if parent == Some(PARENT.as_ref()) {
        return Ok(());
    }
    Err(KillError::NotARun { directory: directory.to_owned() })
}

fn kill(directories: &[PathBuf], deadline: Duration, until: Instant) -> Result<(), KillError> {
    let mut pause = PAUSE;
    loop {
        let alive = pids(directories)?;
        if alive.is_empty() {
            return Ok(());
        }
        if Instant::now() >= until {
            let pids: Vec<_> = alive.iter().map(ToString::to_string).collect();
            return Err(KillError::Alive { deadline, pids: pids.join(", ") });
        }
        // Signals one by one take their time with hundreds of processes that fight for the processors.
        if !kill_at_once(directories, &alive) {
            signal(directories, &alive)?;
        }
        thread::sleep(pause);
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

/// The processes of all folders and of the cgroups which the connector made inside.
pub(super) fn pids(directories: &[PathBuf]) -> Result<BTreeSet<i32>, FileError> {
    let mut found = BTreeSet::new();
    for directory in directories {
        for cgroup in files::depth_first(directory)? {
            found.extend(listed(&cgroup)?);
        }
    }
    Ok(found)
}

/// A cgroup may vanish while it is read; a threaded one lists its processes only above it.
fn listed(cgroup: &Path) -> Result<Vec<i32>, FileError> {
    match files::read(&cgroup.join("cgroup.procs")) {
        Ok(text) => Ok(parse::pids(&text)),
        Err(error) if is_gone(&error) || error.kind() == io::ErrorKind::Unsupported => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// A file of a removed cgroup that was opened before answers ENODEV.
fn is_gone(error: &FileError) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(Errno::NODEV.raw_os_error())
}

/// The kernel's own means: `cgroup.kill` where there is one, else no new process or thread from here on. Whether
/// every folder was killed by it; failures are left to signals.
fn kill_at_once(directories: &[PathBuf], alive: &BTreeSet<i32>) -> bool {
    let holds_caller = own_pid().is_some_and(|own| alive.contains(&own));
    let mut killed = !holds_caller;
    for directory in directories {
        let kill = directory.join("cgroup.kill");
        if kill.exists() && !holds_caller {
            killed &= files::write(&kill, "1").is_ok();
        } else {
            killed = false;
            let _ = files::write(&directory.join("pids.max"), "0");
        }
    }
    killed
}

/// Signals through handles, and only those still listed after the handle was opened: a pid may have passed to a stranger.
fn signal(directories: &[PathBuf], alive: &BTreeSet<i32>) -> Result<(), FileError> {
    let targets =
        alive.iter().copied().filter(|pid| *pid > 1 && Some(*pid) != own_pid()).filter_map(Pid::from_raw);
    let handles: Vec<_> = targets.map(|pid| (pid, pidfd_open(pid, PidfdFlags::empty()))).collect();
    let still_listed = pids(directories)?;
    for (pid, handle) in handles.iter().filter(|(pid, _)| still_listed.contains(&pid.as_raw_nonzero().get()))
    {
        // One that ended by itself is as good; one out of reach is named at the deadline.
        let _ = match handle {
            Ok(handle) => pidfd_send_signal(handle, Signal::KILL),
            Err(Errno::NOSYS) => kill_process(*pid, Signal::KILL),
            Err(error) => Err(*error),
        };
    }
    Ok(())
}

fn own_pid() -> Option<i32> {
    i32::try_from(std::process::id()).ok()
}

/// A cgroup stays busy for a moment after its last process ended.
fn remove_tree(directory: &Path, until: Instant) -> Result<(), FileError> {
    let mut pause = PAUSE;
    loop {
        let removed = files::depth_first(directory)?.iter().try_for_each(|cgroup| files::remove(cgroup));
        match removed {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy && Instant::now() < until => {
                thread::sleep(pause);
            }
            other => return other,
        }
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_runs_folder_is_killed() {
        for stranger in ["/sys/fs/cgroup", "/sys/fs/cgroup/codeclimate-connector", "/", ""] {
            let result = kill_and_remove(&[stranger.into()], Duration::ZERO);
            assert!(matches!(result, Err(KillError::NotARun { .. })), "{stranger}: {result:?}");
        }
    }

    #[test]
    fn a_run_that_is_already_gone_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join(PARENT).join("17-x");
        kill_and_remove(&[gone], Duration::ZERO).unwrap();
    }

    #[test]
    fn strangers_and_the_caller_are_named_and_not_signalled() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join(PARENT).join("17-x");
        std::fs::create_dir_all(&run).unwrap();
        let own = std::process::id();
        std::fs::write(run.join("cgroup.procs"), format!("0\n1\n{own}\n")).unwrap();
        let error = kill_and_remove(&[run], Duration::from_millis(50)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("processes of the run are still alive after 50ms: 0, 1, {own}")
        );
    }

    #[test]
    fn the_last_run_takes_the_common_folder_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let parent = folder.path().join(PARENT);
        let runs = [parent.join("17-x"), parent.join("17-y")];
        runs.iter().for_each(|run| std::fs::create_dir_all(run.join("made/by/connector")).unwrap());
        kill_and_remove(&runs[..1], Duration::ZERO).unwrap();
        assert!(parent.exists() && !runs[0].exists());
        kill_and_remove(&runs[1..], Duration::ZERO).unwrap();
        assert!(!parent.exists());
    }
}
