//! The main job: the history of real repositories as checked records.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use connector_tests::{Runner, connector};
use serde_json::{Value, json};
use tempfile::TempDir;

fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> String {
    let mut git = Command::new("git")
        .current_dir(folder)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@acme.example")])
        .envs([("GIT_COMMITTER_NAME", "Grace"), ("GIT_COMMITTER_EMAIL", "grace@acme.example")])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin.take().unwrap().write_all(input).unwrap();
    let output = git.wait_with_output().unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// The connector says that its states do not depend on what has changed in the configuration.
#[test]
fn a_sync_goes_on_after_a_change_that_does_not_matter_to_its_state() {
    let (repository, data) = (merged(), TempDir::new().unwrap());
    let path = repository.path().to_str().unwrap();
    let sync = |statistics: bool| {
        Runner::verb("sync-stream", "git", &json!({ "path": path, "statistics": statistics }))
            .with([path, "1970-01-01", "--state", "--data-folder"])
            .with([data.path()])
            .run()
    };
    let first = sync(false);
    first.assert(0, "done");
    sync(true).assert(0, "the connector goes on from its older state").assert(0, "done");
}

/// Two branches, one merged into the other, which then goes on.
fn merged() -> TempDir {
    let folder = TempDir::new().unwrap();
    let git = |arguments: &[&str]| git(folder.path(), arguments, b"");
    let commit = |message: &str| git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    git(&["init", "--quiet", "--initial-branch=main", "."]);
    commit("first");
    git(&["checkout", "--quiet", "-b", "topic"]);
    commit("on topic");
    git(&["checkout", "--quiet", "main"]);
    commit("on main");
    git(&["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
    git(&["checkout", "--quiet", "topic"]);
    commit("after the merge");
    folder
}

/// Fifty thousand commits on three branches, made in one go.
fn long() -> TempDir {
    let folder = TempDir::new().unwrap();
    git(folder.path(), &["init", "--quiet", "--bare", "."], b"");
    let mut history = String::new();
    for commit in 0..50_000 {
        let branch = ["main", "next", "old"][commit % 3];
        let (date, message) = (1_000_000_000 + commit, format!("commit {commit}"));
        writeln!(
            history,
            "commit refs/heads/{branch}\ncommitter Ada <ada@acme.example> {date} +0000\ndata {}\n{message}\n",
            message.len()
        )
        .unwrap();
    }
    git(folder.path(), &["fast-import", "--quiet"], history.as_bytes());
    folder
}

fn shallow() -> TempDir {
    let (origin, folder) = (merged(), TempDir::new().unwrap());
    let url = format!("file://{}", origin.path().display());
    git(folder.path(), &["clone", "--quiet", "--depth=2", "--no-single-branch", &url, "."], b"");
    folder
}

#[test]
fn every_commit_of_a_repository_becomes_one_valid_record() {
    for (what, folder) in [("merged", merged()), ("shallow", shallow()), ("long", long())] {
        let path = folder.path().to_str().unwrap();
        let configuration = json!({ "path": path });
        let synced = Runner::verb("sync-stream", "git", &configuration).with([path, "1970-01-01"]).run();
        synced.assert(0, &format!("git 0.1.0 sync-stream \"{path}\": done; "));
        let records = synced.records();
        let commits = records.iter().filter(|record| record["_type"] == "Commit").count();
        let listed = git(folder.path(), &["rev-list", "--count", "--branches"], b"");
        assert_eq!(commits.to_string(), listed, "{what}");
        let validated = Runner::new(["validate", "-"]).input(synced.output()).run();
        validated.assert(0, "");
        assert_eq!(validated.output(), format!("{} records, 0 of them invalid\n", records.len()), "{what}");
    }
}

#[test]
fn the_configuration_may_be_a_file_and_the_stream_an_id_a_record_or_a_file() {
    let repository = merged();
    let folder = TempDir::new().unwrap();
    let path = repository.path().to_str().unwrap();
    let file = |name: &str, content: &Value| {
        let file = folder.path().join(name);
        std::fs::write(&file, content.to_string()).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let config = file("config.json", &json!({ "path": [path] }));
    let git = connector("git").into_os_string().into_string().unwrap();
    let discovered = Runner::new(["discover-streams", &git, &config]).run();
    let stream = discovered.assert(0, "").records().remove(0);
    let from_file = format!("@{}", file("stream.json", &stream));
    for stream in [path, &stream.to_string(), &from_file] {
        let synced = Runner::new(["sync-stream", &git, &config, stream, "1970-01-01"]).run();
        assert_eq!(synced.assert(0, "done; 8 records").records().len(), 8, "{stream}");
    }
}

#[test]
fn a_cutoff_leaves_older_commits_out() {
    let folder = long();
    let path = folder.path().to_str().unwrap();
    // The last hundred commits are of as many seconds.
    let cutoff = "2001-09-09T15:38:20Z";
    let synced = Runner::verb("sync-stream", "git", &json!({ "path": path })).with([path, cutoff]).run();
    let records = synced.assert(0, "done").records();
    assert_eq!(records.iter().filter(|record| record["_type"] == "Commit").count(), 100);
}

#[test]
fn one_commit_is_an_entity() {
    let folder = merged();
    let path = folder.path().to_str().unwrap();
    let oid = git(folder.path(), &["rev-parse", "main"], b"");
    let run = |entity: &str| {
        Runner::verb("sync-entity", "git", &json!({ "path": path, "statistics": true }))
            .with([path, entity])
            .run()
    };
    let records = run("main").assert(0, "done; 1 record").records();
    assert_eq!((&records[0]["_type"], &records[0]["oid"]), (&json!("Commit"), &json!(oid)));
    run("nowhere").assert(20, "it has no commit `nowhere`");
}

#[test]
fn a_repository_that_vanishes_midway_ends_the_run_with_its_path() {
    let folder = long();
    let path = folder.path().to_str().unwrap();
    let (running, output) = Runner::verb("sync-stream", "git", &json!({ "path": path, "statistics": true }))
        .with([path, "1970-01-01"])
        .start_unread();
    // Nobody reads on, so it is held up long before its end.
    let mut output = output;
    std::io::Read::read_exact(&mut output, &mut [0]).unwrap();
    std::fs::remove_dir_all(folder.path()).unwrap();
    let reader = std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    let ended = running.wait();
    reader.join().unwrap().unwrap();
    // What git has mapped stays readable; what it has not is gone.
    if ended.code() != Some(0) {
        ended.assert(20, path);
    }
}

#[test]
fn a_linked_worktree_needs_a_word_about_where_its_data_lies() {
    let folder = merged();
    let linked = folder.path().join("linked");
    git(folder.path(), &["worktree", "add", "--quiet", "linked", "main"], b"");
    let run = |arguments: &[&str]| {
        Runner::verb("discover-streams", "git", &json!({ "path": linked }))
            .with(arguments.iter().copied())
            .run()
    };
    let data = folder.path().canonicalize().unwrap().join(".git");
    let option = format!("read:{}", data.display());
    run(&[])
        .assert(33, "probably the sandbox denied it")
        .assert(33, &format!("add --allow {option} (or write:)"));
    run(&["--allow", &option]).assert(0, "done; 1 record");
    run(&["--sandbox", "off"]).assert(0, "done; 1 record");
}

#[test]
fn a_configuration_is_verified() {
    let repository = merged();
    let verify = |configuration: &Value| Runner::verb("verify-configuration", "git", configuration).run();
    let good = verify(&json!({ "path": repository.path() }));
    assert_eq!(
        good.assert(0, "the configuration works").output(),
        "{\"isValid\":true,\"errorMessages\":[]}\n"
    );
    let bad = verify(&json!({ "path": "/nowhere" }));
    let answer = &bad.assert(10, "the configuration does not work").lines()[0];
    assert_eq!(answer["isValid"], false);
    assert!(answer["errorMessages"][0].as_str().unwrap().contains("/nowhere"), "{answer}");
    let refused = verify(&json!({ "paht": "." }));
    let answer = &refused.assert(10, "did you mean \"path\"?").lines()[0];
    assert_eq!((&answer["isValid"], answer["errorMessages"].as_array().unwrap().len()), (&json!(false), 2));
}
