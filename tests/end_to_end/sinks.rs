//! What keeps a run from writing, and that the same command, once nothing keeps it any more, ends with every record in its
//! place and none twice.

mod claims;

use std::{
    fs::{self, OpenOptions},
    io::{Read, Write},
    path::Path,
};

use connector_tests::{
    Ended, Runner, SmallDisk, shim,
    sync::{Kind, Sync, reference},
};
use rustix::process::Signal;
use serde_json::{Value, json};

/// Some pages, of which the files of a folder hold one or two each.
fn source() -> Value {
    json!({ "count": 50, "pageSize": 10, "padding": 200 })
}

/// What leads to several files, and to compressed ones.
const FILES: [(Kind, &[&str]); 3] =
    [(Kind::Folder, &["--rotate", "4KiB"]), (Kind::Folder, &["--compress"]), (Kind::Sqlite, &[])];

/// Checks that nothing of a run that has failed is lost, then lets the same command come to its end.
#[track_caller]
pub(crate) fn complete(sync: &Sync, reference: &[Value], what: &str) {
    sync.check_between(reference).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
    let ended = sync.run();
    assert_eq!(ended.code(), Some(0), "{what}: {ended:?}");
    sync.check_finished(reference).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
    assert!(sync.kept()["unfinished"].is_null(), "{what}");
}

/// A runner of which the call number `after` below a folder fails, and all behind it: by an error, or for good.
pub(crate) fn failing(sync: &Sync, folder: &Path, calls: &str, after: usize, errno: Option<i32>) -> Runner {
    let runner = sync.runner().variable("LD_PRELOAD", shim()).variable("SHIM_FOLDER", folder);
    let runner = runner.variable("SHIM_CALL", calls).variable("SHIM_AFTER", after.to_string());
    match errno {
        Some(errno) => runner.variable("SHIM_ERRNO", errno.to_string()),
        None => runner.variable("SHIM_TORN", "1"),
    }
}

const EVERY_CALL: &str = "write,pwrite,fsync,fdatasync,ftruncate,rename";

#[test]
fn a_disk_that_is_full_loses_nothing_and_once_there_is_room_the_same_command_goes_on() {
    let large = json!({ "count": 300, "pageSize": 10, "padding": 4_000 });
    let reference = reference(&large);
    for (kind, options) in FILES {
        let disk = SmallDisk::new("512k");
        let options = if options == ["--compress"] { &["--rotate", "64KiB"] } else { options };
        let sync = Sync::new(kind, &large).sink_in(disk.path()).with(options);
        assert_full(&sync.run());
        disk.grow("16m");
        complete(&sync, &reference, &format!("{kind:?} {options:?}"));
    }
}

fn assert_full(ended: &Ended) {
    assert_eq!(ended.code(), Some(40), "{ended:?}");
    let words = ["No space left on device", "disk is full", "disk I/O error"];
    assert!(words.iter().any(|words| ended.errors().contains(words)), "{ended:?}");
}

#[test]
fn a_data_folder_on_a_full_disk_is_told_before_anything_is_written() {
    let reference = reference(&source());
    for kind in Kind::ALL {
        let disk = SmallDisk::new("1m");
        disk.fill();
        let sync = Sync::new(kind, &source()).data_in(disk.path());
        assert_full(&sync.run());
        assert!(sync.contents().records.is_empty(), "{kind:?}");
        disk.empty();
        complete(&sync, &reference, &format!("{kind:?}"));
    }
}

#[test]
fn a_place_that_can_only_be_read_is_told_and_later_written_to() {
    let reference = reference(&source());
    for kind in Kind::EXACT {
        for is_sink in [true, false] {
            let disk = SmallDisk::new("8m");
            let sync = Sync::new(kind, &source());
            let sync = if is_sink { sync.sink_in(disk.path()) } else { sync.data_in(disk.path()) };
            disk.forbid_writing();
            let ended = sync.run();
            assert_eq!(ended.code(), Some(40), "{kind:?} {is_sink}: {ended:?}");
            let named = disk.path().display().to_string();
            ended.assert(40, &named);
            disk.allow_writing();
            complete(&sync, &reference, &format!("{kind:?} {is_sink}"));
        }
    }
}

/// Runs a sync anew with the shim at each of these calls, until there is none that it could fail; gives how often it did.
fn at_each_call(
    (kind, options): (Kind, &[&str]),
    step: usize,
    run: impl Fn(&Sync, usize) -> Ended,
    has_failed: impl Fn(&Ended) -> bool,
    reference: &[Value],
) -> usize {
    let mut failures = 0;
    loop {
        let after = failures * step;
        let sync = Sync::new(kind, &source()).with(options);
        let ended = run(&sync, after);
        let what = format!("{kind:?} {options:?}, call {after}");
        if ended.code() == Some(0) {
            sync.check_finished(reference).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
            return failures;
        }
        assert!(has_failed(&ended), "{what}: {ended:?}");
        complete(&sync, reference, &what);
        failures += 1;
    }
}

#[test]
fn whichever_call_fails_on_the_sink_or_on_the_state_no_record_is_lost_and_no_checkpoint_is_false() {
    let reference = reference(&source());
    for files in FILES {
        for (calls, errno) in [("write,pwrite", 28), ("fsync,fdatasync", 5), ("ftruncate,rename", 5)] {
            let run = |sync: &Sync, after: usize| {
                sync.start(failing(sync, sync.place(), calls, after, Some(errno))).wait()
            };
            let failed = |ended: &Ended| ended.code() == Some(40);
            let failures = at_each_call(files, 7, run, failed, &reference);
            // Not every sink renames or truncates.
            assert!(failures > 0 || calls.contains("rename"), "{files:?} {calls}");
        }
    }
}

#[test]
fn whichever_call_a_runner_is_killed_at_no_record_is_lost_and_none_is_there_twice() {
    let reference = reference(&source());
    for files in FILES {
        let run = |sync: &Sync, after: usize| {
            sync.start(failing(sync, sync.place(), EVERY_CALL, after, None)).wait()
        };
        let failures = at_each_call(files, 9, run, |ended| ended.signal() == Some(9), &reference);
        assert!(failures > 0, "{files:?}");
    }
}

#[test]
fn what_stands_behind_the_last_checkpoint_goes_also_where_a_line_is_torn() {
    let slow = json!({ "count": 50, "pageSize": 10, "padding": 200, "millisecondsPerPage": 300 });
    let reference = reference(&source());
    for options in [&["--rotate", "1MiB"][..], &["--rotate", "1MiB", "--compress"]] {
        let sync = Sync::new(Kind::Folder, &slow).with(options);
        let mut running = sync.start(sync.runner());
        sync.wait_for_checkpoint(&mut running, 10);
        running.signal(Signal::KILL);
        assert_eq!(running.wait().signal(), Some(9));
        let torn = tear_every_file(sync.sink());
        assert!(torn > 0 && !sync.contents().torn.is_empty(), "{torn}");
        sync.change(&source());
        complete(&sync, &reference, &format!("{options:?}"));
    }
}

/// Writes the beginning of a line behind everything that is there; gives how many files that were.
fn tear_every_file(folder: &Path) -> usize {
    let mut torn = 0;
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            torn += tear_every_file(&path);
        } else if name.ends_with(".ndjson") || name.ends_with(".zst") {
            let mut file = OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(b"{\"run\":\"0").unwrap();
            torn += 1;
        }
    }
    torn
}

#[test]
fn a_closed_pipe_ends_a_run_whose_state_is_kept_and_the_next_goes_on() {
    let large = json!({ "count": 5_000, "pageSize": 100, "padding": 200 });
    let reference = reference(&large);
    let sync = Sync::new(Kind::Stdout, &large);
    let (running, mut output) = sync.runner().start_unread();
    output.read_exact(&mut [0; 1000]).unwrap();
    drop(output);
    running.wait().assert(40, "whoever read the records has closed the pipe");
    let durable = sync.durable().unwrap();
    assert!(durable < reference.len());
    sync.run().assert(0, &format!("done; {} records", reference.len() - durable));
    sync.check_repeats(durable, &reference).unwrap();
}
