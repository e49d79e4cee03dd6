//! What age may take away, and what it must leave.

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, ToSpan};

use super::*;
use crate::sink::Pruning;

/// Ids of chains that began then.
const FEBRUARY_2022: &str = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
const FAR_AHEAD: &str = "0a7f22e2-79b0-7cc3-98c4-dc0c0c07398f";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A chain that writes files of one record each, which then look as if they had been written in these years.
fn written(options: &FolderOptions, scope: &Scope, is_finished: bool, years: &[&str]) {
    let mut opened = open(options, scope, &Start::New).unwrap();
    for year in years {
        append(&mut *opened.sink, "Branch", &format!("{year}\n"));
    }
    commit(&mut *opened.sink, &Mark { is_last: is_finished, ..mark(1) });
    drop(opened);
    for found in files::list(&folder_of(&options.path, scope)).unwrap() {
        let year = fs::read_to_string(&found.path).unwrap();
        let seconds = time(&format!("{}-06-01T00:00:00Z", year.trim_end())).as_second();
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap());
        File::options().append(true).open(&found.path).unwrap().set_modified(written).unwrap();
    }
}

fn numbers(options: &FolderOptions, scope: &Scope) -> Vec<u32> {
    files::list(&folder_of(&options.path, scope)).unwrap().into_iter().map(|found| found.number).collect()
}

#[test]
fn old_files_go_but_the_last_one_and_those_of_an_unfinished_chain() {
    let before = time("2023-01-01T00:00:00Z");
    let all: &[&str] = &["2020", "2022", "2021", "2024", "2020"];
    for (chain, is_finished, years, left, passed_over) in [
        (FAR_AHEAD, true, all, &[4, 5][..], 0),
        (FAR_AHEAD, true, &["2020"][..], &[1][..], 0),
        // Files from before it began are none of its own.
        (FEBRUARY_2022, false, all, &[2, 4, 5][..], 0),
        (FAR_AHEAD, false, all, &[4, 5][..], 0),
        ("c", false, all, &[1, 2, 3, 4, 5][..], 1),
    ] {
        let root = tempfile::tempdir().unwrap();
        let options = options(root.path(), 1, false);
        let scope = Scope { chain: chain.to_owned(), ..scope("s") };
        written(&options, &scope, is_finished, years);
        let told = prune(root.path(), before, Pruning::Told).unwrap();
        assert_eq!(numbers(&options, &scope).len(), years.len(), "nothing has gone yet");
        let done = prune(root.path(), before, Pruning::Done).unwrap();
        assert_eq!((&done, done.bytes), (&told, 5 * done.files.len() as u64));
        assert_eq!(done.passed_over.len(), passed_over, "{chain} {is_finished}");
        assert_eq!(numbers(&options, &scope), left, "{chain} {is_finished}");
    }
}

#[test]
fn a_folder_that_a_run_writes_into_and_one_that_is_no_sinks_are_left_as_they_are() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 1, false);
    let (busy, backfill) = (scope("busy"), Scope { lane: Lane::DeadLetters("x".into()), ..scope("s") });
    written(&options, &busy, true, &["2020", "2020"]);
    written(&options, &backfill, true, &["2020", "2020"]);
    let foreign = root.path().join("photos/2020");
    fs::create_dir_all(&foreign).unwrap();
    for number in 1..3 {
        fs::write(foreign.join(format!("Branch.0000{number}.ndjson")), "{}\n").unwrap();
    }
    let opened = open(&options, &busy, &Start::New).unwrap();
    let later = Timestamp::now() + 1.hour();
    let pruned = prune(root.path(), later, Pruning::Done).unwrap();
    assert_eq!(pruned.files, [folder_of(root.path(), &backfill).join("Branch.00001.ndjson")]);
    let busy = folder_of(root.path(), &busy);
    assert_eq!(pruned.passed_over, [format!("{} is in use by another process", busy.display())]);
    assert_eq!(files::list(&foreign).unwrap().len(), 2);
    drop(opened);
    let absent = prune(&root.path().join("absent"), later, Pruning::Done).unwrap_err();
    assert!(absent.to_string().starts_with("cannot list "), "{absent}");
}

#[test]
fn more_files_than_go_at_a_time_go_and_an_unfinished_chain_goes_on_behind_them() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 1, false);
    let finished = Scope { chain: FEBRUARY_2022.to_owned(), ..scope("s") };
    written(&options, &finished, true, &["2020"; 150]);
    let unfinished = Scope { chain: FAR_AHEAD.to_owned(), ..scope("s") };
    let mut opened = open(&options, &unfinished, &Start::New).unwrap();
    append(&mut *opened.sink, "Branch", "one\n");
    let position = commit(&mut *opened.sink, &mark(1));
    append(&mut *opened.sink, "Branch", "behind\n");
    drop(opened);
    let pruned = prune(root.path(), time("2023-01-01T00:00:00Z"), Pruning::Done).unwrap();
    assert_eq!(pruned.files.len(), 150);
    let start = Start::Resume { position, revision: 1 };
    let mut opened = open(&options, &unfinished, &start).unwrap();
    append(&mut *opened.sink, "Branch", "two\n");
    commit(&mut *opened.sink, &mark(2));
    assert_eq!(lines(&folder_of(root.path(), &unfinished), "Branch"), ["one", "two"]);
}
