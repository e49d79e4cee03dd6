//! Recorded traffic is played as it was recorded, without secrets, and what was not recorded is told of.

#![expect(clippy::unwrap_used, reason = "a failing test is to panic")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use connector_testing::{Answer, Cassette, MockServer, Received};
use serde_json::{Value, json};
use tempfile::TempDir;

const TOKEN: &str = "t0p/s3cret+token";

/// A client as connectors have one; the answer's status, headers that matter and body.
struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self(agent.into())
    }

    fn get(&self, url: &str) -> (u16, Option<String>, Vec<u8>) {
        let mut answer = self.0.get(url).header("Authorization", format!("Token {TOKEN}")).call().unwrap();
        let link = answer.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
        (answer.status().as_u16(), link, body)
    }

    fn json(&self, url: &str) -> Value {
        serde_json::from_slice(&self.get(url).2).unwrap()
    }

    fn post(&self, url: &str, body: &Value) -> u16 {
        self.0.post(url).send(body.to_string()).unwrap().status().as_u16()
    }
}

/// Answers with all that a recording has to cope with.
fn upstream() -> MockServer {
    let counter = std::sync::atomic::AtomicU32::new(0);
    MockServer::start(move |request: &Received| match request.path() {
        "/items" => {
            let host = request.header("Host").unwrap();
            let next = format!("http://{host}/items?page=2");
            let body = json!({ "items": [1, 2], "next": next, "self": format!("http://{host}/items") });
            Answer::json(200, &body)
                .header("Link", &format!("<{next}>; rel=\"next\""))
                .header("Set-Cookie", "session=hunter2-hunter2")
                .header("X-RateLimit-Remaining", "7")
        }
        "/me" => Answer::json(
            200,
            &json!({ "token": request.header("Authorization").unwrap(), "pin": 12_345_678 }),
        ),
        "/count" => {
            let count = counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Answer::json(if count == 0 { 202 } else { 200 }, &json!({ "count": count }))
        }
        "/large" => Answer::bytes(200, vec![b'x'; 3 << 20]).gzip(),
        "/binary" => Answer::bytes(200, [0xff, 0x00, 0xfe]),
        "/form" => Answer::bytes(204, ""),
        _ => Answer::json(404, &json!({ "error": request.target() })),
    })
}

/// What a test asks, of the upstream through a recording or of the recording alone.
fn ask_all(client: &Client, base: &str) -> Vec<(u16, Vec<u8>)> {
    let token = "t0p%2Fs3cret%2Btoken";
    ["/count", "/large", "/count", "/binary", &format!("/x/{token}?token={token}&a=1")]
        .iter()
        .map(|target| client.get(&format!("{base}{target}")))
        .map(|(status, _, body)| (status, body))
        .collect()
}

fn recorded(folder: &TempDir) -> std::path::PathBuf {
    let path = folder.path().join("cassettes/all.json");
    let upstream = upstream();
    let cassette = Cassette::record(&path).upstream(&upstream.base_url()).secret(TOKEN).secret("12345678");
    let client = Client::new();
    let base = cassette.base_url();
    ask_all(&client, &base);
    assert_eq!(client.json(&format!("{base}/me"))["token"], format!("Token {TOKEN}"));
    assert_eq!(client.get(&format!("{base}/items")).1, Some(format!("<{base}/items?page=2>; rel=\"next\"")));
    assert_eq!(client.post(&format!("{base}/form"), &json!({ "secret": TOKEN })), 204);
    cassette.finish().unwrap();
    path
}

#[test]
fn what_was_recorded_is_played_without_its_upstream() {
    let folder = TempDir::new().unwrap();
    let path = recorded(&folder);
    let cassette = Cassette::replay(&path).secret(TOKEN);
    let (client, base) = (Client::new(), cassette.base_url());
    let answers = ask_all(&client, &base);
    let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [202, 200, 200, 200, 404]);
    assert_eq!(answers[1].1.len(), 3 << 20);
    assert_eq!(answers[3].1, [0xff, 0x00, 0xfe]);
    assert_eq!(client.json(&format!("{base}/me")), json!({ "token": "Token [secret]", "pin": "[secret]" }));
    let (_, link, body) = client.get(&format!("{base}/items"));
    assert_eq!(link, Some(format!("<{base}/items?page=2>; rel=\"next\"")));
    assert!(!String::from_utf8(body).unwrap().contains(&base), "bodies are left as they are");
    assert_eq!(client.post(&format!("{base}/form"), &json!({ "secret": TOKEN })), 204);
    cassette.assert_all_played();
}

#[test]
fn nothing_secret_and_no_header_beyond_the_few_is_recorded() {
    let folder = TempDir::new().unwrap();
    let text = std::fs::read_to_string(recorded(&folder)).unwrap();
    for secret in [TOKEN, "t0p%2F", "12345678", "hunter2", "cookie", "uthorization", "date"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let tape: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        tape["exchanges"][4]["request"],
        json!({ "method": "GET", "path": "/x/[secret]", "query": [["token", "[secret]"], ["a", "1"]] })
    );
    let headers = &tape["exchanges"][6]["response"]["headers"];
    let names: Vec<&String> = headers.as_object().unwrap().keys().collect();
    assert_eq!(names, ["content-type", "link", "x-ratelimit-remaining"]);
    assert_eq!(tape["exchanges"][7]["request"]["body"], json!({ "secret": "[secret]" }));
    assert!(text.ends_with("}\n") && text.lines().count() > 50, "it is written for diffs");
}

fn tape(folder: &TempDir) -> std::path::PathBuf {
    let exchange = |query: Value, status: u16| {
        json!({
            "request": { "method": "GET", "path": "/items", "query": query },
            "response": { "status": status, "body": { "next": "https://items.example/items?page=2" } }
        })
    };
    let tape = json!({
        "upstream": "https://items.example",
        "exchanges": [
            exchange(json!([["page", "1"], ["per", "10"]]), 200),
            exchange(json!([["page", "1"], ["per", "10"]]), 201),
            exchange(json!([["page", "2"]]), 200)
        ]
    });
    let path = folder.path().join("items.json");
    std::fs::write(&path, tape.to_string()).unwrap();
    path
}

#[test]
fn a_request_that_was_not_recorded_is_answered_with_what_is_nearest_and_fails_the_test() {
    let folder = TempDir::new().unwrap();
    let path = tape(&folder);
    let table = [
        (
            "/items?page=3&per=10",
            vec![
                "GET /items?page=1&per=10: recorded with page=1, asked with 3",
                "GET /items?page=2: recorded with page=2, asked with 3, recorded without per, asked with 10",
            ],
        ),
        (
            "/items",
            vec![
                "GET /items?page=2: recorded with page=2, asked without",
                "GET /items?page=1&per=10: recorded with page=1, asked without, recorded with per=10, asked without",
            ],
        ),
        (
            "/item?page=2",
            vec![
                "GET /items?page=1&per=10: another method or path",
                "GET /items?page=2: another method or path",
            ],
        ),
        ("/elsewhere/altogether", vec![]),
    ];
    for (target, nearest) in table {
        let cassette = Cassette::replay(&path);
        let (status, _, body) = Client::new().get(&format!("{}{target}", cassette.base_url()));
        let body: Value = serde_json::from_slice(&body).unwrap();
        let told = catch_unwind(AssertUnwindSafe(|| drop(cassette))).expect_err("the test fails");
        let told = told.downcast_ref::<String>().unwrap();
        assert_eq!((status, &body["nearest"]), (501, &json!(nearest)), "{target}");
        let lines: String = nearest.iter().map(|line| format!("\n  {line}")).collect();
        assert_eq!(
            *told,
            format!(
                "the cassette {} has no exchange left for GET {target}{lines}\
                 \n  to record it anew: RECORD_CASSETTES=1 cargo test",
                path.display()
            )
        );
    }
}

#[test]
fn the_same_request_gets_the_next_answer_until_there_is_none() {
    let folder = TempDir::new().unwrap();
    let path = tape(&folder);
    let statuses = |cassette: &Cassette| -> Vec<u16> {
        let url = format!("{}/items?per=10&page=1", cassette.base_url());
        let client = Client::new();
        (0..3).map(|_| client.get(&url).0).collect()
    };
    let once = Cassette::replay(&path);
    assert_eq!(statuses(&once), [200, 201, 501]);
    let told = once.finish().unwrap_err();
    assert!(
        told.contains("it was recorded 2 times, and each has been played: is this a retry, or a loop?"),
        "{told}"
    );
    let repeating = Cassette::replay(&path).repeating();
    assert_eq!(statuses(&repeating), [200, 201, 200]);
}

#[test]
fn what_nobody_asked_for_is_named() {
    let folder = TempDir::new().unwrap();
    let cassette = Cassette::replay(tape(&folder)).rewriting("/next");
    let next = Client::new().json(&format!("{}/items?page=2", cassette.base_url()))["next"].clone();
    assert_eq!(next, format!("{}/items?page=2", cassette.base_url()));
    let told = catch_unwind(AssertUnwindSafe(|| cassette.assert_all_played())).unwrap_err();
    let told = told.downcast_ref::<String>().unwrap();
    let listed = "items.json:\n  GET /items?page=1&per=10\n  GET /items?page=1&per=10";
    assert!(
        told.starts_with("nobody has asked for some exchanges of the cassette ") && told.ends_with(listed),
        "{told}"
    );
}

#[test]
fn nothing_is_written_where_something_is_wrong_with_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.json");
    let closed = MockServer::start(|_: &Received| Answer::reset());
    let table = [
        (Cassette::record(&path), "it has no upstream: say .upstream(\"https://...\")"),
        (Cassette::record(&path).upstream(&closed.base_url()), "cannot record GET /count: "),
    ];
    for (cassette, message) in table {
        let (status, _, _) = Client::new().get(&format!("{}/count", cassette.base_url()));
        let told = cassette.finish().unwrap_err();
        assert!(status == 502 && told.contains(message), "{told}");
        assert!(!path.exists());
    }
    let telling = Cassette::record(&path).upstream("http://s3cret-host.example").secret("s3cret-host");
    assert!(telling.finish().unwrap_err().ends_with("is not written: a secret is in the upstream's URL"));
    assert!(!path.exists());
}

/// What is told where this panics.
fn panic_of(work: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    payload.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn a_recording_whose_test_was_left_early_leaves_the_file_as_it_is() {
    let folder = TempDir::new().unwrap();
    let (path, upstream) = (tape(&folder), upstream());
    let before = std::fs::read(&path).unwrap();
    let recording = || Cassette::record(&path).upstream(&upstream.base_url());
    let left = recording();
    Client::new().get(&format!("{}/count", left.base_url()));
    drop(left);
    assert!(recording().finish().unwrap_err().ends_with("is not written: nothing was asked"));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let whole = recording();
    Client::new().get(&format!("{}/count", whole.base_url()));
    whole.assert_all_played();
    drop(whole);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains("/count") && !written.contains("/items"), "{written}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no other file is left behind");
}

#[test]
fn what_is_asked_and_not_recorded_is_told_at_the_end_as_well() {
    let folder = TempDir::new().unwrap();
    let cassette = Cassette::replay(tape(&folder)).repeating();
    for target in ["/items?page=2", "/items?page=1&per=10", "/items?page=1&per=10", "/other"] {
        Client::new().get(&format!("{}{target}", cassette.base_url()));
    }
    let told = panic_of(|| cassette.assert_all_played());
    assert!(told.contains("has no exchange left for GET /other"), "{told}");
    cassette.finish().unwrap_err();
}

#[test]
fn tokens_that_are_issued_while_it_is_recorded_are_secrets_in_all_of_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.json");
    let upstream = MockServer::start(|request: &Received| match request.path() {
        "/token" => Answer::json(
            200,
            &json!({ "access_token": "issued-1", "data": { "refreshToken": "issued-2" }, "id_token": "short" }),
        ),
        _ => Answer::bytes(200, "{\"a\":\"issued-1\"}\n{\"b\":\"t0p\\u002Fs3cret\\u002btoken\"}\n"),
    });
    let cassette = Cassette::record(&path).upstream(&upstream.base_url()).secret(TOKEN);
    let (client, base) = (Client::new(), cassette.base_url());
    client.get(&format!("{base}/lines"));
    assert_eq!(client.json(&format!("{base}/token"))["access_token"], "issued-1");
    client.get(&format!("{base}/lines?token=issued-1&renewed=issued-2"));
    cassette.finish().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("issued-") && !text.contains("s3cret\\"), "{text}");
    let replaying = Cassette::replay(&path).secret(TOKEN);
    let answer = client.get(&format!("{}/lines?token=[secret]&renewed=[secret]", replaying.base_url()));
    assert_eq!(String::from_utf8(answer.2).unwrap(), "{\"a\":\"[secret]\"}\n{\"b\":\"[secret]\"}\n");
}

#[test]
fn a_body_is_passed_on_byte_for_byte_and_replayed_with_all_that_it_says() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.json");
    let large = r#"{ "z": 123456789012345678901234567890, "a": 1 }"#;
    let small = r#"{ "z": 1, "a": 2.5 }"#;
    let upstream = MockServer::start(move |request: &Received| match request.path() {
        "/large" => Answer::bytes(200, large),
        _ => Answer::bytes(200, small),
    });
    let client = Client::new();
    let asked = |cassette: &Cassette| {
        let base = cassette.base_url();
        ["/large", "/small"]
            .map(|target| String::from_utf8(client.get(&format!("{base}{target}")).2).unwrap())
    };
    let recording = Cassette::record(&path).upstream(&upstream.base_url());
    assert_eq!(asked(&recording), [large, small]);
    recording.finish().unwrap();
    assert_eq!(asked(&Cassette::replay(&path)), [large, r#"{"a":2.5,"z":1}"#]);
}

#[test]
fn redirects_are_followed_below_the_upstream_and_nowhere_else() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.json");
    let upstream = MockServer::start(|request: &Received| match request.path() {
        "/v2/here" => Answer::redirect(302, "/v2/there"),
        "/v2/away" => Answer::redirect(302, "https://elsewhere.example/"),
        _ => Answer::json(200, &request.target()),
    });
    let record = || Cassette::record(&path).upstream(&format!("{}/v2", upstream.base_url()));
    let followed = |cassette: &Cassette| {
        let mut answer = ureq::get(format!("{}/here", cassette.base_url())).call().unwrap();
        answer.body_mut().read_to_string().unwrap()
    };
    let recording = record();
    assert_eq!(followed(&recording), "\"/v2/there\"");
    recording.finish().unwrap();
    assert_eq!(followed(&Cassette::replay(&path)), "\"/v2/there\"");

    let recording = record();
    assert_eq!(Client::new().get(&format!("{}/away", recording.base_url())).0, 502);
    let told = recording.finish().unwrap_err();
    assert!(told.contains("GET /away: it is redirected to https://elsewhere.example/, away from "), "{told}");
}

#[test]
fn a_cassette_that_cannot_be_used_says_why() {
    let folder = TempDir::new().unwrap();
    let torn = folder.path().join("torn.json");
    std::fs::write(&torn, "{\"upstream\": 7}").unwrap();
    let absent = panic_of(|| drop(Cassette::replay("/absent.json")));
    assert_eq!(
        absent,
        "cannot read the cassette /absent.json: No such file or directory (os error 2)\n\
         To record it: RECORD_CASSETTES=1 cargo test"
    );
    assert!(panic_of(|| drop(Cassette::replay(&torn))).contains("torn.json is no cassette: "));
    let short = panic_of(|| drop(Cassette::replay(tape(&folder)).secret("token")));
    assert!(short.starts_with("a secret of 5 bytes would be found in ordinary words"), "{short}");
    let masked = panic_of(|| drop(Cassette::replay(tape(&folder)).secret("secret")));
    assert!(masked.starts_with("\"secret\" cannot be told from [secret]"), "{masked}");
    let moved = panic_of(|| drop(Cassette::replay(tape(&folder)).upstream("https://other.example/")));
    assert!(
        moved.ends_with(
            "was recorded from https://items.example, and not from https://other.example: record it anew"
        ),
        "{moved}"
    );
    drop(Cassette::replay(tape(&folder)).upstream("https://items.example/"));
}
