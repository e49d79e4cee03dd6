//! Whatever ends a command before it has an outcome of its own.

use std::{borrow::Cow, io, path::PathBuf};

use rustix::io::Errno;

use crate::{
    cargo::{BuildError, CrateError},
    configuration::{CheckError, ConfigurationError},
    confinement::UserError,
    cutoff::CutoffError,
    dead_letters::LetterError,
    examination::Unloadable,
    exit_code::ExitCode,
    grant::GrantError,
    locate::LocateError,
    lock::LockError,
    mask::{Masker, MaskerError},
    note::NoteError,
    project::{ConfigurationProblems, ProjectError},
    replay_source::CassetteError,
    sealed::SealError,
    sink::SinkError,
    state::{Refusal, StateError},
    supervisor::LaunchError,
};

use super::{
    dev::{InProcessError, WatchError},
    keep::KeepError,
    kept::StaleState,
    manual::ManualError,
    new::NewError,
    package::{PackageError, Unfit},
    project::InitError,
    records::RecordsError,
    replay::ReplayError,
    report::PageError,
    runs::RunsError,
    state::StateCommandError,
    stream::StreamError,
    summary::ReportError,
    sync::OnlyError,
};

/// Whatever ends a command before it has an outcome of its own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Locate(#[from] LocateError),
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error(transparent)]
    Unloadable(#[from] Unloadable),
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error(transparent)]
    Cassette(#[from] CassetteError),
    #[error(transparent)]
    Grant(#[from] GrantError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    User(#[from] UserError),
    #[error(transparent)]
    Masker(#[from] MaskerError),
    #[error(transparent)]
    Cutoff(#[from] CutoffError),
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// Any of the others, with words of a connector in it.
    #[error("{text}")]
    Masked { text: String, code: ExitCode },
    #[error(transparent)]
    ProjectConfiguration(#[from] ConfigurationProblems),
    #[error(transparent)]
    Only(#[from] OnlyError),
    #[error("cancelled between two runs")]
    Cancelled(ExitCode),
    #[error("cancelled during the build; nothing was written")]
    BuildCancelled(ExitCode),
    #[error(transparent)]
    Keep(#[from] KeepError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Runs(#[from] RunsError),
    #[error(transparent)]
    Page(#[from] PageError),
    #[error(transparent)]
    StateCommand(#[from] StateCommandError),
    #[error(transparent)]
    Stale(#[from] StaleState),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Sink(#[from] SinkError),
    #[error(transparent)]
    Letter(#[from] LetterError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    New(#[from] NewError),
    #[error(transparent)]
    Init(#[from] InitError),
    #[error(transparent)]
    Launch(#[from] LaunchError),
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(
        "a memory limit of {memory} is too little: the connector's file alone has {size}, and is loaded into memory; raise --memory-limit"
    )]
    TooLittleMemory { memory: String, size: String },
    #[error(transparent)]
    Manual(#[from] ManualError),
    #[error(transparent)]
    Crate(#[from] CrateError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Watch(#[from] WatchError),
    #[error(transparent)]
    InProcess(#[from] InProcessError),
    #[error(
        "there is no configuration {}; write what the connector is to read into it, as `codeclimate-connector docs` shows \
         for a built connector, or name another file with --config", .0.display()
    )]
    NoDevConfiguration(PathBuf),
    #[error(
        "the connector discovers no stream, so there is nothing to sync; produce at least one in `discover_streams`"
    )]
    NoStream,
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    #[error("failed to {what}")]
    System {
        what: &'static str,
        #[source]
        source: io::Error,
    },
}

impl From<SealError> for CliError {
    fn from(error: SealError) -> Self {
        Self::System { what: error.what, source: error.source }
    }
}

impl CliError {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Locate(error) => error.exit_code(),
            Self::Note(error) => error.exit_code(),
            Self::Unloadable(error) => error.exit_code(),
            Self::Configuration(error) => error.exit_code(),
            Self::Check(error) => error.exit_code(),
            Self::Cassette(_) => CassetteError::exit_code(),
            Self::Grant(error) => error.exit_code(),
            Self::Lock(error) => error.exit_code(),
            Self::User(_) | Self::TooLittleMemory { .. } => ExitCode::Usage,
            Self::Masker(error) => error.exit_code(),
            Self::Cutoff(error) => error.exit_code(),
            Self::Stream(_) => StreamError::exit_code(),
            Self::Masked { code, .. } | Self::Cancelled(code) | Self::BuildCancelled(code) => *code,
            Self::Keep(_) => KeepError::exit_code(),
            Self::Only(_) => ExitCode::Usage,
            Self::ProjectConfiguration(_) => ExitCode::Configuration,
            Self::State(error) => error.exit_code(),
            Self::StateCommand(error) => error.exit_code(),
            Self::Replay(error) => error.exit_code(),
            Self::Runs(error) => error.exit_code(),
            Self::Page(error) => error.exit_code(),
            Self::Stale(_) | Self::Refused(_) => ExitCode::Usage,
            Self::Sink(_) | Self::Letter(_) => ExitCode::OutputFailed,
            Self::Launch(LaunchError::Containment(_) | LaunchError::Temporary(_)) => ExitCode::Unenforceable,
            Self::Report(_) => ExitCode::Usage,
            Self::Launch(LaunchError::System { source, .. }) if is_want(source) => ExitCode::Unenforceable,
            Self::Launch(_) | Self::System { .. } => ExitCode::Bug,
            Self::Project(_) => ProjectError::exit_code(),
            Self::New(_) => NewError::exit_code(),
            Self::Init(_) => InitError::exit_code(),
            Self::Records(error) => error.exit_code(),
            Self::Crate(_) | Self::NoStream => ExitCode::Usage,
            Self::Unfit(_) => ExitCode::ConnectorUnusable,
            Self::Package(error) => error.exit_code(),
            Self::Build(_) => ExitCode::BuildFailed,
            Self::NoDevConfiguration(_) => ExitCode::Configuration,
            Self::Watch(_) => ExitCode::Unenforceable,
            Self::InProcess(_) => ExitCode::Bug,
            Self::Output(_) | Self::Manual(_) => ExitCode::OutputFailed,
        }
    }

    /// The same without secrets.
    pub(super) fn masked(self, masker: &Masker) -> Self {
        let text = crate::chain(&self);
        match masker.mask(&text) {
            Cow::Borrowed(_) => self,
            Cow::Owned(text) => Self::Masked { text, code: self.exit_code() },
        }
    }

    /// The working directory, or the one that is meant, is gone or closed.
    pub(super) fn no_folder(source: io::Error) -> Self {
        Self::System { what: "find or enter the working directory", source }
    }

    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Whether the system is short of what a run needs: processes, descriptors, memory, room on a disk.
fn is_want(error: &io::Error) -> bool {
    let numbers = [Errno::AGAIN, Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::NOSPC];
    numbers.iter().any(|number| error.raw_os_error() == Some(number.raw_os_error()))
}
