//! What of a project is synced, and what of it is only shown.

use connector_tests::{Project, sync::reference};
use serde_json::{Value, json};

use super::{source, with};

fn project() -> Project {
    let streams = json!({ "streams": ["acme/rocket", "acme/moon", "tmp/x", "old"], "unsubscribed": ["old"] });
    Project::new("")
        .with(
            "first",
            &with(&source(5), &streams),
            "streams = [\"acme/*\", \"old\", \"tmp/*\"]\nexclude-streams = [\"tmp/*\"]",
        )
        .with("second", &source(5), "")
}

/// What a sync would do, by connection and stream.
fn plan<const N: usize>(project: &Project, arguments: [&str; N]) -> Vec<(String, String)> {
    let arguments = ["sync", "--dry-run", "--format", "json"].into_iter().chain(arguments);
    let ended = project.command(arguments).run();
    let what = |row: &Value| match &row["plan"] {
        Value::Null => row["leftOut"].as_str().unwrap().to_owned(),
        plan => plan["what"].as_str().unwrap().to_owned(),
    };
    let name =
        |row: &Value| format!("{}:{}", row["connection"].as_str().unwrap(), row["stream"].as_str().unwrap());
    let mut plan: Vec<_> = ended.assert(0, "").lines().iter().map(|row| (name(row), what(row))).collect();
    plan.sort();
    plan
}

fn pairs(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(name, what)| ((*name).to_owned(), (*what).to_owned())).collect()
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_none_of_it() {
    let project = project();
    let all = [
        ("first:acme/moon", "first"),
        ("first:acme/rocket", "first"),
        ("first:old", "not subscribed"),
        ("first:tmp/x", "not selected by the project"),
        ("second:items", "first"),
    ];
    assert_eq!(plan(&project, []), pairs(&all));
    assert!(!project.path("records").exists(), "nothing was synced");
    let text = project.sync(["--dry-run"]).run().output();
    assert!(text.contains("first sync, data since 2020-02-21 00:00:00Z"), "{text}");
    assert!(text.ends_with("3 to sync, 2 left out\n"), "{text}");
}

#[test]
fn after_a_sync_the_plan_is_what_is_new_and_what_is_unfinished_comes_first() {
    let project = project();
    project.sync(["--only", "second"]).run().assert(0, "1 done");
    let failing = json!({ "count": 50, "streams": ["a", "acme/b"], "ending": "fail", "endAfter": 25 });
    project.change("first", &failing);
    project.sync(["--only", "first:acme/b"]).run().assert(20, "1 failed");
    let plan = project.command(["sync", "--dry-run", "--format", "json"]).run();
    let rows = plan.assert(0, "").lines();
    assert_eq!((&rows[0]["stream"], &rows[0]["plan"]["what"]), (&json!("acme/b"), &json!("goOn")));
    assert_eq!(rows[0]["plan"]["records"], 20);
    assert!(rows.iter().any(|row| row["connection"] == "second" && row["plan"]["what"] == "new"), "{rows:?}");
}

#[test]
fn only_what_is_named_is_synced() {
    for (only, synced) in [
        (vec!["--only", "second"], vec!["second:items"]),
        (vec!["--only", "first:acme/r*"], vec!["first:acme/rocket"]),
        (vec!["--only", "first:*/moon", "--only", "second"], vec!["first:acme/moon", "second:items"]),
    ] {
        let arguments = ["sync", "--dry-run", "--format", "json"].into_iter().chain(only);
        let rows = project().command(arguments).run().lines();
        let rows = rows.iter().filter(|row| !row["plan"].is_null());
        let mut named: Vec<String> = rows
            .map(|row| format!("{}:{}", row["connection"].as_str().unwrap(), row["stream"].as_str().unwrap()))
            .collect();
        // Which connection is discovered first is not said.
        named.sort();
        assert_eq!(named, synced);
    }
}

#[test]
fn a_name_that_the_project_does_not_know_is_refused() {
    for (only, complaint) in [
        ("secnd", "did you mean \"second\"?"),
        ("third:x", "the project has no connection of this name; it has \"first\", \"second\""),
        ("first:[", "no pattern for streams"),
    ] {
        project().sync(["--only", only]).run().assert(2, complaint);
    }
}

#[test]
fn a_backfill_reads_a_range_once_more_and_leaves_the_rest_alone() {
    let project = Project::new("").with("main", &source(30), "");
    project.sync([]).run().assert(0, "30 records");
    let before = project.command(["state", "show", "main", "items"]).run().output();
    project.sync(["--backfill", "2020-02-21..2020-03-01"]).run().assert(0, "30 records");
    assert_eq!(project.command(["state", "show", "main", "items"]).run().output(), before);
    let twice: Vec<Value> = (0..2).flat_map(|_| reference(&source(30))).collect();
    assert_eq!(project.records("main").difference(&twice), None);
    project.sync(["--backfill", "2020-03-01..2020-02-21"]).run().assert(2, "ends before it begins");
}

#[test]
fn ten_thousand_streams_are_planned() {
    let streams: Vec<String> = (0..10_000).map(|number| format!("stream-{number:05}")).collect();
    let project = Project::new("").with("main", &json!({ "count": 1, "streams": streams }), "");
    let ended = project.sync(["--dry-run", "--format", "json"]).run();
    assert_eq!(ended.assert(0, "").lines().len(), 10_000);
}
