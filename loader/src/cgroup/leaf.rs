//! Hands controllers down on v2, moving the runner into a leaf where its own processes are in the way.

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::layout::{Layout, Version};
use super::place::PARENT;
use super::{CgroupError, files, parse};

/// A leaf is `runner-<pid>`, beside the folder of the runs.
const PREFIX: &str = "runner-";

/// The cgroup that `own` is a leaf of.
pub(super) fn base_of(own: &Path) -> Option<&Path> {
    leaf_pid(own).and(own.parent())
}

/// The pid of the runner that made the leaf `directory`.
pub(super) fn leaf_pid(directory: &Path) -> Option<u32> {
    directory.file_name()?.to_str()?.strip_prefix(PREFIX)?.parse().ok()
}

/// Enables `controllers` for the children of `base`.
///
/// v2 refuses that while `base` itself holds processes, outside the true root. When the runner is one of them it moves
/// itself down.
pub(super) fn enable_or_step_aside(
    base: &Path,
    own: Option<&Path>,
    controllers: &[&str],
) -> Result<(), CgroupError> {
    match enable(base, controllers) {
        Err(CgroupError::File(error)) if error.kind() == io::ErrorKind::ResourceBusy => {
            if own == Some(base) {
                step_aside(base, controllers)
            } else {
                Err(busy(base))
            }
        }
        other => other,
    }
}

/// Enables `controllers` for the children of `directory`, then reads back that they are.
pub(super) fn enable(directory: &Path, controllers: &[&str]) -> Result<(), CgroupError> {
    let file = directory.join("cgroup.subtree_control");
    if absent(&files::read(&file)?, controllers).is_empty() {
        return Ok(());
    }
    let missing = absent(&files::read(&directory.join("cgroup.controllers"))?, controllers);
    if !missing.is_empty() {
        return Err(CgroupError::NotDelegated { directory: directory.to_owned(), missing });
    }
    let wanted = signed(controllers, '+');
    files::write(&file, &wanted)?;
    let found = files::read(&file)?;
    if absent(&found, controllers).is_empty() {
        return Ok(());
    }
    Err(CgroupError::NotApplied { file, wanted, found: found.trim().to_owned() })
}

fn absent(text: &str, controllers: &[&str]) -> String {
    let present = |name: &str| text.split_whitespace().any(|found| found == name);
    let absent: Vec<_> = controllers.iter().copied().filter(|name| !present(name)).collect();
    absent.join(" ")
}

fn signed(controllers: &[&str], sign: char) -> String {
    let signed: Vec<_> = controllers.iter().map(|name| format!("{sign}{name}")).collect();
    signed.join(" ")
}

fn step_aside(base: &Path, controllers: &[&str]) -> Result<(), CgroupError> {
    let leaf = base.join(format!("{PREFIX}{}", std::process::id()));
    files::make_if_missing(&leaf)?;
    let result = move_self(&leaf).and_then(|()| enable(base, controllers));
    if result.is_err() {
        let _ = move_self(base);
        let _ = files::remove(&leaf);
    }
    result.map_err(|error| match error {
        CgroupError::File(error) if error.kind() == io::ErrorKind::ResourceBusy => busy(base),
        other => other,
    })
}

fn move_self(directory: &Path) -> Result<(), CgroupError> {
    Ok(files::write(&directory.join("cgroup.procs"), "0")?)
}

fn busy(directory: &Path) -> CgroupError {
    let text = files::read(&directory.join("cgroup.procs")).unwrap_or_default();
    let own = i32::try_from(std::process::id()).ok();
    let others = parse::pids(&text).into_iter().filter(|pid| Some(*pid) != own);
    let pids: Vec<_> = others.map(|pid| pid.to_string()).collect();
    CgroupError::Busy { directory: directory.to_owned(), pids: pids.join(", ") }
}

/// Moves this process out of its leaf and removes the leaf, once no run needs it.
///
/// For the end of a runner, and for a guardian that is the last one in the leaf. Does nothing where there is no leaf, or
/// where another run still lives; what stays is swept by the next start.
pub fn leave_leaf() {
    let _still = stand_still();
    leave_if_unused();
}

/// Keeps this process in its cgroup: no other thread moves it while the guard lives.
pub(super) fn stand_still() -> MutexGuard<'static, ()> {
    static MOVING: Mutex<()> = Mutex::new(());
    MOVING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// [`leave_leaf`] for a caller that stands still already.
pub(super) fn leave_if_unused() {
    let Ok(layout) = Layout::read() else { return };
    for hierarchy in layout.hierarchies() {
        if hierarchy.version == Version::V2
            && let Some(base) = hierarchy.own.as_deref().and_then(base_of)
        {
            leave(base);
        }
    }
}

fn leave(base: &Path) {
    let _ = files::remove(&base.join(PARENT));
    if base.join(PARENT).exists() {
        return;
    }
    // The kernel only takes processes back once no controller is handed down.
    let enabled = files::read(&base.join("cgroup.subtree_control")).unwrap_or_default();
    let enabled: Vec<_> = enabled.split_whitespace().collect();
    let disabled = files::write(&base.join("cgroup.subtree_control"), &signed(&enabled, '-'));
    if disabled.is_ok() && move_self(base).is_ok() {
        remove_empty_leaves(base);
    }
}

/// Removing a leaf fails, harmlessly, while its runner is inside.
fn remove_empty_leaves(base: &Path) {
    let folders = files::children(base).unwrap_or_default();
    for leaf in folders.iter().filter(|folder| leaf_pid(folder).is_some()) {
        let _ = files::remove(leaf);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;
    use tempfile::TempDir;

    fn cgroup(controllers: &str, enabled: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("cgroup.controllers"), controllers).unwrap();
        fs::write(folder.path().join("cgroup.subtree_control"), enabled).unwrap();
        folder
    }

    #[test]
    fn controllers_are_enabled_only_where_they_are_missing() {
        let both = ["memory", "pids"];
        let table = [
            ("cpu memory pids\n", "memory pids\n", "memory pids\n", Ok(())),
            (
                "cpu memory pids\n",
                "cpu\n",
                "+memory +pids",
                Err("holds `+memory +pids` after `+memory +pids`"),
            ),
            ("cpu pids\n", "\n", "\n", Err("does not hand down the controllers memory")),
            ("\n", "\n", "\n", Err("does not hand down the controllers memory pids")),
        ];
        for (controllers, before, after, expected) in table {
            let folder = cgroup(controllers, before);
            match (enable(folder.path(), &both), expected) {
                (Ok(()), Ok(())) => {}
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                other => panic!("{controllers:?} {before:?}: {other:?}"),
            }
            assert_eq!(fs::read_to_string(folder.path().join("cgroup.subtree_control")).unwrap(), after);
        }
    }

    #[test]
    fn only_a_runners_leaf_has_a_base() {
        let table = [
            ("/a/runner-17", Some("/a")),
            ("/a/runner-", None),
            ("/a/runner-x", None),
            ("/a/17", None),
            ("/", None),
        ];
        for (own, expected) in table {
            assert_eq!(base_of(Path::new(own)).map(Path::to_owned), expected.map(PathBuf::from), "{own}");
        }
    }

    #[test]
    fn a_leaf_is_left_only_when_no_run_needs_it() {
        for a_run_lives in [false, true] {
            let base = cgroup("cpu memory pids\n", "cpu memory pids\n");
            let [procs, leaf, slice] =
                ["cgroup.procs", "runner-17", "a.slice"].map(|name| base.path().join(name));
            fs::write(&procs, "").unwrap();
            for folder in [&leaf, &slice, &base.path().join(PARENT)] {
                fs::create_dir(folder).unwrap();
            }
            if a_run_lives {
                fs::create_dir(base.path().join(PARENT).join("17-x")).unwrap();
            }
            leave(base.path());
            let control = fs::read_to_string(base.path().join("cgroup.subtree_control")).unwrap();
            assert_eq!(control.starts_with("-cpu -memory -pids"), !a_run_lives, "{control}");
            assert_eq!(fs::read_to_string(&procs).unwrap() == "0", !a_run_lives);
            assert_eq!(leaf.exists(), a_run_lives);
            assert!(slice.exists(), "a stranger's cgroup stays");
        }
    }
}
