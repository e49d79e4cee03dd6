//! A disk on which one kind of call fails from some moment on: the run says so with exit code 40, and the same command on a
//! disk that works again ends with every record in its place.

use std::fs;

use connector_tests::sync::{Kind, Sync, reference};
use serde_json::{Value, json};

use crate::sinks::{complete, failing};

const ENOSPC: i32 = 28;
const EIO: i32 = 5;
const EDQUOT: i32 = 122;

const ERRORS: [i32; 3] = [ENOSPC, EIO, EDQUOT];
/// How many of the calls pass. Every sink makes more of each than that, however the records come.
const PASSING: [usize; 2] = [0, 1];

/// Sinks, with the calls that each makes on its own files in a first run.
const SINKS: [(Kind, &[&str], &[&str]); 4] = [
    (Kind::Folder, &["--rotate", "64KiB"], &["write", "fsync", "fdatasync"]),
    (Kind::Folder, &["--rotate", "64KiB", "--compress"], &["write", "fdatasync"]),
    (Kind::Sqlite, &[], &["pwrite", "fsync"]),
    (Kind::Stdout, &[], &["write", "fdatasync"]),
];

/// More than any buffer on the way holds, so that no sink writes it at once.
fn source() -> Value {
    json!({ "count": 50, "pageSize": 10, "padding": 8_000 })
}

/// A sync whose sink lies in a folder of its own, apart from the state.
fn apart(kind: Kind, options: &[&str]) -> Sync {
    let sync = Sync::new(kind, &source()).with(options);
    if kind == Kind::Stdout {
        return sync;
    }
    let disk = sync.place().join("disk");
    fs::create_dir(&disk).unwrap();
    sync.sink_in(&disk)
}

/// Where its sink lies, with the files that it keeps beside.
fn disk(sync: &Sync) -> &std::path::Path {
    if sync.sink().is_dir() { sync.sink() } else { sync.sink().parent().unwrap() }
}

#[test]
fn whatever_the_disk_of_a_sink_refuses_is_told_and_made_good_by_the_same_command() {
    let reference = reference(&source());
    for (kind, options, calls) in SINKS {
        for call in calls {
            for (errno, after) in ERRORS.into_iter().flat_map(|errno| PASSING.map(|after| (errno, after))) {
                let what = format!("{kind:?} {options:?}, {call} fails with {errno} after {after}");
                let sync = apart(kind, options);
                let ended = sync.start(failing(&sync, disk(&sync), call, after, Some(errno))).wait();
                assert_eq!(ended.code(), Some(40), "{what}: {ended:?}");
                let told = format!("(os error {errno})");
                let is_told = kind == Kind::Sqlite || ended.errors().contains(&told);
                assert!(is_told, "{what}: {ended:?}");
                complete(&sync, &reference, &what);
            }
        }
    }
}
