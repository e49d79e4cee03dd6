//! What people read about runs, and what is left when they are forgotten.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use serde_json::Value;

use super::{table::table, *};
use crate::{
    console::LogFormat,
    history::{
        RunRecord,
        fixture::{at, failed_run, run},
    },
};

const FIRST: &str = "019c0aa1-7f00-7a31-8c1e-5d0f2b7a9e44";
const SECOND: &str = "019c0aa1-7f00-7a32-93b5-0c4e8d61f7a2";
const THIRD: &str = "019c0aab-0000-7f05-a6d2-71e93c0b5f18";

fn history() -> (tempfile::TempDir, History) {
    let folder = tempfile::tempdir().unwrap();
    let history = History::open(&DataFolder::open(&folder.path().join("data")).unwrap()).unwrap();
    (folder, history)
}

fn console() -> Console {
    Console::new(LogFormat::Text, false)
}

/// A run of which little is known.
fn poor(id: &str, minutes: i64) -> RunRecord {
    RunRecord {
        sync: None,
        stream: None,
        lane: None,
        verb: "discover-streams".to_owned(),
        permissions: Vec::new(),
        sandbox: Value::Null,
        sink: None,
        duration_milliseconds: 350,
        types: std::collections::BTreeMap::new(),
        memory: crate::history::MemoryUse { limit: 1 << 30, peak: None },
        checkpoints: crate::history::Checkpoints::default(),
        chain: None,
        ..run(id, minutes)
    }
}

#[test]
fn a_table_has_a_line_for_each_run() {
    let backfill = RunRecord {
        stream: Some("a stream\u{1b} with a long name".to_owned()),
        lane: Some("backfill 2024-01-01T00:00:00Z..2024-02-01T00:00:00Z".to_owned()),
        ..run(SECOND, 9)
    };
    insta::assert_snapshot!(table(&[failed_run(THIRD, 61), poor("short", 10), backfill, run(FIRST, 9)]));
}

#[test]
fn a_run_is_shown_with_everything_that_is_known_of_it() {
    insta::assert_snapshot!("failed", show::text(&failed_run(THIRD, 61)));
    insta::assert_snapshot!("poor", show::text(&poor(FIRST, 9)));
    let newer = RunRecord { sandbox: serde_json::json!({ "files": "landlock 9" }), ..run(FIRST, 9) };
    assert!(show::text(&newer).contains("\n  sandbox       {\"files\":\"landlock 9\"}\n"));
}

#[test]
fn what_is_no_run_is_told_with_what_to_write() {
    let (_folder, history) = history();
    let refused = |text: &str| show::show(&history, text, Format::Text).unwrap_err().to_string();
    assert!(refused("last").starts_with("no run is remembered yet"), "{}", refused("last"));
    history.record(&run(FIRST, 9)).unwrap();
    history.record(&run(SECOND, 9)).unwrap();
    assert_eq!(
        refused("0199"),
        "no run is remembered whose id begins with \"0199\"; `codeclimate-connector runs list` shows them"
    );
    assert_eq!(
        refused("019c"),
        format!(
            "the ids of several runs begin with \"019c\"; write more of one of them:\n  {FIRST}\n  {SECOND}"
        )
    );
}

#[test]
fn an_export_holds_what_was_written_and_tells_of_what_is_damaged() {
    let (folder, history) = history();
    let file = folder.path().join("runs.ndjson");
    let export = || export::export(&history, &Filter::default(), &file, &mut console()).unwrap();
    history.record(&run(FIRST, 1)).unwrap();
    history.record(&failed_run(THIRD, 2)).unwrap();
    let raw = rusqlite::Connection::open(folder.path().join("data/state.sqlite3")).unwrap();
    let change = "UPDATE runs SET record = '{\"newer\":1,' || char(10) || substr(record, 2) WHERE run = ?";
    raw.execute(change, [FIRST]).unwrap();
    assert_eq!(export(), ExitCode::Done);
    let text = fs::read_to_string(&file).unwrap();
    let runs: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&runs[0]["run"], &runs[1]["run"], &runs[1]["newer"]),
        (&THIRD.into(), &FIRST.into(), &1.into())
    );
    assert_eq!(runs[0]["memory"]["limit"], 1 << 30);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    raw.execute("UPDATE runs SET record = '' WHERE run = ?", [FIRST]).unwrap();
    assert_eq!(export(), ExitCode::OutputFailed);
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 1);
    let absent = Path::new("/absent/runs.ndjson");
    let refused = export::export(&history, &Filter::default(), absent, &mut console()).unwrap_err();
    assert_eq!(refused.to_string(), "cannot write the runs to /absent/runs.ndjson");
}

#[test]
fn nothing_is_touched_where_a_plan_makes_no_sense() {
    for (keep, sink, complaint) in [
        ("90", "folder:/x", "write an age in w, d, h or m"),
        ("", "folder:/x", "the cutoff is empty"),
        ("90d", "stdout", "nothing can be removed from standard output"),
    ] {
        let sinks = [Destination::parse(sink).unwrap()];
        let refused = prune::Plan::read(keep, false, &sinks, at(0)).err().unwrap();
        assert!(refused.to_string().contains(complaint), "{refused}");
        assert_eq!(refused.exit_code(), ExitCode::Usage);
    }
}

#[test]
fn what_is_old_is_told_first_and_then_removed() {
    let (folder, history) = history();
    let data = folder.path().join("data");
    let letters = data.join("dead-letters/main/a").join(format!("{FIRST}.ndjson"));
    fs::create_dir_all(letters.parent().unwrap()).unwrap();
    fs::write(&letters, "{}\n").unwrap();
    history.record(&run(FIRST, -1_000)).unwrap();
    history.record(&run(THIRD, 1_000)).unwrap();
    let sinks = [Destination::Sqlite(folder.path().join("absent.db"))];
    let prune = |dry_run, sinks| {
        let plan = prune::Plan::read("12h", dry_run, sinks, "2026-02-01T00:00:00Z".parse().unwrap()).unwrap();
        prune::prune(&history, &data, &plan, &mut console()).unwrap()
    };
    assert_eq!(prune(true, &[]), ExitCode::Done);
    assert_eq!((history.list(&Filter::default()).unwrap().len(), letters.exists()), (2, true));
    assert_eq!(prune(false, &sinks), ExitCode::OutputFailed, "one place keeps no other from being pruned");
    assert_eq!((history.list(&Filter::default()).unwrap().len(), letters.exists()), (1, false));
}
