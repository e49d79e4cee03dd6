//! The command line as it is typed.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum, builder::styling};

use super::{
    check::CheckOptions,
    dev::DevOptions,
    explain::Topic,
    keep::KeepOptions,
    lock::LockOptions,
    new::NewOptions,
    package::PackageOptions,
    project::{InitOptions, ValidateOptions},
    replay::ReplayOptions,
    report::PageOptions,
    runs::RunsOptions,
    sandbox::SandboxOptions,
    state::StateOptions,
    sync::SyncOptions,
};
pub(crate) use crate::typed::LEAST_MEMORY;
use crate::{
    console::LogFormat,
    containment::Enforcement,
    supervisor::Limits,
    typed::{parse_count, parse_duration, parse_memory, parse_processors, parse_size},
};

/// Runs connectors: native plugins that read an integration and produce checked records.
///
/// Records go to standard output, one JSON envelope a line; everything for people goes to standard error.
/// Each ending has an exit code: `codeclimate-connector explain CODE` tells what it means.
#[derive(Debug, Parser)]
#[command(name = "codeclimate-connector", version, propagate_version = true, styles = STYLES)]
pub(crate) struct Arguments {
    /// Show DEBUG lines too.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// How lines on standard error are written.
    #[arg(long, global = true, value_enum, default_value = "text", value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold());

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask a connector whether its configuration works.
    ///
    /// Prints {"isValid":...,"errorMessages":[...]}; exits with 10 where it does not.
    VerifyConfiguration(Run),
    /// Print the streams that a connector can sync, as Stream records.
    DiscoverStreams(Run),
    /// Produce the records of a stream that are as new as the cutoff or newer.
    SyncStream(Box<SyncStream>),
    /// Sync all connections of a project: go on with what is unfinished, read what is new.
    Sync(Box<SyncOptions>),
    /// Print the records of one entity of a stream, where the connector can do that.
    SyncEntity {
        #[command(flatten)]
        run: Run,
        /// The stream: its id, its record as JSON, or @FILE that holds the record.
        stream: String,
        /// The entity, as this connector names them; for git, a commit.
        entity: String,
    },
    /// For authors: build a connector, run it, show its records, and do so again with each change.
    ///
    /// Ctrl-C ends it, also during a build or a run, with 130.
    Dev(Box<DevOptions>),
    /// For authors: build a connector as it is handed over, check the file without running it, and put it into a folder with its
    /// checksum and documents.
    Package(PackageOptions),
    /// List the connectors that can be named by their slug.
    List {
        #[command(flatten)]
        search: Search,
        /// How the list is printed.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Show what a connector is and whether it can be loaded here, without running any of it.
    Inspect {
        #[command(flatten)]
        search: Search,
        /// The connector: its slug, or the path of its file.
        connector: String,
        /// How it is printed.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Print the reference of a connector's configuration, as Markdown.
    Docs {
        #[command(flatten)]
        search: Search,
        /// The connector: its slug, or the path of its file.
        connector: String,
    },
    /// Put a connector to the tests of the conformance suite: what operators rely on, one verdict a line.
    ///
    /// Exits with 28 where it fails one; `explain TEST` tells why that matters and how to mend it.
    Check(Box<CheckOptions>),
    /// Pin connectors to their files and to what they are granted, without running any of them.
    Lock(LockOptions),
    /// Check refused records that were kept aside once more, and deliver those that are valid now.
    ReplayDeadLetters(ReplayOptions),
    /// Show and change what is kept of streams.
    State(StateOptions),
    /// Show what is remembered of runs, and forget it.
    Runs(RunsOptions),
    /// Make the crate of a new connector, which builds and passes its tests as it is.
    New(NewOptions),
    /// Write a new project file: connectors with their configurations, and how they are synced.
    Init(InitOptions),
    /// Check a project: its file, connectors, configurations, secrets and places, without running or writing anything.
    ValidateProject(ValidateOptions),
    /// Put what is remembered of runs on a page for a browser: how it stands, what failed, memory, records.
    Report(PageOptions),
    /// List the record types, or print the JSON Schema of one.
    Schema {
        /// The record type, such as Incident.
        record_type: Option<String>,
    },
    /// Check records, or envelopes with records, against their schemas.
    Validate {
        /// A file with one JSON object a line; - for standard input.
        file: PathBuf,
        /// How the verdicts are printed: text names the bad lines, json gives one object for every line.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// Also refuse properties that the schema does not describe.
        #[arg(long)]
        strict: bool,
    },
    /// Prove what this system can enforce, with the remedy where it cannot.
    Doctor {
        /// How the rows are printed.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Explain an exit code, or a test of `check`.
    Explain {
        /// An exit code, such as 30, or a test, such as `resume` or C16; without it, all of them are listed.
        #[arg(value_name = "CODE|TEST", value_parser = Topic::parse)]
        topic: Option<Topic>,
    },
    /// Print the completion script of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder, for who makes packages.
    #[command(hide = true)]
    Manual {
        /// The folder, which is there.
        folder: PathBuf,
    },
}

impl Command {
    /// Where the outcome is to be written, for the commands that have one.
    pub(crate) fn outcome_file(&self) -> Option<&PathBuf> {
        match self {
            Self::VerifyConfiguration(run) | Self::DiscoverStreams(run) | Self::SyncEntity { run, .. } => {
                run.outcome_file.as_ref()
            }
            Self::SyncStream(sync) => sync.run.outcome_file.as_ref(),
            Self::Sync(sync) => sync.outcome_file.as_ref(),
            _ => None,
        }
    }
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Where connectors are looked for.
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Look for connectors in this folder first. May be given several times.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) connector_path: Vec<PathBuf>,
}

/// What every verb needs.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The connector: its slug, or the path of its .so file.
    pub(crate) connector: String,
    /// The configuration: a file that holds a JSON object; - for standard input.
    pub(crate) config: PathBuf,
    #[command(flatten)]
    pub(crate) search: Search,
    #[command(flatten)]
    pub(crate) limits: LimitOptions,
    #[command(flatten)]
    pub(crate) sandbox: SandboxOptions,
    /// Exit with 21 where records were rejected to the connector, even if it went on.
    #[arg(long)]
    pub(crate) fail_on_rejected: bool,
    /// Also write how the run ended to this file, as a JSON object.
    #[arg(long, value_name = "FILE")]
    pub(crate) outcome_file: Option<PathBuf>,
}

/// What a sync needs.
#[derive(Debug, Args)]
pub(crate) struct SyncStream {
    #[command(flatten)]
    pub(crate) run: Run,
    /// The stream: its id, its record as JSON, or @FILE that holds the record.
    ///
    /// With an id, the streams are discovered first.
    pub(crate) stream: String,
    /// The earliest data wanted: 2024-01-31, 2024-01-31T12:00:00Z, or an age such as 90d.
    ///
    /// With --state, a sync that follows a finished one reads only what is new since then; the first needs a cutoff.
    #[arg(allow_hyphen_values = true)]
    pub(crate) earliest_data_cutoff: Option<String>,
    #[command(flatten)]
    pub(crate) keep: KeepOptions,
}

/// The earliest data that authors want where they say nothing else: always the same, for what was recorded.
pub(crate) const AUTHORS_CUTOFF: &str = "2000-01-01";

/// The limits as they are typed.
#[derive(Debug, Args)]
pub(crate) struct LimitOptions {
    /// Memory of all processes of the connector together, such as 512MiB or 1GiB.
    #[arg(long, value_name = "SIZE", env = "CODECLIMATE_CONNECTOR_MEMORY_LIMIT", default_value = "1GiB",
          value_parser = parse_memory)]
    memory_limit: u64,
    /// When the connector is killed, such as 90s or 20m.
    #[arg(long, value_name = "DURATION", env = "CODECLIMATE_CONNECTOR_DEADLINE", default_value = "20m",
          value_parser = parse_duration)]
    deadline: Duration,
    /// When a connector is killed that shows no sign of life: no record, no line, no work of a processor.
    #[arg(long, value_name = "DURATION", env = "CODECLIMATE_CONNECTOR_IDLE_TIMEOUT", default_value = "5m",
          value_parser = parse_duration)]
    idle_timeout: Duration,
    /// How long a connector that was asked to stop may take. Without it, 10s; in `dev`, 2s.
    #[arg(long, value_name = "DURATION", env = "CODECLIMATE_CONNECTOR_GRACE", value_parser = parse_duration)]
    grace: Option<Duration>,
    /// Processes and threads of the connector, all together.
    #[arg(long, value_name = "COUNT", env = "CODECLIMATE_CONNECTOR_PROCESS_LIMIT", default_value = "512",
          value_parser = |text: &str| parse_count(text, 16))]
    process_limit: u64,
    /// Open files of each process of the connector.
    #[arg(long, value_name = "COUNT", env = "CODECLIMATE_CONNECTOR_OPEN_FILE_LIMIT", default_value = "1024",
          value_parser = |text: &str| parse_count(text, 64))]
    open_file_limit: u64,
    /// Temporary files of the connector, all together.
    #[arg(long, value_name = "SIZE", env = "CODECLIMATE_CONNECTOR_TEMPORARY_LIMIT", default_value = "1GiB",
          value_parser = parse_size)]
    temporary_limit: u64,
    /// Time on processors of the connector, all processes together: 0.5 is half of one. No limit without it.
    #[arg(long, value_name = "PROCESSORS", env = "CODECLIMATE_CONNECTOR_CPU_LIMIT", value_parser = parse_processors)]
    cpu_limit: Option<u32>,
    /// By what means the limits are held.
    #[arg(
        long,
        value_name = "MEANS",
        env = "CODECLIMATE_CONNECTOR_LIMITS",
        value_enum,
        default_value = "enforced"
    )]
    limits: Enforcement,
}

/// How long a connector that was asked to stop may take, where nobody says.
const GRACE: Duration = Duration::from_secs(10);

impl LimitOptions {
    /// As it was typed.
    pub(crate) const fn grace(&self) -> Option<Duration> {
        self.grace
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            memory: self.memory_limit,
            deadline: self.deadline,
            idle: self.idle_timeout,
            grace: self.grace.unwrap_or(GRACE),
            processes: self.process_limit,
            open_files: self.open_file_limit,
            temporary: self.temporary_limit,
            processor_percent: self.cpu_limit,
            enforcement: self.limits,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
