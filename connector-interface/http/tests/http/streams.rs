//! Elements that are used as they come.

use std::time::{Duration, Instant};

use connector_http::ErrorKind;
use connector_interface::Error;
use connector_testing::{Answer, FakeRunner, MockServer, Received, exit_code};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{answering, api, builder};

#[derive(Deserialize)]
struct Item {
    id: u64,
}

#[test]
fn elements_come_one_by_one_and_the_rest_comes_back() {
    for (pointer, body, rest) in [
        ("", json!([{ "id": 1 }, { "id": 2 }]), json!({})),
        (
            "/items",
            json!({ "a": 1, "items": [{ "id": 1 }, { "id": 2 }], "more": true }),
            json!({ "a": 1, "more": true }),
        ),
        (
            "/data/x~1y",
            json!({ "data": { "x/y": [{ "id": 1 }, { "id": 2 }], "total": 2 }, "z": null }),
            json!({ "data": { "total": 2 }, "z": null }),
        ),
    ] {
        let server = answering(vec![Answer::json(200, &body).gzip()]);
        let mut ids = Vec::new();
        let found = api(&server).get("/x").for_each(pointer, |item: Item| {
            ids.push(item.id);
            Ok(())
        });
        assert_eq!((ids, Value::Object(found.unwrap())), (vec![1, 2], rest), "{pointer}");
    }
}

#[test]
fn a_body_larger_than_the_cap_is_no_matter() {
    let body: Vec<Value> = (0..50_000).map(|id| json!({ "id": id })).collect();
    let server = answering(vec![Answer::json(200, &body).gzip()]);
    let api = builder(&server, &FakeRunner::new()).most_body_bytes(1000).build().unwrap();
    let mut sum = 0;
    api.get("/x")
        .for_each("", |item: Item| {
            sum += item.id;
            Ok(())
        })
        .unwrap();
    assert_eq!(sum, 49_999 * 50_000 / 2);
}

#[test]
fn neither_one_element_nor_what_stands_around_them_may_exceed_the_cap() {
    let junk = "x".repeat(600);
    for body in [
        json!({ "junk": "x".repeat(80_000), "items": [] }).to_string(),
        json!({ "items": [{ "id": 1 }, { "id": 2, "junk": "x".repeat(1000) }] }).to_string(),
        format!(r#"{{"a":"{junk}","items":[{{"id":1}}],"b":"{junk}"}}"#),
        format!(r#"{{"items":[{{"id":1}}{}]}}"#, " ".repeat(2000)),
    ] {
        let server = answering(vec![Answer::bytes(200, body).gzip()]);
        let api = builder(&server, &FakeRunner::new()).most_body_bytes(1000).build().unwrap();
        let error = api.get("/x").for_each("/items", |_: Item| Ok(())).unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains("of more than 1000 bytes") && shown.contains("most_body_bytes"), "{shown}");
        assert_eq!(server.requests().len(), 1);
    }
    let body = format!(r#"{{"a":"{junk}","items":[{}{{"id":1}}]}}"#, r#"{"id":1},"#.repeat(1000));
    let server = answering(vec![Answer::bytes(200, body)]);
    let api = builder(&server, &FakeRunner::new()).most_body_bytes(1000).build().unwrap();
    api.get("/x").for_each("/items", |_: Item| Ok(())).unwrap();
}

#[test]
fn a_body_that_breaks_off_is_asked_for_again_only_while_nothing_was_used() {
    let body = json!({ "items": [{ "id": 1 }, { "id": 2 }, { "id": 3 }] });
    let server = answering(vec![Answer::json(200, &body).truncated_after(5), Answer::json(200, &body)]);
    let mut count = 0;
    api(&server)
        .get("/x")
        .for_each("/items", |_: Item| {
            count += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!((count, server.requests().len()), (3, 2));

    let server = answering(vec![Answer::json(200, &body).truncated_after(30)]);
    let error = api(&server).get("/x").for_each("/items", |_: Item| Ok(())).unwrap_err();
    assert_eq!(server.requests().len(), 1);
    assert!(error.to_string().contains("2 elements had come"), "{error}");
    assert_eq!(exit_code(&error), 27);
}

#[test]
fn what_is_wrong_in_the_body_is_told_with_its_place() {
    for (body, pointer, wanted) in [
        (
            json!({ "items": [{ "id": 1 }, { "id": "x" }] }),
            "/items",
            "items[1].id: invalid type: string \"x\", expected u64",
        ),
        (json!({ "items": null }), "/items", "invalid type: null, expected an array at items"),
        (json!({ "other": [] }), "/items", "it has no items"),
        (json!([]), "/items", "invalid type: sequence, expected an object with the member items"),
        (json!({}), "", "invalid type: map, expected an array"),
    ] {
        let server = answering(vec![Answer::json(200, &body)]);
        let error = api(&server).get("/x").for_each(pointer, |_: Item| Ok(())).unwrap_err();
        assert!(error.to_string().contains(wanted), "{error}");
    }
}

#[test]
fn an_error_of_the_connector_ends_the_stream_and_passes_through() {
    let server = answering(vec![Answer::json(200, &json!([{ "id": 1 }, { "id": 2 }]))]);
    let mut count = 0;
    let error = api(&server)
        .get("/x")
        .for_each("", |_: Item| {
            count += 1;
            Err(Error::configuration("mine"))
        })
        .unwrap_err();
    assert_eq!((count, error.to_string(), server.requests().len()), (1, "mine".to_owned(), 1));
    assert_eq!(exit_code(&error), 10);
}

#[test]
fn a_stream_can_ask_more_while_it_is_read() {
    let server = MockServer::start(|request: &Received| match request.path() {
        "/all" => Answer::json(200, &json!([{ "id": 1 }, { "id": 2 }])),
        path => Answer::bytes(200, path),
    });
    let api = builder(&server, &FakeRunner::new()).concurrency(1).build().unwrap();
    let mut paths = Vec::new();
    api.get("/all")
        .for_each("", |item: Item| {
            paths.push(api.get(format!("/{}", item.id)).send()?.text()?.to_owned());
            Ok(())
        })
        .unwrap();
    assert_eq!(paths, ["/1", "/2"]);
}

#[test]
fn a_stream_that_takes_long_is_not_given_up() {
    let body = json!([{ "id": 1 }, { "id": 2 }]);
    let server = answering(vec![Answer::json(200, &body).slowly(1, Duration::from_millis(20))]);
    let api = builder(&server, &FakeRunner::new()).answer_timeout(Duration::from_millis(50)).build().unwrap();
    api.get("/x").for_each("", |_: Item| Ok(())).unwrap();
}

#[test]
fn an_error_whose_body_does_not_end_is_told_all_the_same() {
    let server =
        answering(vec![Answer::bytes(404, "gone".repeat(1000)).slowly(4, Duration::from_millis(60))]);
    let api =
        builder(&server, &FakeRunner::new()).answer_timeout(Duration::from_millis(400)).build().unwrap();
    let start = Instant::now();
    let error = api.get("/x").for_each("", |_: Item| Ok(())).unwrap_err();
    assert!(error.to_string().contains("answered 404 Not Found: gone"), "{error}");
    // All of it takes a minute.
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[test]
fn a_pointer_that_is_none_is_told() {
    let server = answering(vec![Answer::json(200, &json!([]))]);
    let error = api(&server).get("/x").for_each("items", |_: Item| Ok(())).unwrap_err();
    assert!(error.to_string().contains("is not a JSON pointer"), "{error}");
    let error = api(&server).get("http://[").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
}
