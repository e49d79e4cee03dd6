//! Why a lock file cannot be used, or a connector not be run by it.

use std::io;
use std::path::{Path, PathBuf};

use super::{Difference, FORM, LOCK_FILE};
use crate::exit_code::ExitCode;
use crate::slug::Slug;

/// Why a lock file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// There is none, where one is needed.
    #[error("there is no lock file {}; make one with `codeclimate-connector lock CONNECTOR...{}`", .path.display(), option(.path))]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The system did not let it be read.
    #[error("cannot read lock file {}; let the user that runs this read it, or name another with --lock-file", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system did not let it be written.
    #[error("cannot write lock file {}; go to a folder that can be written, or name a file in one with --lock-file", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What it says would not hold.
    #[error(
        "--locked grants what the lock file says, and `--sandbox off` holds nobody to it; leave one of them out"
    )]
    NotHeld,
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
    #[error("lock file {} does not pin {slug}; look at it with `inspect`, then pin it with `codeclimate-connector lock`, by the name or path that you gave", .path.display())]
    NotPinned {
        /// The file.
        path: PathBuf,
        /// The connector.
        slug: Slug,
    },
    /// It is pinned otherwise.
    #[error(
        "lock file {} pins {slug} otherwise: {}; if that is meant to be, look at it with `inspect`, then pin it anew with \
         `codeclimate-connector lock`, by the name or path that you gave", .path.display(), all(.differences)
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
        match self {
            LockError::Unwritable { .. } | LockError::NotHeld => ExitCode::Usage,
            _ => ExitCode::ConnectorUnusable,
        }
    }
}

fn option(path: &Path) -> String {
    if path == Path::new(LOCK_FILE) { String::new() } else { format!(" --lock-file {}", path.display()) }
}

fn all(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
