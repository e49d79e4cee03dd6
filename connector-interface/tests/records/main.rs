//! Tests that the files of the record types are what the JSON Schemas say.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "in a test, a panic with its place is the report"
)]

mod committed;
mod generator;
mod unknown;
