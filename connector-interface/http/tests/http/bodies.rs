//! What comes in answers, good and bad.

use connector_http::{ErrorKind, Http, Request};
use connector_testing::{Answer, FakeRunner};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{answering, api, builder, exit_code};

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only its type matters")]
struct Incidents {
    incidents: Vec<Incident>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only its type matters")]
struct Incident {
    created_at: String,
}

#[test]
fn a_request_goes_out_as_it_was_put_together() {
    let server = answering(vec![Answer::bytes(200, "")]);
    let api = api(&server);
    api.get("/über/x y").query("q", "a b+1/=").query("n", 1).queries(None::<(&str, u8)>).send().unwrap();
    api.post("/p?x=1").json(&json!({ "a": 1 })).query("y", 2).send().unwrap();
    api.put("/f").form([("a", "b c")]).header("Accept", "text/csv").send().unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].target(), "/%C3%BCber/x%20y?q=a+b%2B1%2F%3D&n=1");
    assert_eq!(requests[0].header("Accept"), Some("application/json"));
    assert!(requests[0].header("User-Agent").unwrap().starts_with("connector-http/"));
    assert_eq!((requests[1].method(), requests[1].target()), ("POST", "/p?x=1&y=2"));
    assert_eq!(requests[1].json::<Value>().unwrap(), json!({ "a": 1 }));
    assert_eq!(requests[2].form(), [("a".to_owned(), "b c".to_owned())]);
    assert_eq!(requests[2].header("Accept"), Some("text/csv"));
}

#[test]
fn a_compressed_body_is_read_as_its_text() {
    let server = answering(vec![Answer::json(200, &json!({ "a": "b" })).gzip().header("X-One", "1")]);
    let answer = api(&server).get("/x").send().unwrap();
    assert!(server.requests()[0].header("Accept-Encoding").unwrap().contains("gzip"));
    assert_eq!(
        (answer.status(), answer.header("x-one"), answer.bytes()),
        (200, Some("1"), &br#"{"a":"b"}"#[..])
    );
    assert_eq!(answer.json::<Value>().unwrap(), json!({ "a": "b" }));
}

#[test]
fn an_answer_without_a_body_may_say_that_it_is_compressed() {
    type Send = fn(&Http) -> Request;
    let requests: [(Send, u16); 3] =
        [(|api| api.head("/x"), 200), (|api| api.delete("/x"), 204), (|api| api.get("/x"), 200)];
    for (request, status) in requests {
        let server = answering(vec![Answer::bytes(status, "").header("Content-Encoding", "gzip")]);
        let api = api(&server);
        for _ in 0..2 {
            assert_eq!(request(&api).send().unwrap().bytes(), b"", "{status}");
        }
    }
    let server = answering(vec![Answer::json(200, &json!({ "a": "b" })).gzip()]);
    assert_eq!(api(&server).head("/x").send().unwrap().bytes(), b"");
}

#[test]
fn a_compressed_body_that_breaks_off_is_not_taken_for_an_empty_one() {
    for bytes in [0, 5, 15] {
        let whole = Answer::json(200, &json!({ "a": "b" })).gzip();
        let server = answering(vec![whole.clone().truncated_after(bytes), whole]);
        let answer = api(&server).get("/x").send().unwrap();
        assert_eq!(answer.json::<Value>().unwrap(), json!({ "a": "b" }));
        assert_eq!(server.requests().len(), 2, "{bytes}");
    }
}

#[test]
fn a_body_that_is_too_large_is_refused_however_small_it_came() {
    let bomb = Answer::bytes(200, vec![b' '; 20_000_000]).gzip();
    let server = answering(vec![bomb]);
    let api = builder(&server, &FakeRunner::new()).most_body_bytes(1_000_000).build().unwrap();
    let error = api.get("/x").send().unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Body, 1));
    let shown = error.to_string();
    assert!(shown.contains("more than 1000000 bytes") && shown.contains("most_body_bytes"), "{shown}");
}

#[test]
fn a_body_of_another_kind_is_told_with_its_place() {
    for (answer, wanted) in [
        (
            Answer::json(200, &json!({ "incidents": [{ "created_at": "a" }, { "created_at": 7 }] })),
            "incidents[1].created_at: invalid type: integer `7`, expected a string",
        ),
        (Answer::json(200, &json!({ "incidents": [{}] })), "incidents[0]: missing field `created_at`"),
        (Answer::json(200, &json!({})), "missing field `incidents`"),
        (Answer::bytes(200, "  <!DOCTYPE html>"), "it is HTML"),
        (
            Answer::bytes(200, "Please log in").header("Content-Type", "text/html; charset=utf-8"),
            "it is HTML",
        ),
        (Answer::bytes(200, ""), "EOF while parsing"),
        (Answer::bytes(200, r#"{"incidents":[]} x"#), "trailing characters"),
    ] {
        let server = answering(vec![answer]);
        let error = api(&server).get("/x").send().unwrap().json::<Incidents>().unwrap_err();
        let shown = error.to_string();
        assert!(shown.starts_with("GET http") && shown.contains("answered 200 OK"), "{shown}");
        assert!(shown.contains(wanted), "{shown}");
        assert_eq!(exit_code(error), 20);
    }
}

#[test]
fn text_that_is_none_is_refused() {
    let server = answering(vec![Answer::bytes(200, vec![0xff])]);
    assert_eq!(api(&server).get("/x").send().unwrap().text().unwrap_err().kind(), ErrorKind::Body);
}
