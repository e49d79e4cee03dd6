//! Tests of the connector note.

use std::error::Error as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::elf::fixture::Fixture;
use crate::exit_code::ExitCode;
use crate::remedy::Remedy;

mod metadata;

const SYMBOL: &str = "_1as_0lib_1header_0root_bmodule_bloader";
const PATH: &str = "/connectors/libcodeclimate_connector_git.so";

fn content() -> Value {
    json!({
        "slug": "git", "version": "0.1.0", "abi": "1.0.0", "panic": "unwind",
        "description": "reads history", "homepage": "https://git.example", "license": "MIT",
        "recordTypes": ["Branch", "Futuristic"], "permissions": ["read:path"],
        "stateFormat": 2,
        "rustc": "1.95.0 (59807616e 2026-04-14)", "target": "x86_64-unknown-linux-gnu", "sdk": "0.1.0",
        "configurationSchema": {"type": "object"}
    })
}

fn library(content: &str) -> Vec<u8> {
    Fixture::new(content, SYMBOL).bytes()
}

fn read(content: &str) -> Result<Note, NoteError> {
    Note::from_bytes(Path::new(PATH), &library(content))
}

fn note() -> Note {
    read(&content().to_string()).unwrap()
}

fn reason(error: &NoteError) -> String {
    assert_eq!(error.to_string(), format!("cannot use connector {}", error.path.display()));
    error.source().unwrap().to_string()
}

/// A good note's content with one key changed, or removed where the value is `None`.
fn with(key: &str, value: Option<Value>) -> String {
    let mut content = content();
    match value {
        Some(value) => content[key] = value,
        None => drop(content.as_object_mut().unwrap().remove(key)),
    }
    content.to_string()
}

#[test]
fn a_file_tells_all_about_its_connector() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("any.so");
    std::fs::write(&path, library(&content().to_string())).unwrap();
    let expected = Note {
        slug: "git".parse().unwrap(),
        version: "0.1.0".to_owned(),
        abi: AbiVersion { major: 1, minor: 0, patch: 0 },
        panic: PanicStrategy::Unwind,
        description: Some("reads history".to_owned()),
        homepage: Some("https://git.example".to_owned()),
        license: Some("MIT".to_owned()),
        record_types: vec!["Branch".to_owned(), "Futuristic".to_owned()],
        permissions: vec![Permission::Read("path".to_owned())],
        state_format: 2,
        rustc: Some("1.95.0 (59807616e 2026-04-14)".to_owned()),
        target: Some("x86_64-unknown-linux-gnu".to_owned()),
        sdk: Some("0.1.0".to_owned()),
        configuration_schema: json!({"type": "object"}),
    };
    assert_eq!(Note::read(&path).unwrap(), expected);
}

#[test]
fn a_note_is_written_as_it_was_read() {
    assert_eq!(serde_json::to_value(note()).unwrap(), content());
}

#[test]
fn keys_of_a_newer_export_macro_are_no_obstacle() {
    assert_eq!(read(&with("futureKey", Some(json!(["network"])))).unwrap(), note());
}

#[test]
fn a_description_is_optional_and_cannot_drive_a_terminal() {
    let table = [
        (None, None),
        (Some(json!(null)), None),
        (Some(json!("")), None),
        (Some(json!("two\nlines \u{1b}[31mred")), Some("two lines  [31mred")),
    ];
    for (value, expected) in table {
        let note = read(&with("description", value)).unwrap();
        assert_eq!(note.description.as_deref(), expected);
    }
}

#[test]
fn a_bad_note_is_refused_with_key_expected_and_found() {
    let table = [
        ("".to_owned(), "its connector note is not JSON"),
        ("{".to_owned(), "its connector note is not JSON"),
        ("[]".to_owned(), "its connector note must be a JSON object, but is an array"),
        (
            "{}".to_owned(),
            "its connector note lacks \"slug\", \"version\", \"abi\", \"panic\", \"configurationSchema\"",
        ),
        (with("abi", None), "its connector note lacks \"abi\""),
        (
            with("slug", Some(json!("Git!"))),
            "\"slug\" in its connector note must be a slug such as \"git\", but is \"Git!\"",
        ),
        (
            with("slug", Some(json!(7))),
            "\"slug\" in its connector note must be a slug such as \"git\", but is 7",
        ),
        (
            with("version", Some(json!("0.1\u{7}"))),
            "\"version\" in its connector note must be a version such as \"0.1.0\", but is \"0.1 \"",
        ),
        (
            with("abi", Some(json!("1.0"))),
            "\"abi\" in its connector note must be a version such as \"1.0.0\", but is \"1.0\"",
        ),
        (
            with("abi", Some(json!("1.0.0.0"))),
            "\"abi\" in its connector note must be a version such as \"1.0.0\", but is \"1.0.0.0\"",
        ),
        (
            with("abi", Some(json!("+1.0.0"))),
            "\"abi\" in its connector note must be a version such as \"1.0.0\", but is \"+1.0.0\"",
        ),
        (
            with("abi", Some(json!("70000.0.0"))),
            "\"abi\" in its connector note must be a version such as \"1.0.0\", but is \"70000.0.0\"",
        ),
        (
            with("panic", Some(json!(true))),
            "\"panic\" in its connector note must be \"unwind\" or \"abort\", but is a boolean",
        ),
        (
            with("description", Some(json!([]))),
            "\"description\" in its connector note must be a string, but is an array",
        ),
        (
            with("configurationSchema", Some(json!("{}"))),
            "\"configurationSchema\" in its connector note must be a JSON Schema, which is an object, but is \"{}\"",
        ),
    ];
    for (content, expected) in table {
        let error = read(&content).unwrap_err();
        assert_eq!(reason(&error), expected);
        assert_eq!(error.exit_code(), ExitCode::ConnectorUnusable);
    }
}

#[test]
fn libraries_without_the_symbol_or_without_the_note_are_told_apart() {
    let good = Fixture::new(&content().to_string(), SYMBOL);
    let table = [
        (
            Fixture { symbol: None, ..good.clone() },
            "it is a shared library, but not a connector: it exports no root module",
        ),
        (
            Fixture { symbol_is_undefined: true, ..good.clone() },
            "it is a shared library, but not a connector: it exports no root module",
        ),
        (Fixture { note: None, ..good.clone() }, "it exports a root module, but has no connector note,"),
    ];
    for (fixture, expected) in table {
        let error = Note::from_bytes(Path::new(PATH), &fixture.bytes()).unwrap_err();
        assert!(reason(&error).starts_with(expected), "{}", reason(&error));
        assert!(error.problem.remedy().author.unwrap().contains("connector_interface::export_connector!"));
    }
}

#[test]
fn files_that_cannot_be_read_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.so");
    std::fs::write(&text, "hello").unwrap();
    let table = [
        (folder.path().join("none.so"), "there is no such file", ExitCode::ConnectorNotFound),
        (text.join("below-a-file.so"), "there is no such file", ExitCode::ConnectorNotFound),
        (
            folder.path().to_owned(),
            "it is a folder; give the file in it that ends in .so",
            ExitCode::ConnectorUnusable,
        ),
        (PathBuf::from("/dev/null"), "it is not a regular file", ExitCode::ConnectorUnusable),
        (text, "it is a text file, not a shared library (ELF)", ExitCode::ConnectorUnusable),
    ];
    for (path, expected, code) in table {
        let error = Note::read(&path).unwrap_err();
        assert_eq!((reason(&error).as_str(), error.exit_code()), (expected, code), "{path:?}");
    }
}

#[test]
fn a_file_without_permission_is_unreadable_not_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.so");
    std::fs::write(&path, "x").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    let error = Note::read(&path).unwrap_err();
    // The superuser reads any file, and then finds a text.
    let expected = if rustix::process::geteuid().is_root() {
        "it is a text file, not a shared library (ELF)"
    } else {
        "it cannot be read; check the permissions of the file and of its folders"
    };
    assert_eq!(reason(&error), expected);
}

#[test]
fn a_file_larger_than_the_cap_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.so");
    File::create(&path).unwrap().set_len(MAX_FILE_SIZE + 1).unwrap();
    let error = Note::read(&path).unwrap_err();
    assert_eq!(reason(&error), "it has 1073741825 bytes, but a connector has at most 1073741824");
}

#[test]
fn the_slug_in_a_file_name_must_be_the_noted_one() {
    let table = [
        ("/x/libcodeclimate_connector_git.so", true),
        ("/x/copy-of-git.so", true),
        ("/x/libcodeclimate_connector_git.so.1", true),
        ("/", true),
        ("/x/libcodeclimate_connector_gitlab.so", false),
    ];
    for (path, fits) in table {
        assert_eq!(note().check_file_name(Path::new(path)).is_ok(), fits, "{path}");
    }
    let error = note().check_file_name(Path::new("/x/libcodeclimate_connector_gitlab.so")).unwrap_err();
    assert_eq!(reason(&error), "its name says `gitlab`, but the connector in it is `git`");
    let advice = "rename it to libcodeclimate_connector_git.so, or put the right file in its place";
    assert_eq!(error.problem.remedy(), Remedy::of_operator(advice));
}

#[test]
fn an_incompatible_interface_is_refused_with_both_versions_and_the_mending_command() {
    let older = Remedy::new(
        "get a newer build of `git`",
        "make one in its crate: `cargo add connector-interface && cargo build --release`",
    );
    let newer = Remedy::of_operator("install a newer runner: `cargo install connector-loader`");
    let table = [
        ("1.0.0", (1, 0), None),
        ("1.7.3", (1, 0), None),
        ("1.0.0", (1, 4), None),
        (
            "1.2.0",
            (2, 0),
            Some(("version 1.2.0 of the connector interface, but this runner offers 2.0", older)),
        ),
        (
            "2.0.1",
            (1, 3),
            Some(("version 2.0.1 of the connector interface, but this runner offers 1.3", newer)),
        ),
    ];
    for (abi, host, expected) in table {
        let problems = read(&with("abi", Some(json!(abi)))).unwrap().loading_problems(host);
        let found = problems.first().map(|problem| (problem.to_string(), problem.remedy()));
        let expected = expected.map(|(text, remedy)| (format!("it was built with {text}"), remedy));
        assert_eq!(found, expected, "{abi} on {host:?}");
    }
}

#[test]
fn only_connectors_whose_panics_unwind_are_loaded() {
    for strategy in ["abort", "immediate-abort"] {
        let problems = read(&with("panic", Some(json!(strategy)))).unwrap().loading_problems((1, 0));
        let message = problems[0].to_string();
        assert!(message.starts_with(&format!("it was built with `panic = \"{strategy}\"`")), "{message}");
        let author = problems[0].remedy().author.unwrap();
        assert!(author.contains("write `panic = \"unwind\"` under `[profile.release]`"), "{author}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        length in any::<prop::sample::Index>(),
    ) {
        let mut bytes = library(&content().to_string());
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = Note::from_bytes(Path::new(PATH), &bytes);
        let truncated = Note::from_bytes(Path::new(PATH), &bytes[..length.index(bytes.len())]);
        prop_assert!(truncated.is_err());
    }
}
