//! Processes as `/proc` tells of them: who descends from whom, and what each holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// One process at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    /// What `ps` calls it; chosen by the process itself.
    pub(crate) name: String,
    /// Anonymous and shared memory in RAM, in bytes.
    pub(crate) memory: u64,
    /// Time on a processor since its start, in the kernel's ticks.
    pub(crate) ticks: u64,
}

impl Process {
    /// Looks at a process; none where it is gone.
    pub(crate) fn look(pid: i32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let (name, fields) = stat(pid)?;
        let kibibytes = |key: &str| {
            let value = status.lines().find_map(|line| line.strip_prefix(key))?;
            value.trim().strip_suffix(" kB")?.parse::<u64>().ok()
        };
        let memory = ["RssAnon:", "RssShmem:"].iter().filter_map(|key| kibibytes(key)).sum::<u64>() * 1024;
        let tick = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        Some(Self { pid, name, memory, ticks: tick(UTIME) + tick(STIME) })
    }
}

/// Places of fields of `/proc/<pid>/stat` behind the name; see proc(5).
const STATE: usize = 0;
const PARENT: usize = 1;
const GROUP: usize = 2;
const UTIME: usize = 11;
const STIME: usize = 12;

/// The name of a process, and the fields behind it. A name may hold anything, spaces and brackets too.
fn stat(pid: i32) -> Option<(String, Vec<String>)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (start, fields) = stat.rsplit_once(") ")?;
    let (_, name) = start.split_once('(')?;
    Some((name.to_owned(), fields.split_ascii_whitespace().map(str::to_owned).collect()))
}

/// How many threads all processes of a user have.
pub(crate) fn threads_of(user: u32) -> u64 {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let status = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("status")).ok();
    let threads = |status: String| {
        let field = |key: &str| {
            status.lines().find_map(|line| line.strip_prefix(key)?.split_ascii_whitespace().next())
        };
        let is_theirs = field("Uid:").and_then(|uid| uid.parse::<u32>().ok()) == Some(user);
        field("Threads:").and_then(|count| count.parse::<u64>().ok()).filter(|_| is_theirs)
    };
    entries.filter_map(status).filter_map(threads).sum()
}

/// Whether a process runs. A zombie, whose parent has not looked yet, is as dead as one that is gone.
pub(crate) fn is_alive(pid: i32) -> bool {
    if pid == std::process::id().cast_signed() {
        return true;
    }
    stat(pid)
        .and_then(|(_, fields)| fields.into_iter().nth(STATE))
        .is_some_and(|state| state != "Z" && state != "X")
}

/// The process group of a process; none where it is out of sight, as across the border of a process id namespace.
pub(crate) fn group(pid: i32) -> Option<i32> {
    stat(pid)?.1.get(GROUP)?.parse().ok().filter(|group| *group > 0)
}

/// All living processes that descend from `ancestor`, itself left out; and so are those that are spared, with all that
/// descend from them.
pub(crate) fn descendants(ancestor: i32, spared: &BTreeSet<i32>) -> BTreeSet<i32> {
    let parents = parents();
    let descends = |pid: i32| {
        let line = std::iter::successors(Some(pid), |pid| parents.get(pid).copied());
        // The chain is short; a circle could only come from a pid that was used again while this was read.
        let mut line = line.take(parents.len() + 1);
        pid != ancestor && line.find(|pid| *pid == ancestor || spared.contains(pid)) == Some(ancestor)
    };
    parents.keys().copied().filter(|pid| descends(*pid)).collect()
}

/// The parent of every living process.
fn parents() -> BTreeMap<i32, i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let living = pids.filter_map(|pid| Some((pid, stat(pid)?.1)));
    living
        .filter(|(_, fields)| fields.get(STATE).is_some_and(|state| state != "Z" && state != "X"))
        .filter_map(|(pid, fields)| Some((pid, fields.get(PARENT)?.parse().ok()?)))
        .collect()
}

/// How often processes that are being born are looked for before those found are killed.
const ROUNDS: usize = 20;

/// Kills all descendants of `ancestor` but those that are spared; orphans must fall to it. For where there is no cgroup
/// to kill.
///
/// All are stopped first, until no new one appears, so that none can fork away from under the list.
///
/// # Errors
/// The processes that were alive still at the end.
pub(crate) fn kill_descendants(
    ancestor: i32,
    spared: &BTreeSet<i32>,
    deadline: Duration,
) -> Result<(), BTreeSet<i32>> {
    let end = Instant::now() + deadline;
    loop {
        let mut found = BTreeSet::new();
        for _ in 0..ROUNDS {
            let new: Vec<i32> = descendants(ancestor, spared).difference(&found).copied().collect();
            if new.is_empty() {
                break;
            }
            new.iter().for_each(|pid| signal(*pid, Signal::STOP));
            found.extend(new);
        }
        if found.is_empty() {
            return Ok(());
        }
        found.iter().for_each(|pid| signal(*pid, Signal::KILL));
        if Instant::now() >= end {
            return Err(found);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid).filter(|_| pid > 1) {
        // One that ended by itself is as good.
        let _ = kill_process(pid, signal);
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn this_process_is_found_with_its_memory_and_parent() {
        let own = i32::try_from(std::process::id()).unwrap();
        let process = Process::look(own).unwrap();
        assert!(process.memory > 100_000 && !process.name.is_empty(), "{process:?}");
        assert!(threads_of(rustix::process::getuid().as_raw()) >= 1 && threads_of(u32::MAX) == 0);
        assert!(is_alive(own) && !is_alive(i32::MAX));
        assert_eq!(group(own), Some(rustix::process::getpgrp().as_raw_nonzero().get()));
        let parent = rustix::process::getppid().unwrap().as_raw_nonzero().get();
        let none = BTreeSet::new();
        assert!(descendants(parent, &none).contains(&own));
        assert!(!descendants(parent, &BTreeSet::from([own])).contains(&own));
        assert!(!descendants(own, &none).contains(&parent));
    }

    #[test]
    fn children_and_their_children_are_killed() {
        let script = "(sleep 1000 & sleep 1000 & wait) & wait";
        let mut shell = Command::new("sh").args(["-c", script]).stdout(Stdio::null()).spawn().unwrap();
        let pid = i32::try_from(shell.id()).unwrap();
        let start = Instant::now();
        let below = |spared: &BTreeSet<i32>| descendants(pid, spared);
        let none = BTreeSet::new();
        while below(&none).len() < 3 && start.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(5));
        }
        let all = below(&none);
        assert_eq!(all.len(), 3);
        // The one that the other two descend from.
        let middle =
            BTreeSet::from_iter(all.iter().copied().filter(|pid| descendants(*pid, &none).len() == 2));
        assert_eq!((middle.len(), below(&middle).len()), (1, 0));
        kill_descendants(pid, &middle, Duration::from_secs(20)).unwrap();
        assert!(all.iter().all(|pid| is_alive(*pid)), "they are spared");
        kill_descendants(pid, &none, Duration::from_secs(20)).unwrap();
        assert!(!all.iter().any(|pid| is_alive(*pid)));
        shell.kill().unwrap();
        shell.wait().unwrap();
    }
}
