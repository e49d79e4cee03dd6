//! Connectors built with other versions of the binary interface: those that are out there, and those that will be.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use connector_tests::{Ended, Runner, connector};
use serde_json::{Value, json};

const STREAM: &str = r#"{"_type":"Stream","id":"old","self":"https://aged.example/old","name":"old"}"#;

/// Every file that is kept of the aged connector.
fn kept() -> Vec<PathBuf> {
    if cfg!(not(target_arch = "x86_64")) {
        eprintln!("SKIPPED: the kept connectors are built for x86-64");
        return Vec::new();
    }
    let folders = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/abi")).unwrap();
    let libraries = folders.map(|folder| folder.unwrap().path().join("libcodeclimate_connector_aged.so"));
    let found: Vec<PathBuf> = libraries.filter(|library| library.is_file()).collect();
    assert!(found.len() >= 2, "the kept connectors are gone: {found:?}");
    found
}

/// The kept ones, the one that is built today, and those that other compilers have built (`tests/compilers/run`).
fn of_every_version() -> Vec<PathBuf> {
    let others = std::env::var("AGED_CONNECTORS").unwrap_or_default();
    let others = others.split(':').filter(|path| !path.is_empty()).map(PathBuf::from);
    kept().into_iter().chain([connector("aged")]).chain(others).collect()
}

fn run(verb: &str, library: &Path, arguments: &[&str]) -> Ended {
    let configuration = json!({ "stream": "old", "branches": 3, "apiToken": "a-token-of-the-operator" });
    Runner::new([verb, library.to_str().unwrap(), "-"])
        .with(arguments.iter().copied())
        .input(configuration.to_string())
        .run()
}

fn branch(name: &str) -> Value {
    json!({ "_type": "Branch", "self": format!("https://aged.example/old/{name}"), "name": name })
}

/// A frozen interface is one whose files are out there.
#[test]
fn the_connectors_of_frozen_versions_are_the_files_that_were_frozen() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/abi");
    let mut checked = Command::new("sha256sum");
    checked.args(["--check", "--strict", "frozen.sha256"]).current_dir(folder);
    let checked = checked.output().expect("coreutils has sha256sum");
    let told = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{told}: a frozen file is never built again; check it out as it was");
    assert!(told.contains("1.0.0/libcodeclimate_connector_aged.so: OK"), "{told}");
}

#[test]
fn every_version_verifies_discovers_and_syncs_an_entity() {
    for library in of_every_version() {
        run("verify-configuration", &library, &[]).assert(0, "");
        let discovered = run("discover-streams", &library, &[]);
        let stream = json!({
            "_type": "Stream", "id": "old", "self": "https://aged.example/old", "name": "old", "branches": 3
        });
        assert_eq!(discovered.assert(0, "done; 1 record").records(), [stream], "{}", library.display());
        let entity = run("sync-entity", &library, &[STREAM, "grün"]);
        assert_eq!(entity.assert(0, "done; 1 record").records(), [branch("grün")], "{}", library.display());
    }
}

#[test]
fn every_version_syncs_a_stream_with_records_state_log_and_a_refusal() {
    for library in of_every_version() {
        let ended = run("sync-stream", &library, &[STREAM, "2020-02-21"]);
        ended.assert(0, "done; 4 records; 1 rejected");
        let last = json!({ "_type": "Branch", "name": "grün \n" });
        let expected = [branch("branch-1"), branch("branch-2"), branch("branch-3"), last];
        assert_eq!(ended.records(), expected, "{}", library.display());
        let lines = ended.lines();
        assert_eq!(lines[0]["extractedAt"], "2020-02-21T00:00:00Z", "{}", library.display());
        assert_eq!(lines[0]["connector"], json!({ "slug": "aged", "version": "1.0.0" }));
        for line in [
            "syncing with [secret apiToken] stream=old",
            "refused because of /name",
            "began anew",
            "/name: expected a string, found the number 7",
        ] {
            ended.assert(0, line);
        }
    }
}

#[test]
fn a_layout_that_differs_is_refused_with_the_difference() {
    let mut bytes = std::fs::read(connector("aged")).unwrap();
    // The name of the root module's only field, in the description of its layout, wherever the linker has put it.
    let name = b"create;configuration,h";
    let places: Vec<usize> = bytes
        .windows(name.len())
        .enumerate()
        .filter(|(_, window)| window == name)
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place..place + 6].copy_from_slice(b"invent");
    }
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libcodeclimate_connector_aged.so");
    std::fs::write(&library, bytes).unwrap();
    let ended = run("discover-streams", &library, &[]);
    ended
        .assert(12, "another binary interface: ")
        .assert(12, "field_name:create")
        .assert(12, "unexpected field");
    assert_eq!(ended.output(), "");
}

#[test]
fn the_files_are_of_the_versions_that_their_folders_say() {
    for library in kept() {
        let path = library.to_str().unwrap();
        let inspected = Runner::new(["inspect", path, "--format", "json"]).run();
        let note = inspected.assert(0, "").lines().remove(0);
        assert_eq!(note["abi"], *library.parent().unwrap().file_name().unwrap().to_str().unwrap(), "{path}");
    }
}
