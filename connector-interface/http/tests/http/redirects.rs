//! Where answers send a request.

use connector_http::{Auth, ErrorKind};
use connector_testing::{Answer, FakeRunner, MockServer, Received};

use crate::{answering, api, builder};

#[test]
fn a_redirect_within_the_origin_is_followed_with_everything() {
    for status in [301, 302, 303, 307, 308] {
        let server = MockServer::start(move |request: &Received| match request.path() {
            "/a/old" => Answer::redirect(status, "new?x=1"),
            _ => Answer::bytes(200, request.target()),
        });
        let api = builder(&server, &FakeRunner::new()).auth(Auth::bearer("secret-token")).build().unwrap();
        let answer = api.get("/a/old").header("X-Mine", "1").send().unwrap();
        assert_eq!(answer.text().unwrap(), "/a/new?x=1");
        let last = &server.requests()[1];
        assert_eq!(last.header("Authorization"), Some("Bearer secret-token"));
        assert_eq!(last.header("X-Mine"), Some("1"));
    }
}

#[test]
fn another_origin_sees_neither_credentials_nor_the_authors_headers() {
    let other = answering(vec![Answer::bytes(200, "elsewhere")]);
    let place = format!("{}/there", other.base_url());
    let server = MockServer::start(move |_| Answer::redirect(302, &place));
    let api = builder(&server, &FakeRunner::new()).auth(Auth::header("X-Token", "secret-token"));
    let api = api.header("Accept", "text/plain").header("X-Mine", "1").build().unwrap();
    assert_eq!(api.get("/x").send().unwrap().text().unwrap(), "elsewhere");
    let seen = &other.requests()[0];
    assert_eq!(seen.header("Accept"), Some("text/plain"));
    assert_eq!((seen.header("X-Token"), seen.header("X-Mine")), (None, None));
}

#[test]
fn credentials_do_not_come_back_after_a_detour() {
    let home = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let back = std::sync::Arc::clone(&home);
    let other = MockServer::start(move |_| Answer::redirect(302, &format!("{}/back", back.get().unwrap())));
    let away = other.base_url();
    let server = MockServer::start(move |request: &Received| match request.path() {
        "/back" => Answer::bytes(200, ""),
        _ => Answer::redirect(302, &away),
    });
    home.set(server.base_url()).unwrap();
    let api = builder(&server, &FakeRunner::new()).auth(Auth::bearer("secret-token")).build().unwrap();
    api.get("/x").send().unwrap();
    assert_eq!(server.requests()[1].header("Authorization"), None);
}

#[test]
fn another_origin_is_not_sent_the_secrets_of_the_query() {
    for (secret, to, is_followed) in [
        ("secret-key", "/y?key=secret-key", false),
        ("abc", "/y?a=b&key=abc", false),
        ("secret-key", "/y/secret%2Dkey", false),
        ("secret-key", "/y?key=another", true),
        ("abc", "/abc?signature=abc", true),
    ] {
        let other = answering(vec![Answer::bytes(200, "")]);
        let place = format!("{}{to}", other.base_url());
        let server = MockServer::start(move |_| Answer::redirect(302, &place));
        let answer = api(&server).get("/x").secret_query("key", secret).send();
        assert_eq!((answer.is_ok(), other.requests().len()), (is_followed, usize::from(is_followed)), "{to}");
        if let Err(error) = answer {
            let shown = error.to_string();
            assert!(shown.ends_with("another place is not shown the secret key of the query"), "{shown}");
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[test]
fn redirects_that_lead_nowhere_are_named() {
    for (answers, requests, wanted) in [
        (vec![Answer::redirect(302, "/x")], 1, "the redirects lead in a circle"),
        (vec![Answer::redirect(302, "/y"), Answer::redirect(302, "/x")], 2, "the redirects lead in a circle"),
        (
            (0..9).map(|number| Answer::redirect(302, &format!("/{number}"))).collect(),
            6,
            "more than 5 redirects",
        ),
        (vec![Answer::redirect(302, "ftp://a.example/")], 1, "it does not begin with http:// or https://"),
    ] {
        let server = answering(answers);
        let error = api(&server).get("/x").send().unwrap_err();
        assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Request, requests), "{error}");
        assert!(error.to_string().ends_with(wanted), "{error}");
    }
}

#[test]
fn what_is_not_followed_is_an_error() {
    for (method, answer) in [
        ("POST", Answer::redirect(302, "/y")),
        ("GET", Answer::bytes(302, "")),
        ("GET", Answer::bytes(304, "")),
    ] {
        let server = answering(vec![answer]);
        let api = api(&server);
        let request = if method == "POST" { api.post("/x").json(&1) } else { api.get("/x") };
        let error = request.send().unwrap_err();
        assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Status, 1), "{error}");
    }
}
