//! How a sync of many ends, and what is tried again.

use connector_tests::{Project, sync::reference};
use serde_json::{Value, json};

use super::{source, with};

const QUICK: &str = "retries = 2\nretry-wait = \"10ms\"";

#[test]
fn a_connection_that_fails_does_not_hold_up_the_others() {
    let broken = |ending: &str| with(&source(20), &json!({ "ending": ending, "endAfter": 15 }));
    let project = Project::new("").with("good", &source(30), "").with("panics", &broken("panic"), "").with(
        "fails",
        &broken("fail"),
        "",
    );
    let ended = project.sync(["--jobs", "2"]).run();
    ended.assert(22, "streams: 1 done, 2 failed");
    assert!(ended.errors().contains("exit code 22, the worst of all"), "{}", ended.errors());
    assert_eq!(project.records("good").difference(&reference(&source(30))), None);
}

#[test]
fn a_connection_that_cannot_begin_is_told_with_its_name() {
    let project = Project::new("").with("good", &source(10), "").with_text(
        "[connections.absent]\nconnector = \"no-such-connector\"\n[connections.wrong]\nconnector = \"git\"\n\
         configuration = { paht = \".\" }\n",
    );
    let connectors = connector_tests::connector("paging").parent().unwrap().to_owned();
    let ended = project.sync([]).variable("CODECLIMATE_CONNECTOR_PATH", connectors).run();
    ended.assert(10, "absent: cannot be synced (line ");
    for part in ["wrong: cannot be synced (line ", "paht", "did you mean", "1 done"] {
        assert!(ended.errors().contains(part), "{part}: {}", ended.errors());
    }
}

#[test]
fn what_crashes_is_tried_again_and_goes_on_from_its_checkpoint() {
    // What has not left the process yet dies with it, so that the pages take their time.
    let failing = with(&source(60), &json!({ "ending": "abort", "endAfter": 25, "millisecondsPerPage": 50 }));
    let project = Project::new("").with("main", &failing, QUICK);
    let ended = project.sync([]).run();
    // Each attempt comes two pages further, until the rest is less than what it crashes after.
    ended.assert(0, "1 done");
    assert_eq!(project.records("main").difference(&reference(&source(60))), None);
    assert!(ended.errors().contains("main/items: is tried again in"), "{}", ended.errors());
}

#[test]
fn attempts_without_progress_come_to_an_end() {
    let failing = with(&source(20), &json!({ "ending": "unavailable", "endAfter": 1 }));
    let project = Project::new("").with("main", &failing, QUICK);
    let ended = project.sync([]).run();
    ended.assert(27, "1 failed");
    let runs = runs(&project, "sync-stream");
    assert_eq!(runs.iter().map(|run| run["attempt"].clone()).collect::<Vec<_>>(), [3, 2, 1]);
    assert!(runs.iter().all(|run| run["exitCode"] == 27 && run["connection"] == "main"), "{runs:?}");
}

#[test]
fn what_a_person_has_to_mend_is_tried_once() {
    for (ending, code) in [("panic", 22), ("fail", 20)] {
        let project = Project::new("").with("main", &with(&source(5), &json!({ "ending": ending })), QUICK);
        project.sync([]).run().assert(code, "1 failed");
        assert_eq!(runs(&project, "sync-stream").len(), 1, "{ending}");
    }
}

#[test]
fn where_the_source_stays_unavailable_the_rest_is_left_to_the_next_sync() {
    let streams = json!({ "streams": ["a", "b", "c", "d", "e"], "ending": "unavailable" });
    let project = Project::new("").with("main", &with(&source(5), &streams), "retries = 0");
    let ended = project.sync(["--jobs", "1"]).run();
    ended.assert(27, "3 failed, 2 not begun");
    assert!(ended.errors().contains("main: 2 streams are left to the next sync"), "{}", ended.errors());
}

#[test]
fn a_discovery_that_fails_is_remembered_and_the_others_go_on() {
    let project = Project::new("").with("main", &source(5), "").with("torn", &source(5), "");
    std::fs::write(project.path("torn.json"), "{").unwrap();
    project.sync([]).run().assert(20, "1 done");
    let runs = runs(&project, "discover-streams");
    assert!(runs.iter().any(|run| run["connection"] == "torn" && run["exitCode"] == 20), "{runs:?}");
}

#[test]
fn a_connection_that_cannot_begin_is_remembered() {
    let project = Project::new("").with_text("[connections.absent]\nconnector = \"no-such-connector\"\n");
    project.sync(["--dry-run"]).run().assert(11, "absent: cannot be synced");
    assert_eq!(runs(&project, "sync").len(), 0, "a dry run is none");
    project.sync([]).run().assert(11, "absent: cannot be synced");
    let runs = runs(&project, "sync");
    assert_eq!((&runs[0]["connection"], &runs[0]["exitCode"]), (&json!("absent"), &json!(11)));
    assert!(runs[0]["message"].as_str().unwrap().contains("not found"), "{runs:?}");
    let shown = project.command(["runs", "show", "last"]).run();
    shown.assert(0, "");
    assert!(!shown.output().contains("sha256"), "{}", shown.output());
}

#[test]
fn what_was_done_before_the_end_is_told_also_of_streams_that_wait() {
    let failing = with(&source(30), &json!({ "ending": "unavailable", "endAfter": 25 }));
    let project = Project::new("").with("main", &failing, "retry-wait = \"1m\"");
    let mut running = project.sync(["--outcome-file", "outcome.json"]).start();
    for _ in 0..1000 {
        if !runs(&project, "sync-stream").is_empty() || running.has_ended() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    running.signal(rustix::process::Signal::INT);
    running.wait().assert(130, "1 failed; 20 records");
    let outcome = std::fs::read(project.path("outcome.json")).unwrap();
    let outcome: Value = serde_json::from_slice(&outcome).unwrap();
    let stream = &outcome["streams"][0];
    assert_eq!(
        (&stream["exitCode"], &stream["runs"], &stream["records"]),
        (&json!(27), &json!(1), &json!(20))
    );
}

#[test]
fn an_outcome_file_must_not_take_the_place_of_the_project() {
    let project = Project::new("").with("main", &source(5), "");
    for file in ["codeclimate-connector.toml", "absent/outcome.json"] {
        project.sync(["--outcome-file", file]).run().assert(2, file);
    }
}

#[test]
fn a_stream_that_pauses_is_a_chain_of_runs() {
    let pausing = with(&source(100), &json!({ "ending": "pause", "endAfter": 30 }));
    let project = Project::new("").with("main", &pausing, "");
    project.sync([]).run().assert(0, "1 done; 100 records");
    assert_eq!(project.records("main").difference(&reference(&source(100))), None);
    let runs = runs(&project, "sync-stream");
    assert!(runs.len() > 2, "{runs:?}");
    assert_eq!(runs[0]["chain"]["isFinished"], true);
    assert!(runs.iter().all(|run| run["chain"]["id"] == runs[0]["chain"]["id"]));
}

#[test]
fn a_pause_that_leads_nowhere_is_not_gone_on_from() {
    let pausing = with(&source(100), &json!({ "ending": "pause", "endAfter": 5 }));
    let project = Project::new("").with("main", &pausing, "");
    project.sync([]).run().assert(26, "two in a row came to no new checkpoint");
}

#[test]
fn a_sink_that_fails_ends_all_that_goes_into_it() {
    let project = Project::new("")
        .with("first", &with(&source(5), &json!({ "streams": ["a", "b"] })), "sink = \"folder:file/records\"")
        .with("second", &source(5), "");
    std::fs::write(project.path("file"), "").unwrap();
    let ended = project.sync(["--jobs", "1"]).run();
    ended.assert(40, "1 failed, 1 not begun");
    assert_eq!(project.records("second").difference(&reference(&source(5))), None);
}

#[test]
fn limits_that_do_not_fit_into_memory_make_runs_wait_for_each_other() {
    let large = "[connections.NAME.limits]\nmemory = \"100TiB\"";
    let project = Project::new("").with("first", &source(5), &large.replace("NAME", "first")).with(
        "second",
        &source(5),
        &large.replace("NAME", "second"),
    );
    project.sync(["--jobs", "2"]).run().assert(0, "no more than 1 of 2 runs at a time");
}

/// The runs of a verb that are remembered, the newest first.
fn runs(project: &Project, verb: &str) -> Vec<Value> {
    let ended = project.command(["runs", "export"]).run();
    let runs = ended.assert(0, "").lines();
    runs.into_iter().filter(|run| run["verb"] == verb).collect()
}
