//! What others do to the files in the meantime, and what disks do.

use super::*;

fn lines_in(root: &Path) -> Vec<String> {
    lines(&root.join("git/s"), "Branch")
}

/// One file with these lines, each at a checkpoint of its own.
fn written(options: &FolderOptions, texts: &[&str]) -> Position {
    let mut opened = open(options, &scope("s"), &Start::New).unwrap();
    let mut position = opened.position.clone();
    for text in texts {
        append(&mut *opened.sink, "Branch", text);
        position = commit(&mut *opened.sink, &mark(1));
    }
    position
}

#[test]
fn a_file_that_is_taken_before_the_first_record_is_followed_by_the_next_number() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 1 << 20, false);
    written(&options, &["first\n"]);
    let mut opened = open(&options, &scope("s"), &Start::New).unwrap();
    fs::remove_file(root.path().join("git/s/Branch.00001.ndjson")).unwrap();
    append(&mut *opened.sink, "Branch", "second\n");
    commit(&mut *opened.sink, &mark(1));
    assert_eq!(fs::read_to_string(root.path().join("git/s/Branch.00002.ndjson")).unwrap(), "second\n");
}

#[test]
fn a_damaged_frame_costs_no_frame_behind_it() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 1 << 20, true);
    let path = root.path().join("git/s/Branch.00001.ndjson.zst");
    written(&options, &["one\n"]);
    let first = fs::metadata(&path).unwrap().len();
    written(&options, &["two\n", "three\n"]);
    let mut bytes = fs::read(&path).unwrap();
    // In the size of a block: the decoder then reads on beyond the end of the file.
    let frame = usize::try_from(first).unwrap();
    bytes[frame + 7] |= 0x40;
    fs::write(&path, &bytes).unwrap();
    let mut opened = open(&options, &scope("s"), &Start::New).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes, "what was delivered stays");
    append(&mut *opened.sink, "Branch", "four\n");
    commit(&mut *opened.sink, &mark(1));
    let next = fs::read(root.path().join("git/s/Branch.00002.ndjson.zst")).unwrap();
    assert_eq!(zstd::decode_all(&*next).unwrap(), b"four\n");
}

#[test]
fn compressed_files_stay_within_their_size() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 2000, true);
    let mut opened = open(&options, &scope("s"), &Start::New).unwrap();
    let line = |number: u32| format!("{}\n", crate::digest::Digest::of_bytes(&number.to_le_bytes()));
    (0..1000).for_each(|number| append(&mut *opened.sink, "Branch", &line(number)));
    commit(&mut *opened.sink, &mark(1));
    for found in files::list(&root.path().join("git/s")).unwrap() {
        assert!(found.length <= options.rotate, "{found:?}");
    }
    assert_eq!(lines_in(root.path()).len(), 1000);
}

#[test]
fn a_size_without_bound_keeps_going_on() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), u64::MAX, false);
    let position = written(&options, &["one\n"]);
    fs::remove_file(root.path().join("git/s/Branch.00001.ndjson")).unwrap();
    let mut opened = open(&options, &scope("s"), &resume(position)).unwrap();
    append(&mut *opened.sink, "Branch", "two\n");
    commit(&mut *opened.sink, &mark(2));
    assert_eq!(lines_in(root.path()), ["two"]);
}

#[test]
fn a_last_number_is_no_reason_to_begin_anew() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), 1, false);
    written(&options, &["one\n"]);
    fs::rename(
        root.path().join("git/s/Branch.00001.ndjson"),
        root.path().join("git/s/Branch.4294967295.ndjson"),
    )
    .unwrap();
    let mut opened = open(&options, &scope("s"), &Start::New).unwrap();
    let line = Outgoing {
        line: Line::whole(b"x\n"),
        record: "x",
        record_type: "Branch",
        uri: None,
        sequence: 0,
        extracted_at: "",
    };
    let refused = opened.sink.append(&line).unwrap_err().to_string();
    assert!(refused.contains("Branch"), "{refused}");
}

#[test]
fn a_file_that_vanishes_while_the_folder_is_listed_is_none() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("Branch.00001.ndjson")).unwrap();
    assert_eq!(files::list(folder.path()).unwrap(), []);
}
