//! Whatever happens in between, the files hold each record of a chain once.

mod kills;
mod others;
mod pruned;

use std::{
    fs,
    io::{Read, Write},
};

use proptest::prelude::*;

use super::*;
use crate::{
    sink::{Line, Outgoing},
    state::Lane,
};

fn scope(stream: &str) -> Scope {
    Scope {
        connection: "git".into(),
        stream: stream.into(),
        lane: Lane::Sync,
        chain: "c".into(),
        run: "r".into(),
        connector: "git".into(),
        version: "0.1.0".into(),
    }
}

fn options(path: &Path, rotate: u64, compress: bool) -> FolderOptions {
    FolderOptions { path: path.to_owned(), rotate, compress }
}

fn append(sink: &mut dyn Sink, record_type: &'static str, line: &str) {
    let outgoing = Outgoing {
        line: Line::whole(line.as_bytes()),
        record: line.trim_end(),
        record_type,
        uri: None,
        sequence: 0,
        extracted_at: "",
    };
    sink.append(&outgoing).unwrap();
}

/// Commits all that was appended.
fn commit(sink: &mut dyn Sink, mark: &Mark) -> Position {
    sink.note().unwrap();
    sink.commit(mark).unwrap()
}

fn mark(revision: u64) -> Mark {
    Mark { revision, state: "{}".into(), ..Mark::default() }
}

/// All lines of a type in the order of the files, decompressed.
fn lines(folder: &Path, record_type: &str) -> Vec<String> {
    let mut text = String::new();
    for found in files::list(folder).unwrap().into_iter().filter(|found| found.record_type == record_type) {
        let mut bytes = fs::read(&found.path).unwrap();
        if found.compressed {
            let mut decoded = Vec::new();
            zstd::Decoder::new(&*bytes).unwrap().read_to_end(&mut decoded).unwrap();
            bytes = decoded;
        }
        text.push_str(&String::from_utf8(bytes).unwrap());
    }
    text.lines().map(str::to_owned).collect()
}

fn resume(position: Position) -> Start {
    Start::Resume { position, revision: 1 }
}

#[test]
fn a_chain_goes_back_to_its_last_checkpoint_and_an_earlier_chain_stays() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("git/%2E");
    for compress in [false, true] {
        let options = options(root.path(), 1 << 20, compress);
        let mut first = open(&options, &scope("."), &Start::New).unwrap();
        append(&mut *first.sink, "Branch", "first\n");
        commit(&mut *first.sink, &mark(1));
        drop(first);

        let mut second = open(&options, &scope("."), &Start::New).unwrap();
        append(&mut *second.sink, "Branch", "lost\n");
        append(&mut *second.sink, "Commit", "lost too\n");
        second.sink.settle().unwrap();
        let base = second.position.clone();
        drop(second);

        let mut again = open(&options, &scope("."), &resume(base)).unwrap();
        assert_eq!(lines(&folder, "Commit"), [] as [&str; 0], "compress {compress}");
        append(&mut *again.sink, "Branch", "second\n");
        let position = commit(&mut *again.sink, &mark(1));
        append(&mut *again.sink, "Branch", "beyond\n");
        again.sink.settle().unwrap();
        assert_eq!(lines(&folder, "Branch"), ["first", "second", "beyond"]);
        drop(again);
        drop(open(&options, &scope("."), &resume(position)).unwrap());
        assert_eq!(lines(&folder, "Branch"), ["first", "second"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}

#[test]
fn what_a_crash_tore_is_cut_off_and_what_is_missing_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 1 << 20, false);
    let mut opened = open(&options, &scope("s"), &Start::New).unwrap();
    append(&mut *opened.sink, "Branch", "whole\n");
    let position = commit(&mut *opened.sink, &mark(1));
    drop(opened);
    let path = root.path().join("git/s/Branch.00001.ndjson");
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"torn, without end").unwrap();
    drop(open(&options, &scope("s"), &Start::New).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), "whole\n");

    fs::write(&path, "who").unwrap();
    fs::write(root.path().join("git/s/Branch.00002.ndjson"), "later\n").unwrap();
    let refused = open(&options, &scope("s"), &resume(position.clone())).err().unwrap().to_string();
    let expected =
        "Branch.00001.ndjson has 3 bytes, and 6 had been delivered at the last checkpoint; restore it, or";
    assert!(refused.contains(expected), "{refused}");
    assert_eq!(lines(&root.path().join("git/s"), "Branch"), ["wholater"], "nothing has changed");

    // A consumer takes files away: the next number follows, and what it made of them is its own.
    fs::rename(&path, root.path().join("git/s/Branch.00001.ndjson.zst")).unwrap();
    let mut opened = open(&options, &scope("s"), &resume(position)).unwrap();
    append(&mut *opened.sink, "Branch", "next\n");
    commit(&mut *opened.sink, &mark(2));
    assert_eq!(fs::read_to_string(root.path().join("git/s/Branch.00002.ndjson")).unwrap(), "next\n");
    assert!(root.path().join("git/s/Branch.00001.ndjson.zst").exists());
}

#[test]
fn a_file_with_a_torn_frame_stays_as_it_is_and_the_next_number_follows() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 1 << 20, true);
    let mut opened = open(&options, &scope("s"), &Start::New).unwrap();
    for line in ["one\n", "two\n"] {
        append(&mut *opened.sink, "Branch", line);
        commit(&mut *opened.sink, &mark(1));
    }
    drop(opened);
    let path = root.path().join("git/s/Branch.00001.ndjson.zst");
    let whole = fs::read(&path).unwrap();
    // A torn frame, and what is none.
    for behind in [&whole[..9], b"no frame at all"] {
        let left = [&whole, behind].concat();
        fs::write(&path, &left).unwrap();
        let mut opened = open(&options, &scope("s"), &Start::New).unwrap();
        append(&mut *opened.sink, "Branch", "three\n");
        commit(&mut *opened.sink, &mark(1));
        assert_eq!(fs::read(&path).unwrap(), left);
        let next = root.path().join("git/s/Branch.00002.ndjson.zst");
        assert_eq!(zstd::decode_all(&*fs::read(&next).unwrap()).unwrap(), b"three\n");
        drop(opened);
        fs::remove_file(next).unwrap();
    }
}

#[test]
fn a_folder_is_written_to_by_one_and_streams_do_not_meet() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 1 << 20, false);
    let _first = open(&options, &scope("s"), &Start::New).unwrap();
    let refused = open(&options, &scope("s"), &Start::New).err().unwrap().to_string();
    assert!(refused.ends_with("git/s is in use by another process"), "{refused}");
    drop(open(&options, &scope("t"), &Start::New).unwrap());
    let lane = Lane::DeadLetters("x".into());
    drop(open(&options, &Scope { lane, ..scope("s") }, &Start::New).unwrap());
}

#[test]
fn after_a_failure_nothing_is_written_any_more() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 1 << 20, false);
    let mut opened = open(&options, &scope("s"), &Start::New).unwrap();
    // No file can be made in a folder that is gone.
    fs::remove_dir_all(root.path().join("git")).unwrap();
    let line = Outgoing {
        line: Line::whole(b"x\n"),
        record: "x",
        record_type: "Branch",
        uri: None,
        sequence: 0,
        extracted_at: "",
    };
    assert!(opened.sink.append(&line).unwrap_err().to_string().starts_with("cannot open "));
    fs::create_dir_all(root.path().join("git/s")).unwrap();
    let again = crate::chain(&opened.sink.commit(&mark(1)).unwrap_err());
    assert!(again.ends_with("an earlier write has failed"), "{again}");
}

/// What can happen between two checkpoints.
#[derive(Debug, Clone)]
enum Step {
    Append(bool, usize),
    Flush,
    Note,
    /// Of what was noted.
    CommitNoted,
    Commit,
    /// The runner is gone; with bytes that nobody asked for behind what was written, as a torn write leaves them.
    Crash(Vec<u8>),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn files_hold_each_record_once_whatever_happens(
        steps in prop::collection::vec(
            prop_oneof![
                8 => (any::<bool>(), 1_usize..40).prop_map(|(which, length)| Step::Append(which, length)),
                2 => Just(Step::Flush),
                2 => Just(Step::Note),
                1 => Just(Step::CommitNoted),
                2 => Just(Step::Commit),
                1 => prop::collection::vec(any::<u8>(), 0..30).prop_map(Step::Crash),
            ],
            1..60,
        ),
        rotate in prop_oneof![Just(1_u64), Just(50), Just(200), Just(1 << 20)],
        compress in any::<bool>(),
    ) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("git/s");
        let options = options(root.path(), rotate, compress);
        let mut opened = open(&options, &scope("s"), &Start::New).unwrap();
        let mut position = opened.position.clone();
        let mut taken: Vec<(bool, String)> = Vec::new();
        let mut durable = taken.clone();
        let mut noted = Vec::new();
        for step in steps.into_iter().chain([Step::Commit]) {
            match step {
                Step::Append(which, length) => {
                    let line = format!("{} {}", taken.len(), "x".repeat(length));
                    append(&mut *opened.sink, if which { "Branch" } else { "Commit" }, &format!("{line}\n"));
                    taken.push((which, line));
                }
                Step::Flush => opened.sink.flush().unwrap(),
                Step::Note => {
                    opened.sink.note().unwrap();
                    noted.clone_from(&taken);
                }
                Step::CommitNoted => {
                    position = opened.sink.commit(&mark(1)).unwrap();
                    durable.clone_from(&noted);
                }
                Step::Commit => {
                    position = commit(&mut *opened.sink, &mark(1));
                    noted.clone_from(&taken);
                    durable.clone_from(&taken);
                }
                Step::Crash(garbage) => {
                    drop(opened);
                    if let Some(found) = files::list(&folder).unwrap().last() {
                        fs::OpenOptions::new().append(true).open(&found.path).unwrap().write_all(&garbage).unwrap();
                    }
                    opened = open(&options, &scope("s"), &resume(position.clone())).unwrap();
                    taken.clone_from(&durable);
                    noted.clone_from(&durable);
                }
            }
        }
        for (which, record_type) in [(true, "Branch"), (false, "Commit")] {
            let expected: Vec<&String> =
                durable.iter().filter(|(found, _)| *found == which).map(|(_, line)| line).collect();
            let found = lines(&folder, record_type);
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
        }
        for found in files::list(&folder).unwrap() {
            prop_assert!(found.length <= rotate.max(120), "{:?}", found);
        }
    }
}
