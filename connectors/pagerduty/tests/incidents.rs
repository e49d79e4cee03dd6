//! The client against a server of the test's own.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use codeclimate_connector_pagerduty::{PagerDuty, configuration::Configuration};
use connector_interface::{Error, Level, State, Stream};
use connector_testing::{
    Answer, FakeRunner, MockServer, Received, assert_configuration_schema, assert_resumes, exit_code,
    resume_after,
};
use serde_json::{Value, json};

const CUTOFF: &str = "2020-01-15T00:00:00Z";

fn account() -> Stream {
    Stream::new("unavailable", "https://pagerduty.com", "PagerDuty Account")
}

/// The incident of this number: one minute older than the one of the number above it.
fn incident(number: u64) -> Value {
    json!({
        "id": format!("P{number}"),
        "self": format!("https://api.pagerduty.com/incidents/P{number}"),
        "html_url": format!("https://acme.pagerduty.com/incidents/P{number}"),
        "incident_number": number,
        "title": format!("Disk full on db-{number}"),
        "created_at": format!("2020-02-{:02}T{:02}:{:02}:00Z", 1 + number / 1440, number / 60 % 24, number % 60),
        "status": "resolved",
        "urgency": "high",
    })
}

/// Answers with the page of these incidents, of which the first is the newest, that is asked for.
fn page(incidents: &[Value], request: &Received) -> Answer {
    let number = |name| request.query_value(name).and_then(|value| value.parse::<usize>().ok()).unwrap_or(0);
    let page: Vec<_> = incidents.iter().skip(number("offset")).take(number("limit")).collect();
    let more = number("offset") + page.len() < incidents.len();
    Answer::json(200, &json!({ "incidents": page, "more": more }))
}

type MakeAnswer = fn() -> Answer;

fn serving(incidents: Vec<Value>) -> MockServer {
    MockServer::start(move |request: &Received| page(&incidents, request))
}

fn newest_first(count: u64) -> Vec<Value> {
    (1..=count).rev().map(incident).collect()
}

fn configuration(server: &MockServer) -> Value {
    json!({ "apiToken": "a-token-of-the-account", "baseUrl": server.base_url() })
}

fn sync(runner: &FakeRunner, server: &MockServer) -> Result<(), Error> {
    runner.sync::<PagerDuty>(configuration(server), &account(), CUTOFF)
}

#[test]
fn an_account_is_one_stream() {
    let runner = FakeRunner::new();
    let configuration = json!({ "apiToken": "a-token-of-the-account" });
    assert_eq!(runner.discover::<PagerDuty>(configuration).unwrap(), [account()]);
}

#[test]
fn pages_are_read_in_turn_with_a_state_behind_each_but_the_last() {
    let server = serving(newest_first(250));
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();

    assert_eq!(runner.records().len(), 250);
    runner.assert_state_after_records(100);
    runner.assert_state_after_records(200);
    let next_pages: Vec<_> = runner.states().iter().map(|state| state.metadata["nextPage"].clone()).collect();
    assert_eq!(next_pages, [2, 3]);
    let targets: Vec<_> = server.requests().iter().map(|request| request.target().to_owned()).collect();
    let page = |offset| format!("/incidents?limit=100&offset={offset}");
    assert_eq!(targets, [page(0), page(100), page(200)]);
    runner.assert_nothing_secret("a-token-of-the-account");
}

#[test]
fn wherever_a_sync_is_stopped_nothing_is_missed() {
    let server = serving(newest_first(350));
    assert_resumes::<PagerDuty>(&configuration(&server), &account(), CUTOFF);
}

#[test]
fn a_state_of_nobody_knows_what_begins_anew() {
    let server = serving(newest_first(3));
    for state in [State::at(CUTOFF.parse().unwrap()), State::at(CUTOFF.parse().unwrap()).with("nextPage", 0)]
    {
        let runner = FakeRunner::new().with_state(state);
        sync(&runner, &server).unwrap();
        assert_eq!(runner.records().len(), 3);
        assert_eq!(runner.log(), ["WARN the state of the last run names no page; starting anew"]);
    }
}

#[test]
fn twenty_thousand_incidents_are_read_page_by_page() {
    let server = serving(newest_first(20_000));
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();
    assert_eq!((runner.records().len(), server.requests().len()), (20_000, 200));
}

#[test]
fn a_bad_incident_is_left_behind_with_its_id_and_its_field() {
    let with = |member: &str, value: Value| {
        let mut bad = incident(2);
        bad[member] = value;
        bad
    };
    for (bad, line) in [
        (with("status", json!("on fire")), r#"rejected Incident "P2": /status: expected one of"#),
        (with("title", json!(null)), r#"rejected Incident "P2": record: missing required property `title`"#),
        (
            with("html_url", json!("no address")),
            r#"rejected Incident "P2": /htmlUrl: expected an absolute URI"#,
        ),
        (with("created_at", json!(null)), r#"left out incident "P2": created_at: expected a time"#),
        (json!(null), "rejected incident: invalid type: null, expected struct Incident"),
        (with("created_at", json!("yesterday")), r#"left out incident "P2": created_at: expected a time"#),
    ] {
        let server = serving(vec![incident(3), bad, incident(1)]);
        let runner = FakeRunner::new();
        sync(&runner, &server).unwrap();
        let numbers: Vec<_> = runner.records().iter().map(|record| record["number"].clone()).collect();
        assert_eq!(numbers, [3, 1], "{line}");
        let log = runner.log();
        assert!(log[0].message.starts_with(line) && log[0].level == Level::Warn, "{line}: {log:?}");
        assert!(log[1].message.starts_with("completed with 1 "), "{log:?}");
    }
}

#[test]
fn a_page_whose_last_incident_is_undated_goes_by_the_last_that_is_dated() {
    let mut undated = incident(1);
    undated["created_at"] = Value::Null;
    let mut incidents = newest_first(150);
    incidents[99] = undated;
    let server = serving(incidents);
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();
    assert_eq!((runner.records().len(), server.requests().len()), (149, 2));
}

#[test]
fn a_page_that_is_not_there_is_the_end_but_for_the_first() {
    let server = MockServer::start(|request: &Received| match request.query_value("offset").as_deref() {
        Some("0") => Answer::json(200, &json!({ "incidents": [incident(1)], "more": true })),
        _ => Answer::json(404, &json!({})),
    });
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();
    assert_eq!(runner.records().len(), 1);
    assert!(runner.log()[0].message.starts_with("page 2 is taken for the end: GET "), "{:?}", runner.log());
}

#[test]
fn a_resumed_sync_of_an_api_that_is_gone_is_not_finished() {
    let server = MockServer::start(|_: &Received| Answer::json(404, &json!({})));
    let unfinished = State::at(CUTOFF.parse().unwrap()).with("nextPage", 7);
    let error = sync(&FakeRunner::new().with_state(unfinished), &server).unwrap_err();
    assert_eq!(exit_code(&error), 20, "{error}");
}

#[test]
fn a_source_that_repeats_itself_is_not_asked_for_ever() {
    let server = MockServer::start(|_: &Received| {
        Answer::json(200, &json!({ "incidents": [incident(1)], "more": true }))
    });
    let error = sync(&FakeRunner::new(), &server).unwrap_err();
    assert!(server.requests().len() < 5, "{error}");
}

#[test]
fn what_a_source_does_wrong_once_is_mended() {
    let troubles: [MakeAnswer; 7] = [
        || Answer::bytes(429, "").header("Retry-After", "1"),
        || Answer::bytes(500, "oops"),
        || Answer::bytes(503, ""),
        Answer::reset,
        || Answer::json(200, &json!({ "incidents": [], "more": false })).truncated_after(9),
        || Answer::redirect(302, "/elsewhere"),
        || Answer::bytes(408, ""),
    ];
    for (place, trouble) in troubles.iter().enumerate() {
        let trouble = *trouble;
        let asked = AtomicUsize::new(0);
        let server =
            MockServer::start(move |request: &Received| match asked.fetch_add(1, Ordering::Relaxed) {
                0 => trouble(),
                _ if request.path() == "/elsewhere" => {
                    Answer::json(200, &json!({ "incidents": newest_first(3) }))
                }
                _ => page(&newest_first(3), request),
            });
        let runner = FakeRunner::new();
        sync(&runner, &server).unwrap();
        assert_eq!((runner.records().len(), server.requests().len()), (3, 2), "trouble {place}");
    }
}

#[test]
fn what_stays_wrong_ends_the_run_with_a_reason() {
    let html = || Answer::bytes(200, "<html>Log in</html>").header("Content-Type", "text/html");
    let cases: [(MakeAnswer, u8, &str); 5] = [
        (|| Answer::bytes(500, "oops"), 27, "answered 500 Internal Server Error (5 attempts): oops"),
        (|| Answer::json(401, &json!({})), 10, "answered 401 Unauthorized"),
        (|| Answer::json(404, &json!({})), 20, "answered 404 Not Found"),
        (html, 20, "its body is not as expected: it is HTML"),
        (
            || Answer::json(200, &json!({ "incidents": 7 })),
            20,
            "incidents: invalid type: integer `7`, expected a sequence",
        ),
    ];
    for (answer, code, reason) in cases {
        let server = MockServer::start(move |_: &Received| answer());
        let error = sync(&FakeRunner::new(), &server).unwrap_err();
        assert_eq!(exit_code(&error), code, "{error}");
        let asked = format!("GET {}/incidents?limit=100&offset=0", server.base_url());
        assert!(error.to_string().starts_with(&asked) && error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_wait_beyond_the_end_of_the_run_pauses_it() {
    let server = MockServer::start(|_: &Received| Answer::bytes(429, "").header("Retry-After", "3600"));
    let error = sync(&FakeRunner::new().with_time_left(Duration::from_secs(60)), &server).unwrap_err();
    assert_eq!(exit_code(&error), 26, "{error}");
    assert!(resume_after(&error).is_some(), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_schema_file_says_what_the_struct_says() {
    assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
}
