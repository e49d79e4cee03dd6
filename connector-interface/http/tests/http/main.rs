//! The client against a server that misbehaves on purpose.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its place is the report")]

mod bodies;
mod building;
mod concurrency;
mod encrypted;
mod pages;
mod proxy;
mod rate_limits;
mod redirects;
mod retries;
mod secrets;
mod stopping;
mod streams;
mod tokens;
mod verification;

use std::time::Duration;

use connector_http::{Http, HttpBuilder};
use connector_testing::{Answer, FakeRunner, MockServer, Received};

/// A client that does not wait long before it tries again.
fn builder(server: &MockServer, runner: &FakeRunner) -> HttpBuilder {
    Http::new(&runner.context(), &server.base_url()).first_back_off(Duration::from_millis(1))
}

fn api(server: &MockServer) -> Http {
    builder(server, &FakeRunner::new()).build().unwrap()
}

/// A server that gives these answers in turn, and the last one again and again.
fn answering(answers: Vec<Answer>) -> MockServer {
    let answers = std::sync::Mutex::new(answers);
    MockServer::start(move |_: &Received| {
        let mut answers = answers.lock().unwrap();
        if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() }
    })
}

/// How the run would end.
fn exit_code(error: connector_http::Error) -> u8 {
    connector_testing::exit_code(&error.into())
}
