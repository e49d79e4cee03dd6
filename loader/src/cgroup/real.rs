//! Tests against this machine's own kernel, whichever cgroup version it has.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::*;

const MIB: u64 = 1 << 20;
/// Generous, for an emulated machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn limits() -> CgroupLimits {
    CgroupLimits { memory_bytes: 64 * MIB, processes: 32, processor_percent: None }
}

/// A cgroup for the test `name`; none, aloud, where this system has none to give.
fn run(name: &str, limits: &CgroupLimits) -> Option<RunCgroup> {
    match RunCgroup::create(&format!("{}-{name}", std::process::id()), limits) {
        Ok(run) => Some(run),
        Err(error @ (CgroupError::NotMounted { .. } | CgroupError::Refused { .. })) => {
            // Past the test harness, which would swallow it.
            writeln!(io::stderr(), "SKIPPED: {name}: {}", chain(&error)).unwrap();
            None
        }
        Err(error) => panic!("{}", chain(&error)),
    }
}

fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A shell inside `run`, entered the way the supervisor does it.
fn shell(run: &RunCgroup, script: &str) -> Child {
    let procs = run.open_procs().unwrap();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // SAFETY: between fork and exec `enter` only writes to open descriptors; it neither allocates nor locks.
    unsafe { command.pre_exec(move || enter(&procs)) };
    command.spawn().unwrap()
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn end_of(child: &mut Child) -> ExitStatus {
    let mut status = None;
    until("the shell ends", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}

fn pids_in(directory: &Path) -> Vec<i32> {
    parse::pids(&fs::read_to_string(directory.join("cgroup.procs")).unwrap())
}

/// A zombie whose parent has not looked yet is dead as well.
fn is_alive(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

fn assert_gone(directories: &[PathBuf]) {
    for directory in directories {
        assert!(!directory.exists(), "{} is left", directory.display());
    }
}

#[test]
fn a_run_over_its_memory_limit_is_killed_and_counted() {
    let limits = CgroupLimits { memory_bytes: 32 * MIB + 1, ..limits() };
    let Some(run) = run("memory", &limits) else { return };
    assert_eq!(run.events().unwrap(), MemoryEvents::default());
    let status = end_of(&mut shell(&run, "text=xxxxxxxx; while :; do text=$text$text; done"));
    assert_eq!(status.signal(), Some(9));
    let events = run.events().unwrap();
    assert!(events.oom_kills >= 1 && events.oom >= 1 && events.max >= 1, "{events:?}");
    let memory = run.memory().unwrap();
    assert_eq!(memory.limit_bytes, 32 * MIB, "rounded down to pages");
    if let Some(peak) = memory.peak_bytes {
        assert!((16 * MIB..=32 * MIB).contains(&peak), "{memory:?}");
    }
    let directories = run.directories().to_vec();
    run.remove(PATIENCE).unwrap();
    assert_gone(&directories);
}

#[test]
fn memory_that_is_held_shows_in_the_reading() {
    let Some(run) = run("reading", &limits()) else { return };
    let before = run.memory().unwrap().current_bytes;
    let mut child = shell(
        &run,
        "text=xxxxxxxx; for i in 0 1 2 3 4 5 6 7 8 9 a b c d e f g h i j; do text=$text$text; done; sleep 1000 & wait",
    );
    until("8 MiB are held", || run.memory().unwrap().current_bytes >= before + 8 * MIB);
    assert!(run.memory().unwrap().current_bytes < 64 * MIB);
    run.remove(PATIENCE).unwrap();
    end_of(&mut child);
}

#[test]
fn whoever_waits_is_woken_near_the_limit_and_once_the_run_is_gone() {
    let Some(run) = run("pressure", &limits()) else { return };
    let mut watch = run.watch_memory(16 * MIB).unwrap();
    assert!(!watch.wait(Duration::from_millis(50)).unwrap());
    let mut child = shell(
        &run,
        "text=xxxxxxxx; for i in 0 1 2 3 4 5 6 7 8 9 a b c d e f g h i j k; do text=$text$text; done; sleep 1000 & wait",
    );
    until("the soft limit is met", || watch.wait(Duration::from_millis(50)).unwrap());
    assert!(!run.pids().unwrap().is_empty());
    run.lift_soft_limit().unwrap();
    run.remove(PATIENCE).unwrap();
    until("the end is told", || watch.wait(Duration::from_millis(50)).is_err());
    end_of(&mut child);
}

#[test]
fn time_on_processors_is_limited_where_that_is_asked_for() {
    let limits = CgroupLimits { processor_percent: Some(25), ..limits() };
    let Some(run) = run("cpu", &limits) else { return };
    let mut child = shell(&run, "while :; do :; done");
    let pid = i32::try_from(child.id()).unwrap();
    let ticks = || crate::processes::Process::look(pid).map_or(0, |process| process.ticks);
    let (before, start) = (ticks(), Instant::now());
    thread::sleep(Duration::from_secs(1));
    let (used, seconds) = (ticks() - before, start.elapsed().as_secs_f64());
    // A tick is a hundredth of a second; an unlimited loop would use about a hundred in a second.
    assert!((used as f64) < 60.0 * seconds, "{used} ticks in {seconds} s");
    run.remove(PATIENCE).unwrap();
    end_of(&mut child);
}

#[test]
fn a_fork_loop_stops_at_its_limit() {
    let limits = CgroupLimits { processes: 8, ..limits() };
    let Some(run) = run("forks", &limits) else { return };
    assert_eq!(run.pids_max_hits().unwrap(), 0);
    let mut child = shell(&run, "for i in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do sleep 1000 & done; wait");
    until("a fork is refused", || run.pids_max_hits().unwrap() > 0);
    assert!(run.processes().unwrap() <= 8);
    run.remove(PATIENCE).unwrap();
    end_of(&mut child);
}

#[test]
fn a_grandchild_in_its_own_session_dies_with_the_run() {
    let Some(run) = run("session", &limits()) else { return };
    end_of(&mut shell(&run, "setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 1000; done' & sleep 0.2"));
    let mut survivors = Vec::new();
    // Whoever only starts others is there for a moment, too.
    until("those are left that stay", || {
        survivors = pids_in(&run.directories()[0]);
        !survivors.is_empty() && survivors.iter().all(|pid| is_alive(*pid))
    });
    let directories = run.directories().to_vec();
    kill_and_remove(&directories, PATIENCE).unwrap();
    assert_gone(&directories);
    until("every process is dead", || !survivors.iter().any(|pid| is_alive(*pid)));
}

#[test]
fn a_fork_bomb_dies_with_the_run() {
    let Some(run) = run("bomb", &limits()) else { return };
    let mut child = shell(&run, "bomb() { bomb | bomb & while :; do bomb; done; }; bomb");
    until("the bomb has gone off", || run.pids_max_hits().unwrap() > 0);
    let directories = run.directories().to_vec();
    run.remove(PATIENCE).unwrap();
    assert_gone(&directories);
    end_of(&mut child);
}

#[test]
fn cgroups_that_the_connector_made_go_with_the_run() {
    let Some(run) = run("nested", &limits()) else { return };
    let inner = run.directories()[0].join("inner/deep");
    fs::create_dir_all(&inner).unwrap();
    let mut child = shell(&run, &format!("echo 0 > {}/cgroup.procs; sleep 1000 & wait", inner.display()));
    until("the connector hides in its own cgroup", || !pids_in(&inner).is_empty());
    let directories = run.directories().to_vec();
    run.remove(PATIENCE).unwrap();
    assert_gone(&directories);
    assert_eq!(end_of(&mut child).signal(), Some(9));
}

#[test]
fn dropping_a_run_kills_and_removes_it() {
    let Some(run) = run("drop", &limits()) else { return };
    let mut child = shell(&run, "sleep 1000 & wait");
    let directories = run.directories().to_vec();
    drop(run);
    assert_gone(&directories);
    assert_eq!(end_of(&mut child).signal(), Some(9));
}

#[test]
fn limits_that_the_kernel_refuses_leave_no_folder_behind() {
    if run("refused", &limits()).is_none() {
        return;
    }
    let table = [
        (CgroupLimits { memory_bytes: u64::MAX, ..limits() }, "the limit is not in force"),
        (CgroupLimits { processes: u64::MAX, ..limits() }, "failed to write `18446744073709551615` to"),
    ];
    for (limits, part) in table {
        let name = format!("{}-unlimited", std::process::id());
        let error = RunCgroup::create(&name, &limits).unwrap_err();
        assert!(error.to_string().contains(part), "{}", chain(&error));
        for hierarchy in Layout::read().unwrap().hierarchies() {
            let left = place::Bases::of(hierarchy);
            let left = left.all().map(|base| base.join(place::PARENT).join(&name));
            assert_gone(&left.collect::<Vec<_>>());
        }
    }
}

#[test]
fn one_name_is_one_run() {
    let Some(first) = run("twice", &limits()) else { return };
    let error = RunCgroup::create(&format!("{}-twice", std::process::id()), &limits()).unwrap_err();
    assert!(chain(&error).contains("File exists"), "{}", chain(&error));
    assert!(
        first.directories().iter().all(|directory| directory.exists()),
        "the second must not remove the first"
    );
    first.remove(PATIENCE).unwrap();
}

#[test]
fn what_a_dead_runner_left_is_swept() {
    const DEAD: u32 = 4_000_000_000;
    let Ok(mut run) = RunCgroup::create(&format!("{DEAD}-left"), &limits()) else {
        writeln!(io::stderr(), "SKIPPED: sweep: no cgroup to be had").unwrap();
        return;
    };
    let mut child = shell(&run, "sleep 1000 & wait");
    let denies = |pid| pid != DEAD;
    assert!(remove_leftovers(denies).unwrap().removed.is_empty(), "its lock is still held");
    run.made.locks.clear();
    let directories = std::mem::take(&mut run.made.directories);
    let mut removed = Vec::new();
    // A child of another test that has not come to its `exec` still holds the locks, for a moment.
    until("what is left is removed", || {
        removed.extend(remove_leftovers(denies).unwrap().removed);
        removed.len() >= directories.len()
    });
    removed.sort();
    let mut expected = directories.clone();
    expected.sort();
    assert_eq!(removed, expected);
    assert_gone(&directories);
    assert_eq!(end_of(&mut child).signal(), Some(9));
    leave_leaf();
}
