//! The bytes of a record: nothing in them makes the checker panic, and what it takes is one JSON object.
#![no_main]

use std::sync::LazyLock;

use connector_schemas::Checker;
use libfuzzer_sys::fuzz_target;

static CHECKER: LazyLock<Checker> = LazyLock::new(Checker::new);

fuzz_target!(|bytes: &[u8]| match CHECKER.check(bytes) {
    Ok(record) => assert!(record.text().trim_ascii().starts_with('{')),
    Err(error) => assert!(!error.errors.is_empty() && !error.to_string().is_empty()),
});
