//! The command line: reads it, does what it says, prints what went wrong once, gives the exit code.

mod args;
mod docs;
mod doctor;
mod explain;
mod inspect;
mod journal;
mod keep;
mod kept;
mod lock;
mod manual;
mod prepare;
mod project;
mod records;
mod replay;
mod report;
mod run;
mod runs;
mod sandbox;
mod session;
mod state;
mod stream;
mod summary;
mod sync;
mod verify;

use std::{
    borrow::Cow,
    io::{self, Write},
    path::Path,
    process,
};

use clap::{CommandFactory, Parser};
use rustix::io::Errno;

use crate::{
    closed_output::was_closed,
    configuration::{CheckError, ConfigurationError},
    confinement::{UserError, hide_memory},
    console::{Console, printable},
    cutoff::CutoffError,
    dead_letters::LetterError,
    examination::Unloadable,
    exit_code::ExitCode,
    frame::{Level, keep_from_children},
    grant::GrantError,
    locate::LocateError,
    lock::LockError,
    mask::{Masker, MaskerError},
    note::NoteError,
    project::ProjectError,
    sink::SinkError,
    state::{Refusal, StateError},
    supervisor::LaunchError,
};

use args::{Arguments, Command};
use keep::KeepError;
use kept::StaleState;
use manual::ManualError;
use project::InitError;
use records::RecordsError;
use replay::ReplayError;
use report::PageError;
use runs::RunsError;
use state::StateCommandError;
use stream::StreamError;
use summary::{EarlyEnd, ReportError, write_report};
use sync::OnlyError;

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
    Only(#[from] OnlyError),
    #[error("cancelled between two runs")]
    Cancelled(ExitCode),
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
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    #[error("failed to {what}")]
    System {
        what: &'static str,
        #[source]
        source: io::Error,
    },
}

impl CliError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Locate(error) => error.exit_code(),
            Self::Note(error) => error.exit_code(),
            Self::Unloadable(error) => error.exit_code(),
            Self::Configuration(error) => error.exit_code(),
            Self::Check(error) => error.exit_code(),
            Self::Grant(error) => error.exit_code(),
            Self::Lock(error) => error.exit_code(),
            Self::User(_) | Self::TooLittleMemory { .. } => ExitCode::Usage,
            Self::Masker(error) => error.exit_code(),
            Self::Cutoff(error) => error.exit_code(),
            Self::Stream(_) => StreamError::exit_code(),
            Self::Masked { code, .. } | Self::Cancelled(code) => *code,
            Self::Keep(_) => KeepError::exit_code(),
            Self::Only(_) => ExitCode::Usage,
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
            Self::Init(_) => InitError::exit_code(),
            Self::Records(error) => error.exit_code(),
            Self::Output(_) | Self::Manual(_) => ExitCode::OutputFailed,
        }
    }

    /// The same without secrets.
    fn masked(self, masker: &Masker) -> Self {
        let text = crate::chain(&self);
        match masker.mask(&text) {
            Cow::Borrowed(_) => self,
            Cow::Owned(text) => Self::Masked { text, code: self.exit_code() },
        }
    }

    /// The working directory, or the one that is meant, is gone or closed.
    fn no_folder(source: io::Error) -> Self {
        Self::System { what: "find or enter the working directory", source }
    }

    fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Whether the system is short of what a run needs: processes, descriptors, memory, room on a disk.
fn is_want(error: &io::Error) -> bool {
    let numbers = [Errno::AGAIN, Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::NOSPC];
    numbers.iter().any(|number| error.raw_os_error() == Some(number.raw_os_error()))
}

/// The runner's own `main`.
pub(crate) fn main() -> process::ExitCode {
    let arguments = Arguments::parse();
    let mut console = Console::new(arguments.log_format, arguments.verbose);
    let outcome_file = arguments.command.outcome_file().cloned();
    let code = prepare_process().and_then(|()| dispatch(arguments, &mut console));
    let code = code.unwrap_or_else(|error| {
        if !error.is_closed_pipe() {
            tell(&mut console, &error);
        }
        if let Some(path) = outcome_file {
            report_early_end(&path, &error, &mut console);
        }
        error.exit_code()
    });
    console.flush();
    code.into()
}

/// So that a file from yesterday does not tell of success when nothing could be started today.
fn report_early_end(path: &Path, error: &CliError, console: &mut Console) {
    if matches!(error, CliError::Report(_)) {
        // It cannot be written, or must not be.
        return;
    }
    let code = error.exit_code();
    let end = EarlyEnd { exit_code: code.number(), ending: code.title(), message: crate::chain(error) };
    if let Err(unwritten) = write_report(path, &end) {
        tell(console, &unwritten);
    }
}

/// What the runner holds, its children and other processes need not have.
fn prepare_process() -> Result<(), CliError> {
    keep_from_children()
        .map_err(|source| CliError::System { what: "list this process's descriptors", source })?;
    hide_memory();
    Ok(())
}

fn dispatch(arguments: Arguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let verbose = arguments.verbose;
    match arguments.command {
        Command::VerifyConfiguration(run) => verify::verify_configuration(&run, verbose, console),
        Command::DiscoverStreams(run) => run::discover_streams(&run, verbose, console),
        Command::SyncStream(sync) => run::sync_stream(&sync, verbose, console),
        Command::Sync(options) => sync::sync(&options, verbose, console),
        Command::SyncEntity { run, stream, entity } => {
            run::sync_entity(&run, &stream, &entity, verbose, console)
        }
        Command::List { search, format } => inspect::list(&search, format, console),
        Command::Inspect { search, connector, format } => inspect::inspect(&search, &connector, format),
        Command::Docs { search, connector } => docs::docs(&search, &connector),
        Command::Lock(options) => lock::lock(&options),
        Command::ReplayDeadLetters(options) => replay::replay(&options, console),
        Command::State(options) => state::state(&options, console),
        Command::Runs(options) => runs::runs(&options, console),
        Command::Init(options) => project::init(&options, console),
        Command::ValidateProject(options) => project::validate(&options, console),
        Command::Report(options) => report::report(&options, console),
        Command::Schema { record_type } => records::schema(record_type.as_deref()),
        Command::Validate { file, format, strict } => records::validate(&file, format, strict),
        Command::Doctor { format } => doctor::doctor(format),
        Command::Explain { code } => explain::explain(code),
        Command::Completions { shell } => completions(shell),
        Command::Manual { folder } => manual::manual(&folder),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<ExitCode, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "codeclimate-connector", &mut script);
    print(&script)
}

/// Prints an answer to standard output.
fn print(text: &[u8]) -> Result<ExitCode, CliError> {
    if was_closed() {
        return Err(CliError::Output(io::Error::new(io::ErrorKind::NotConnected, "it is closed")));
    }
    let mut stdout = io::stdout().lock();
    stdout.write_all(text).and_then(|()| stdout.flush()).map_err(CliError::Output)?;
    Ok(ExitCode::Done)
}

/// An error with its causes, a line each.
fn tell(console: &mut Console, error: &dyn std::error::Error) {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str("\ncaused by: ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    console.fail(&text);
}

/// Text from a file or a connector, line by line without control characters.
fn printable_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// The level of a summary.
fn level_of(code: ExitCode) -> Level {
    match code {
        ExitCode::Done => Level::Info,
        ExitCode::Paused | ExitCode::Interrupted | ExitCode::Terminated => Level::Warn,
        _ => Level::Error,
    }
}
