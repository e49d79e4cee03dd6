//! What is tried again, and how often.

use std::time::Duration;

use connector_http::{ErrorKind, Http};
use connector_testing::{Answer, FakeRunner, MockServer};
use serde_json::json;

use crate::{answering, api, builder, exit_code};

#[test]
fn every_status_is_retried_or_not_and_ends_the_run_as_it_should() {
    for (status, requests, kind, ending) in [
        (400, 1, ErrorKind::Status, 20),
        (401, 1, ErrorKind::Refused, 10),
        (403, 1, ErrorKind::Refused, 10),
        (404, 1, ErrorKind::Status, 20),
        (408, 5, ErrorKind::Unavailable, 27),
        (409, 1, ErrorKind::Status, 20),
        (410, 1, ErrorKind::Status, 20),
        (422, 1, ErrorKind::Status, 20),
        (425, 5, ErrorKind::Unavailable, 27),
        (429, 5, ErrorKind::Unavailable, 27),
        (500, 5, ErrorKind::Unavailable, 27),
        (501, 1, ErrorKind::Status, 20),
        (502, 5, ErrorKind::Unavailable, 27),
        (503, 5, ErrorKind::Unavailable, 27),
        (504, 5, ErrorKind::Unavailable, 27),
    ] {
        let server = answering(vec![Answer::json(status, &json!({ "error": "because" }))]);
        let error = api(&server).get("/x").send().unwrap_err();
        assert_eq!((server.requests().len(), error.kind()), (requests, kind), "{error}");
        assert_eq!(error.status(), Some(status));
        assert!(error.to_string().contains("because"), "{error}");
        assert_eq!(exit_code(error), ending, "{status}");
    }
}

#[test]
fn an_answer_after_failures_is_an_answer() {
    let good = Answer::json(200, &json!({ "ok": true }));
    for bad in [
        Answer::bytes(503, "later"),
        Answer::reset(),
        Answer::json(200, &json!({ "ok": true })).truncated_after(3),
        Answer::bytes(200, "no gzip at all").header("Content-Encoding", "gzip"),
    ] {
        let server = answering(vec![bad.clone(), bad.clone(), good.clone()]);
        let answer = api(&server).get("/x").send().unwrap_or_else(|error| panic!("{bad:?}: {error}"));
        assert_eq!(answer.text().unwrap(), r#"{"ok":true}"#);
        assert_eq!(server.requests().len(), 3, "{bad:?}");
    }
}

#[test]
fn an_answer_that_comes_too_late_is_asked_for_again() {
    let late = Answer::bytes(200, "late").after(Duration::from_secs(60));
    let server = answering(vec![late, Answer::bytes(200, "in time")]);
    let api = builder(&server, &FakeRunner::new()).head_timeout(Duration::from_millis(200)).build().unwrap();
    assert_eq!(api.get("/x").send().unwrap().text().unwrap(), "in time");
}

#[test]
fn a_body_that_drips_is_given_up() {
    let slow = Answer::bytes(200, "0123456789").slowly(1, Duration::from_millis(100));
    let server = answering(vec![slow]);
    let api = builder(&server, &FakeRunner::new()).answer_timeout(Duration::from_millis(300)).attempts(2);
    let error = api.build().unwrap().get("/x").send().unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Unavailable, 2), "{error}");
}

#[test]
fn only_what_may_be_repeated_is_repeated() {
    let server = || answering(vec![Answer::bytes(503, "")]);
    for (wanted, request) in [
        (5, (|api: &Http| api.head("/x")) as fn(&Http) -> connector_http::Request),
        (1, |api| api.post("/x").json(&1)),
        (5, |api| api.post("/x").json(&1).idempotent()),
        (1, |api| api.put("/x").json(&1)),
        (1, |api| api.delete("/x")),
    ] {
        let server = server();
        let error = request(&api(&server)).send().unwrap_err();
        assert_eq!(server.requests().len(), wanted, "{error}");
    }
}

#[test]
fn a_server_that_is_not_there_is_an_unavailable_source() {
    let gone = MockServer::start(|_| Answer::hang()).base_url();
    let api = Http::new(&FakeRunner::new().context(), &gone).first_back_off(Duration::ZERO).build().unwrap();
    let error = api.get("/x").send().unwrap_err();
    assert!(error.to_string().contains("refused") && error.to_string().contains("(5 attempts)"), "{error}");
    assert_eq!(exit_code(error), 27);
}

#[test]
fn errors_name_the_request_the_answer_and_what_to_do() {
    for (answer, wanted) in [
        (
            Answer::bytes(404, "no\nsuch \u{7} thing"),
            "GET URL/a?b=c+d answered 404 Not Found: no such \\u{7} thing",
        ),
        (
            Answer::bytes(401, ""),
            "GET URL/a?b=c+d answered 401 Unauthorized; check the credentials in the configuration",
        ),
        (Answer::bytes(500, "oh"), "GET URL/a?b=c+d answered 500 Internal Server Error (5 attempts): oh"),
        (Answer::bytes(799, ""), "GET URL/a?b=c+d answered 799"),
    ] {
        let server = answering(vec![answer]);
        let error = api(&server).get("/a").query("b", "c d").send().unwrap_err();
        assert_eq!(error.to_string().replace(&server.base_url(), "URL"), wanted);
    }
}
