//! Tests that Rust types and schemas accept the same records.

use std::sync::LazyLock;

use connector_interface::Timestamp;
use connector_schemas::{Checker, record_types};
use proptest::prelude::*;
use serde_json::{Number, Value};

use crate::{change::changed_example, typed::round_trip};

static CHECKER: LazyLock<Checker> = LazyLock::new(Checker::new);

#[test]
fn every_example_of_a_schema_comes_back_as_it_was() {
    for record_type in record_types() {
        for example in record_type.schema()["examples"].as_array().unwrap() {
            let written: Value = serde_json::from_str(&round_trip(example, record_type).unwrap()).unwrap();
            assert!(is_same(&written, example), "{example} became {written}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn whatever_becomes_a_typed_record_is_written_as_a_valid_one((record_type, record) in changed_example()) {
        if let Ok(written) = round_trip(&record, record_type) {
            prop_assert!(CHECKER.check(written.as_bytes()).is_ok(), "{record} became {written}");
        }
    }

    #[test]
    fn whatever_is_valid_becomes_a_typed_record_and_comes_back((record_type, record) in changed_example()) {
        let is_valid = CHECKER.check(record.to_string().as_bytes()).is_ok() && record["_type"] == record_type.name();
        if is_valid && !is_beyond_the_types(&record) {
            let written = round_trip(&record, record_type).map_err(|error| {
                TestCaseError::fail(format!("{record} is refused: {error}"))
            })?;
            let written: Value = serde_json::from_str(&written).unwrap();
            prop_assert!(is_same(&written, &record), "{record} became {written}");
        }
    }
}

/// What schemas accept and Rust types do not hold: integers beyond 64 bits with a sign, instants before the year 0000
/// or in the last hours of 9999, and more than nine digits of a fraction of a second.
fn is_beyond_the_types(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_i64().is_none() && number.as_f64().is_some_and(|float| float.abs() >= 2f64.powi(63))
        }
        Value::String(text) => {
            ["0000-01-01T00:59:59.5+01:00", "9999-12-31T23:59:59Z", "2020-02-21T12:00:00.1234567891Z"]
                .contains(&text.as_str())
        }
        Value::Array(elements) => elements.iter().any(is_beyond_the_types),
        Value::Object(members) => members.values().any(is_beyond_the_types),
        Value::Null | Value::Bool(_) => false,
    }
}

/// Whether the two say the same: an instant may be written in another way, and so may a number without a fraction.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || is_same_number(one, other),
        (Value::String(one), Value::String(other)) => {
            one == other || matches!((instant(one), instant(other)), (Some(one), Some(other)) if one == other)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| is_same(value, other)))
        }
        _ => one == other,
    }
}

fn is_same_number(one: &Number, other: &Number) -> bool {
    (one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64()
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
