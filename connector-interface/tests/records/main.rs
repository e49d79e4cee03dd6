//! Tests that the record types of Rust are those of the JSON Schemas.

mod committed;
mod generator;
