//! The command line: reads it, does what it says, prints what went wrong once, gives the exit code.

mod args;
mod check;
mod dev;
mod docs;
mod doctor;
mod error;
mod explain;
mod inspect;
mod journal;
mod keep;
mod kept;
mod lock;
mod manual;
mod new;
mod package;
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
mod table;
mod verify;

use std::{
    io::{self, Write},
    path::Path,
    process,
};

use clap::{CommandFactory, Parser};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    closed_output::was_closed,
    confinement::hide_memory,
    console::{Console, printable},
    exit_code::ExitCode,
    frame::{Level, keep_from_children},
};

use args::{Arguments, Command};
use summary::{EarlyEnd, write_report};

pub(crate) use error::CliError;

/// The runner's own `main`.
pub(crate) fn main() -> process::ExitCode {
    let arguments = Arguments::parse();
    let mut console = Console::new(arguments.log_format, arguments.verbose);
    // Where it was typed, wherever a command goes.
    let outcome_file = arguments.command.outcome_file().cloned();
    let outcome_file = outcome_file.map(|path| std::path::absolute(&path).unwrap_or(path));
    let is_debugged = matches!(&arguments.command, Command::Dev(options) if options.is_in_process());
    let code = prepare_process(is_debugged).and_then(|()| dispatch(arguments, &mut console));
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
///
/// A process that somebody debugs is to be looked into.
fn prepare_process(is_debugged: bool) -> Result<(), CliError> {
    keep_from_children()
        .map_err(|source| CliError::System { what: "list this process's descriptors", source })?;
    if !is_debugged {
        hide_memory();
    }
    Ok(())
}

/// Raises the number of files that this process may have open as far as the system lets it. Connectors have a limit of
/// their own.
pub(crate) fn allow_many_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where that is not enough, opening one too many says so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
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
        Command::Dev(options) => dev::dev(*options, verbose, console),
        Command::Package(options) => package::package(&options, console),
        Command::List { search, format } => inspect::list(&search, format, console),
        Command::Inspect { search, connector, format } => inspect::inspect(&search, &connector, format),
        Command::Docs { search, connector } => docs::docs(&search, &connector),
        Command::Check(options) => check::check(&options, verbose, console),
        Command::Lock(options) => lock::lock(&options),
        Command::ReplayDeadLetters(options) => replay::replay(&options, console),
        Command::State(options) => state::state(&options, console),
        Command::Runs(options) => runs::runs(&options, console),
        Command::New(options) => new::new(&options, console),
        Command::Init(options) => project::init(&options, console),
        Command::ValidateProject(options) => project::validate(&options, console),
        Command::Report(options) => report::report(&options, console),
        Command::Schema { record_type } => records::schema(record_type.as_deref()),
        Command::Validate { file, format, strict } => records::validate(&file, format, strict),
        Command::Doctor { format } => doctor::doctor(format),
        Command::Explain { topic } => explain::explain(topic),
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
    text.lines().map(|line| printable(line) + "\n").collect()
}

/// The level of a summary.
fn level_of(code: ExitCode) -> Level {
    match code {
        ExitCode::Done => Level::Info,
        code if !code.is_failure() => Level::Warn,
        _ => Level::Error,
    }
}
