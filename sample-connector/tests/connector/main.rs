//! The connector against real repositories, with git itself as the judge.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its place is the report")]

mod backfills;
mod checkpoints;
mod commits;
mod configuration;
mod fixture;
mod history;
mod migrations;
mod repositories;
mod statistics;
