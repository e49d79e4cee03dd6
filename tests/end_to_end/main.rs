//! The runner from the outside: the commands that people type, with connectors that behave and others that do not.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its place is the report")]

mod abi;
mod authors;
mod bad_input;
mod check;
mod commands;
mod dead_letters;
mod dev;
mod endings;
mod failing_disk;
mod files;
mod git;
mod interruptions;
mod limits;
mod lock;
mod misbehaviours;
mod network;
mod new;
mod package;
mod project;
mod recorded;
mod records;
mod report;
mod runs;
mod secrets;
mod sinks;
mod state;
mod state_commands;
mod syncs;
mod trespass;
mod unloaded;
