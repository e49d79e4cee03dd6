//! Projects of several connections, synced by one command.

mod endings;
mod interrupted;
mod selection;

use connector_tests::{Project, sync::reference};
use serde_json::{Value, json};

/// A source with so many items on pages of ten.
fn source(count: u64) -> Value {
    json!({ "count": count, "streams": ["items"] })
}

/// The members of a source, and more.
fn with(source: &Value, more: &Value) -> Value {
    let mut source = source.clone();
    for (key, value) in more.as_object().unwrap() {
        source[key] = value.clone();
    }
    source
}

#[test]
fn all_streams_of_all_connections_are_synced_once() {
    let project = Project::new("").with("first", &source(25), "").with(
        "second",
        &with(&source(12), &json!({ "streams": ["a", "b/c", "d"] })),
        "",
    );
    let ended = project.sync(["--jobs", "3", "--outcome-file", "outcome.json"]).run();
    ended.assert(0, "sync: done; streams: 4 done; 61 records");
    assert_eq!(project.records("first").difference(&reference(&source(25))), None);
    let thrice: Vec<Value> = (0..3).flat_map(|_| reference(&source(12))).collect();
    assert_eq!(project.records("second").difference(&thrice), None);

    let outcome: Value =
        serde_json::from_slice(&std::fs::read(project.path("outcome.json")).unwrap()).unwrap();
    assert_eq!((&outcome["exitCode"], &outcome["connections"][1]["done"]), (&json!(0), &json!(3)));
    let streams = outcome["streams"].as_array().unwrap();
    assert_eq!(streams.len(), 4);
    assert!(streams.iter().all(|stream| stream["exitCode"] == 0 && stream["runs"] == 1), "{streams:?}");

    project.sync([]).run().assert(0, "streams: 4 done; 0 records");
    assert_eq!(project.records("first").difference(&reference(&source(25))), None);
}

#[test]
fn relative_paths_start_at_the_project_wherever_the_command_is_typed() {
    let project = Project::new("metrics = \"metrics.prom\"").with("main", &source(10), "");
    let elsewhere = tempfile::tempdir().unwrap();
    let file = project.path("codeclimate-connector.toml");
    let command = project.sync(["--project", file.to_str().unwrap(), "--outcome-file", "here.json"]);
    command.folder(elsewhere.path()).run().assert(0, "1 done");
    assert_eq!(project.records("main").difference(&reference(&source(10))), None);
    assert!(elsewhere.path().join("here.json").exists(), "what was typed starts where it was typed");
    let metrics = std::fs::read_to_string(project.path("metrics.prom")).unwrap();
    assert!(
        metrics.contains("connection=\"main\",stream=\"items\"") || metrics.contains("connection=\"main\""),
        "{metrics}"
    );
}

#[test]
fn records_of_several_connections_share_standard_output_line_by_line() {
    let project = Project::new("[defaults]\nsink = \"stdout\"")
        .with("first", &with(&source(400), &json!({ "padding": 3000 })), "")
        .with("second", &with(&source(400), &json!({ "padding": 3000 })), "");
    let ended = project.sync(["--jobs", "2"]).run();
    ended.assert(0, "800 records");
    assert_eq!(ended.lines().len(), 800, "each line is one envelope");
}

#[test]
fn all_connections_may_share_one_database() {
    let project = Project::new("[defaults]\nsink = \"sqlite:records.db\"")
        .with("first", &with(&source(300), &json!({ "streams": ["a", "b"] })), "")
        .with("second", &source(300), "");
    project.sync(["--jobs", "3"]).run().assert(0, "900 records");
    let records = connector_tests::contents::Contents::of_database(&project.path("records.db"));
    let all: Vec<Value> = (0..3).flat_map(|_| reference(&source(300))).collect();
    assert_eq!(records.difference(&all), None);
}

#[test]
fn on_a_terminal_each_run_has_a_row_and_all_of_them_one() {
    let slow = with(&source(100), &json!({ "millisecondsPerPage": 60, "streams": ["a", "b"] }));
    let project = Project::new("").with("main", &slow, "");
    let typed = connector_tests::type_into(["sync"], project.written(), "");
    assert_eq!(typed.code, Some(0), "{}", typed.shown);
    for part in [
        "main/a: ",
        "main/b: ",
        " records, ",
        "[#",
        "0 of 2 streams, 2 running",
        "main        a         0 done",
    ] {
        assert!(typed.shown.contains(part), "{part}: {}", typed.shown);
    }
}

#[test]
fn secrets_are_named_and_never_shown() {
    let secret = "a-token-that-nobody-may-see";
    let project = Project::new("").with_text(&format!(
        "[connections.main]\nconnector = {:?}\ncutoff = \"2020-02-21\"\n\
         configuration = {{ count = 5, streams = [\"{secret}\"], apiToken = \"env:TOKEN\" }}\n",
        connector_tests::connector("paging")
    ));
    let ended = project.sync(["--verbose", "--outcome-file", "outcome.json"]).variable("TOKEN", secret).run();
    ended.assert(0, "5 records");
    assert!(!ended.errors().contains(secret), "{}", ended.errors());
    let history = project.command(["runs", "export"]).run().output();
    assert!(history.contains("[secret apiToken]") && !history.contains(secret), "{history}");
    let outcome = std::fs::read_to_string(project.path("outcome.json")).unwrap();
    assert!(!outcome.contains(secret), "{outcome}");

    project.sync([]).run().assert(10, "TOKEN");
}
