//! Where states are kept, as the rest of the runner sees it. A store for many machines needs no more than this.

use std::{fmt, io, path::PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::exit_code::ExitCode;

use super::{Key, Lane, StreamState, reset_command};

/// A state with its version in the store, which changes with every write.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) state: StreamState,
    pub(crate) version: u64,
    /// Since when the connector does not discover the stream any more.
    pub(crate) missing_since: Option<Timestamp>,
}

/// A stream in a list, or what is wrong with its state.
pub(crate) type Listed = Result<(Key, Stored), StateError>;

/// Keeps the states of streams. Whoever writes says which version it has read, so that nothing is overwritten unseen.
pub(crate) trait StateStore: Send + Sync {
    /// The state of a stream.
    fn read(&self, key: &Key) -> Result<Option<Stored>, StateError>;

    /// The states of all streams, in the order of their keys. One that is damaged does not hide the others.
    fn list(&self) -> Result<Vec<Listed>, StateError>;

    /// As [`StateStore::list`], of one connection and lane.
    fn list_of(&self, connection: &str, lane: &Lane) -> Result<Vec<Listed>, StateError>;

    /// Remembers since when streams are not discovered any more, or that they are again. No version changes.
    fn note_missing(&self, streams: &[(Key, Option<Timestamp>)]) -> Result<(), StateError>;

    /// Replaces states, all or none, and returns when they are durable; gives their new versions. `None` as version is
    /// for one that is not there yet, `None` as state removes one.
    fn write(&self, changes: &[Change<'_>]) -> Result<Vec<u64>, StateError>;

    /// Holds a stream until the answer is dropped or the process ends, however it ends.
    fn hold(&self, key: &Key, holder: &Holder) -> Result<Hold, StateError>;

    /// Who holds a stream now.
    fn holder(&self, key: &Key) -> Result<Option<Holder>, StateError>;
}

/// One state to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) key: &'a Key,
    pub(crate) version: Option<u64>,
    pub(crate) state: Option<&'a StreamState>,
}

/// A stream that is held. Dropping it lets go.
pub(crate) struct Hold {
    _guard: Box<dyn Send>,
}

impl Hold {
    pub(crate) fn new(guard: impl Send + 'static) -> Self {
        Self { _guard: Box::new(guard) }
    }
}

/// Who holds a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Holder {
    pub(crate) pid: u32,
    pub(crate) host: String,
    /// The run, or the command that changes the state.
    pub(crate) what: String,
    pub(crate) since: Timestamp,
}

impl Holder {
    /// This process.
    pub(crate) fn here(what: impl Into<String>) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { pid: std::process::id(), host, what: what.into(), since: Timestamp::now() }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let age = Timestamp::now().duration_since(self.since).as_secs().max(0);
        write!(formatter, "process {} on {} ({}), for {age} s", self.pid, self.host, self.what)
    }
}

/// Why a state could not be read, kept or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    #[error("{}another run holds the stream {:?} of {}: {holder}", lane(key), key.stream, key.connection)]
    Held { key: Box<Key>, holder: Box<Holder> },
    #[error(
        "the state of the stream {:?} of {} has been changed by another process meanwhile",
        key.stream, key.connection
    )]
    Overtaken { key: Box<Key> },
    #[error(
        "the data folder {path} lies on a network file system ({kind}), on which locks and durable writes cannot be \
         relied on; name one on a local disk with --data-folder"
    )]
    Network { path: PathBuf, kind: &'static str },
    #[error("the data folder {path} {problem}")]
    Folder { path: PathBuf, problem: &'static str },
    #[error("cannot {what} {path}")]
    System {
        what: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot {what} the state database {path}")]
    Database {
        what: &'static str,
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error(
        "the state database {path} has been written by a newer runner (layout {found}, this one knows {known}); use that \
         runner"
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error(
        "the state of the stream {:?} of {} in the database is damaged: {reason}; `{}` removes it",
        key.stream, key.connection, reset_command(key)
    )]
    Damaged { key: Box<Key>, version: u64, reason: String },
    #[error(
        "the database has a state of an unknown kind, {lane:?}: a newer runner has written it; use that runner"
    )]
    Lane { lane: String },
}

impl StateError {
    /// The ending that this error leads to.
    pub(crate) const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Held { .. } => ExitCode::StreamHeld,
            _ => ExitCode::OutputFailed,
        }
    }
}

fn lane(key: &Key) -> String {
    match key.lane {
        Lane::Sync => String::new(),
        _ => format!("({}) ", key.lane),
    }
}
