//! Whatever happens in between, the database holds each record of a chain once.

mod pruned;

use proptest::prelude::*;

use super::*;
use crate::{sink::Line, state::Lane};

fn scope(stream: &str, chain: &str) -> Scope {
    Scope {
        connection: "git".into(),
        stream: stream.into(),
        lane: Lane::Sync,
        chain: chain.into(),
        run: "r".into(),
        connector: "git".into(),
        version: "0.1.0".into(),
    }
}

fn append(sink: &mut dyn Sink, uri: Option<&str>, record: &str) {
    let outgoing = Outgoing {
        line: Line::whole(b""),
        record,
        record_type: "Branch",
        uri,
        sequence: 0,
        extracted_at: "2024-01-01T00:00:00Z",
    };
    sink.append(&outgoing).unwrap();
}

/// Commits all that was appended.
fn commit(sink: &mut dyn Sink, mark: &Mark) -> Position {
    sink.note().unwrap();
    sink.commit(mark).unwrap()
}

fn mark(revision: u64) -> Mark {
    let state = format!("{{\"page\":{revision}}}");
    let version = "0.1.0".to_owned();
    Mark { revision, state, version, state_format: 3, records: revision * 10, is_last: false }
}

fn resume(revision: u64) -> Start {
    Start::Resume { position: Position::Null, revision }
}

fn texts(path: &Path, query: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
    rows.map(|value| match value.unwrap() {
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    })
    .collect()
}

const RECORDS: &str = "SELECT record FROM records ORDER BY id";

#[test]
fn a_database_that_is_ahead_says_so_and_one_that_is_behind_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    let mut opened = open(&path, &scope("s", "c"), &Start::New).unwrap();
    append(&mut *opened.sink, None, "{\"a\":1}");
    commit(&mut *opened.sink, &mark(1));
    append(&mut *opened.sink, None, "{\"a\":2}");
    opened.sink.settle().unwrap();
    assert_eq!(texts(&path, RECORDS), ["{\"a\":1}", "{\"a\":2}"]);
    drop(opened);
    // The runner died between the sink and the state.
    let opened = open(&path, &scope("s", "c"), &resume(0)).unwrap();
    assert_eq!(opened.ahead, Some(mark(1)));
    drop(opened);
    let opened = open(&path, &scope("s", "c"), &resume(1)).unwrap();
    assert_eq!((opened.ahead, texts(&path, RECORDS)), (None, vec!["{\"a\":1}".to_owned()]));
    for (chain, revision) in [("c", 2), ("other", 1)] {
        let refused = open(&path, &scope("s", chain), &resume(revision)).err().unwrap().to_string();
        assert!(refused.contains("lacks records that had been delivered"), "{refused}");
    }
    let mut opened = open(&path, &scope("s", "c"), &resume(1)).unwrap();
    commit(&mut *opened.sink, &Mark { is_last: true, ..mark(2) });
    drop(opened);
    let ahead = open(&path, &scope("s", "c"), &resume(1)).unwrap().ahead.unwrap();
    assert!(ahead.is_last && ahead.revision == 2);
}

#[test]
fn a_view_of_each_type_tells_the_latest_and_another_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    for (chain, name) in [("one", "main"), ("two", "trunk")] {
        let mut opened = open(&path, &scope("s", chain), &Start::New).unwrap();
        append(
            &mut *opened.sink,
            Some("https://x.example/1"),
            &format!("{{\"_type\":\"Branch\",\"name\":\"{name}\"}}"),
        );
        append(&mut *opened.sink, None, "{\"_type\":\"Branch\",\"name\":\"same\"}");
        commit(&mut *opened.sink, &mark(1));
    }
    assert_eq!(texts(&path, "SELECT name FROM Branch ORDER BY name"), ["same", "trunk"]);
    assert_eq!(
        texts(&path, "SELECT name FROM Branch_history ORDER BY _id"),
        ["main", "same", "trunk", "same"]
    );
    assert_eq!(texts(&path, "SELECT DISTINCT _stream FROM Branch"), ["s"]);
    for record_type in connector_schemas::record_types() {
        let name = record_type.name();
        assert_eq!(texts(&path, &format!("SELECT count(*) FROM \"{name}_history\"")).len(), 1, "{name}");
        let properties = record_type.schema()["properties"].as_object().unwrap();
        let columns: Vec<String> = properties.keys().map(|name| format!("\"{name}\"")).collect();
        texts(&path, &format!("SELECT {} FROM \"{name}\"", columns.join(", ")));
    }
}

#[test]
fn runs_share_a_database_and_their_records_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    let mut one = open(&path, &scope("one", "1"), &Start::New).unwrap();
    let mut other = open(&path, &scope("other", "2"), &Start::New).unwrap();
    append(&mut *one.sink, None, "{\"one\":1}");
    commit(&mut *one.sink, &mark(1));
    append(&mut *other.sink, None, "{\"other\":1}");
    commit(&mut *other.sink, &mark(1));
    append(&mut *one.sink, None, "{\"one\":2}");
    one.sink.settle().unwrap();
    drop(one);
    drop(open(&path, &scope("one", "1"), &resume(1)).unwrap());
    assert_eq!(texts(&path, RECORDS), ["{\"one\":1}", "{\"other\":1}"]);
}

#[test]
fn a_file_that_is_no_database_of_records_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "notes that are long enough to be looked at, and no database at all").unwrap();
    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute("CREATE TABLE x (y)", []).unwrap();
    let newer = folder.path().join("newer.db");
    drop(open(&newer, &scope("s", "c"), &Start::New).unwrap());
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 2).unwrap();
    for (path, complaint) in [
        (&text, "file is not a database"),
        (&foreign, "it is a database of something else; name another file"),
        (&newer, "it was written by a newer runner; use that one"),
        (&folder.path().join("absent/out.db"), "unable to open database file"),
    ] {
        let before = std::fs::read(path).ok();
        let refused = crate::chain(&open(path, &scope("s", "c"), &Start::New).err().unwrap());
        assert!(refused.contains(complaint), "{refused}");
        assert_eq!(std::fs::read(path).ok(), before);
    }
}

/// What can happen between two checkpoints.
#[derive(Debug, Clone)]
enum Step {
    Append(usize),
    Flush,
    Note,
    Settle,
    /// Whether the runner's state hears of it before the runner dies, and whether it is of all that was appended.
    Commit(bool, bool),
    Crash,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn the_database_holds_each_record_once_whatever_happens(
        steps in prop::collection::vec(
            prop_oneof![
                6 => (1_usize..400).prop_map(Step::Append),
                1 => Just(Step::Flush),
                2 => Just(Step::Note),
                1 => Just(Step::Settle),
                2 => any::<(bool, bool)>().prop_map(|(is_heard, is_noted)| Step::Commit(is_heard, is_noted)),
                1 => Just(Step::Crash),
            ],
            1..30,
        )
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.db");
        let scope = scope("s", "c");
        let mut opened = open(&path, &scope, &Start::New).unwrap();
        // What the runner's state knows, and what the database does.
        let (mut revision, mut there) = (0_u64, 0_u64);
        let (mut durable, mut taken): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut noted = Vec::new();
        for step in steps.into_iter().chain([Step::Commit(true, true)]) {
            match step {
                Step::Append(records) => {
                    for _ in 0..records {
                        let record = format!("{{\"number\":{}}}", taken.len());
                        append(&mut *opened.sink, None, &record);
                        taken.push(record);
                    }
                }
                Step::Flush => opened.sink.flush().unwrap(),
                Step::Note => {
                    opened.sink.note().unwrap();
                    noted.clone_from(&taken);
                }
                Step::Settle => opened.sink.settle().unwrap(),
                Step::Commit(is_heard, is_noted) => {
                    there = revision + 1;
                    if is_noted {
                        opened.sink.note().unwrap();
                        noted.clone_from(&taken);
                    }
                    opened.sink.commit(&mark(there)).unwrap();
                    durable.clone_from(&noted);
                    if is_heard {
                        revision = there;
                        continue;
                    }
                    opened = open(&path, &scope, &resume(revision)).unwrap();
                    prop_assert_eq!(opened.ahead.clone(), Some(mark(there)));
                    revision = there;
                    taken.clone_from(&durable);
                    noted.clone_from(&durable);
                }
                Step::Crash => {
                    drop(opened);
                    opened = open(&path, &scope, &resume(revision)).unwrap();
                    prop_assert_eq!(opened.ahead.clone(), Some(mark(there)).filter(|_| there > revision));
                    taken.clone_from(&durable);
                    noted.clone_from(&durable);
                }
            }
        }
        prop_assert_eq!(texts(&path, RECORDS), durable);
    }
}
