//! Why a lock file cannot be used, or a connector not be run by it.

use std::io;
use std::path::PathBuf;

use super::{Difference, FORM};
use crate::exit_code::ExitCode;
use crate::slug::Slug;

/// Why a lock file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// There is none, where one is needed.
    #[error("there is no lock file {}; make one with `codeclimate-connector lock CONNECTOR...`", .path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The system refused.
    #[error("failed to {what} lock file {}", .path.display())]
    System {
        /// What failed.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It is not what `lock` writes.
    #[error("cannot understand lock file {}: {problem}; put the version that was last committed in its place, or remove it \
             and lock anew", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its place.
        problem: String,
    },
    /// A newer runner has written it.
    #[error("lock file {} has form {found}, but this runner knows {FORM} only; install a newer runner", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: u32,
    },
    /// The connector is not among the pins.
    #[error("lock file {} does not pin {slug}; look at it with `inspect`, then `codeclimate-connector lock {slug}`", .path.display())]
    NotPinned {
        /// The file.
        path: PathBuf,
        /// The connector.
        slug: Slug,
    },
    /// It is pinned otherwise.
    #[error(
        "lock file {} pins {slug} otherwise: {}; if that is meant to be, look at it with `inspect`, then lock it anew with \
         `codeclimate-connector lock`", .path.display(), listed(.differences)
    )]
    Differs {
        /// The file.
        path: PathBuf,
        /// The connector.
        slug: Slug,
        /// All differences.
        differences: Vec<Difference>,
    },
}

impl LockError {
    /// The ending that this error leads to.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        ExitCode::ConnectorUnusable
    }
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
