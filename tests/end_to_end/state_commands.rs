//! The commands that show and change what is kept of streams.

use std::fs;

use connector_tests::{
    Ended, Runner,
    sync::{Kind, Sync},
};
use serde_json::{Value, json};

/// A sync of a hundred items whose first run has stopped in the midst of them.
fn stopped() -> Sync {
    let sync =
        Sync::new(Kind::Folder, &json!({ "count": 100, "pageSize": 10, "ending": "pause", "endAfter": 45 }));
    sync.run().assert(26, "the next run goes on after 40 records of this sync");
    sync
}

fn state(sync: &Sync, arguments: &[&str]) -> Ended {
    Runner::new(["state"]).with(arguments).with(["--data-folder"]).with([sync.data()]).run()
}

#[test]
fn what_is_kept_is_listed_and_shown() {
    let sync = stopped();
    let list = state(&sync, &["list"]).assert(0, "").output();
    assert!(list.starts_with("paging  items  sync\n    unfinished since "), "{list}");
    assert!(list.ends_with(": data since 2020-02-21 00:00:00Z, records: 40, runs: 1\n"), "{list}");
    let row: Value = serde_json::from_str(&state(&sync, &["list", "--format", "json"]).output()).unwrap();
    let shown: Value = serde_json::from_str(&state(&sync, &["show", "paging", "items"]).output()).unwrap();
    assert_eq!((&row["unfinished"], &row["holder"]), (&shown["unfinished"], &Value::Null));
    assert_eq!(shown["unfinished"]["records"], 40);
    assert_eq!(state(&sync, &["list", "--connection", "other"]).output(), "nothing is kept of any stream\n");
    state(&sync, &["show", "paging", "itmes"]).assert(2, "there are \"items\" of paging (sync)");
}

#[test]
fn what_is_reset_is_read_again_and_what_is_set_is_begun_from() {
    let sync = stopped();
    let before = state(&sync, &["export"]).output();
    state(&sync, &["reset", "paging", "items", "--unfinished"])
        .assert(0, "begins anew: its 40 records before the last checkpoint are read again");
    assert_eq!(state(&sync, &["list"]).output(), "nothing is kept of any stream\n");
    state(&sync, &["set", "paging", "items", "--read-up-to", "2024-02-01"]).assert(0, "");
    state(&sync, &["list"]).assert(0, "");
    let shown: Value = serde_json::from_str(&state(&sync, &["show", "paging", "items"]).output()).unwrap();
    assert_eq!(shown["finished"]["readUpTo"], "2024-02-01T00:00:00Z");
    for (arguments, complaint) in [
        (&["set", "paging", "items", "--read-up-to", "soon"][..], "--read-up-to cannot be read"),
        (&["set", "paging", "items", "--checkpoint", "{}"], "no text \"checkpointTime\""),
        (
            &["set", "paging", "items", "--checkpoint", "{\"checkpointTime\":\"2024-01-01T00:00:00Z\"}"],
            "there is no unfinished sync",
        ),
        (&["set", "No Slug", "items", "--read-up-to", "2024-01-01"], "is no slug of a connector"),
        (&["reset", "paging", "items", "--lane", "other"], "\"other\" is no lane"),
    ] {
        state(&sync, arguments).assert(2, complaint);
    }
    // The copy of before brings the unfinished sync back.
    let file = sync.data().join("copy.json");
    fs::write(&file, before).unwrap();
    let file = file.to_str().unwrap();
    state(&sync, &["import", file])
        .assert(2, "something is kept already of \"items\" of paging; nothing has changed");
    state(&sync, &["import", file, "--replace"]).assert(0, "states taken over: 1");
    sync.change(&json!({ "count": 100, "pageSize": 10 }));
    sync.run().assert(0, "goes on with the sync begun").assert(0, "done; 60 records");
}

#[test]
fn a_state_in_another_format_is_not_gone_on_from_unless_the_connector_says_so() {
    let sync = stopped();
    let mut document: Value = serde_json::from_str(&state(&sync, &["export"]).output()).unwrap();
    document["states"][0]["state"]["unfinished"]["checkpoint"]["stateFormat"] = json!(2);
    let file = sync.data().join("copy.json");
    fs::write(&file, document.to_string()).unwrap();
    state(&sync, &["import", file.to_str().unwrap(), "--replace"]).assert(0, "");
    sync.run()
        .assert(2, "the unfinished sync of this stream has a state of format 2, and paging 0.1.0 reads 1")
        .assert(2, "`codeclimate-connector state reset paging items --unfinished`")
        .assert(2, "its 40 records before the last checkpoint are read again");
    state(&sync, &["reset", "paging", "items", "--unfinished"]).assert(0, "");
    sync.change(&json!({ "count": 100, "pageSize": 10 }));
    sync.run().assert(0, "done; 100 records");
}

#[test]
fn a_bad_document_changes_nothing_and_says_where_it_is_bad() {
    let sync = stopped();
    let before = state(&sync, &["export"]).output();
    let mut bad: Value = serde_json::from_str(&before).unwrap();
    bad["states"][0]["state"]["unfinished"]["cutoff"] = json!("soon");
    let file = sync.data().join("copy.json");
    fs::write(&file, bad.to_string()).unwrap();
    state(&sync, &["import", file.to_str().unwrap(), "--replace"])
        .assert(2, "nothing has changed")
        .assert(2, "at states[0].state.unfinished.cutoff");
    assert_eq!(state(&sync, &["export"]).output(), before);
    state(&sync, &["import", "/absent"]).assert(2, "cannot read the states from /absent");
    state(&sync, &["export", "/absent/copy"]).assert(40, "cannot write the states to /absent/copy");
}
