//! Every ending has its exit code and its sentence, whatever the connector does.

use connector_tests::Runner;
use serde_json::json;

/// Behaviour, further arguments, exit code, words of the summary, records delivered.
type Row = (&'static str, &'static [&'static str], i32, &'static str, usize);

const SYNC: [Row; 14] = [
    ("well", &[], 0, "done; 3 records; last checkpoint after 3", 3),
    ("fail", &[], 20, "failed: the moon is in the way", 0),
    ("unavailable", &[], 27, "could not reach its source: 503 Service Unavailable", 0),
    ("pause", &[], 26, "paused: the source asks to wait, to be resumed after 2100-01-01T00:00:00Z", 1),
    ("panic", &[], 22, "panicked at tests/connectors/misbehaving/src/lib.rs:", 0),
    ("abort", &[], 23, "crashed (SIGABRT)", 0),
    ("exit", &[], 24, "ended its own process with exit code 3 before it was done", 1),
    ("segfault", &[], 23, "crashed (SIGSEGV)", 0),
    ("overflow-stack", &[], 23, "crashed (stack overflow, SIGABRT)", 0),
    ("hang", &["--deadline", "2s"], 31, "was killed: it was not done after 2.0s; 1 record", 1),
    ("close-channel", &[], 25, "closed the channel to the runner", 1),
    ("invalid-record", &[], 21, "gave up on an invalid record", 1),
    ("leak", &[], 0, "1 rejected", 0),
    ("produce-after-return", &[], 0, "done; ", usize::MAX),
];

#[test]
fn every_behaviour_has_its_ending() {
    for (behaviour, arguments, code, words, records) in SYNC {
        let configuration = json!({ "behaviour": behaviour, "apiToken": "hunter2-hunter2" });
        let ended = Runner::sync(&configuration).with(arguments).run();
        ended.assert(code, &format!("misbehaving 0.1.0 sync-stream \"first\": {}", beginning(words)));
        ended.assert(code, words);
        if records != usize::MAX {
            assert_eq!(ended.records().len(), records, "{behaviour}: {ended:?}");
        }
        if code != 0 {
            ended.assert(code, &format!("(exit code {code}; `explain {code}` says more)"));
        }
    }
}

/// The summary begins with what happened; a row may quote its middle.
fn beginning(words: &str) -> &str {
    if words.starts_with(char::is_numeric) || words.starts_with("closed") { "" } else { words }
}

#[test]
fn a_panic_is_told_wherever_it_happens() {
    for (place, verb, stage) in [
        ("constructor", "discover-streams", ""),
        ("verify", "verify-configuration", ""),
        ("discover", "discover-streams", ""),
        ("drop", "discover-streams", " (while the client was dropped)"),
    ] {
        let configuration = json!({ "behaviour": "panic", "place": place });
        let ended = Runner::verb(verb, "misbehaving", &configuration).run();
        ended.assert(22, "panicked at tests/connectors/misbehaving/src/lib.rs:");
        ended.assert(22, &format!("a bug in the connector{stage}; "));
    }
}

#[test]
fn a_connector_over_its_memory_limit_is_killed_and_its_records_stay() {
    let configuration = json!({ "behaviour": "allocate", "count": 4096 });
    let ended = Runner::sync(&configuration).with(["--memory-limit", "64MiB"]).run();
    ended.assert(30, "was killed: it reached the memory limit of 64.0 MiB");
    ended.assert(30, "; 1 record; last checkpoint after 1; peak memory 64.0 MiB");
    assert_eq!(ended.records().len(), 1);
    let enough = json!({ "behaviour": "allocate", "count": 100 });
    Runner::sync(&enough).with(["--memory-limit", "256MiB"]).run().assert(0, "done; 1 record");
}

#[test]
fn limits_come_from_the_environment_too_and_a_flag_wins() {
    let configuration = json!({ "behaviour": "hang" });
    let variable = |runner: Runner| runner.variable("CODECLIMATE_CONNECTOR_DEADLINE", "1s");
    variable(Runner::sync(&configuration)).run().assert(31, "was not done after 1.0s");
    variable(Runner::sync(&configuration))
        .with(["--deadline", "1500ms"])
        .run()
        .assert(31, "was not done after 1.5s");
}
