//! Runs the real runner with real connectors, for the end-to-end tests.
//!
//! [`Runner`] is one command; [`Ended`] is what came of it, with the checks that hold after every run: nothing
//! of it is left, and on standard output is nothing but what belongs there.

#![expect(clippy::expect_used, reason = "in a test, a panic with the reason is the report")]

mod artifacts;
pub mod contents;
mod disk;
mod ended;
mod leftovers;
mod namespace;
mod project;
pub mod random;
mod runner;
pub mod sync;
mod terminal;
mod unprivileged;

pub use artifacts::{binary, connector, release_of, shim};
pub use disk::SmallDisk;
pub use ended::Ended;
pub use namespace::in_own_network;
pub use project::Project;
pub use runner::{Runner, Running};
pub use terminal::{Typed, type_into};
pub use unprivileged::Unprivileged;
