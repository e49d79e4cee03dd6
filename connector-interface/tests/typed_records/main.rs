//! Tests that the record types of Rust hold what the JSON Schemas accept.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its place is the report")]

mod change;
mod round_trip;
mod typed;
mod uri;
mod writing;
