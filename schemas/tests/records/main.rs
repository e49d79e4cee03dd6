//! What the crate promises about the schemas and about checking, tested from outside.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "in a test, a panic with its place is the report"
)]

mod audit;
mod errata;
mod invalid;
mod strict;
mod syntax;

use connector_schemas::{Checker, RecordType, record_type};
use serde_json::Value;

/// The checker that all tests share, as all threads of a program do.
fn checker() -> &'static Checker {
    static CHECKER: std::sync::LazyLock<Checker> = std::sync::LazyLock::new(Checker::new);
    &CHECKER
}

/// The first example of a type, with these properties changed; `null` as a change stays `null`.
fn example_with(name: &str, changes: &Value) -> Value {
    let mut record = example(name);
    let changes = changes.as_object().expect("changes are an object");
    for (name, value) in changes {
        record[name] = value.clone();
    }
    record
}

/// The first example of a type, without these properties.
fn example_without(name: &str, properties: &[&str]) -> Value {
    let mut record = example(name);
    let members = record.as_object_mut().expect("a record is an object");
    members.retain(|name, _| !properties.contains(&name.as_str()));
    record
}

fn example(name: &str) -> Value {
    examples(record_type(name).expect("a record type"))[0].clone()
}

fn examples(record_type: &RecordType) -> &[Value] {
    record_type.schema()["examples"].as_array().expect("every type has examples")
}

/// Pointer and message of everything wrong with the record.
fn errors(record: &str) -> Vec<(String, String)> {
    let Err(refused) = checker().check(record.as_bytes()) else {
        return Vec::new();
    };
    assert!(!refused.errors.is_empty(), "refused without a reason: {record}");
    refused.errors.into_iter().map(|error| (error.pointer, error.message)).collect()
}

#[track_caller]
fn assert_errors(record: &Value, expected: &[(&str, &str)]) {
    assert_text_errors(&record.to_string(), expected);
}

#[track_caller]
fn assert_text_errors(record: &str, expected: &[(&str, &str)]) {
    let found = errors(record);
    let found: Vec<_> = found.iter().map(|(pointer, message)| (pointer.as_str(), message.as_str())).collect();
    assert_eq!(found, expected, "{}", record.chars().take(500).collect::<String>());
}
