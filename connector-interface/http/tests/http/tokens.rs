//! Tokens that are fetched with client credentials.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use connector_http::{Auth, ErrorKind, Http};
use connector_testing::{Answer, FakeRunner, MockServer, Received};
use serde_json::{Value, json};

use crate::{builder, exit_code};

/// Gives `token-1`, `token-2` and so on, and accepts those from `first_good` on.
fn source(first_good: usize, expires_in: impl Into<Value>) -> MockServer {
    let expires_in = expires_in.into();
    let granted = AtomicUsize::new(0);
    MockServer::start(move |request: &Received| {
        if request.path() == "/token" {
            let number = granted.fetch_add(1, Ordering::SeqCst) + 1;
            let grant = json!({ "access_token": format!("token-{number}"), "expires_in": expires_in });
            return Answer::json(200, &grant).after(Duration::from_millis(50));
        }
        let number = request
            .header("Authorization")
            .and_then(|value| value.strip_prefix("Bearer token-")?.parse().ok());
        if number.is_some_and(|number: usize| number >= first_good) {
            Answer::bytes(200, "fine")
        } else {
            Answer::bytes(401, "bad token")
        }
    })
}

fn api(server: &MockServer) -> Http {
    let credentials =
        Auth::client_credentials(&format!("{}/token", server.base_url()), "my id", "hunter2:hunter2");
    builder(server, &FakeRunner::new()).auth(credentials.scope("read all")).build().unwrap()
}

fn tokens_fetched(server: &MockServer) -> usize {
    server.requests().iter().filter(|request| request.path() == "/token").count()
}

#[test]
fn a_token_is_asked_for_as_the_standard_says() {
    let server = source(1, 3600);
    api(&server).get("/x").send().unwrap();
    let request = &server.requests()[0];
    assert_eq!((request.method(), request.target()), ("POST", "/token"));
    // my+id:hunter2%3Ahunter2
    assert_eq!(request.header("Authorization"), Some("Basic bXkraWQ6aHVudGVyMiUzQWh1bnRlcjI="));
    let wanted = [("grant_type", "client_credentials"), ("scope", "read all")];
    assert_eq!(request.form(), wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn one_token_serves_all_clones() {
    let server = source(1, 3600);
    let api = api(&server);
    thread::scope(|scope| {
        for _ in 0..8 {
            let api = api.clone();
            scope.spawn(move || api.get("/x").send().unwrap());
        }
    });
    assert_eq!(tokens_fetched(&server), 1);
}

#[test]
fn a_token_is_replaced_before_its_end_and_once_where_it_is_refused() {
    for (first_good, expires_in, requests, tokens) in
        [(1, 3600, 3, 1), (1, 30, 3, 1), (1, 0, 3, 3), (2, 3600, 3, 2)]
    {
        let server = source(first_good, expires_in);
        let api = api(&server);
        for _ in 0..requests {
            api.get("/x").send().unwrap();
        }
        assert_eq!(tokens_fetched(&server), tokens, "{first_good} {expires_in}");
    }
    let server = source(usize::MAX, 3600);
    let error = api(&server).get("/x").send().unwrap_err();
    assert_eq!((error.status(), tokens_fetched(&server)), (Some(401), 2));
}

#[test]
fn how_long_a_token_lives_may_be_a_text_or_not_said() {
    for (expires_in, tokens) in
        [(json!("3599"), 1), (json!("0"), 2), (json!(null), 1), (json!("soon"), 1), (json!(-1), 1)]
    {
        let server = source(1, expires_in.clone());
        let api = api(&server);
        (0..2).for_each(|_| drop(api.get("/x").send().unwrap()));
        assert_eq!(tokens_fetched(&server), tokens, "{expires_in}");
    }
}

#[test]
fn refused_credentials_are_a_matter_of_the_configuration_and_stay_secret() {
    for status in [400, 401] {
        let server = MockServer::start(move |request: &Received| {
            let seen = String::from_utf8_lossy(request.body()).into_owned();
            let basic = request.header("Authorization").unwrap();
            Answer::json(
                status,
                &json!({ "error": "invalid_client", "seen": seen, "basic": basic, "s": "hunter2:hunter2" }),
            )
        });
        let error = api(&server).get("/x").send().unwrap_err();
        let shown = error.to_string();
        assert!(
            shown.starts_with("the client id and secret in the configuration were refused: POST http"),
            "{shown}"
        );
        assert!(
            shown.contains("invalid_client") && !shown.contains("hunter2") && !shown.contains("bXkraWQ6"),
            "{shown}"
        );
        assert_eq!(exit_code(error), 10);
    }
}

#[test]
fn an_answer_without_a_token_is_told() {
    let server = MockServer::start(|_| Answer::json(200, &json!({ "token": "x" })));
    let error = api(&server).get("/x").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Body);
    assert!(error.to_string().ends_with("/token answered without an access_token"), "{error}");
}
