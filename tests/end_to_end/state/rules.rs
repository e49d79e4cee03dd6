//! Where a sync begins, what it goes on from, and what a change of the configuration or of the source does to that.

use connector_tests::{
    Ended, Runner,
    sync::{Kind, STREAM, Sync},
};
use serde_json::{Value, json};

fn source(count: u64, recent: u64) -> Value {
    json!({ "count": count, "recent": recent, "pageSize": 5 })
}

fn ending(ending: &str, end_after: u64) -> Value {
    json!({ "count": 20, "pageSize": 5, "ending": ending, "endAfter": end_after })
}

/// Runs a command that writes its outcome; gives that, too.
fn reported(sync: &Sync, runner: Runner) -> (Ended, Value) {
    let file = sync.place().join("outcome.json");
    let ended = runner.with(["--outcome-file".as_ref(), file.as_os_str()]).run();
    let outcome = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    (ended, outcome)
}

fn numbers(envelopes: &[Value]) -> Vec<u64> {
    let number = |envelope: &Value| envelope["record"]["id"].as_str().unwrap().parse().unwrap();
    let mut numbers: Vec<u64> = envelopes.iter().map(number).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn the_first_sync_needs_a_cutoff_and_the_next_begins_where_the_last_did() {
    let sync = Sync::new(Kind::Stdout, &source(8, 0));
    let refused = sync.runner_without_cutoff().run();
    refused.assert(2, "there is no earliest data cutoff, and no earlier sync to go on from");
    assert_eq!(sync.kept(), Value::Null);

    sync.runner().run().assert(0, "done; 8 records");
    sync.change(&source(12, 4));
    let next = sync.runner_without_cutoff().run();
    next.assert(0, "begins a sync of data since");
    assert_eq!(numbers(&next.lines()), [9, 10, 11, 12]);
}

#[test]
fn what_is_new_during_an_unfinished_sync_is_left_to_the_next() {
    let sync = Sync::new(Kind::Folder, &ending("fail", 7));
    sync.run().assert(20, "the next run goes on after 5 records of this sync");
    sync.change(&source(20, 0));
    sync.runner_without_cutoff().run().assert(0, "after its last checkpoint, 5 records in");
    sync.change(&source(25, 5));
    sync.runner_without_cutoff().run().assert(0, "done; 5 records");
    assert_eq!(sync.contents().records.len(), 25);
}

#[test]
fn a_sync_that_fails_after_a_finished_one_moves_no_cutoff() {
    let sync = Sync::new(Kind::Folder, &source(10, 0));
    sync.run().assert(0, "done; 10 records");
    let finished = sync.kept()["finished"].take();

    let mut failing = source(20, 10);
    failing["ending"] = "fail".into();
    sync.change(&failing);
    sync.runner_without_cutoff().run().assert(20, "the next run goes on after 10 records of this sync");
    let first = sync.kept();
    sync.runner_without_cutoff().run().assert(20, "goes on with the sync");
    let second = sync.kept();
    for kept in [&first, &second] {
        assert_eq!(kept["finished"], finished);
    }
    let (before, after) = (&first["unfinished"], &second["unfinished"]);
    assert_eq!((&before["id"], &before["cutoff"]), (&after["id"], &after["cutoff"]));
    assert!(before["cutoff"].as_str() < finished["readUpTo"].as_str(), "{before}");

    sync.change(&source(20, 10));
    sync.runner_without_cutoff().run().assert(0, "done; 0 records");
    let last = sync.kept()["finished"].take();
    assert_eq!((&last["chain"], &last["cutoff"]), (&before["id"], &before["cutoff"]));
    assert_eq!((&last["readUpTo"], &last["runs"]), (&before["startedAt"], &json!(3)));
}

#[test]
fn a_changed_configuration_is_gone_on_with_only_where_somebody_says_so() {
    for (source, code) in [(source(8, 0), 0), (ending("fail", 7), 20)] {
        let mut sync = Sync::new(Kind::Stdout, &source);
        sync.runner().run().assert(code, "paging");
        let before = sync.kept();
        sync.configure("padding", 1);
        let refused = sync.runner().run();
        refused.assert(2, "the configuration has changed since this stream was last synced");
        refused.assert(2, "--accept-changed-configuration");
        refused.assert(2, "`codeclimate-connector state reset paging items`");
        assert_eq!((refused.output().as_str(), sync.kept()), ("", before));

        sync.runner().with(["--accept-changed-configuration"]).run().assert(code, "paging");
        // Said once is enough.
        sync.runner().run().assert(code, "paging");
    }
}

#[test]
fn a_rotated_secret_is_no_change() {
    for (source, code) in [(source(8, 0), 0), (ending("fail", 7), 20)] {
        let mut sync = Sync::new(Kind::Stdout, &source);
        for token in ["the first token", "quite another token"] {
            sync.configure("apiToken", token);
            let ended = sync.runner().run();
            ended.assert(code, "paging");
            assert!(!ended.errors().contains(token) && !sync.kept().to_string().contains(token));
        }
    }
}

#[test]
fn a_backfill_leaves_the_state_as_it_is_whether_it_ends_well_or_not() {
    for (backfilled, code, records) in [(source(20, 0), 0, 20), (ending("fail", 7), 20, 7)] {
        let sync = Sync::new(Kind::Stdout, &source(20, 0));
        sync.runner().run().assert(0, "done; 20 records");
        let before = sync.kept();
        sync.change(&backfilled);
        let backfill = sync.runner_without_cutoff().with(["--backfill", "2020-02-21..2020-02-22"]);
        let (ended, outcome) = reported(&sync, backfill);
        ended.assert(code, "paging");
        assert_eq!(ended.lines().len(), records);
        assert_eq!(sync.kept(), before);
        assert!(outcome["chain"]["lane"].as_str().is_some_and(|lane| lane != "sync"), "{outcome}");
    }
}

#[test]
fn one_command_goes_on_where_each_run_stops_before_its_deadline() {
    let slow = json!({ "count": 60, "pageSize": 1, "millisecondsPerPage": 200 });
    for kind in Kind::ALL {
        let sync = Sync::new(kind, &slow);
        let limits = ["--until-done", "--deadline", "8s", "--grace", "2s"];
        let (ended, outcome) = reported(&sync, sync.runner().with(limits));
        ended.assert(0, "goes on with the sync");
        assert!(outcome["chain"]["runs"].as_u64() >= Some(2), "{outcome}");
        assert_eq!(outcome["chain"]["records"], 60, "{outcome}");
    }
}

#[test]
fn one_command_does_not_go_on_for_ever_without_another_checkpoint() {
    for kind in Kind::ALL {
        let sync = Sync::new(kind, &ending("pause", 3)).with(["--until-done"]);
        let (ended, outcome) = reported(&sync, sync.runner());
        ended.assert(26, "no further run is made: two in a row came to no new checkpoint");
        let chain = &outcome["chain"];
        assert_eq!((&chain["runs"], &chain["runsWithoutProgress"]), (&json!(2), &json!(2)), "{outcome}");
    }
}

#[test]
fn an_outcome_counts_the_runs_and_records_of_its_chain() {
    let rows = [
        (ending("fail", 7), 20, json!([false, 1, 5, 0])),
        (ending("fail", 7), 20, json!([false, 2, 10, 0])),
        (ending("fail", 3), 20, json!([false, 3, 10, 1])),
        (ending("fail", 3), 20, json!([false, 4, 10, 2])),
        (source(20, 0), 0, json!([true, 5, 20, 0])),
    ];
    let sync = Sync::new(Kind::Folder, &json!({}));
    let mut chains = Vec::new();
    for (source, code, expected) in rows {
        sync.change(&source);
        let (ended, mut outcome) = reported(&sync, sync.runner());
        ended.assert(code, "paging");
        let chain = outcome["chain"].take();
        let told = ["isFinished", "runs", "records", "runsWithoutProgress"].map(|key| chain[key].clone());
        assert_eq!(json!(told), expected, "{ended:?}");
        assert_eq!(json!([chain["connection"], chain["lane"]]), json!(["paging", "sync"]));
        chains.push(chain["id"].clone());
    }
    chains.dedup();
    assert_eq!(chains.len(), 1, "{chains:?}");
}

#[test]
fn a_stream_that_is_discovered_no_more_is_told_and_kept() {
    let sync = Sync::new(Kind::Stdout, &source(4, 0));
    sync.runner_of(STREAM).run().assert(0, "done; 4 records");
    let finished = sync.kept()["finished"].take();
    sync.change(&json!({ "count": 4, "streams": ["others"] }));
    let told = "not discovered any more: the stream \"items\"; what is kept stays, until `codeclimate-connector state reset";
    sync.runner_of("others").run().assert(0, told);
    let kept = sync.kept();
    assert!(kept["missingSince"].is_string() && kept["finished"] == finished, "{kept}");

    sync.change(&source(4, 0));
    let back = sync.runner_of(STREAM).run();
    back.assert(0, "done; 0 records");
    assert!(!back.errors().contains("discovered any more"), "{back:?}");
    assert!(sync.kept()["missingSince"].is_null());
}
