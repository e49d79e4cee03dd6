//! The table of runs: what goes in comes out, whoever else is at it.

use std::{sync::Arc, thread};

use proptest::prelude::*;
use rusqlite::Connection;

use super::{
    fixture::{at, failed_run, run},
    *,
};
use crate::{
    exit_code::ExitCode,
    state::{DataFolder, Database, Key, Lane, StateError, StateStore},
};

fn folder() -> (tempfile::TempDir, DataFolder) {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(&folder.path().join("data")).unwrap();
    (folder, data)
}

fn history() -> (tempfile::TempDir, History) {
    let (folder, data) = folder();
    let history = History::open(&data).unwrap();
    (folder, history)
}

fn ids(history: &History, filter: &Filter) -> Vec<String> {
    history.list(filter).unwrap().into_iter().map(|listed| listed.unwrap().record.run).collect()
}

fn raw(folder: &tempfile::TempDir) -> Connection {
    Connection::open(folder.path().join("data/state.sqlite3")).unwrap()
}

#[test]
fn what_was_recorded_is_listed_the_newest_first() {
    let (_folder, history) = history();
    let records = [run("r2", 20), failed_run("r3", 30), run("r1", 10)];
    for record in &records {
        history.record(record).unwrap();
    }
    let listed = history.list(&Filter::default()).unwrap();
    let listed: Vec<_> = listed.into_iter().map(|listed| listed.unwrap().record).collect();
    assert_eq!(listed, [records[1].clone(), records[0].clone(), records[2].clone()]);
    history.record(&RunRecord { message: "otherwise".into(), ..run("r1", 40) }).unwrap();
    assert_eq!(ids(&history, &Filter::default()), ["r1", "r3", "r2"], "a run is remembered once");
}

#[test]
fn runs_are_chosen_by_what_they_are() {
    let (_folder, history) = history();
    let text = |text: &str| Some(text.to_owned());
    for record in [
        run("1", 10),
        RunRecord { connection: "other".into(), ..failed_run("2", 20) },
        RunRecord { stream: text("b"), exit_code: 26, ..run("3", 30) },
        RunRecord { sync: None, stream: None, exit_code: 10, ..run("4", 40) },
        RunRecord { sync: text("sync-2"), exit_code: 130, ..run("5", 50) },
    ] {
        history.record(&record).unwrap();
    }
    let all = Filter::default;
    for (filter, expected) in [
        (all(), "5 4 3 2 1"),
        (Filter { since: Some(at(30)), ..all() }, "5 4 3"),
        (Filter { until: Some(at(30)), ..all() }, "2 1"),
        (Filter { since: Some(at(20)), until: Some(at(40)), ..all() }, "3 2"),
        (Filter { connection: text("main"), ..all() }, "5 4 3 1"),
        (Filter { connection: text("' OR 1"), ..all() }, ""),
        (Filter { stream: text("a"), ..all() }, "5 2 1"),
        (Filter { connection: text("main"), stream: text("a"), ..all() }, "5 1"),
        (Filter { sync: text("sync-1"), ..all() }, "3 2 1"),
        (Filter { is_failed: true, ..all() }, "4 2"),
        (Filter { exit_codes: vec![ExitCode::Paused, ExitCode::Done], ..all() }, "3 1"),
        (Filter { limit: Some(2), ..all() }, "5 4"),
        (Filter { is_failed: true, limit: Some(1), ..all() }, "4"),
    ] {
        assert_eq!(ids(&history, &filter).join(" "), expected, "{filter:?}");
    }
}

#[test]
fn a_run_is_found_by_as_much_of_its_id_as_no_other_has() {
    let (_folder, history) = history();
    for id in ["01-a", "01-b", "01-b-and-more", "02", "%"] {
        history.record(&run(id, 0)).unwrap();
    }
    let one = |prefix| match history.find(prefix).unwrap() {
        Found::One(listed) => listed.unwrap().record.run,
        other => panic!("{prefix}: {other:?}"),
    };
    for (prefix, id) in
        [("02", "02"), ("01-a", "01-a"), ("01-b", "01-b"), ("01-b-", "01-b-and-more"), ("%", "%")]
    {
        assert_eq!(one(prefix), id);
    }
    assert_eq!(
        history.find("01").unwrap(),
        Found::Several(vec!["01-a".into(), "01-b".into(), "01-b-and-more".into()])
    );
    for absent in ["03", "01-c", "_2", "02-"] {
        assert_eq!(history.find(absent).unwrap(), Found::None, "{absent}");
    }
}

#[test]
fn a_row_that_says_nothing_hides_no_other_and_one_of_a_newer_runner_is_read() {
    let (folder, history) = history();
    for (id, minutes) in [("newer", 1), ("damaged", 2), ("worse", 3), ("good", 4)] {
        history.record(&run(id, minutes)).unwrap();
    }
    let connection = raw(&folder);
    for change in [
        "UPDATE runs SET record = json_insert(record, '$.weather', 'fine') WHERE run = 'newer'",
        "UPDATE runs SET record = '{' WHERE run = 'damaged'",
        "UPDATE runs SET record = x'ff00' WHERE run = 'worse'",
    ] {
        assert_eq!(connection.execute(change, []).unwrap(), 1);
    }
    let listed = history.list(&Filter::default()).unwrap();
    let names: Vec<String> = listed
        .iter()
        .map(|listed| match listed {
            Ok(remembered) => remembered.record.run.clone(),
            Err(damaged) => damaged.to_string(),
        })
        .collect();
    assert_eq!((&*names[0], &*names[3]), ("good", "newer"));
    assert!(names[1].starts_with("what is remembered of the run worse is damaged: "), "{}", names[1]);
    assert!(names[2].starts_with("what is remembered of the run damaged is damaged: EOF"), "{}", names[2]);
    assert!(listed[3].as_ref().unwrap().text.contains("\"weather\":\"fine\""), "what it says more is kept");
    assert_eq!(history.prune(at(100)).unwrap(), 4, "damaged rows are removed like others");
}

#[test]
fn old_runs_are_forgotten_however_many_they_are() {
    let (folder, history) = history();
    history.record(&run("r", 0)).unwrap();
    raw(&folder)
        .execute_batch(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2999)
             INSERT INTO runs SELECT run || n, started_at + n, connection, stream, sync, exit_code, record
             FROM runs, numbers",
        )
        .unwrap();
    let middle = at(0) + jiff::SignedDuration::from_millis(2_500);
    assert_eq!((history.count(middle).unwrap(), history.prune(middle).unwrap()), (2_500, 2_500));
    assert_eq!((history.count(middle).unwrap(), history.prune(middle).unwrap()), (0, 0));
    assert_eq!(history.count(at(60)).unwrap(), 500);
}

#[test]
fn many_threads_and_another_connection_record_at_once() {
    const THREADS: usize = 8;
    const RUNS: usize = 25;
    let (_folder, data) = folder();
    let shared = Arc::new(History::open(&data).unwrap());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (shared, data) = (Arc::clone(&shared), &data);
            scope.spawn(move || {
                // Half of them as another process would.
                let history = if thread % 2 == 0 { shared } else { Arc::new(History::open(data).unwrap()) };
                for number in 0..RUNS {
                    history.record(&run(&format!("{thread}-{number}"), number as i64)).unwrap();
                    assert!(
                        !history.list(&Filter { limit: Some(3), ..Filter::default() }).unwrap().is_empty()
                    );
                }
            });
        }
    });
    let mut found = ids(&shared, &Filter::default());
    found.sort();
    found.dedup();
    assert_eq!(found.len(), THREADS * RUNS);
}

/// The tables as they were before there was a history.
const FIRST_LAYOUT: &str = "
    CREATE TABLE IF NOT EXISTS states (
        connection TEXT NOT NULL,
        stream TEXT NOT NULL,
        lane TEXT NOT NULL,
        version INTEGER NOT NULL,
        state TEXT NOT NULL,
        missing_since TEXT,
        PRIMARY KEY (connection, stream, lane)
    );
    CREATE TABLE IF NOT EXISTS versions (last INTEGER NOT NULL);
    INSERT INTO versions SELECT 0 WHERE NOT EXISTS (SELECT * FROM versions);
    PRAGMA user_version = 1;
    PRAGMA journal_mode = WAL;
    INSERT INTO states VALUES ('git', '.', 'sync', 7, '{\"connector\":\"git\",\"epoch\":3}', '2024-01-31T00:00:00Z');
    UPDATE versions SET last = 7;
";

#[test]
fn a_database_from_before_there_was_a_history_keeps_its_states() {
    let key = Key { connection: "git".into(), stream: ".".into(), lane: Lane::Sync };
    for opens_history_first in [false, true] {
        let (folder, data) = folder();
        raw(&folder).execute_batch(FIRST_LAYOUT).unwrap();
        if opens_history_first {
            History::open(&data).unwrap();
        }
        let states = Database::open(&data).unwrap();
        let stored = states.read(&key).unwrap().unwrap();
        assert_eq!((stored.version, stored.state.epoch), (7, 3));
        assert_eq!(stored.missing_since.unwrap().to_string(), "2024-01-31T00:00:00Z");
        let change = crate::state::Change { key: &key, version: Some(7), state: Some(&stored.state) };
        assert_eq!(states.write(&[change]).unwrap(), [8], "versions go on where they were");
        let history = History::open(&data).unwrap();
        history.record(&run("r", 0)).unwrap();
        assert_eq!(ids(&history, &Filter::default()), ["r"]);
        let layout: i64 = raw(&folder).query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(layout, 2);
    }
}

#[test]
fn a_history_of_a_newer_runner_is_refused() {
    let (folder, data) = folder();
    drop(History::open(&data).unwrap());
    raw(&folder).pragma_update(None, "user_version", 9).unwrap();
    assert!(matches!(History::open(&data), Err(StateError::Newer { found: 9, .. })));
}

fn any_run() -> impl Strategy<Value = (i64, bool, bool, u8)> {
    (0_i64..20, any::<bool>(), any::<bool>(), prop::sample::select(vec![0_u8, 20, 26, 30, 143]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn a_filter_finds_what_a_search_by_hand_does(
        runs in prop::collection::vec(any_run(), 0..30),
        since in prop::option::of(0_i64..20),
        until in prop::option::of(0_i64..20),
        is_main in any::<bool>(),
        is_failed in any::<bool>(),
        limit in prop::option::of(0_u64..10),
    ) {
        let (_folder, history) = history();
        let mut records = Vec::new();
        for (number, (minutes, is_main, is_a, exit_code)) in runs.into_iter().enumerate() {
            let connection = if is_main { "main" } else { "other" }.to_owned();
            let stream = is_a.then(|| "a".to_owned());
            let record = RunRecord { connection, stream, exit_code, ..run(&format!("{number:03}"), minutes) };
            history.record(&record).unwrap();
            records.push(record);
        }
        let filter = Filter {
            since: since.map(at),
            until: until.map(at),
            connection: is_main.then(|| "main".to_owned()),
            is_failed,
            limit,
            ..Filter::default()
        };
        records.retain(|record| {
            since.is_none_or(|since| record.started_at >= at(since))
                && until.is_none_or(|until| record.started_at < at(until))
                && (!is_main || record.connection == "main")
                && (!is_failed || [20, 30].contains(&record.exit_code))
        });
        records.sort_by(|one, other| (other.started_at, &other.run).cmp(&(one.started_at, &one.run)));
        records.truncate(usize::try_from(limit.unwrap_or(u64::MAX)).unwrap());
        let expected: Vec<String> = records.into_iter().map(|record| record.run).collect();
        prop_assert_eq!(ids(&history, &filter), expected);
    }
}
