//! What becomes of records that break their schema, where the operator says so.

use std::{fs, path::PathBuf};

use connector_tests::{Ended, Runner};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A sync that produces one good record and one that is not, with these options.
fn sync(data: &TempDir, options: &[&str]) -> Ended {
    let configuration = json!({ "behaviour": "invalid-record", "apiToken": "resolvd" });
    Runner::sync(&configuration).with(["--data-folder"]).with([data.path()]).with(options).run()
}

fn letters(data: &TempDir) -> Vec<PathBuf> {
    let folder = data.path().join("dead-letters/misbehaving/first");
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn replay(data: &TempDir, options: &[&str]) -> Ended {
    Runner::new(["replay-dead-letters", "--data-folder"]).with([data.path()]).with(options).run()
}

#[test]
fn a_refused_record_is_dropped_with_a_warning_or_goes_back_to_the_connector() {
    let data = TempDir::new().unwrap();
    let ended = sync(&data, &["--bad-records", "warn"]);
    assert_eq!(ended.assert(0, "record rejected: ").assert(0, "1 rejected").count_records(), 1);
    sync(&data, &[]).assert(21, "gave up on an invalid record");
    sync(&data, &["--bad-records", "warn", "--fail-on-rejected"]).assert(21, "records were rejected");
    assert_eq!(letters(&data), [] as [PathBuf; 0]);
}

#[test]
fn a_dead_letter_holds_the_record_with_its_errors_and_no_secret() {
    let data = TempDir::new().unwrap();
    let ended = sync(&data, &["--bad-records", "dead-letter"]);
    ended.assert(0, "refused records kept aside: 1, in ").assert(0, "1 record; 1 rejected");
    let [file] = &letters(&data)[..] else { panic!("{:?}", letters(&data)) };
    let text = fs::read_to_string(file).unwrap();
    assert!(!text.contains("resolvd"), "{text}");
    let letter: Value = serde_json::from_str(text.trim_end()).unwrap();
    assert_eq!(letter["connector"], json!({ "slug": "misbehaving", "version": "0.1.0" }));
    assert_eq!((&letter["connection"], &letter["stream"]), (&json!("misbehaving"), &json!("first")));
    assert_eq!(letter["record"]["status"], "[secret apiToken]");
    let pointers: Vec<&Value> =
        letter["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert!(pointers.contains(&&json!("/status")) && pointers.contains(&&json!("/id")), "{letter}");
}

#[test]
fn once_too_many_are_kept_aside_the_connector_has_to_decide() {
    let data = TempDir::new().unwrap();
    sync(&data, &["--bad-records", "dead-letter", "--max-dead-letters", "0"])
        .assert(21, "gave up on an invalid record")
        .assert(21, "no more records are kept aside: 0 are, which is --max-dead-letters");
    assert_eq!(letters(&data), [] as [PathBuf; 0]);
}

#[test]
fn what_is_valid_after_a_fix_is_delivered_once_and_the_rest_is_kept() {
    let data = TempDir::new().unwrap();
    sync(&data, &["--bad-records", "dead-letter"]).assert(0, "");
    replay(&data, &[]).assert(21, "dead letters that are valid now, and delivered: 0; kept: 1");
    let [file] = &letters(&data)[..] else { panic!("{:?}", letters(&data)) };
    let bad = fs::read_to_string(file).unwrap();
    // Somebody mends the record.
    let mut letter: Value = serde_json::from_str(bad.trim_end()).unwrap();
    letter["record"] = json!({ "_type": "Branch", "name": "mended" });
    assert_eq!(letter["isMasked"].take(), true, "what was masked is not what was produced");
    letter.as_object_mut().unwrap().remove("isMasked");
    fs::write(file, format!("{letter}\n{bad}")).unwrap();
    let database = data.path().join("out.db");
    let sink = format!("sqlite:{}", database.display());
    replay(&data, &["--sink", &sink])
        .assert(21, "dead letters that are valid now, and delivered: 1; kept: 1");
    assert_eq!(fs::read_to_string(file).unwrap(), bad);
    let count = |query: &str| -> i64 {
        rusqlite::Connection::open(&database).unwrap().query_row(query, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("SELECT count(*) FROM Branch_history WHERE name = 'mended'"), 1);
    // To standard output, what is left of the file is delivered, and the file goes.
    fs::write(file, format!("{letter}\n")).unwrap();
    let ended = replay(&data, &[]);
    assert_eq!(
        ended.assert(0, "dead letters that are valid now, and delivered: 1").records(),
        [letter["record"].clone()]
    );
    assert_eq!(letters(&data), [] as [PathBuf; 0]);
    // Nothing of the replays is left in the state.
    let list = Runner::new(["state", "list", "--data-folder"]).with([data.path()]).run();
    assert_eq!(list.assert(0, "").output(), "nothing is kept of any stream\n");
}

#[test]
fn a_file_that_holds_no_letters_is_refused_with_its_line() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("letters.ndjson");
    let good = json!({
        "run": "r", "connection": "c", "connector": { "slug": "git", "version": "1" }, "stream": "s",
        "extractedAt": "2024-01-01T00:00:00Z", "message": "bad", "record": {},
    });
    let mut nameless = good.clone();
    nameless["connector"]["slug"] = json!("No Slug");
    let mut other = good.clone();
    other["stream"] = json!("t");
    for (text, complaint) in [
        ("{}\n".to_owned(), "line 1, is no dead letter; mend it"),
        (format!("{good}\n\nnothing\n"), "line 3, is no dead letter"),
        (nameless.to_string(), "line 1, names no connector"),
        (format!("{good}\n{other}\n"), "line 2, is of another stream than the first"),
    ] {
        fs::write(&file, &text).unwrap();
        replay(&data, &[file.to_str().unwrap()]).assert(2, complaint);
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    replay(&data, &["/absent"]).assert(40, "cannot open the dead letters /absent");
}

#[test]
fn letters_that_were_pruned_are_missed_by_no_replay() {
    let data = TempDir::new().unwrap();
    sync(&data, &["--bad-records", "dead-letter"]).assert(0, "");
    let [file] = &letters(&data)[..] else { panic!("{:?}", letters(&data)) };
    let prune = |options: &[&str]| {
        Runner::new(["runs", "prune", "--data-folder"]).with([data.path()]).with(options).run()
    };
    let named = format!("{}\n", file.display());
    let told = prune(&["--keep", "0m", "--dry-run"]);
    assert_eq!(told.assert(0, "would remove dead letters: 1 file").output(), named);
    assert_eq!(prune(&["--keep", "1d"]).assert(0, "removed dead letters: nothing").output(), "");
    assert_eq!(prune(&["--keep", "0m"]).assert(0, "removed dead letters: 1 file").output(), named);
    assert_eq!(letters(&data), [] as [PathBuf; 0]);
    replay(&data, &[file.to_str().unwrap()]).assert(0, "is gone: it has been replayed, or `runs prune`");
    replay(&data, &[]).assert(0, "delivered: 0; kept: 0");
}
