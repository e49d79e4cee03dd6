//! Waits that the source asks for.

use std::time::{Duration, Instant};

use connector_http::ErrorKind;
use connector_interface::Timestamp;
use connector_testing::{Answer, FakeRunner, resume_after};

use crate::{answering, api, builder, exit_code};

#[test]
fn a_wait_that_is_asked_for_is_waited() {
    let date = |seconds| httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(seconds));
    for answer in [
        Answer::bytes(429, "").header("Retry-After", "1"),
        Answer::bytes(503, "").header("Retry-After", &date(3)),
        Answer::bytes(429, "").header("X-RateLimit-Remaining", "0").header("X-RateLimit-Reset", "1"),
        Answer::bytes(403, "").header("X-RateLimit-Remaining", "0").header("X-RateLimit-Reset", "1"),
        Answer::bytes(429, "").header("RateLimit", r#""default";r=0;t=1"#),
    ] {
        let server = answering(vec![answer, Answer::bytes(200, "fine")]);
        let start = Instant::now();
        assert_eq!(api(&server).get("/x").send().unwrap().text().unwrap(), "fine");
        assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
    }
}

#[test]
fn waits_that_are_asked_for_do_not_count_as_attempts_but_are_bounded() {
    let server = answering(vec![Answer::bytes(429, "").header("Retry-After", "0")]);
    let error = api(&server).get("/x").send().unwrap_err();
    assert_eq!((server.requests().len(), error.kind()), (21, ErrorKind::Unavailable));
}

#[test]
fn the_last_answer_of_a_limit_holds_back_the_next_request_of_every_clone() {
    let last = Answer::bytes(200, "1").header("RateLimit-Remaining", "0").header("RateLimit-Reset", "1");
    let server = answering(vec![last, Answer::bytes(200, "2")]);
    let api = api(&server);
    let start = Instant::now();
    api.get("/x").send().unwrap();
    api.clone().get("/x").send().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(900));
}

#[test]
fn who_waits_for_a_turn_is_held_back_too() {
    for first in [
        Answer::bytes(200, "").header("X-RateLimit-Remaining", "0").header("X-RateLimit-Reset", "1"),
        Answer::bytes(429, "").header("Retry-After", "1"),
    ] {
        let server = answering(vec![first.after(Duration::from_millis(300)), Answer::bytes(200, "")]);
        let api = builder(&server, &FakeRunner::new()).concurrency(1).build().unwrap();
        let start = Instant::now();
        let first_answer = std::thread::scope(|scope| {
            let requests: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| api.get("/x").send().map(|_| start.elapsed()).unwrap()))
                .collect();
            let mut answered: Vec<_> = requests.into_iter().map(|request| request.join().unwrap()).collect();
            answered.sort();
            answered[1]
        });
        assert!(first_answer >= Duration::from_millis(1200), "the second answer came after {first_answer:?}");
    }
}

#[test]
fn a_wait_longer_than_the_run_ends_it_at_once() {
    for wait in [57, 3600] {
        let asks_to_wait = Answer::bytes(429, "").header("Retry-After", &wait.to_string());
        let last = Answer::bytes(200, "").header("X-RateLimit-Remaining", "0");
        for answer in [asks_to_wait, last.header("X-RateLimit-Reset", &wait.to_string())] {
            let server = answering(vec![answer]);
            let runner = FakeRunner::new().with_time_left(Duration::from_secs(60));
            let api = builder(&server, &runner).build().unwrap();
            let error = api.get("/x").send().err().unwrap_or_else(|| api.get("/x").send().unwrap_err());
            assert_eq!((server.requests().len(), error.kind()), (1, ErrorKind::Paused), "{error}");
            assert!(error.to_string().ends_with("and this run has 60 s left"), "{error}");

            let instant = resume_after(&error.into()).unwrap().unix_seconds();
            let from_now = instant - Timestamp::now().unix_seconds();
            assert!((wait - 20..=wait + 2).contains(&from_now), "{from_now} s");
        }
    }
}

#[test]
fn a_request_that_is_not_repeated_may_be_left_to_another_run() {
    for (wait, kind) in [("3600", ErrorKind::Paused), ("1", ErrorKind::Unavailable)] {
        let server = answering(vec![Answer::bytes(429, "").header("Retry-After", wait)]);
        let runner = FakeRunner::new().with_time_left(Duration::from_secs(60));
        let error = builder(&server, &runner).build().unwrap().post("/x").send().unwrap_err();
        assert_eq!((server.requests().len(), error.kind()), (1, kind), "{error}");
    }
}

#[test]
fn a_long_wait_is_told_of() {
    let runner = FakeRunner::new();
    let server = answering(vec![Answer::bytes(429, "").header("Retry-After", "6"), Answer::bytes(200, "")]);
    builder(&server, &runner).build().unwrap().get("/incidents").send().unwrap();
    let log = runner.log();
    assert!(
        log.iter().any(
            |line| line == "INFO waiting 6 s: GET /incidents answered 429 Too Many Requests, Retry-After"
        ),
        "{log:?}"
    );
}

#[test]
fn a_refusal_without_a_time_is_no_wait() {
    let server = answering(vec![
        Answer::bytes(403, "no").header("X-RateLimit-Remaining", "9").header("X-RateLimit-Reset", "3600"),
    ]);
    let error = api(&server).get("/x").send().unwrap_err();
    assert_eq!(exit_code(error), 10);
}
