//! Files that are no connectors, or not whole ones: each is refused before any of it runs, with the reason.

use std::{fs, path::PathBuf, process::Command};

use connector_tests::{Runner, connector};
use serde_json::json;
use tempfile::TempDir;

/// A folder with files that are named like connectors.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, slug: &str, content: &[u8]) -> PathBuf {
        let path = self.path(slug);
        fs::write(&path, content).unwrap();
        path
    }

    fn path(&self, slug: &str) -> PathBuf {
        self.0.path().join(format!("libcodeclimate_connector_{slug}.so"))
    }
}

fn misbehaving() -> Vec<u8> {
    fs::read(connector("misbehaving")).unwrap()
}

/// The same library with every `from` in it replaced.
fn patched(from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = misbehaving();
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, window)| *window == from)
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty() && from.len() == to.len());
    for place in places {
        bytes[place..place + to.len()].copy_from_slice(to);
    }
    bytes
}

fn with_byte(at: usize, byte: u8) -> Vec<u8> {
    let mut bytes = misbehaving();
    bytes[at] = byte;
    bytes
}

/// A shared library of this system that is no connector.
fn system_library() -> Vec<u8> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    fs::read(maps.split_ascii_whitespace().find(|word| word.contains("libc.so")).unwrap()).unwrap()
}

#[test]
fn a_file_that_cannot_be_a_connector_here_is_refused_with_the_reason() {
    let whole = misbehaving();
    let (machine, foreign) = if cfg!(target_arch = "x86_64") { (183, "aarch64") } else { (62, "x86-64") };
    let cases = [
        (b"just some text\n".to_vec(), "it is a text file, not a shared library (ELF)".to_owned()),
        (br#"{"path":"."}"#.to_vec(), "are connector and configuration swapped?".to_owned()),
        (Vec::new(), "it is an empty file".to_owned()),
        (b"\x7fELF".to_vec(), "it is truncated".to_owned()),
        (whole[..2000].to_vec(), "it is truncated: ".to_owned()),
        (whole[..whole.len() / 2].to_vec(), "it is truncated: ".to_owned()),
        (with_byte(18, machine), format!("it is a library for {foreign}, but this runner is a program for")),
        (with_byte(4, 1), "it is a 32-bit library".to_owned()),
        (with_byte(5, 2), "it is a big-endian library".to_owned()),
        (with_byte(16, 1), "it is an object file, not a shared library".to_owned()),
        (system_library(), "export_connector!".to_owned()),
        (patched(b"Connector\0\0\0{", b"Konnector\0\0\0{"), "note".to_owned()),
        (patched(b"_1as_0lib_1header_0root_b", b"_2as_0lib_1header_0root_b"), "export_connector!".to_owned()),
        (patched(br#","abi":"1.0.0""#, br#","abi":"2.0.0""#), "2.0.0".to_owned()),
        (patched(br#""panic":"unwind""#, br#""panic":"abort!""#), "abort!".to_owned()),
        (patched(br#"{"slug":"misbehaving""#, br#"{"slug":"miszehaving""#), "miszehaving".to_owned()),
    ];
    let folder = Folder::new();
    for (content, reason) in cases {
        let path = folder.file("misbehaving", &content);
        let path = path.to_str().unwrap();
        let ended = Runner::new(["discover-streams", path, "-"]).input("{}").run();
        ended.assert(12, path).assert(12, &reason);
        assert_eq!(ended.output(), "");
    }
}

#[test]
fn what_is_not_a_file_is_refused_without_waiting_for_it() {
    let folder = Folder::new();
    let (fifo, inner, dangling) = (folder.path("fifo"), folder.path("folder"), folder.path("dangling"));
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    fs::create_dir(&inner).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", &dangling).unwrap();
    for (path, code, reason) in
        [(&fifo, 12, "not a regular file"), (&inner, 12, "folder"), (&dangling, 11, "link")]
    {
        let path = path.to_str().unwrap();
        let ended = Runner::new(["inspect", path]).run();
        ended.assert(code, path).assert(code, reason);
    }
}

#[test]
fn a_slug_is_found_beside_the_binary_in_given_folders_and_in_the_environment() {
    let folder = Folder::new();
    folder.file("miszehaving", &patched(br#"{"slug":"misbehaving""#, br#"{"slug":"miszehaving""#));
    let here = folder.0.path().to_str().unwrap();
    let streams = |runner: Runner| runner.input("{}").run().assert(0, "").records().len();
    assert_eq!(streams(Runner::new(["discover-streams", "miszehaving", "-", "--connector-path", here])), 2);
    let from_variable =
        Runner::new(["discover-streams", "miszehaving", "-"]).variable("CODECLIMATE_CONNECTOR_PATH", here);
    assert_eq!(streams(from_variable), 2);
    assert_eq!(streams(Runner::new(["discover-streams", "misbehaving", "-"])), 2);
}

#[test]
fn a_slug_that_is_not_found_is_answered_with_every_place_and_the_nearest_name() {
    let ended = Runner::new(["discover-streams", "misbehavin", "-"]).input("{}").run();
    ended.assert(11, "connector `misbehavin` not found: no libcodeclimate_connector_misbehavin.so in");
    ended.assert(11, "(beside the runner)").assert(11, "/usr/lib/codeclimate-connectors (the system's): ");
    ended.assert(11, "did you mean `misbehaving`?");
}

#[test]
fn two_files_for_one_slug_are_an_error_that_names_both() {
    let folders = [Folder::new(), Folder::new()];
    let mut paths = Vec::new();
    let mut arguments = vec!["discover-streams".to_owned(), "double".to_owned(), "-".to_owned()];
    for folder in &folders {
        paths.push(folder.file("double", &misbehaving()));
        arguments.extend(["--connector-path".to_owned(), folder.0.path().display().to_string()]);
    }
    let ended = Runner::new(arguments).input("{}").run();
    for path in paths {
        ended.assert(11, path.to_str().unwrap());
    }
}

#[test]
fn inspect_and_list_tell_what_a_file_is_without_running_it() {
    let folder = Folder::new();
    fs::copy(connector("misbehaving"), folder.path("misbehaving")).unwrap();
    folder.file("broken", b"not a library");
    let here = folder.0.path().to_str().unwrap();
    let listed = Runner::new(["list", "--format", "json", "--connector-path", here]).run();
    let path = folder.path("misbehaving");
    let row = json!({ "slug": "misbehaving", "version": "0.1.0", "path": path });
    assert!(listed.assert(0, "libcodeclimate_connector_broken.so").lines().contains(&row), "{listed:?}");
    let inspected = Runner::new(["inspect", path.to_str().unwrap(), "--format", "json"]).run();
    let note = inspected.assert(0, "").lines().remove(0);
    assert_eq!(
        (&note["slug"], &note["abi"], &note["panic"]),
        (&json!("misbehaving"), &json!("1.0.0"), &json!("unwind"))
    );
    assert_eq!(note["configurationSchema"]["properties"]["apiToken"]["secret"], true);
    assert_eq!((&note["loadable"], &note["problems"]), (&json!(true), &json!([])));
    assert_eq!(note["permissions"], json!(["network", "exec"]));
    let shown = Runner::new(["inspect", "git"]).run();
    assert!(
        shown.assert(0, "").output().contains("  path (required): The git repository to read"),
        "{shown:?}"
    );
}

#[test]
fn the_readme_of_the_git_connector_is_its_reference() {
    let ended = Runner::new(["docs", "git"]).run();
    let readme = include_str!("../../sample-connector/README.md");
    let anew = "to write it anew: codeclimate-connector docs git >sample-connector/README.md";
    assert_eq!(ended.assert(0, "").output(), readme, "{anew}");
}
