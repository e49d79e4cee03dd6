//! What was pinned is what runs, with what it was granted; what was checked is what runs.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, Write as _},
    path::PathBuf,
};

use connector_tests::{Ended, Runner, connector};
use serde_json::{Value, json};
use tempfile::TempDir;

const STREAM: &str =
    r#"{"_type":"Stream","id":"first","self":"https://misbehaving.example/first","name":"first"}"#;

/// A folder of an operator, with a copy of the misbehaving connector.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(connector("misbehaving"), folder.path().join("libcodeclimate_connector_misbehaving.so"))
            .unwrap();
        Self { folder }
    }

    fn connector(&self) -> PathBuf {
        self.folder.path().join("libcodeclimate_connector_misbehaving.so")
    }

    fn lock_file(&self) -> PathBuf {
        self.folder.path().join("codeclimate-connector.lock")
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let connector = self.connector();
        let arguments = arguments.iter().map(|argument| match *argument {
            "CONNECTOR" => connector.to_str().unwrap(),
            other => other,
        });
        Runner::new(arguments).folder(self.folder.path()).run()
    }

    fn sync(&self, configuration: &Value, arguments: &[&str]) -> Runner {
        Runner::new(["sync-stream", self.connector().to_str().unwrap(), "-", STREAM, "2020-02-21"])
            .with(arguments.iter().copied())
            .input(configuration.to_string())
            .folder(self.folder.path())
    }

    /// A new build, as far as bytes tell.
    fn upgrade(&self) {
        File::options().append(true).open(self.connector()).unwrap().write_all(b"newer").unwrap();
    }

    fn edit_lock(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.lock_file()).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.lock_file(), text.replace(from, to)).unwrap();
    }
}

#[test]
fn what_is_pinned_runs_and_nothing_else_does_where_that_is_wanted() {
    let desk = Desk::new();
    desk.run(&["lock", "--check"]).assert(12, "there is no lock file codeclimate-connector.lock");
    desk.sync(&json!({}), &["--locked"]).run().assert(12, "there is no lock file codeclimate-connector.lock");
    let locked = desk.run(&["lock", "CONNECTOR"]);
    assert!(locked.assert(0, "").output().contains(": granted network, exec"), "{locked:?}");
    desk.run(&["lock", "--check", "CONNECTOR"]).assert(0, "");
    desk.sync(&json!({}), &["--locked"]).run().assert(0, "done; 3 records");
    desk.sync(&json!({}), &["--locked", "--allow", "read:/etc"]).run().assert(2, "cannot be used with");

    desk.upgrade();
    desk.sync(&json!({}), &["--locked"]).run().assert(12, "pins misbehaving otherwise: SHA-256 ");
    let checked = desk.run(&["lock", "--check", "CONNECTOR"]);
    assert!(checked.assert(12, "").output().starts_with("NO  "), "{checked:?}");
    let ended = desk.sync(&json!({}), &[]).run();
    ended.assert(0, "it asks for nothing more, so it runs; `codeclimate-connector lock` pins it anew");
    let anew = desk.run(&["lock", "CONNECTOR"]);
    assert!(anew.assert(0, "").output().contains("; before: SHA-256 "), "{anew:?}");
    desk.sync(&json!({}), &["--locked"]).run().assert(0, "done; 3 records");
}

#[test]
fn an_upgrade_that_asks_for_more_is_refused_until_it_is_locked_anew() {
    let desk = Desk::new();
    desk.run(&["lock", "CONNECTOR"]).assert(0, "");
    desk.upgrade();
    desk.edit_lock("[\"network\", \"exec\"]", "[\"network\"]");
    desk.sync(&json!({}), &[]).run().assert(12, "it asks for more: exec");
    desk.run(&["lock", "CONNECTOR"]).assert(0, "");
    desk.sync(&json!({}), &[]).run().assert(0, "done; 3 records");
}

#[test]
fn what_was_withheld_when_it_was_locked_is_withheld_in_each_run() {
    let desk = Desk::new();
    let locked = desk.run(&["lock", "CONNECTOR", "--deny", "exec"]);
    assert!(locked.assert(0, "").output().contains(": granted network; withheld exec"), "{locked:?}");
    let sync = |arguments: &[&str]| desk.sync(&json!({ "behaviour": "daemon" }), arguments).run();
    for arguments in [&[][..], &["--locked"]] {
        let ended = sync(arguments);
        ended.assert(33, "the sandbox denied execve").assert(33, "withheld by --deny or the lock file: exec");
    }
    // Neither a further look nor an upgrade gives it back.
    desk.upgrade();
    desk.run(&["lock", "CONNECTOR"]).assert(0, "");
    sync(&[]).assert(33, "the sandbox denied execve");
    desk.run(&["lock", "CONNECTOR", "--grant", "exec"]).assert(0, "");
    sync(&["--locked"]).assert(0, "done; 3 records");
    desk.run(&["lock", "CONNECTOR", "--deny", "exce"]).assert(2, "is not a permission");
    let slip = desk.run(&["lock", "CONNECTOR", "--deny", "read:path"]);
    slip.assert(2, "read:path is not among what the connector asks for");
    sync(&["--locked", "--sandbox", "off"]).assert(2, "leave one of them out");
}

#[test]
fn an_outcome_does_not_take_the_place_of_what_it_is_the_outcome_of() {
    let desk = Desk::new();
    let connector = desk.connector();
    let before = fs::read(&connector).unwrap();
    desk.sync(&json!({}), &["--outcome-file", connector.to_str().unwrap()])
        .run()
        .assert(2, "it is the connector, the configuration or the lock file of this run");
    assert!(fs::read(&connector).unwrap() == before);
    let configuration = desk.folder.path().join("config.json");
    fs::write(&configuration, "no JSON").unwrap();
    let configuration = configuration.to_str().unwrap();
    let outcome = ["discover-streams", "CONNECTOR", configuration, "--outcome-file", configuration];
    desk.run(&outcome).assert(2, "it is the connector, the configuration");
    assert_eq!(fs::read_to_string(configuration).unwrap(), "no JSON");
}

#[test]
fn a_memory_limit_that_does_not_hold_the_file_is_refused_before_the_run() {
    let ended = Runner::sync(&json!({})).with(["--memory-limit", "16MiB"]).run();
    ended.assert(2, "a memory limit of 16.0 MiB is too little");
}

#[test]
fn a_lock_file_that_cannot_be_read_is_refused_with_its_place() {
    let desk = Desk::new();
    desk.run(&["lock", "CONNECTOR"]).assert(0, "");
    desk.edit_lock("sha256 = \"", "sha256 = \"not ");
    for arguments in [&[][..], &["--locked"]] {
        let ended = desk.sync(&json!({}), arguments).run();
        ended.assert(12, "cannot understand lock file codeclimate-connector.lock: line 9: ");
    }
}

#[test]
fn a_file_that_is_overwritten_during_a_run_changes_nothing() {
    let desk = Desk::new();
    let (running, mut output) = desk.sync(&json!({ "count": 100_000 }), &[]).start_unread();
    output.read_exact(&mut [0]).unwrap();
    // In place: a mapping of the file would change under the connector's feet.
    let mut file = File::options().write(true).open(desk.connector()).unwrap();
    let length = file.metadata().unwrap().len();
    file.rewind().unwrap();
    std::io::copy(&mut std::io::repeat(0xcc).take(length), &mut file).unwrap();
    file.set_len(4096).unwrap();
    let reader = std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    running.wait().assert(0, "done; 100000 records");
    reader.join().unwrap().unwrap();
    desk.sync(&json!({}), &[]).run().assert(12, "");
}
