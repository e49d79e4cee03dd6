//! An author's loop: build, run, look, change, and again.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use connector_tests::{Runner, binary};
use rustix::process::Signal;
use serde_json::{Value, json};

/// A command that builds with cargo, into the folder in which these tests are built.
pub(crate) fn with_cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Runner {
    let target = binary().parent().and_then(Path::parent).unwrap().to_owned();
    let home = |variable: &str, folder: &str| {
        let usual = || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(folder);
        env::var_os(variable).map_or_else(usual, PathBuf::from)
    };
    Runner::new(arguments)
        .variable("CARGO_TARGET_DIR", target)
        .variable("CARGO_HOME", home("CARGO_HOME", ".cargo"))
        .variable("RUSTUP_HOME", home("RUSTUP_HOME", ".rustup"))
}

/// The crate of a connector of this workspace.
pub(crate) const PAGING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/connectors/paging");

/// `dev` of that crate, with this configuration in the folder.
fn dev(folder: &Path, configuration: &Value, more: &[&str]) -> Runner {
    let file = folder.join("check.json");
    fs::write(&file, configuration.to_string()).unwrap();
    let arguments = ["dev", PAGING, "--config", file.to_str().unwrap(), "--cutoff", "2020-01-01"];
    with_cargo(arguments).with(more.iter().copied())
}

#[test]
fn once_it_builds_and_shows_the_first_records_as_tables() {
    let folder = tempfile::tempdir().unwrap();
    let ended = dev(folder.path(), &json!({ "count": 30 }), &["--once", "--rows", "5"]).run();
    ended.assert(0, "the first 5 records, --rows shows more; built in ");
    assert!(ended.output().starts_with("Incident (3)\nid  title "), "{ended:?}");
    assert!(ended.output().contains("\nEnvironment (2)\n"), "{ended:?}");
}

#[test]
fn a_panic_is_told_with_the_way_through_the_authors_own_sources() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = json!({ "count": 30, "ending": "panic", "endAfter": 2 });
    let ended = dev(folder.path(), &configuration, &["--once"]).run();
    ended.assert(22, "sync_stream at src/lib.rs:");
    let frames: Vec<&str> = ended.errors().lines().filter(|line| line.contains(" at src/")).collect();
    assert!(frames[0].contains(" at src/walk.rs:"), "{frames:?}");
    assert!(!ended.errors().contains("panic_hook.rs"), "{ended:?}");
}

#[test]
fn it_runs_again_with_each_change_and_waits_where_something_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("check.json");
    let (running, output) = dev(folder.path(), &json!({ "count": 1 }), &[]).start_unread();
    let mut lines = BufReader::new(output).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "Environment (1)");
    fs::write(&file, "no JSON").unwrap();
    // As editors save: another file takes the place.
    let new = folder.path().join("check.json.new");
    fs::write(&new, json!({ "count": 4 }).to_string()).unwrap();
    fs::rename(new, &file).unwrap();
    lines.find(|line| line == "Incident (2)").unwrap();
    running.signal(Signal::INT);
    running.wait().assert(130, "waiting for a change in ");
}

#[test]
fn a_connector_that_goes_on_for_long_is_asked_to_stop_when_something_changes() {
    let folder = tempfile::tempdir().unwrap();
    let slow = json!({ "count": 100_000, "pageSize": 1, "millisecondsPerPage": 50 });
    let (running, output) = dev(folder.path(), &slow, &["--rows", "100000"]).start_unread();
    let mut lines = BufReader::new(output).lines().map(Result::unwrap);
    while running.worker_by_now().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    fs::write(folder.path().join("check.json"), json!({ "count": 4 }).to_string()).unwrap();
    lines.find(|line| line == "Incident (2)").unwrap();
    running.signal(Signal::TERM);
    running.wait().assert(143, "4 records; built in ");
}

#[test]
fn other_verbs_are_asked_too() {
    let folder = tempfile::tempdir().unwrap();
    let ask = |verb: &str| {
        let file = folder.path().join("check.json");
        fs::write(&file, "{}").unwrap();
        with_cargo(["dev", PAGING, verb, "--once", "--config", file.to_str().unwrap()]).run()
    };
    let verified = ask("verify-configuration");
    assert_eq!(
        verified.assert(0, "the configuration works").output(),
        "{\"isValid\":true,\"errorMessages\":[]}\n"
    );
    let discovered = ask("discover-streams");
    assert!(discovered.assert(0, "2 records").output().starts_with("Stream (2)\n"), "{discovered:?}");
}

#[test]
fn in_this_process_it_says_so_first_and_shows_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let ended = dev(folder.path(), &json!({ "count": 3 }), &["--in-process"]).run();
    ended.assert(0, "done; 3 records");
    assert!(ended.errors().contains("in this process, without limits and sandbox"), "{ended:?}");
    assert!(
        ended
            .errors()
            .lines()
            .next()
            .unwrap()
            .contains("loaded into this very process: no limits, no sandbox")
    );
    assert!(ended.output().starts_with("Environment (2)\n"), "{ended:?}");
}

#[test]
fn in_this_process_an_end_is_judged_as_in_a_worker_and_secrets_are_masked_in_answers() {
    let folder = tempfile::tempdir().unwrap();
    let panicking = json!({ "count": 30, "ending": "panic", "endAfter": 2 });
    dev(folder.path(), &panicking, &["--in-process"]).run().assert(22, "panicked at ");

    let file = folder.path().join("leak.json");
    let leaking = json!({ "behaviour": "leak", "place": "verify", "apiToken": "hunter2secret" });
    fs::write(&file, leaking.to_string()).unwrap();
    let misbehaving = concat!(env!("CARGO_MANIFEST_DIR"), "/connectors/misbehaving");
    let arguments =
        ["dev", misbehaving, "verify-configuration", "--in-process", "--config", file.to_str().unwrap()];
    let ended = with_cargo(arguments).run();
    ended.assert(10, "the configuration does not work: token [secret apiToken]");
    assert!(
        ended.output().starts_with("{\"isValid\":false,\"errorMessages\":[\"token [secret apiToken]"),
        "{ended:?}"
    );
    assert!(!ended.output().contains("hunter2secret") && ended.output().lines().count() == 1, "{ended:?}");
}

#[test]
fn in_this_process_a_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let slow = json!({ "count": 100_000, "pageSize": 1, "millisecondsPerPage": 50 });
    let running = dev(folder.path(), &slow, &["--rows", "100000", "--in-process"]).start();
    // Streams are discovered in a worker, which is gone when the connector is loaded here.
    while running.worker_by_now().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    while running.worker_by_now().is_some() || running.guardian_by_now().is_some() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    std::thread::sleep(std::time::Duration::from_millis(500));
    running.signal(Signal::INT);
    let ended = running.wait();
    assert_eq!(ended.signal(), Some(Signal::INT.as_raw()), "{ended:?}");
}

/// A crate whose build script does something; no connector, so that what is built is told of and not run.
fn with_build_script(folder: &Path, script: &str) {
    fs::create_dir(folder.join("src")).unwrap();
    let manifest = "[package]\nname = \"codeclimate-connector-gale\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                    [lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), "").unwrap();
    fs::write(folder.join("build.rs"), format!("fn main() {{ {script} }}")).unwrap();
}

#[test]
fn what_a_build_has_started_does_not_outlive_a_runner_that_is_killed() {
    for command in ["dev", "package"] {
        let folder = tempfile::tempdir().unwrap();
        let script = "std::fs::write(\"new\", std::process::id().to_string()).unwrap(); \
                      std::fs::rename(\"new\", \"begun\").unwrap(); \
                      std::thread::sleep(std::time::Duration::from_secs(3600));";
        with_build_script(folder.path(), script);
        let target = folder.path().join("target");
        let runner = with_cargo([command, folder.path().to_str().unwrap()]);
        let running = runner.variable("CARGO_TARGET_DIR", target).start();
        while !folder.path().join("begun").exists() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let script = fs::read_to_string(folder.path().join("begun")).unwrap();
        running.signal(Signal::KILL);
        assert_eq!(running.wait().signal(), Some(Signal::KILL.as_raw()));
        let script = Path::new("/proc").join(script);
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while script.exists() {
            assert!(std::time::Instant::now() < patience, "{command}: the build script is still there");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

#[test]
fn what_does_not_build_ends_with_13_and_cargos_own_words() {
    let folder = tempfile::tempdir().unwrap();
    let source = |text: &str| fs::write(folder.path().join("src/lib.rs"), text).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    let manifest = "[package]\nname = \"codeclimate-connector-rain\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                    [lib]\ncrate-type = [\"cdylib\"]\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    source("pub fn rain() -> u8 { \"wet\" }");
    let run = |command: &str, more: &[&str]| {
        let target = folder.path().join("target");
        let command = with_cargo([command, folder.path().to_str().unwrap()]).with(more.iter().copied());
        command.variable("CARGO_TARGET_DIR", target).run()
    };
    for (command, more) in [("dev", &["--once"][..]), ("package", &[][..])] {
        let ended = run(command, more);
        ended.assert(13, "error: codeclimate-connector-rain does not build: cargo ended with 101");
        assert!(ended.errors().contains("mismatched types"), "{ended:?}");
    }
    source("pub fn rain() {}");
    run("dev", &["--once"]).assert(12, "it is a shared library, but not a connector");
    let ended = run("package", &[]);
    ended.assert(12, "cannot be handed over; nothing was written");
    assert!(!folder.path().join("dist").exists());
}

#[test]
fn a_folder_without_a_connector_is_refused_with_where_to_go() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["dev", "package"] {
        let ended = with_cargo([command]).folder(folder.path()).run();
        ended
            .assert(2, "there is no Cargo.toml in it or above it; go to the folder of the connector's crate");
    }
}
