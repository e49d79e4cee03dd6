//! The connector against a file of its tests.

use std::fs;

use codeclimate_connector_template::Connector;
use codeclimate_connector_template::configuration::Configuration;
use connector_interface::{Error, State, Stream};
use connector_testing::{FakeRunner, assert_configuration_schema, assert_resumes};
use serde_json::{Value, json};

const FILE: &str = "tests/deployments.ndjson";
const CUTOFF: &str = "2020-01-01T00:00:00Z";

fn deployments() -> Stream {
    let uri = "https://deploy.example/deployments";
    Stream::new("deployments", uri, "Deployments")
}

fn configuration() -> Value {
    json!({ "path": FILE })
}

/// Syncs the file; what was produced and logged is then in the runner.
fn sync(runner: &FakeRunner, configuration: Value, cutoff: &str) -> Result<(), Error> {
    runner.sync::<Connector>(configuration, &deployments(), cutoff)
}

#[test]
fn all_verbs_work() {
    let runner = FakeRunner::new();
    let answer = runner.verify::<Connector>(configuration()).unwrap();
    assert!(answer.is_valid(), "{answer:?}");
    let streams = runner.discover::<Connector>(configuration()).unwrap();
    assert_eq!(streams, [deployments()]);

    let runner = FakeRunner::new();
    sync(&runner, configuration(), CUTOFF).unwrap();
    assert_eq!(runner.records().len(), 25);
    let first = json!({
        "_type": "Deployment",
        "id": "d-1",
        "self": "https://deploy.example/d-1",
        "version": "1.1.0",
        "commitOid": "0000000000000000000000000000000000001eef",
        "createdAt": "2020-02-01T12:00:00Z",
    });
    assert_eq!(runner.records()[0], first);
    runner.assert_state_after_records(10);
    runner.assert_state_after_records(20);
}

#[test]
fn wherever_a_sync_is_stopped_nothing_is_missed() {
    assert_resumes::<Connector>(&configuration(), &deployments(), CUTOFF);
}

#[test]
fn nothing_older_than_the_cutoff_is_produced() {
    let runner = FakeRunner::new();
    sync(&runner, configuration(), "2020-02-24T00:00:00Z").unwrap();
    let records = runner.records();
    let ids: Vec<_> = records.iter().map(|record| &record["id"]).collect();
    assert_eq!(ids, ["d-24", "d-25"]);
}

#[test]
fn a_file_that_has_become_shorter_is_read_anew() {
    let state = State::at(CUTOFF.parse().unwrap()).with("offset", 1_000_000);
    let runner = FakeRunner::new().with_state(state);
    sync(&runner, configuration(), CUTOFF).unwrap();
    assert_eq!(runner.records().len(), 25);
    let log = runner.log();
    assert!(log[0].message.ends_with("starting anew"), "{log:?}");
}

#[test]
fn a_bad_line_is_left_behind_alone_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deployments.ndjson");
    let good = fs::read_to_string(FILE).unwrap();
    fs::write(&path, format!("{{\"id\": 7}}\n{good}")).unwrap();
    let runner = FakeRunner::new();
    sync(&runner, json!({ "path": path }), CUTOFF).unwrap();
    assert_eq!(runner.records().len(), 25);
    let log = runner.log();
    let line = "rejected the line at byte 0: invalid type: integer `7`, expected a string";
    assert!(log[0].message.starts_with(line), "{log:?}");
}

#[test]
fn a_path_that_leads_nowhere_is_told() {
    let configuration = json!({ "path": "tests/nothing" });
    let answer = FakeRunner::new()
        .verify::<Connector>(configuration)
        .unwrap();
    let messages = answer.error_messages();
    assert!(
        messages[0].starts_with("cannot open tests/nothing: "),
        "{messages:?}"
    );
}

#[test]
fn the_schema_file_says_what_the_struct_says() {
    assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
}
