//! Loads connectors from dynamic libraries, contains them, and checks the records they produce.
//!
//! The binary `codeclimate-connector` is this library's [`main`]. The parts that stand alone are public:
//! finding a connector ([`locate`]), reading what it is without running it ([`note`]) and whether it can be
//! loaded here ([`examination`]), telling what its configuration is made of ([`mod@reference`]), reading and
//! checking a configuration ([`configuration`]), masking its secrets ([`mask`]), and the endings ([`exit_code`]).
//!
//! One process never does two of these: the *supervisor* reads, checks and decides, and never opens a
//! connector; the *guardian* cleans up; the *worker* loads and runs one connector.
//!
//! ```
//! use connector_loader::exit_code::ExitCode;
//!
//! assert_eq!(ExitCode::from_number(30), Some(ExitCode::MemoryLimit));
//! ```

use std::{error::Error, fmt::Write as _, process::ExitCode};

mod cargo;
pub mod cgroup;
mod cli;
mod closed_output;
pub mod configuration;
mod confinement;
mod conformance;
mod console;
mod containment;
pub mod cutoff;
mod dead_letters;
mod delivery;
pub mod did_you_mean;
pub mod digest;
pub mod elf;
pub mod examination;
pub mod exit_code;
mod frame;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
pub mod grant;
mod guardian;
mod history;
#[cfg(any(feature = "internals", test))]
#[doc(hidden)]
pub mod internals;
mod json_type;
pub mod locate;
pub mod lock;
pub mod mask;
mod metrics;
pub mod note;
pub mod permission;
mod processes;
mod project;
pub mod reference;
pub mod remedy;
mod replay_source;
mod report;
mod scaffold;
mod sealed;
mod sink;
pub mod slug;
mod state;
mod supervisor;
mod temporary;
mod typed;
mod whole_file;
mod worker;

/// The runner: reads the command line, does what it says, gives the exit code.
///
/// Started under another name by itself, the same binary is a guardian or a worker.
#[must_use]
pub fn main() -> ExitCode {
    let name = std::env::args_os().next().unwrap_or_default();
    if name == guardian::WORKER {
        worker::main();
    }
    if name == guardian::GUARDIAN {
        guardian::main();
    }
    cli::main()
}

/// An error with its causes, on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string does not fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
