//! The connector against recorded answers, without network or token.

use std::env;

use codeclimate_connector_template::Connector;
use codeclimate_connector_template::configuration::Configuration;
use connector_interface::{Error, Stream};
use connector_testing::{
    Answer, Cassette, FakeRunner, MockServer, Received, assert_configuration_schema,
    assert_resumes, exit_code,
};
use serde_json::{Value, json};

const CASSETTE: &str = "tests/cassettes/incidents.json";
const UPSTREAM: &str = "https://api.incidents.example";
const CUTOFF: &str = "2020-01-01T00:00:00Z";

fn account() -> Stream {
    Stream::new("acme", "https://incidents.example/acme", "Acme")
}

fn configuration(base_url: &str) -> Value {
    json!({ "apiToken": "not-a-real-token", "baseUrl": base_url })
}

/// Syncs the account; what was produced and logged is then in the runner.
fn sync(runner: &FakeRunner, configuration: &Value, cutoff: &str) -> Result<(), Error> {
    runner.sync::<Connector>(configuration, &account(), cutoff)
}

/// The test that records the cassette, with `RECORD_CASSETTES=1` and a real `API_TOKEN` in the
/// environment. What is expected here is then what your account holds.
#[test]
fn all_verbs_work_and_no_token_leaves() {
    let token = env::var("API_TOKEN").unwrap_or("not-a-real-token".to_owned());
    let cassette = Cassette::open(CASSETTE).upstream(UPSTREAM);
    let cassette = cassette.secret(&token).repeating();
    let configuration = json!({ "apiToken": token, "baseUrl": cassette.base_url() });
    let runner = FakeRunner::new();
    let answer = runner.verify::<Connector>(&configuration).unwrap();
    assert!(answer.is_valid(), "{answer:?}");
    let streams = runner.discover::<Connector>(&configuration).unwrap();
    assert_eq!(streams, [account()]);

    let runner = FakeRunner::new();
    sync(&runner, &configuration, CUTOFF).unwrap();
    assert_eq!(runner.records().len(), 6);
    let newest = json!({
        "_type": "Incident",
        "id": "I6",
        "self": "https://incidents.example/acme/I6",
        "htmlUrl": "https://incidents.example/acme/I6",
        "title": "Checkout answers slowly",
        "status": "triggered",
        "createdAt": "2020-02-20T16:40:00Z",
    });
    assert_eq!(runner.records()[0], newest);
    runner.assert_state_after_records(2);
    runner.assert_state_after_records(4);
    runner.assert_nothing_secret(&token);
    cassette.assert_all_played();
}

#[test]
fn wherever_a_sync_is_stopped_nothing_is_missed() {
    let cassette = Cassette::replay(CASSETTE).repeating();
    let configuration = configuration(&cassette.base_url());
    assert_resumes::<Connector>(&configuration, &account(), CUTOFF);
}

#[test]
fn nothing_older_than_the_cutoff_is_produced() {
    let cassette = Cassette::replay(CASSETTE);
    let runner = FakeRunner::new();
    let configuration = configuration(&cassette.base_url());
    sync(&runner, &configuration, "2020-02-18T00:00:00Z").unwrap();
    let records = runner.records();
    let ids: Vec<_> = records.iter().map(|record| &record["id"]).collect();
    assert_eq!(ids, ["I6", "I5", "I4"]);
}

#[test]
fn a_bad_incident_is_left_behind_alone_with_the_reason() {
    let incident = |state: &str, opened_at: &str| {
        let url = "https://incidents.example/acme/I1";
        json!({
            "id": "I1", "title": "Disk full", "state": state, "opened_at": opened_at, "url": url,
        })
    };
    let good = incident("closed", "2020-02-20T10:00:00Z");
    let unknown = incident("parked", "2020-02-20T11:00:00Z");
    let undated = incident("open", "yesterday");
    for (bad, line) in [
        (unknown, r#"left out incident I1: state: "parked" is not"#),
        (undated, r#"rejected incident "I1": opened_at: "#),
    ] {
        let page = json!({ "incidents": [bad, good] });
        let server = MockServer::start(move |_: &Received| Answer::json(200, &page));
        let runner = FakeRunner::new();
        sync(&runner, &configuration(&server.base_url()), CUTOFF).unwrap();
        assert_eq!(runner.records().len(), 1);
        let log = runner.log();
        assert!(log[0].message.starts_with(line), "{log:?}");
    }
}

#[test]
fn what_the_source_refuses_ends_the_run_with_the_right_exit_code() {
    for (status, code) in [(401, 10), (404, 20), (501, 20)] {
        let server = MockServer::start(move |_: &Received| Answer::json(status, &json!({})));
        let configuration = configuration(&server.base_url());
        let error = sync(&FakeRunner::new(), &configuration, CUTOFF).unwrap_err();
        assert_eq!(exit_code(&error), code, "{error}");
    }
}

#[test]
fn the_schema_file_says_what_the_struct_says() {
    assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
}
