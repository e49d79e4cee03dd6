//! Tests that the committed files are what the generator writes; writes them where that is asked for.
//!
//! Where the committed files do not compile any more, and the test with them, empty them first: nothing else in the
//! crate needs their types.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use connector_schemas::{RecordType, record_types};

use crate::generator::generate;

const UPDATE: &str = "UPDATE_RECORDS";

#[test]
fn every_record_type_is_written_as_its_schema_says() {
    for record_type in record_types() {
        let generated = generate(record_type);
        if env::var_os(UPDATE).is_some() {
            fs::write(path(record_type), formatted(&generated)).unwrap();
        }
        let committed = fs::read_to_string(path(record_type)).unwrap_or_default();
        assert!(
            without_layout(&committed) == without_layout(&generated),
            "{} is not what the schema of {} says: run `{UPDATE}=1 cargo test -p connector-interface --test records`",
            path(record_type).display(),
            record_type.name(),
        );
    }
}

#[test]
fn every_record_type_is_a_module_of_records() {
    let records = fs::read_to_string(source_folder().join("records.rs")).unwrap();
    for record_type in record_types() {
        let module = record_type.id().replace('-', "_");
        for line in [format!("mod {module};"), format!("pub use {module}::*;")] {
            assert!(records.lines().any(|found| found == line), "src/records.rs lacks the line `{line}`");
        }
    }
}

fn path(record_type: &RecordType) -> PathBuf {
    source_folder().join("records").join(record_type.id().replace('-', "_")).with_extension("rs")
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The text as `cargo fmt` leaves it.
fn formatted(text: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path", concat!(env!("CARGO_MANIFEST_DIR"), "/../rustfmt.toml")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is needed to update the record types: rustup component add rustfmt");
    rustfmt.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success(), "rustfmt cannot read this:\n{text}");
    String::from_utf8(output.stdout).unwrap()
}

/// What is left where `rustfmt` has no say: the text without white space and without commas at the end of a list.
fn without_layout(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    text.replace(",}", "}").replace(",)", ")")
}
