//! The largest collection of misbehaviour: each has its ending, and nothing of it is left afterwards.

use connector_tests::{Ended, Runner};
use serde_json::json;

/// What the configuration says beside the behaviour.
enum More {
    /// Nothing.
    Plain,
    /// How much of it.
    Count(u64),
    /// In which call.
    In(&'static str),
}
use More::{Count, In, Plain};

/// Behaviour, more of the configuration, further arguments, exit code, words, records if their number is certain.
/// The first words stand in the summary, the others anywhere on standard error.
type Row = (&'static str, More, &'static [&'static str], i32, &'static [&'static str], Option<usize>);

const TWO_SECONDS: &[&str] = &["--deadline", "2s"];
const SMALL: &[&str] = &["--memory-limit", "64MiB"];

const OVER_TIME: &str = "was killed: it was not done after 2.0s";
const OVER_MEMORY: &str = "was killed: it reached the memory limit of 64.0 MiB";
const DONE: &[&str] = &["done; 3 records; last checkpoint after 3"];

const ERRORS: &[Row] = &[
    ("well", Plain, &[], 0, DONE, Some(3)),
    ("fail", Plain, &[], 20, &["failed: the moon is in the way"], Some(0)),
    ("fail", In("drop"), &[], 0, &["done; 0 records"], Some(0)),
    ("unavailable", Plain, &[], 27, &["could not reach its source: 503 Service Unavailable"], Some(0)),
    ("pause", Plain, &[], 26, &["to wait, to be resumed after 2100-01-01T00:00:00Z"], Some(1)),
    ("leak", Plain, &[], 0, &["1 rejected"], Some(0)),
    ("change-surroundings", Plain, &[], 0, DONE, Some(3)),
];

const PANIC: &str = "panicked at tests/connectors/misbehaving/src/deeds.rs:";
const ABORTING_PANIC: &str = "a bug in a destructor, which aborted it";
const OWN_PANIC: &str = "panicked at tests/connectors/misbehaving/src/panics.rs:";
const THREADS_PANIC: &str = "panic at tests/connectors/misbehaving/src/panics.rs:";

const PANICS: &[Row] = &[
    ("panic", Plain, &[], 22, &[PANIC, "a bug in the connector; "], Some(0)),
    ("panic", In("constructor"), &[], 22, &[PANIC], Some(0)),
    ("panic", In("verify"), &[], 22, &[PANIC], None),
    ("panic", In("discover"), &[], 22, &[PANIC], Some(0)),
    ("panic", In("drop"), &[], 22, &[PANIC, "(while the client was dropped); "], Some(0)),
    ("panic-at-length", Count(1_000_000), &[], 22, &["panicked at ", "long long"], Some(0)),
    ("panic-with-number", Plain, &[], 22, &["(a panic whose payload is not text)"], Some(0)),
    ("panic-in-thread", Plain, &[], 0, &[DONE[0], THREADS_PANIC, "a bug in a callback"], Some(3)),
    ("panic-in-thread-local", Plain, &[], 22, &[ABORTING_PANIC, THREADS_PANIC], Some(0)),
    ("panic-twice", Plain, &[], 22, &[OWN_PANIC, "which aborted it"], Some(0)),
];

/// Numbers of signals, the same on x86-64 and aarch64.
const SIGILL: u64 = 4;
const SIGBUS: u64 = 7;
const SIGFPE: u64 = 8;
const SIGKILL: u64 = 9;
const SIGSEGV: u64 = 11;
const SIGTERM: u64 = 15;
const SIGSTOP: u64 = 19;

const CRASHES: &[Row] = &[
    ("abort", Plain, &[], 23, &["crashed (SIGABRT)"], Some(0)),
    ("abort", In("constructor"), &[], 23, &["crashed while the client was being made (SIGABRT)"], Some(0)),
    ("abort", In("drop"), &[], 23, &["crashed while the client was being dropped (SIGABRT)"], Some(0)),
    ("segfault", Plain, &[], 23, &["crashed (SIGSEGV)"], Some(0)),
    ("raise", Count(SIGSEGV), &[], 23, &["crashed (SIGSEGV); 1 record"], Some(1)),
    ("raise", Count(SIGBUS), &[], 23, &["crashed (SIGBUS); 1 record"], Some(1)),
    ("raise", Count(SIGILL), &[], 23, &["crashed (SIGILL); 1 record"], Some(1)),
    ("raise", Count(SIGFPE), &[], 23, &["crashed (SIGFPE); 1 record"], Some(1)),
    // Signals with which services are stopped are left to the runner.
    ("raise", Count(SIGTERM), &[], 0, &["done; 1 record"], Some(1)),
    ("raise", Count(SIGKILL), &[], 23, &["was killed (SIGKILL), by itself or by somebody outside"], Some(1)),
    ("overflow-stack", Plain, &[], 23, &["crashed (stack overflow, SIGABRT)"], Some(0)),
    ("overflow-stack-of-thread", Plain, &[], 23, &["SIGSEGV)"], Some(0)),
    ("exit", Plain, &[], 24, &["ended its own process with exit code 3 before it was done"], Some(1)),
    ("exit", Count(0), &[], 24, &["ended its own process with exit code 0 before it was done"], Some(1)),
    ("exit", Count(1), &[], 24, &["ended its own process with exit code 1 before it was done"], Some(1)),
    ("exit", Count(70), &[], 24, &["ended its own process with exit code 70 before it was done"], Some(1)),
];

const HANGS: &[Row] = &[
    ("hang", Plain, TWO_SECONDS, 31, &["was killed: it was not done after 2.0s; 1 record"], Some(1)),
    ("hang", In("constructor"), TWO_SECONDS, 31, &[OVER_TIME], Some(1)),
    ("raise", Count(SIGSTOP), TWO_SECONDS, 31, &[OVER_TIME], Some(1)),
    ("spin", Plain, TWO_SECONDS, 31, &[OVER_TIME], Some(0)),
    ("spin", In("drop"), TWO_SECONDS, 31, &[OVER_TIME], Some(0)),
    ("deadlock", Plain, TWO_SECONDS, 31, &[OVER_TIME], Some(0)),
    ("block-signals", Plain, TWO_SECONDS, 31, &[OVER_TIME], Some(1)),
    ("ignore-signals", Plain, TWO_SECONDS, 31, &[OVER_TIME], Some(1)),
    ("hang", Plain, IDLE, 31, &["was killed: it showed no sign of life for 2.0s", NOTHING], Some(1)),
    ("deadlock", Plain, IDLE, 31, &["was killed: it showed no sign of life for 2.0s"], Some(0)),
    // Work of a processor is a sign of life.
    (
        "spin",
        Plain,
        &["--idle-timeout", "1s", "--deadline", "3s"],
        31,
        &["it was not done after 3.0s"],
        Some(0),
    ),
];

const IDLE: &[&str] = &["--idle-timeout", "2s"];
const NOTHING: &str = "no record, no line, no work of a processor";

/// Connectors that ask whether they should stop are told in time, near either limit.
const POLITE: &[Row] = &[
    (
        "wait",
        Plain,
        TWO_SECONDS,
        26,
        &["paused: it came near the deadline of 2.0s and stopped in time"],
        Some(1),
    ),
    (
        "allocate-politely",
        Count(4096),
        SMALL,
        26,
        &["paused: it came near the memory limit of 64.0 MiB"],
        Some(1),
    ),
];

const MEMORY: &[Row] = &[
    ("allocate", Count(4096), SMALL, 30, &[OVER_MEMORY], Some(1)),
    ("allocate-slowly", Count(4096), SMALL, 30, &[OVER_MEMORY], Some(1)),
    ("allocate-in-child", Count(200), SMALL, 30, &[OVER_MEMORY], Some(1)),
    ("allocate-in-children", Count(40), SMALL, 30, &[OVER_MEMORY], Some(1)),
    ("allocate-as-file", Count(200), SMALL, 30, &[OVER_MEMORY], Some(1)),
    ("allocate-absurdly", Plain, &[], 23, &["memory allocation of 281474976710656 bytes failed"], Some(0)),
];

const FILE_CACHE: &[Row] =
    &[("fill-file-cache", Count(200), SMALL, 0, &["done; 1 record; last checkpoint after 1"], Some(1))];

const OPEN_FILES: &[Row] = &[
    ("open-files", Count(2000), &[], 32, &["failed: it reached the limit of 1024 open files"], Some(0)),
    ("open-files", Count(2000), &["--open-file-limit", "3000"], 0, &["done; 1 record"], Some(1)),
];

const LITTLE_ROOM: &[&str] = &["--temporary-limit", "20MiB"];

const TEMPORARY_FILES: &[Row] = &[
    ("leave-file", Count(300), SMALL, 0, &["done; 1 record; last checkpoint after 1"], Some(1)),
    (
        "leave-file",
        Count(300),
        LITTLE_ROOM,
        32,
        &["was killed: it wrote a file of more than 20.0 MiB"],
        Some(0),
    ),
    ("leave-files", Count(30), LITTLE_ROOM, 32, &["its temporary files take more than 20.0 MiB"], Some(1)),
];

const PROCESSES: &[Row] = &[
    ("fork-bomb", Plain, &[], 32, &["it reached the limit of 512 processes and threads"], Some(3)),
    ("shell-bomb", Plain, &[], 32, &["it reached the limit of 512 processes and threads"], Some(3)),
    ("daemon", Plain, &[], 0, DONE, Some(3)),
    ("leave-child", Plain, &[], 0, DONE, Some(3)),
    ("stubborn-child", Plain, &[], 0, DONE, Some(3)),
];

const DESCRIPTORS: &[Row] = &[
    ("close-channel", Plain, &[], 25, &["closed the channel to the runner"], Some(1)),
    ("close-descriptors", Plain, &[], 25, &["closed the channel to the runner"], Some(1)),
    ("close-standard-descriptors", Plain, &[], 0, DONE, Some(3)),
    ("write-garbage", Plain, &[], 25, &["was stopped: the worker sent bytes that are no frame"], Some(1)),
    ("forge-record", Plain, &[], 0, &["done; 5 records"], Some(5)),
    ("forge-escaping-record", Plain, &[], 25, &["sent a record that is none: trailing char"], Some(1)),
    ("forge-escaping-time", Plain, &[], 25, &["sent a record's time that is none"], Some(1)),
    ("forge-end", Plain, &[], 25, &["was stopped: the worker sent a frame after its last one"], Some(1)),
    ("forge-length", Plain, &[], 25, &["a frame of 4294967295 bytes, where at most"], Some(1)),
];

const RECORDS: &[Row] = &[
    ("invalid-record", Plain, &[], 21, &["gave up on an invalid record"], Some(1)),
    ("invalid-text", Plain, &[], 21, &["record: expected text in UTF-8, found bytes"], Some(0)),
    ("nul-in-record", Plain, &[], 21, &["record: not valid JSON: control character"], Some(0)),
    ("deep-record", Count(10_000), &[], 21, &["not valid JSON: recursion limit exceeded"], Some(0)),
    ("large-record", Count(100), &[], 21, &["a record of 104857628 bytes, where at most"], Some(0)),
    ("produce-after-return", Plain, &[], 0, &["done; "], None),
    ("produce-from-threads", Count(1000), &[], 0, &["done; 16000 records"], Some(16_000)),
    ("giant-line", Count(10), &[], 0, &["done; 10 records", "misbehaving stderr: xxxxxxxx"], Some(10)),
];

const STORMS: &[Row] = &[
    ("well", Count(1_000_000), &[], 0, &["done; 1000000 records"], Some(1_000_000)),
    ("print-storm", Count(10_000), &[], 0, &["done; 10000 records"], Some(10_000)),
    (
        "log-storm",
        Count(20_000),
        &[],
        0,
        &["done; 20000 rec", "lines of the connector were left out"],
        Some(20_000),
    ),
];

const NO_KILL: &str = "failed: Operation not permitted (os error 1); the sandbox denied kill; ";
const NO_PRLIMIT: &str = "failed: Operation not permitted (os error 1); the sandbox denied prlimit64; ";

const NO_SANDBOX: &[&str] = &["--sandbox", "off"];

const ATTACKS_ON_PARENTS: &[Row] = &[
    ("kill-parent", Plain, &[], 33, &[NO_KILL], Some(1)),
    ("stop-parent", Plain, &[], 33, &[NO_KILL], Some(0)),
    ("starve-parent", Plain, &[], 33, &[NO_PRLIMIT], Some(1)),
    // The processes above are fenced off even without a sandbox.
    ("kill-parent", Plain, NO_SANDBOX, 20, &["failed: Operation not permitted (os error 1); "], Some(1)),
];

/// Runs every row before it complains of those that went otherwise.
#[track_caller]
fn assert_endings(rows: &[Row]) {
    let complaints: Vec<String> = rows.iter().filter_map(complaint).collect();
    assert!(complaints.is_empty(), "{} of {} rows:\n{}", complaints.len(), rows.len(), complaints.join("\n"));
}

fn complaint((behaviour, more, arguments, code, words, records): &Row) -> Option<String> {
    let (ended, subject) = run(behaviour, more, arguments);
    let summary = ended.errors().lines().last().unwrap_or_default();
    let hint =
        if *code == 0 { String::new() } else { format!("(exit code {code}; `explain {code}` says more)") };
    let as_expected = ended.code() == Some(*code)
        && [&subject, words[0], &hint].iter().all(|words| summary.contains(words))
        && words.iter().all(|words| ended.errors().contains(words))
        && records.is_none_or(|records| ended.count_records() == records);
    let expected = format!("{code} {words:?}, records: {records:?}");
    (!as_expected).then(|| format!("{behaviour}: expected {expected}, found {ended:?}\n"))
}

/// What came of it, and how the summary names the run.
fn run(behaviour: &str, more: &More, arguments: &[&str]) -> (Ended, String) {
    let mut configuration = json!({ "behaviour": behaviour, "apiToken": "hunter2-hunter2" });
    match more {
        Plain => {}
        Count(count) => configuration["count"] = json!(count),
        In(place) => configuration["place"] = json!(place),
    }
    let verb = |verb| (Runner::verb(verb, "misbehaving", &configuration), format!("{verb}: "));
    let (runner, verb) = match more {
        In("verify") => verb("verify-configuration"),
        In("discover") => verb("discover-streams"),
        _ => (Runner::sync(&configuration), "sync-stream \"first\": ".to_owned()),
    };
    (runner.with(arguments.iter().copied()).run(), format!("misbehaving 0.1.0 {verb}"))
}

#[test]
fn errors_end_with_their_message() {
    assert_endings(ERRORS);
}

#[test]
fn a_panic_is_told_wherever_it_happens() {
    assert_endings(PANICS);
}

#[test]
fn a_crash_is_told_with_its_signal() {
    assert_endings(CRASHES);
}

#[test]
fn what_does_not_end_is_killed_at_its_deadline() {
    assert_endings(HANGS);
}

#[test]
fn memory_is_limited_wherever_it_is_taken() {
    assert_endings(MEMORY);
}

#[test]
fn file_cache_does_not_count_against_the_memory_limit() {
    assert_endings(FILE_CACHE);
}

#[test]
fn files_are_limited() {
    assert_endings(OPEN_FILES);
}

#[test]
fn temporary_files_are_removed() {
    assert_endings(TEMPORARY_FILES);
}

#[test]
fn processes_do_not_outlive_the_run() {
    assert_endings(PROCESSES);
}

#[test]
fn the_channel_is_taken_from_nobody_else() {
    assert_endings(DESCRIPTORS);
}

#[test]
fn records_are_taken_only_where_they_are_valid() {
    assert_endings(RECORDS);
}

#[test]
fn a_storm_loses_nothing() {
    assert_endings(STORMS);
}

#[test]
fn the_processes_above_cannot_be_reached() {
    assert_endings(ATTACKS_ON_PARENTS);
}

#[test]
fn near_a_limit_a_connector_that_asks_can_stop_in_time() {
    assert_endings(POLITE);
}
