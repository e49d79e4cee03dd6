//! Snapshots of what people read about a file.

use std::path::Path;

use super::*;
use crate::{
    elf::fixture::{Fixture, note},
    note::ROOT_MODULE,
};

const PATH: &str = "/connectors/libcodeclimate_connector_weather.so";

fn content() -> Value {
    json!({
        "slug": "weather", "version": "0.1.0", "abi": "1.0.0", "panic": "unwind",
        "description": "Reads the weather\u{1b}[31m", "homepage": "https://weather.example",
        "license": "MIT", "stateFormat": 2, "recordTypes": ["Environment", "Cloud"],
        "permissions": ["network", "read:certificate"], "rustc": "1.95.0 (59807616e 2026-04-14)",
        "target": "x86_64-unknown-linux-gnu", "sdk": "0.1.0",
        "configurationSchema": {
            "required": ["stations"],
            "properties": {
                "stations": {
                    "type": "array", "items": {"type": "string"}, "title": "Names",
                    "description": "Names of\nthe stations.", "examples": [["Brocken"]],
                },
                "apiToken": {"type": "string", "secret": true},
                "certificate": {"type": "string", "default": "/etc/ssl/a.pem\u{9b}"},
            },
        },
    })
}

fn fixture(content: &Value) -> Fixture {
    Fixture {
        notes_before: note(b"GNU", 3, &[0xab, 0xcd]),
        needed: vec!["libc.so.6"],
        versions: vec![("libc.so.6", "GLIBC_2.34")],
        ..Fixture::new(&content.to_string(), ROOT_MODULE)
    }
}

fn report(bytes: &[u8]) -> Report {
    let host = Host { glibc: GlibcVersion::parse("2.36"), ..Host::here((1, 0)) };
    Report::new(Examination::new(Path::new(PATH), Path::new(PATH), bytes, &host), bytes, &host)
}

/// What differs between architectures.
fn shown(text: &str, report: &Report) -> String {
    let text = text.replace(&report.sha256.to_string(), "<sha256>").replace("aarch64", "x86-64");
    text.replace("x86-64-unknown", "x86_64-unknown")
}

#[test]
fn a_good_file_is_shown_whole() {
    let report = report(&fixture(&content()).bytes());
    insta::assert_snapshot!(shown(&printable_lines(&text::of(&report)), &report));
}

#[test]
fn a_file_with_problems_is_shown_as_far_as_it_can_be_read() {
    let mut content = content();
    content["panic"] = json!("abort");
    content["permissions"] = json!(["fly"]);
    content["recordTypes"] = json!([]);
    let fixture = Fixture { flags: 0x10, runpath: Some("/opt/\u{7}lib"), ..fixture(&content) };
    let damaged = report(&fixture.bytes());
    insta::assert_snapshot!(shown(&printable_lines(&text::of(&damaged)), &damaged));
    let no_library = report(b"hello");
    insta::assert_snapshot!("no_library", shown(&printable_lines(&text::of(&no_library)), &no_library));
}

#[test]
fn programs_read_the_same_as_json_without_control_characters() {
    let report = report(&Fixture { runpath: Some("/opt/lib"), ..fixture(&content()) }.bytes());
    let text = escaped(&report.json());
    assert!(!text.contains(char::is_control), "{text}");
    let value: Value = serde_json::from_str(&text).unwrap();
    insta::assert_snapshot!(shown(&format!("{value:#}").replace('\u{9b}', "\\u009b"), &report));
}
