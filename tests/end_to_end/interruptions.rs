//! Runs that somebody ends: a signal, a second one, a closed pipe, a killed runner.

use std::{
    io::Read,
    thread,
    time::{Duration, Instant},
};

use connector_tests::{Runner, Running};
use rustix::process::{Signal, kill_process};
use serde_json::json;

/// Starts a run, and waits until its one record is out.
fn started(behaviour: &str, arguments: &[&str]) -> Running {
    let (running, mut output) =
        Runner::sync(&json!({ "behaviour": behaviour })).with(arguments).start_unread();
    let mut byte = [0];
    output.read_exact(&mut byte).unwrap();
    thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    running
}

#[test]
fn a_connector_that_asks_stops_at_the_first_signal() {
    for (signal, code, name) in [(Signal::INT, 130, "SIGINT"), (Signal::TERM, 143, "SIGTERM")] {
        let running = started("wait", &[]);
        running.signal(signal);
        let ended = running.wait();
        ended.assert(code, &format!("was cancelled by {name}; 1 record; last checkpoint after 1"));
        ended.assert(code, "asked the connector to stop; in 10.0s, or at a second signal, it is killed");
    }
}

#[test]
fn a_connector_may_bring_what_it_has_begun_to_an_end() {
    let running = started("produce-after-cancel", &[]);
    running.signal(Signal::TERM);
    running.wait().assert(0, "done; 4 records; last checkpoint after 4");
}

#[test]
fn a_connector_that_does_not_ask_is_killed_after_the_grace_period_or_at_the_second_signal() {
    let running = started("hang", &["--grace", "1s"]);
    running.signal(Signal::TERM);
    running.wait().assert(143, "was cancelled by SIGTERM");

    let running = started("hang", &["--grace", "1h"]);
    let asked = Instant::now();
    running.signal(Signal::INT);
    thread::sleep(Duration::from_millis(500));
    running.signal(Signal::INT);
    running.wait().assert(130, "was cancelled by SIGINT");
    assert!(asked.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_service_manager_may_signal_every_process_at_once() {
    for behaviour in ["wait", "hang"] {
        for _ in 0..5 {
            let running = started(behaviour, &["--grace", "1s"]);
            for pid in [running.worker(), running.guardian()] {
                kill_process(pid, Signal::TERM).unwrap();
            }
            running.signal(Signal::TERM);
            running.wait().assert(143, "was cancelled by SIGTERM; 1 record");
        }
    }
}

#[test]
fn a_guardian_that_is_killed_ends_the_run_and_is_named() {
    let (running, mut output) = Runner::sync(&json!({ "count": 100_000_000 })).start_unread();
    let mut bytes = vec![0; 1 << 20];
    output.read_exact(&mut bytes).unwrap();
    kill_process(running.guardian(), Signal::KILL).unwrap();
    thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    running.wait().assert(70, "the guardian, which watches the worker, ended before it");
}

#[test]
fn a_runner_that_is_killed_takes_everything_along() {
    let running = started("hang", &[]);
    running.signal(Signal::KILL);
    // That nothing is left is checked after every run.
    assert_eq!(running.wait().signal(), Some(9));
}

#[test]
fn what_a_runner_leaves_that_was_killed_with_its_guardian_is_removed_by_the_next() {
    let running = started("hang", &[]);
    let guardian = running.guardian();
    for signal in [Signal::STOP, Signal::KILL] {
        kill_process(guardian, signal).unwrap();
        running.signal(signal);
    }
    let next = Runner::sync(&json!({})).variable("TMPDIR", running.home()).run();
    let temporary =
        format!("removed what a killed runner has left: {}/codeclimate-connector-", running.home().display());
    next.assert(0, "done").assert(0, &temporary);
    assert_eq!(running.wait().signal(), Some(9));
}

#[test]
fn a_slow_reader_is_not_the_connectors_fault() {
    let limits = ["--idle-timeout", "1s", "--deadline", "2s"];
    let (running, mut output) = Runner::sync(&json!({ "count": 1500 })).with(limits).start_unread();
    thread::sleep(Duration::from_secs(4));
    let reader = thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    running.wait().assert(0, "done; 1500 records");
    assert!(reader.join().unwrap().unwrap() > 100_000);
}

#[test]
fn a_connector_that_waits_for_a_slow_reader_does_not_lose_its_time() {
    // More than fits into all the buffers between: the connector itself is held up, beyond its deadline.
    let (running, mut output) =
        Runner::sync(&json!({ "count": 30_000 })).with(["--deadline", "8s"]).start_unread();
    thread::sleep(Duration::from_secs(9));
    let reader = thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    running.wait().assert(0, "done; 30000 records").assert(0, " of it waiting for the sink");
    assert!(reader.join().unwrap().unwrap() > 5_000_000);
}

#[test]
fn whoever_does_not_read_does_not_keep_the_runner_from_being_ended() {
    let (running, output) = Runner::sync(&json!({ "count": 1500 })).start_unread();
    thread::sleep(Duration::from_secs(1));
    running.signal(Signal::INT);
    running.wait().assert(130, "was cancelled by SIGINT");
    drop(output);
}

#[test]
fn a_cancellation_during_discovery_ends_the_command() {
    let configuration = json!({ "place": "discover", "behaviour": "doze", "count": 1500 });
    let running =
        Runner::verb("sync-stream", "misbehaving", &configuration).with(["first", "2020-02-21"]).start();
    thread::sleep(Duration::from_millis(500));
    running.signal(Signal::TERM);
    let ended = running.wait();
    ended.assert(143, "discover-streams: was cancelled by SIGTERM; 2 records");
    assert_eq!(ended.output(), "");
}

#[test]
fn records_that_nobody_could_get_are_not_called_done() {
    let configuration = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(configuration.path(), "{}").unwrap();
    let arguments =
        ["discover-streams".into(), connector_tests::connector("misbehaving"), configuration.path().into()];
    Runner::new(arguments).run_with_closed_output().assert(40, "caused by: it is closed");
    // Sent there on purpose, and opened as some languages open it: to read and to write.
    let nowhere = std::fs::File::options().read(true).write(true).open("/dev/null").unwrap();
    Runner::sync(&json!({})).start_into(nowhere).wait().assert(0, "done; 3 records");
}

#[test]
fn a_closed_pipe_ends_the_run_quietly() {
    let (running, output) = Runner::sync(&json!({ "count": 10_000_000 })).start_unread();
    drop(output);
    let ended = running.wait();
    ended.assert(40, "whoever read the records has closed the pipe");
    let lines: Vec<&str> = ended.errors().lines().filter(|line| !line.contains("INFO  granted to")).collect();
    assert_eq!(lines.len(), 1, "{ended:?}");
    for command in [&["schema"][..], &["explain"], &["help"], &["completions", "bash"], &["schema", "Commit"]]
    {
        let (running, output) = Runner::new(command).start_unread();
        drop(output);
        let ended = running.wait();
        assert!(!ended.errors().contains("panicked"), "{command:?}: {ended:?}");
    }
}

#[test]
fn a_full_disk_ends_the_run_and_names_the_reason() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ended = Runner::sync(&json!({})).start_into(full).wait();
    ended.assert(40, "cannot write to standard output: No space left on device");
}
