//! The commands about runs that are over.

mod export;
mod list;
mod prune;
mod show;
mod table;
#[cfg(test)]
mod tests;

use std::{io, path::PathBuf};

use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::{
    cutoff::parse_cutoff,
    exit_code::ExitCode,
    history::{DamagedRun, Filter, History},
    sink::Destination,
    state::DataFolder,
};

use super::{CliError, Console, args::Format, keep::DataOptions};

/// Shows what is remembered of runs, and forgets it.
#[derive(Debug, Args)]
pub(crate) struct RunsOptions {
    #[command(subcommand)]
    command: RunsCommand,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    /// List runs that are over, the newest first.
    List {
        #[command(flatten)]
        choice: Choice,
        /// No more than so many.
        #[arg(long, value_name = "COUNT", default_value = "50", value_parser = clap::value_parser!(u64).range(1..))]
        limit: u64,
        /// How the list is printed.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Show all that is remembered of a run.
    Show {
        /// The run: its id, as much of the beginning as no other run has, or last.
        run: String,
        /// How it is printed.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Write runs as JSON, one object a line, the newest first.
    Export {
        /// The file; - for standard output.
        #[arg(default_value = "-")]
        file: PathBuf,
        #[command(flatten)]
        choice: Choice,
    },
    /// Forget old runs, with the refused records that were kept aside of them.
    ///
    /// Names the files that it removes. Records stay, but in the sinks that are named.
    Prune {
        /// What stays: an age such as 90d, or a date. What is older goes.
        #[arg(long, value_name = "AGE")]
        keep: String,
        /// Only say what would be removed.
        #[arg(long)]
        dry_run: bool,
        /// Also remove records of finished syncs that are older from this sink: folder:PATH or sqlite:FILE. May be given
        /// several times.
        #[arg(long, value_name = "SINK", value_parser = Destination::parse)]
        sink: Vec<Destination>,
    },
}

/// Which runs are meant.
#[derive(Debug, Args)]
struct Choice {
    /// Those of this connection only.
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// Those of the stream with this id only.
    #[arg(long, value_name = "ID")]
    stream: Option<String>,
    /// Those that the `sync` command with this id made.
    #[arg(long, value_name = "ID")]
    sync: Option<String>,
    /// Those that began then or later: an age such as 7d, a date or a time.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Those that began before then.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Those that failed: neither done, nor paused, nor cancelled.
    #[arg(long)]
    failed: bool,
}

impl Choice {
    fn filter(&self, now: Timestamp) -> Result<Filter, CliError> {
        let time = |text: &Option<String>| text.as_deref().map(|text| parse_cutoff(text, now)).transpose();
        Ok(Filter {
            since: time(&self.since)?,
            until: time(&self.until)?,
            connection: self.connection.clone(),
            stream: self.stream.clone(),
            sync: self.sync.clone(),
            is_failed: self.failed,
            ..Filter::default()
        })
    }
}

/// Why runs cannot be shown or forgotten.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunsError {
    #[error(
        "no run is remembered whose id begins with {text:?}; `codeclimate-connector runs list` shows them"
    )]
    Unknown { text: String },
    #[error("the ids of several runs begin with {text:?}; write more of one of them:{}", lines(runs))]
    Several { text: String, runs: Vec<String> },
    #[error("no run is remembered yet; run a sync first, or name another folder with --data-folder")]
    None,
    #[error(transparent)]
    Damaged(#[from] DamagedRun),
    #[error("cannot write the runs to {path}")]
    Unwritable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("nothing can be removed from standard output; write --sink folder:PATH or --sink sqlite:FILE")]
    Stdout,
}

fn lines(runs: &[String]) -> String {
    runs.iter().map(|run| format!("\n  {run}")).collect()
}

impl RunsError {
    pub(crate) const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Damaged(_) | Self::Unwritable { .. } => ExitCode::OutputFailed,
            _ => ExitCode::Usage,
        }
    }
}

/// Does one of the commands.
pub(crate) fn runs(options: &RunsOptions, console: &mut Console) -> Result<ExitCode, CliError> {
    let now = Timestamp::now();
    let open =
        || -> Result<History, CliError> { Ok(History::open(&DataFolder::open(&options.data.path())?)?) };
    match &options.command {
        RunsCommand::List { choice, limit, format } => {
            let filter = Filter { limit: Some(*limit), ..choice.filter(now)? };
            list::list(&open()?, &filter, *format, console)
        }
        RunsCommand::Show { run, format } => show::show(&open()?, run, *format),
        RunsCommand::Export { file, choice } => {
            let filter = choice.filter(now)?;
            export::export(&open()?, &filter, file, console)
        }
        RunsCommand::Prune { keep, dry_run, sink } => {
            let plan = prune::Plan::read(keep, *dry_run, sink, now)?;
            prune::prune(&open()?, &options.data.path(), &plan, console)
        }
    }
}
