//! Tests that the record types of Rust are those of the JSON Schemas.

mod change;
mod committed;
mod generator;
mod round_trip;
mod typed;
mod writing;
