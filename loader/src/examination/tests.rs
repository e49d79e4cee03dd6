//! Tests of what keeps a file from being loaded.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::elf::fixture::Fixture;
use crate::exit_code::ExitCode;

const PATH: &str = "/connectors/libcodeclimate_connector_git.so";

fn content() -> Value {
    json!({
        "slug": "git", "version": "0.1.0", "abi": "1.0.0", "panic": "unwind", "permissions": ["read:path"],
        "configurationSchema": {"properties": {"path": {"type": "string"}}},
    })
}

fn good() -> Fixture {
    Fixture::new(&content().to_string(), ROOT_MODULE)
}

/// The libraries of this process's own system are there, and nothing else.
fn host() -> Host {
    Host { glibc: GlibcVersion::parse("2.36"), ..Host::here((1, 0)) }
}

fn examine(bytes: &[u8]) -> Examination {
    Examination::new(Path::new(PATH), Path::new(PATH), bytes, &host())
}

fn problems(fixture: &Fixture) -> Vec<String> {
    examine(&fixture.bytes()).problems.iter().map(|problem| crate::chain(problem)).collect()
}

fn with(key: &str, value: Value) -> Fixture {
    let mut content = content();
    content[key] = value;
    Fixture::new(&content.to_string(), ROOT_MODULE)
}

#[test]
fn a_good_file_has_no_problems() {
    let fixture = Fixture {
        needed: vec!["libc.so.6"],
        versions: vec![("libc.so.6", "GLIBC_2.36"), ("libc.so.6", "GLIBC_2.4")],
        flags: 0x10,
        ..good()
    };
    let examination = examine(&fixture.bytes());
    let facts = examination.facts.clone().unwrap();
    assert_eq!((facts.libc, facts.glibc), (Some(Libc::Glibc), GlibcVersion::parse("2.36")));
    assert!(facts.static_tls, "which alone is no reason to refuse it");
    assert_eq!(examination.loadable().unwrap().version, "0.1.0");
}

#[test]
fn each_problem_is_told() {
    let table = [
        (
            Fixture { versions: vec![("libm.so.6", "GLIBC_2.38")], ..good() },
            "it needs glibc 2.38, but this system has 2.36",
        ),
        (
            Fixture { needed: vec!["libc.musl-x86_64.so.1"], ..good() },
            "it was linked with musl, but this runner can only load libraries that were linked with glibc",
        ),
        (
            Fixture { needed: vec!["libno.so.1", "libc.so.6", "libnever.so.2"], ..good() },
            "it needs libno.so.1, libnever.so.2, which this system does not have",
        ),
        (
            Fixture { needed: vec!["/opt/lib/liba.so"], ..good() },
            "it needs the library /opt/lib/liba.so by its path, but only",
        ),
        (
            Fixture { rpath: Some("/opt/lib"), ..good() },
            "it wants its libraries to be looked for in /opt/lib (RPATH), but it is loaded from a copy",
        ),
        (
            Fixture { runpath: Some("$ORIGIN"), ..good() },
            "it wants its libraries to be looked for in $ORIGIN (RUNPATH), but it is loaded from a copy",
        ),
        (Fixture { symbol: None, ..good() }, "it is a shared library, but not a connector"),
        (Fixture { note: None, ..good() }, "it exports a root module, but has no connector note"),
        (Fixture { flags_1: 0x0800_0000, ..good() }, "it is a program, not a shared library"),
        (with("abi", json!("2.0.0")), "it was built with version 2.0.0 of the connector interface"),
        (with("panic", json!("abort")), "it was built with `panic = \"abort\"`"),
        (with("slug", json!("hg")), "its name says `git`, but the connector in it is `hg`"),
        (
            with("permissions", json!(["exec", "write:folder"])),
            "it asks for the permission `write:folder`, but its configuration has no key \"folder\"",
        ),
    ];
    for (fixture, expected) in table {
        let problems = problems(&fixture);
        assert!(problems.len() == 1 && problems[0].starts_with(expected), "{problems:?}");
        let examination = examine(&fixture.bytes());
        assert!(examination.problems[0].remedy().operator.is_some());
        assert_eq!(examination.loadable().unwrap_err().exit_code(), ExitCode::ConnectorUnusable);
    }
}

#[test]
fn all_problems_are_told_at_once_for_who_runs_it_and_for_who_builds_it() {
    let fixture = Fixture {
        needed: vec!["libno.so.1"],
        versions: vec![("libc.so.6", "GLIBC_2.38")],
        runpath: Some("/opt/lib"),
        ..with("panic", json!("abort"))
    };
    let message = examine(&fixture.bytes()).loadable().unwrap_err().to_string();
    let message = message.replace("aarch64-unknown", "x86_64-unknown");
    insta::assert_snapshot!(message);
}

#[test]
fn what_is_no_library_or_no_connector_has_one_problem_and_what_is_for_another_machine_is_still_read() {
    let mut foreign = Fixture { needed: vec!["libno.so.1"], ..good() }.bytes();
    foreign[18..20].copy_from_slice(&243_u16.to_le_bytes());
    let foreign = examine(&foreign);
    assert_eq!(foreign.problems.len(), 1, "{:?}", foreign.problems);
    assert_eq!(foreign.facts.unwrap().architecture, "RISC-V");
    assert!(foreign.note.is_some());
    for bytes in [&b"hello"[..], b"", b"\x7fELF", &good().bytes()[..300]] {
        let examination = examine(bytes);
        assert_eq!((examination.problems.len(), examination.facts), (1, None));
    }
    let program = Fixture { symbol: None, note: None, flags_1: 0x0800_0000, ..good() };
    assert_eq!(problems(&program), ["it is a program, not a shared library"]);
}

proptest! {
    #[test]
    fn no_bytes_make_the_examination_panic_and_what_is_no_note_is_never_loadable(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        length in any::<prop::sample::Index>(),
    ) {
        let fixture = Fixture {
            needed: vec!["libc.so.6"],
            versions: vec![("libc.so.6", "GLIBC_2.36")],
            ..good()
        };
        let mut bytes = fixture.bytes();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let examination = examine(&bytes);
        prop_assert_eq!(examination.note.is_none() && examination.problems.is_empty(), false);
        prop_assert!(examine(&bytes[..length.index(bytes.len())]).loadable().is_err());
    }
}
