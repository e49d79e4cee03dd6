//! What cannot be a client is told by key.

use connector_http::{Auth, ErrorKind, Http, HttpBuilder};
use connector_testing::{Answer, FakeRunner};

use crate::answering;

#[test]
fn what_is_wrong_with_a_configuration_is_named_with_what_a_good_one_is() {
    for (configure, wanted) in [
        (
            (|builder| builder.base_url(Some("api.example.com"))) as fn(HttpBuilder) -> HttpBuilder,
            "baseUrl: expected a URL such as https://api.example.com, but it is not a URL",
        ),
        (
            |builder| builder.base_url(Some("https://me:hunter2@a.example")),
            "baseUrl: expected a URL such as https://api.example.com, but it holds a user name or a password, which \
             belong under keys of their own",
        ),
        (
            |builder| builder.base_url(Some("https://a.example/?x=1")),
            "baseUrl: expected a URL without a query, such as https://api.example.com/v2",
        ),
        (
            |builder| builder.proxy(Some("http://me:hunter2@")),
            "proxy: expected http://host:port or http://user:password@host:port",
        ),
        (
            |builder| builder.proxy(Some("socks5://a.example:1")),
            "proxy: expected http://host:port or http://user:password@host:port",
        ),
        (
            |builder| builder.auth(Auth::bearer("hunter2\n")),
            "the value of the header Authorization cannot be sent: it holds a line break or a control character; check \
             the credentials for a line break",
        ),
        (
            |builder| builder.auth(Auth::client_credentials("auth.example", "me", "hunter2")),
            "the token's URL: expected a URL such as https://api.example.com, but it is not a URL",
        ),
        (|builder| builder.header("a b", "c"), "\"a b\" cannot be the name of a header"),
    ] {
        let builder = Http::new(&FakeRunner::new().context(), "https://api.example.com");
        let error = configure(builder).build().unwrap_err();
        assert_eq!((error.to_string(), error.kind()), (wanted.to_owned(), ErrorKind::Configuration));
    }
}

#[test]
fn a_base_url_may_have_a_path_and_paths_stay_below_it() {
    let server = answering(vec![Answer::bytes(200, "")]);
    let base = format!("{}/jenkins/", server.base_url());
    let builder = Http::new(&FakeRunner::new().context(), "https://api.example.com");
    let api = builder.base_url(Some(&base)).build().unwrap();
    api.get("/job/x").send().unwrap();
    api.get(format!("{base}job/y?z=1")).send().unwrap();
    let targets: Vec<String> = server.requests().iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(targets, ["/jenkins/job/x", "/jenkins/job/y?z=1"]);
}

#[test]
fn a_url_of_another_place_is_not_asked() {
    let server = answering(vec![Answer::bytes(200, "")]);
    let api = crate::api(&server);
    let error = api.get("https://evil.example/x").send().unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Request, 0));
    assert!(error.to_string().starts_with("https://evil.example/x is not at http://127.0.0.1:"), "{error}");
}
