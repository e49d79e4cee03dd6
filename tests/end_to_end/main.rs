//! The runner from the outside: the commands that people type, with connectors that behave and others that do not.

mod bad_input;
mod commands;
mod endings;
mod files;
mod git;
mod interruptions;
mod records;
mod secrets;
