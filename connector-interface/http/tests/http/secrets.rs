//! No error shows a secret, whatever the source sends back.

use base64::{Engine, engine::general_purpose::STANDARD};
use connector_http::{Auth, Error, ErrorKind, HttpBuilder, Pages};
use connector_testing::{Answer, FakeRunner, MockServer, Received};
use serde_json::{Value, json};

use crate::builder;

const SECRET: &str = "s3cr3t/+token";

/// Answers with everything that it was shown.
fn echo(status: u16) -> MockServer {
    MockServer::start(move |request: &Received| {
        let headers: Vec<_> =
            request.headers().iter().map(|(name, value)| format!("{name}: {value}")).collect();
        Answer::json(status, &json!({ "target": request.target(), "headers": headers, "plain": SECRET }))
    })
}

fn assert_hidden(error: &Error) {
    let encoded: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    for form in [SECRET.to_owned(), STANDARD.encode(SECRET), STANDARD.encode(format!("me:{SECRET}")), encoded]
    {
        assert!(!error.to_string().contains(&form), "{form} is in: {error}");
        assert!(!format!("{error:?}").contains(&form), "{form} is in: {error:?}");
    }
}

#[test]
fn no_way_to_prove_who_asks_is_shown_by_an_error() {
    let ways: [fn(HttpBuilder) -> HttpBuilder; 4] = [
        |builder| builder.auth(Auth::bearer(SECRET)),
        |builder| builder.auth(Auth::basic("me", SECRET)),
        |builder| builder.auth(Auth::header("X-Api-Key", SECRET)),
        |builder| builder.auth(Auth::header("Authorization", format!("Token token=\"{SECRET}\""))),
    ];
    for with_secret in ways {
        for status in [400, 401, 404, 503] {
            let server = echo(status);
            let api = with_secret(builder(&server, &FakeRunner::new())).build().unwrap();
            assert_hidden(&api.get(format!("/echo/{SECRET}")).send().unwrap_err());
        }
        let server = echo(200);
        let api = with_secret(builder(&server, &FakeRunner::new())).build().unwrap();
        assert_hidden(&api.get("/x").send().unwrap().json::<u8>().unwrap_err());
    }
}

#[test]
fn a_secret_in_the_query_is_sent_and_not_shown() {
    let server = echo(404);
    let api = builder(&server, &FakeRunner::new()).build().unwrap();
    let request = api.get("/x").query("page", 2).secret_query("api_key", SECRET);
    assert!(!format!("{request:?}").contains("s3cr3t"));
    let error = request.send().unwrap_err();
    assert_eq!(server.requests()[0].query_value("api_key").unwrap(), SECRET);
    assert!(error.to_string().contains("/x?page=2&api_key=[secret] answered 404"), "{error}");
    assert_hidden(&error);
}

#[test]
fn a_short_secret_in_the_query_is_not_shown_either() {
    let server = MockServer::start(|_| Answer::json(404, &Value::Null));
    let api = builder(&server, &FakeRunner::new()).build().unwrap();
    let error = api.get("/x").secret_query("key", "abc").send().unwrap_err();
    assert!(error.to_string().contains("/x?key=[secret] answered"), "{error}");
}

#[test]
fn a_redirect_that_repeats_a_secret_is_told_without_it() {
    let server = MockServer::start(|_| Answer::redirect(302, &format!("ftp://a.example/?t={SECRET}")));
    let api = builder(&server, &FakeRunner::new()).auth(Auth::bearer(SECRET)).build().unwrap();
    let error = api.get("/x").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert_hidden(&error);
}

#[test]
fn the_signature_of_a_url_that_was_made_elsewhere_is_not_shown() {
    let other = MockServer::start(|_| Answer::bytes(403, "expired"));
    let signed = format!("{}/file?signature=0123456789", other.base_url());
    let server = MockServer::start(move |_| Answer::redirect(302, &signed));
    let error = builder(&server, &FakeRunner::new()).build().unwrap().get("/x").send().unwrap_err();
    assert!(error.to_string().contains("/file answered 403 Forbidden: expired"), "{error}");
    assert_eq!(other.requests()[0].query_value("signature").unwrap(), "0123456789");
}

#[test]
fn no_url_from_elsewhere_is_shown_with_what_it_takes() {
    let place = "https://me:hunter2@files.example/x?signature=0123456789";
    let server = MockServer::start(move |request: &Received| match request.path() {
        "/redirect" => Answer::redirect(302, place),
        _ => Answer::json(200, &json!({ "next": place })),
    });
    let api = builder(&server, &FakeRunner::new()).build().unwrap();
    let pages = Pages::next_url(|body: &Value| body["next"].as_str().map(str::to_owned));
    for error in [
        api.get("/redirect").send().unwrap_err(),
        api.get("/pages").pages(pages).find_map(Result::err).unwrap(),
        api.get(place).send().unwrap_err(),
    ] {
        let shown = error.to_string();
        assert!(shown.contains("https://files.example/x"), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains("0123456789"), "{shown}");
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let server = echo(200);
    let builder = builder(&server, &FakeRunner::new()).auth(Auth::basic("me", SECRET));
    let shown =
        format!("{builder:?} {:?} {:?}", Auth::bearer(SECRET), Auth::client_credentials("u", "i", SECRET));
    assert!(!shown.contains("s3cr3t"), "{shown}");
}

#[test]
fn a_key_that_stands_for_the_user_is_not_shown_either() {
    for (key, password) in [("s3cr3t", ""), (SECRET, "x"), ("s3cr3t-key-of-16", "api_token")] {
        let server = MockServer::start(move |_| Answer::json(400, &json!({ "key": key })));
        let api = builder(&server, &FakeRunner::new()).auth(Auth::basic(key, password)).build().unwrap();
        let shown = api.get("/x").send().unwrap_err().to_string();
        assert!(shown.contains("[secret]") && !shown.contains(key), "{shown}");
    }
}
