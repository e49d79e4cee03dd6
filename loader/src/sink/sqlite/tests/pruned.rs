//! What age may take away, and what it must leave.

use jiff::Timestamp;

use super::*;
use crate::sink::Pruning;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn append_at(sink: &mut dyn Sink, extracted_at: &str) {
    let record = "{\"_type\":\"Branch\"}";
    let outgoing = Outgoing {
        line: Line::whole(b""),
        record,
        record_type: "Branch",
        uri: None,
        sequence: 0,
        extracted_at,
    };
    sink.append(&outgoing).unwrap();
}

/// A chain of the stream `s` with records of these times.
fn written(path: &Path, chain: &str, is_last: bool, times: &[&str]) {
    written_of("s", path, chain, is_last, times);
}

fn written_of(stream: &str, path: &Path, chain: &str, is_last: bool, times: &[&str]) {
    let scope = Scope { stream: stream.to_owned(), ..scope("s", chain) };
    let mut opened = open(path, &scope, &Start::New).unwrap();
    times.iter().for_each(|time| append_at(&mut *opened.sink, time));
    commit(&mut *opened.sink, &Mark { is_last, ..mark(1) });
}

const TIMES: &str = "SELECT extracted_at FROM records ORDER BY id";

#[test]
fn old_records_of_finished_chains_go_whatever_their_offset_from_utc() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    let times = [
        "2022-12-31T23:59:59.999Z",
        "2023-01-01T01:30:00+02:00",
        "2023-01-01T00:00:00.000Z",
        "2024-01-01T00:00:00Z",
    ];
    written(&path, "finished", true, &times);
    written(&path, "unfinished", false, &times[..1]);
    let before = time("2023-01-01T00:00:00Z");
    assert_eq!(prune(&path, before, Pruning::Told).unwrap().records, 2);
    assert_eq!(texts(&path, TIMES).len(), 5, "nothing has gone yet");
    assert_eq!(prune(&path, before, Pruning::Done).unwrap().records, 2);
    assert_eq!(texts(&path, TIMES), [times[2], times[3], times[0]]);
    assert_eq!(texts(&path, "SELECT name FROM chains ORDER BY name"), ["finished", "unfinished"]);
}

#[test]
fn records_of_a_chain_that_was_given_up_go_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    let old = ["2022-01-01T00:00:00Z"];
    written(&path, "given-up", false, &old);
    let before = time("2023-01-01T00:00:00Z");
    assert_eq!(prune(&path, before, Pruning::Done).unwrap().records, 0, "it may be gone on with");
    written(&path, "later", false, &old);
    assert_eq!(prune(&path, before, Pruning::Done).unwrap().records, 1);
    assert_eq!(texts(&path, TIMES).len(), 1, "that of the later one");
}

#[test]
fn ids_never_come_again_and_an_unfinished_chain_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    let many = vec!["2020-01-01T00:00:00Z"; 25_000];
    written(&path, "unfinished", false, &many[..3]);
    written_of("other", &path, "finished", true, &many);
    let pruned = prune(&path, time("2023-01-01T00:00:00Z"), Pruning::Done).unwrap();
    assert_eq!(pruned.records, 25_000);
    assert_eq!(texts(&path, "SELECT max(id) FROM records"), ["Integer(3)"]);

    let mut resumed = open(&path, &scope("s", "unfinished"), &resume(1)).unwrap();
    assert_eq!(resumed.ahead, None);
    append_at(&mut *resumed.sink, "2024-01-01T00:00:00Z");
    let position = commit(&mut *resumed.sink, &mark(2));
    assert_eq!(position, Position::from(25_004));
    assert_eq!(texts(&path, "SELECT max(id) FROM records"), ["Integer(25004)"]);
    let late = open(&path, &scope("s", "finished"), &resume(0)).unwrap().ahead.unwrap();
    assert!(late.is_last, "a state that has not heard of the end still does");
}

#[test]
fn only_a_database_of_records_is_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("absent.db");
    let absent = prune(&path, Timestamp::now(), Pruning::Done).unwrap_err();
    assert!(absent.to_string().starts_with("cannot find the database "), "{absent}");
    assert!(!path.exists());
}
