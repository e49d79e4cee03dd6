//! Tests of placeholders, with a cassette that is asked over a socket.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::json;

use super::*;

fn configuration(folder: &Path, value: Value) -> Configuration {
    let source = ConfigurationSource::File(folder.join("check.json"));
    let Value::Object(map) = value else { panic!("an object") };
    Configuration::from_map(source, map)
}

fn record(folder: &Path) {
    let exchange = |path: &str, body: &str| {
        json!({
            "request": { "method": "GET", "path": path, "query": [["key", "[secret]"]] },
            "response": { "status": 200, "body": body },
        })
    };
    let tape = json!({
        "upstream": "https://api.example",
        "exchanges": [exchange("/a", "one"), exchange("/a", "two")],
    });
    fs::write(folder.join("tape.json"), tape.to_string()).unwrap();
}

fn ask(base_url: &str, target: &str) -> String {
    let mut connection = TcpStream::connect(base_url.strip_prefix("http://").unwrap()).unwrap();
    write!(connection, "GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_placeholder_becomes_a_server_that_replays_the_cassette_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    record(folder.path());
    let given = configuration(
        folder.path(),
        json!({ "token": "not-a-token", "hosts": [{ "url": "cassette:tape.json" }], "other": "cassette:tape.json" }),
    );
    let schema = json!({ "properties": { "token": { "secret": true } } });
    let (replayed, source) = replay(&given, &schema).unwrap();
    let url = replayed.as_map()["other"].as_str().unwrap();
    assert_eq!(replayed.as_map()["hosts"][0]["url"], url);
    assert_eq!(replayed.as_map()["token"], "not-a-token");
    let asked = || ask(url, "/a?key=not-a-token");
    assert_eq!(
        [asked(), asked(), asked()].map(|answer| answer[answer.len() - 3..].to_owned()),
        ["one", "two", "one"]
    );
    source.rewind();
    assert!(asked().ends_with("one"));
    assert_eq!(source.take_unrecorded(), Vec::<String>::new());
    assert!(ask(url, "/b?key=1").starts_with("HTTP/1.1 501"));
    let unrecorded = source.take_unrecorded().join("\n");
    assert_eq!(unrecorded.lines().count(), 1, "{unrecorded}");
    assert!(unrecorded.contains("GET /b?key=1") && unrecorded.contains("GET /a?key="), "{unrecorded}");
    assert_eq!(source.take_unrecorded(), Vec::<String>::new());
}

#[test]
fn a_cassette_that_is_not_there_is_told_with_its_place_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let given = configuration(folder.path(), json!({ "urls": ["cassette:absent.json"] }));
    let error = replay(&given, &json!({})).unwrap_err().to_string();
    for part in ["check.json: /urls/0: cannot read the cassette", "absent.json", "RECORD_CASSETTES=1"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn without_placeholders_nothing_is_started() {
    let given = configuration(Path::new("/x"), json!({ "url": "https://cassette:x.example", "count": 3 }));
    let (replayed, source) = replay(&given, &json!({})).unwrap();
    assert!(source.cassettes.is_empty());
    assert_eq!(replayed, given);
}
