//! What must not be there once a runner has ended: processes, cgroups, temporary files.

use std::{
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::Ended;

/// The guardian may be a moment behind a runner that was killed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Checks that nothing of the run of the runner `pid` is left. Its processes are known by the folder `home`, which
/// stands in the environment of each.
#[track_caller]
pub(crate) fn assert_none(pid: u32, home: &Path, ended: &Ended) {
    let end = Instant::now() + PATIENCE;
    loop {
        let left = (processes(home), cgroups(pid), files(home));
        if left.0.is_empty() && left.1.is_empty() && left.2.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "left behind: {left:?} by {ended:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Kills what is left of a run, so that a test that fails leaves nothing to the next.
pub(crate) fn kill(home: &Path) {
    let number = |folder: PathBuf| Pid::from_raw(folder.file_name()?.to_str()?.parse().ok()?);
    for pid in folders_of_processes(home).filter_map(number) {
        // It may have ended by itself meanwhile.
        let _ = kill_process(pid, Signal::KILL);
    }
}

fn processes(home: &Path) -> Vec<String> {
    let describe = |path: PathBuf| {
        let command = fs::read(path.join("cmdline")).unwrap_or_default();
        format!("{} {}", path.display(), String::from_utf8_lossy(&command).replace('\0', " "))
    };
    folders_of_processes(home).map(describe).collect()
}

/// The folders in `/proc` of processes with the folder `home` in their environment, zombies aside.
fn folders_of_processes(home: &Path) -> impl Iterator<Item = PathBuf> {
    let found = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let holds = |path: &PathBuf| {
        let bytes = fs::read(path.join("environ")).unwrap_or_default();
        bytes.windows(home.as_os_str().len()).any(|window| window == home.as_os_str().as_bytes())
    };
    found.filter(holds)
}

fn cgroups(pid: u32) -> Vec<PathBuf> {
    let name = format!("{pid}-");
    let mut found = Vec::new();
    search(Path::new("/sys/fs/cgroup"), &name, &mut found);
    found
}

fn search(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let path = entry.path();
        let is_run = folder.ends_with("codeclimate-connector");
        if is_run && entry.file_name().to_string_lossy().starts_with(name) {
            found.push(path);
        } else if !is_run {
            search(&path, name, found);
        }
    }
}

fn files(home: &Path) -> Vec<PathBuf> {
    fs::read_dir(home).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
