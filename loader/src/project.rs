//! The project file: many connections, each a connector with its configuration, described in one TOML file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Map, Value};

use crate::confinement::Sandbox;
use crate::frame::Rejections;
use crate::grant::Allowance;
use crate::permission::Permission;
use crate::sink::Destination;
use crate::supervisor::Limits;

mod connection;
mod json;
mod key;
mod keys;
mod kind;
mod problem;
mod read;
mod report;
mod selection;
mod text;

pub(crate) use problem::{Problem, ProjectError};
pub(crate) use selection::Selection;

/// The name that a project file has where none is given.
pub(crate) const PROJECT_FILE: &str = "codeclimate-connector.toml";

/// A project as it is meant: checked, with every default filled in and every path absolute.
#[derive(Debug)]
pub(crate) struct Project {
    /// The file itself.
    pub(crate) path: PathBuf,
    /// Where states are kept; none where the file leaves that open.
    pub(crate) data_folder: Option<PathBuf>,
    /// Runs at a time.
    pub(crate) jobs: usize,
    /// Where the metrics of a sync are written to.
    pub(crate) metrics: Option<PathBuf>,
    /// Folders in which connectors are looked for first.
    pub(crate) connector_path: Vec<PathBuf>,
    /// In the order of the file; at least one.
    pub(crate) connections: Vec<Connection>,
}

impl Project {
    /// The folder of the file, where its relative paths start.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }
}

/// One connector with one configuration, and what is synced of it how.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// The name under which its states are kept; unique in the file.
    pub(crate) name: String,
    /// A slug, or the absolute path of a file.
    pub(crate) connector: String,
    /// The project file that it stands in.
    pub(crate) project: PathBuf,
    /// The line in which it begins, from 1.
    pub(crate) line: usize,
    pub(crate) configuration: ConfigurationOf,
    /// Which streams are synced.
    pub(crate) streams: Selection,
    /// The earliest data wanted, as `cutoff::parse_cutoff` reads it; none where only a state can tell.
    pub(crate) cutoff: Option<String>,
    /// How much is read twice.
    pub(crate) overlap: SignedDuration,
    pub(crate) destination: Destination,
    pub(crate) rejections: Rejections,
    /// Further attempts after a crash, or where the source is unavailable.
    pub(crate) retries: u32,
    /// Before the second attempt.
    pub(crate) retry_wait: Duration,
    /// How long the source may ask to wait before a sync goes on.
    pub(crate) longest_wait: Duration,
    /// Whether a state is gone on from though the configuration has changed.
    pub(crate) accepts_changes: bool,
    /// Whether records that were rejected to the connector make a run fail.
    pub(crate) fails_on_rejected: bool,
    pub(crate) limits: Limits,
    pub(crate) permissions: Permissions,
}

/// Where a connection's configuration is. Its secrets are references still.
#[derive(Debug, Clone)]
pub(crate) enum ConfigurationOf {
    /// In the project file.
    Inline(Map<String, Value>),
    /// In a JSON file of its own.
    File(PathBuf),
}

/// What a connector may reach.
#[derive(Debug, Clone, Default)]
pub(crate) struct Permissions {
    pub(crate) sandbox: Sandbox,
    pub(crate) allow: Vec<Allowance>,
    pub(crate) deny: Vec<Permission>,
    /// As whom it runs: a name, or `UID:GID`.
    pub(crate) user: Option<String>,
    /// Whether each record is checked a second time, in the runner.
    pub(crate) check_twice: bool,
    /// Whether only what the lock file pins may run.
    pub(crate) locked: bool,
    /// The lock file, which must be there; none stands for the usual one in the project's folder, where there is one.
    pub(crate) lock_file: Option<PathBuf>,
}
