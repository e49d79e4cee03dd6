//! A cancellation ends everything that waits, soon.

use std::{
    thread,
    time::{Duration, Instant},
};

use connector_http::{ErrorKind, HttpBuilder};
use connector_interface::{State, Timestamp};
use connector_testing::{Answer, FakeRunner, MockServer};

use crate::{answering, builder, exit_code};

/// Asks to stop while the client waits, and gives back how the request ended.
fn stop_while_waiting(
    server: &MockServer,
    configure: fn(HttpBuilder) -> HttpBuilder,
) -> (ErrorKind, Duration) {
    let runner = FakeRunner::new().cancelling_after_states(1);
    let api = configure(builder(server, &runner)).build().unwrap();
    let waiting = thread::spawn(move || api.get("/x").send().unwrap_err());
    while server.requests().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    runner.context().state.set(&State::at(Timestamp::now())).unwrap();
    let error = waiting.join().unwrap();
    (error.kind(), start.elapsed())
}

#[test]
fn a_cancellation_ends_every_wait() {
    for answer in [
        Answer::hang(),
        Answer::bytes(200, "x".repeat(1000)).slowly(1, Duration::from_millis(50)),
        Answer::bytes(429, "").header("Retry-After", "600"),
        Answer::bytes(503, "oh").slowly(1, Duration::from_secs(600)),
    ] {
        let server = answering(vec![answer.clone()]);
        let (kind, elapsed) = stop_while_waiting(&server, |builder| builder);
        assert_eq!(kind, ErrorKind::Cancelled, "{answer:?}");
        assert!(elapsed < Duration::from_secs(5), "{answer:?}: {elapsed:?}");
    }
}

#[test]
fn a_cancellation_ends_a_back_off() {
    let server = answering(vec![Answer::bytes(500, "")]);
    let hour = |builder: HttpBuilder| {
        builder
            .attempts(1000)
            .first_back_off(Duration::from_secs(600))
            .longest_back_off(Duration::from_secs(600))
    };
    let (kind, elapsed) = stop_while_waiting(&server, hour);
    assert_eq!(kind, ErrorKind::Cancelled);
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
}

#[test]
fn nothing_is_sent_once_the_run_is_cancelled() {
    let server = answering(vec![Answer::bytes(200, "")]);
    let api = builder(&server, &FakeRunner::new().cancelled()).build().unwrap();
    let error = api.get("/x").send().unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Cancelled, 0));
    assert_eq!(exit_code(error), 130);
}

#[test]
fn a_time_without_end_is_one() {
    let server = answering(vec![Answer::bytes(503, ""), Answer::bytes(200, "")]);
    let api = builder(&server, &FakeRunner::new()).answer_timeout(Duration::MAX).build().unwrap();
    api.get("/x").send().unwrap();
    let server = answering(vec![Answer::bytes(429, "").header("Retry-After", "0")]);
    let api = builder(&server, &FakeRunner::new()).first_back_off(Duration::MAX).build().unwrap();
    assert_eq!(api.get("/x").send().unwrap_err().kind(), ErrorKind::Paused);
}
