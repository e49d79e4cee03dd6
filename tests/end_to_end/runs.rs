//! The commands that show what is remembered of runs, and forget it.

use std::{fs, path::Path};

use connector_tests::{
    Ended, Runner,
    sync::{Kind, Sync},
};
use serde_json::json;
use tempfile::TempDir;

fn runs(data: &Path, arguments: &[&str]) -> Ended {
    Runner::new(["runs"]).with(arguments).with(["--data-folder"]).with([data]).run()
}

#[test]
fn where_there_is_no_run_that_is_told_and_what_makes_no_sense_is_refused() {
    let data = TempDir::new().unwrap();
    for (arguments, output) in [
        (&["list"][..], "no such run is remembered\n"),
        (&["list", "--format", "json"], ""),
        (&["export"], ""),
        (&["prune", "--keep", "90d"], ""),
    ] {
        assert_eq!(runs(data.path(), arguments).assert(0, "").output(), output, "{arguments:?}");
    }
    for (arguments, complaint) in [
        (&["show", "last"][..], "no run is remembered yet"),
        (&["show", "0199"], "no run is remembered whose id begins with \"0199\""),
        (&["list", "--since", "yesterday"], "is neither a date, nor a time, nor an age"),
        (&["list", "--limit", "0"], "0 is not in 1.."),
        (&["prune"], "--keep <AGE>"),
        (&["prune", "--keep", "90"], "is a number without a unit"),
        (&["prune", "--keep", "90d", "--sink", "stdout"], "nothing can be removed from standard output"),
        (&["prune", "--keep", "90d", "--sink", "records"], "\"records\" is no sink"),
    ] {
        runs(data.path(), arguments).assert(2, complaint);
    }
    runs(data.path(), &["prune", "--keep", "90d", "--sink", "sqlite:/absent/x.db"])
        .assert(40, "cannot find the database /absent/x.db");
    runs(data.path(), &["export", "/absent/runs"]).assert(40, "cannot write the runs to /absent/runs");
    fs::write(data.path().join("state.sqlite3"), "no database, but as long as a header would be, or longer")
        .unwrap();
    runs(data.path(), &["list"]).assert(40, "file is not a database");
}

fn files(sync: &Sync) -> usize {
    let folder = fs::read_dir(sync.sink().join("paging/items")).unwrap();
    folder.filter(|entry| entry.as_ref().unwrap().path().extension().is_some()).count()
}

fn rows(sync: &Sync) -> usize {
    let connection = rusqlite::Connection::open(sync.sink()).unwrap();
    let count: i64 = connection.query_row("SELECT count(*) FROM records", [], |row| row.get(0)).unwrap();
    usize::try_from(count).unwrap()
}

/// A sink with its name, what is counted in it, how much of that there is at least, and what stays.
type Case = (Kind, &'static str, fn(&Sync) -> usize, usize, usize);

#[test]
fn what_is_old_goes_from_a_sink_that_is_named_and_the_next_sync_goes_on() {
    // Of each type, the last file stays.
    let cases: [Case; 2] = [(Kind::Folder, "folder", files, 4, 2), (Kind::Sqlite, "sqlite", rows, 50, 0)];
    for (kind, scheme, count, least, left) in cases {
        let source = json!({ "count": 50, "pageSize": 10, "padding": 200 });
        let sync = Sync::new(kind, &source);
        let sync = if kind == Kind::Folder { sync.with(["--rotate", "4KiB"]) } else { sync };
        sync.run().assert(0, "done");
        let before = count(&sync);
        assert!(before >= least, "{scheme}: {before}");
        let sink = format!("{scheme}:{}", sync.sink().display());
        let prune = ["prune", "--keep", "0m", "--sink", &sink];
        runs(sync.data(), &prune[..3]).assert(0, "removed dead letters: nothing");
        runs(sync.data(), &[&prune[..], &["--dry-run"]].concat())
            .assert(0, &format!("would remove from {sink}: "));
        assert_eq!(count(&sync), before, "{scheme}");
        // Records are compared by whole seconds.
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        let removed = runs(sync.data(), &prune).assert(0, &format!("removed from {sink}: ")).output();
        assert_eq!(count(&sync), left, "{scheme}");
        if kind == Kind::Folder {
            assert_eq!(removed.lines().count(), before - left);
        }
        sync.change(&json!({ "count": 60, "recent": 10, "pageSize": 10, "padding": 200 }));
        sync.run().assert(0, "done; 10 records");
        assert!(count(&sync) >= left.max(1), "{scheme}");
    }
}
