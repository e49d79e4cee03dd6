//! The client against a server of the test's own.

use codeclimate_connector_codecov::{Codecov, configuration::Configuration};
use connector_interface::{Error, State, Stream};
use connector_testing::{
    Answer, FakeRunner, MockServer, Received, assert_configuration_schema, assert_resumes, exit_code,
};
use serde_json::{Value, json};

/// 23:30 in UTC of the 14th.
const CUTOFF: &str = "2020-01-15T01:30:00+02:00";

fn repository() -> Stream {
    Stream::new("acme/rocket", "https://codecov.io/api/gh/acme/rocket", "Repository acme/rocket")
}

fn commit(number: usize, totals: &Value) -> Value {
    json!({ "commitid": format!("{number:040x}"), "timestamp": "2020-02-28 11:00:00", "totals": totals })
}

fn covered(number: usize) -> Value {
    commit(number, &json!({ "c": "87.5", "f": 4, "n": 8, "h": 7 }))
}

fn record(number: usize) -> Value {
    json!({
        "_type": "CoverageTotals",
        "self": format!("https://codecov.io/api/gh/acme/rocket/commits/{number:040x}"),
        "repository": "https://codecov.io/api/gh/acme/rocket",
        "commitOid": format!("{number:040x}"),
        "coverage": 87.5, "filesCount": 4, "linesCount": 8, "linesHitCount": 7,
    })
}

/// Answers with the page that is asked for, and with an empty one behind the last.
fn serving(pages: Vec<Vec<Value>>) -> MockServer {
    MockServer::start(move |request: &Received| {
        let number: usize = request.query_value("page").and_then(|page| page.parse().ok()).unwrap_or(0);
        let commits = number.checked_sub(1).and_then(|index| pages.get(index));
        Answer::json(200, &json!({ "commits": commits.cloned().unwrap_or_default() }))
    })
}

fn configuration(server: &MockServer) -> Value {
    json!({ "apiToken": "a-token-of-the-user", "baseUrl": server.base_url() })
}

fn sync(runner: &FakeRunner, server: &MockServer) -> Result<(), Error> {
    runner.sync::<Codecov>(configuration(server), &repository(), CUTOFF)
}

#[test]
fn every_repository_of_every_team_is_a_stream() {
    let server = MockServer::start(|_: &Received| {
        let repos = json!([{ "name": "rocket" }, { "name": "café" }, { "name": "50% <done>" }]);
        Answer::json(
            200,
            &json!({ "teams": [{ "username": "acme", "repos": repos }, { "username": "dev", "repos": [] }] }),
        )
    });
    let runner = FakeRunner::new();
    let streams = runner.discover::<Codecov>(configuration(&server)).unwrap();
    let shown: Vec<_> = streams.iter().map(|stream| (stream.id(), stream.uri())).collect();
    assert_eq!(
        shown,
        [
            ("acme/rocket", "https://codecov.io/api/gh/acme/rocket"),
            ("acme/café", "https://codecov.io/api/gh/acme/café"),
            ("acme/50% <done>", "https://codecov.io/api/gh/acme/50%25%20%3Cdone%3E"),
        ]
    );
    assert_eq!(streams[1].name(), "Repository acme/café");
}

#[test]
fn pages_are_read_until_one_is_empty_with_a_state_behind_each() {
    let server = serving(vec![(0..100).map(covered).collect(), (100..103).map(covered).collect()]);
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();

    runner.assert_produced(&(0..103).map(record).collect::<Vec<_>>());
    runner.assert_state_after_records(100);
    runner.assert_state_after_records(103);
    let targets: Vec<_> = server.requests().iter().map(|request| request.target().to_owned()).collect();
    let page = |number| format!("/api/gh/acme/rocket/commits?page={number}&limit=100&from=2020-01-14");
    assert_eq!(targets, [page(1), page(2), page(3)]);
    runner.assert_nothing_secret("a-token-of-the-user");
}

#[test]
fn a_page_that_is_not_there_is_the_end_but_for_the_first() {
    let not_found = || Answer::json(404, &json!({ "error": "no such page" }));
    let server = MockServer::start(move |request: &Received| match request.query_value("page").as_deref() {
        Some("1") => Answer::json(200, &json!({ "commits": [covered(1)] })),
        _ => not_found(),
    });
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();
    runner.assert_produced(&[record(1)]);

    let gone = MockServer::start(move |_: &Received| not_found());
    let unfinished = State::at(CUTOFF.parse().unwrap()).with("nextPage", 7);
    for runner in [FakeRunner::new(), FakeRunner::new().with_state(unfinished)] {
        assert_eq!(exit_code(&sync(&runner, &gone).unwrap_err()), 20);
    }
}

#[test]
fn a_source_that_repeats_itself_is_not_asked_for_ever() {
    let server = MockServer::start(|_: &Received| Answer::json(200, &json!({ "commits": [covered(1)] })));
    let error = sync(&FakeRunner::new(), &server).unwrap_err();
    assert_eq!(error.to_string(), "page 2 is page 1 once more");
}

#[test]
fn wherever_a_sync_is_stopped_nothing_is_missed() {
    let server =
        serving((0..3).map(|page| (0..10).map(|place| covered(page * 10 + place)).collect()).collect());
    assert_resumes::<Codecov>(&configuration(&server), &repository(), CUTOFF);
}

#[test]
fn what_is_not_known_is_left_out_and_what_cannot_be_is_rejected() {
    for (totals, line) in [
        (json!(null), "INFO left out commit @: totals: null, as its reports are still being processed"),
        (json!({ "c": null }), "WARN left out commit @: totals.c: expected a number, found null"),
        (json!({ "c": "" }), "WARN left out commit @: totals.c: expected a number, found \"\""),
        (
            json!({ "c": "104.3" }),
            "WARN rejected CoverageTotals \"https://codecov.io/api/gh/acme/rocket/commits/@\": /coverage: ",
        ),
        (
            json!({ "c": 5, "f": -1 }),
            "WARN rejected CoverageTotals \"https://codecov.io/api/gh/acme/rocket/commits/@\": /filesCount: ",
        ),
    ] {
        let server = serving(vec![vec![covered(1), commit(2, &totals), covered(3)]]);
        let runner = FakeRunner::new();
        sync(&runner, &server).unwrap();
        runner.assert_produced(&[record(1), record(3)]);
        let log: Vec<_> = runner.log().iter().map(ToString::to_string).collect();
        let line = line.replace('@', &format!("{:040x}", 2));
        assert!(log[0].starts_with(&line), "expected {line}, found {log:?}");
        assert!(log[1].contains("completed with 1 "), "{log:?}");
    }
}

#[test]
fn the_schema_file_says_what_the_struct_says() {
    assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
}
