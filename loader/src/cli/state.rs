//! The commands about states.

mod list;
mod transfer;

use std::{fs, io, path::PathBuf};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    cutoff::{CutoffError, parse_cutoff},
    exit_code::ExitCode,
    frame::Level,
    state::{
        Change, DataFolder, Database, Finished, Holder, ImportError, Key, Lane, StateError, StateStore,
        Stored, StreamState, check_state,
    },
};

use super::{CliError, Console, args::Format, keep::DataOptions, print};

/// Shows and changes what is kept of streams.
#[derive(Debug, Args)]
pub(crate) struct StateOptions {
    #[command(subcommand)]
    command: StateCommand,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Debug, Subcommand)]
enum StateCommand {
    /// List the streams of which something is kept.
    List {
        /// Those of this connection only.
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
        /// How the list is printed.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Show all that is kept of a stream, as JSON. It holds what the connector put there.
    Show {
        #[command(flatten)]
        stream: StreamName,
    },
    /// Change what is kept of a stream.
    Set {
        #[command(flatten)]
        stream: StreamName,
        /// Count everything before this time as read: the next sync begins there, less the overlap.
        #[arg(long, value_name = "TIME", required_unless_present = "checkpoint")]
        read_up_to: Option<String>,
        /// What the unfinished sync goes on from: a state as JSON, or @FILE that holds one.
        #[arg(long, value_name = "STATE")]
        checkpoint: Option<String>,
        /// The connector's slug, where nothing is kept of the stream yet and the connection has another name.
        #[arg(long, value_name = "SLUG")]
        connector: Option<crate::slug::Slug>,
    },
    /// Forget what is kept of a stream; says what will be read again.
    Reset {
        #[command(flatten)]
        stream: StreamName,
        /// Forget the unfinished sync only.
        #[arg(long)]
        unfinished: bool,
    },
    /// Write all states as one JSON document.
    Export {
        /// The file; - for standard output.
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// Take over the states of such a document, all or none.
    Import {
        /// The file; - for standard input.
        file: PathBuf,
        /// Also those of streams of which something is kept already.
        #[arg(long)]
        replace: bool,
    },
}

/// Which stream is meant.
#[derive(Debug, Args)]
struct StreamName {
    /// The connection, as `state list` shows it: the connector's slug, or the name given with --connection.
    connection: String,
    /// The id of the stream.
    stream: String,
    /// What else is counted apart, as `state list` shows it, such as a backfill.
    #[arg(long, value_name = "LANE", default_value = "sync", value_parser = parse_lane)]
    lane: Lane,
}

impl StreamName {
    fn key(&self) -> Key {
        Key { connection: self.connection.clone(), stream: self.stream.clone(), lane: self.lane.clone() }
    }
}

fn parse_lane(text: &str) -> Result<Lane, String> {
    Lane::read(text).ok_or_else(|| format!("{text:?} is no lane; `state list` shows them, such as sync"))
}

/// Why a state cannot be shown or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateCommandError {
    #[error("nothing is kept of the stream {stream:?} of {connection} ({lane}){}", known(known_streams))]
    Unknown { connection: String, stream: String, lane: String, known_streams: Vec<String> },
    #[error("cannot read the states from {path}")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot write the states to {path}")]
    Unwritable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot take over {path}; nothing has changed")]
    Import {
        path: PathBuf,
        #[source]
        source: ImportError,
    },
    #[error("something is kept already of {}; nothing has changed; --replace takes over the others' place", streams.join(", "))]
    There { streams: Vec<String> },
    #[error("--read-up-to cannot be read")]
    Time(#[source] CutoffError),
    #[error(
        "--checkpoint {0}; write for example {{\"checkpointTime\":\"2024-01-31T12:00:00Z\",\"metadata\":{{}}}}"
    )]
    Checkpoint(String),
    #[error(
        "there is no unfinished sync that could go on from a checkpoint; --read-up-to sets where the next one begins"
    )]
    NoChain,
    #[error("{connection:?} is no slug of a connector; name it with --connector")]
    NoSlug { connection: String },
}

fn known(streams: &[String]) -> String {
    match streams {
        [] => "; nothing is kept of any".to_owned(),
        streams => format!("; there are {}", streams.join(", ")),
    }
}

impl StateCommandError {
    pub(crate) const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Unwritable { .. } => ExitCode::OutputFailed,
            _ => ExitCode::Usage,
        }
    }
}

/// Does one of the commands.
pub(crate) fn state(options: &StateOptions, console: &mut Console) -> Result<ExitCode, CliError> {
    let store = Database::open(&DataFolder::open(&options.data.path())?)?;
    match &options.command {
        StateCommand::List { connection, format } => {
            list::list(&store, connection.as_deref(), *format, console)
        }
        StateCommand::Show { stream } => show(&store, &stream.key()),
        StateCommand::Set { stream, read_up_to, checkpoint, connector } => {
            let change = Setting::read(read_up_to.as_deref(), checkpoint.as_deref())?;
            let slug = connector.as_ref().map_or(stream.connection.as_str(), |slug| slug.as_str());
            set(&store, &stream.key(), slug, change)
        }
        StateCommand::Reset { stream, unfinished } => reset(&store, &stream.key(), *unfinished, console),
        StateCommand::Export { file } => transfer::export_to(&store, file),
        StateCommand::Import { file, replace } => transfer::import_from(&store, file, *replace, console),
    }
}

fn show(store: &Database, key: &Key) -> Result<ExitCode, CliError> {
    let Some(Stored { state, missing_since, .. }) = store.read(key)? else {
        return Err(unknown(store, key)?.into());
    };
    let mut shown = serde_json::to_value(&state).unwrap_or_default();
    if let Some(since) = missing_since {
        shown["missingSince"] = since.to_string().into();
    }
    let text = serde_json::to_string_pretty(&shown).unwrap_or_default();
    print(format!("{text}\n").as_bytes())
}

fn unknown(store: &Database, key: &Key) -> Result<StateCommandError, StateError> {
    const LISTED: usize = 10;
    let states = store.list()?;
    let known = states
        .iter()
        .flatten()
        .map(|(key, _)| format!("{:?} of {} ({})", key.stream, key.connection, key.lane));
    let Key { connection, stream, lane } = key.clone();
    let known_streams = known.take(LISTED).collect();
    Ok(StateCommandError::Unknown { connection, stream, lane: lane.to_string(), known_streams })
}

/// What is to be set.
struct Setting {
    read_up_to: Option<Timestamp>,
    checkpoint: Option<Value>,
}

impl Setting {
    fn read(read_up_to: Option<&str>, checkpoint: Option<&str>) -> Result<Self, StateCommandError> {
        let time = |text| parse_cutoff(text, Timestamp::now()).map_err(StateCommandError::Time);
        let read_up_to = read_up_to.map(time).transpose()?;
        Ok(Self { read_up_to, checkpoint: checkpoint.map(read_checkpoint).transpose()? })
    }

    fn apply(self, state: &mut StreamState) -> Result<(), StateCommandError> {
        if let Some(value) = self.checkpoint {
            let chain = state.unfinished.as_mut().ok_or(StateCommandError::NoChain)?;
            let checkpoint = chain.checkpoint.as_mut().ok_or(StateCommandError::NoChain)?;
            checkpoint.state = value;
        }
        if let Some(read_up_to) = self.read_up_to {
            state.finished = Some(Finished::set_by_hand(read_up_to, Timestamp::now()));
        }
        Ok(())
    }
}

fn read_checkpoint(text: &str) -> Result<Value, StateCommandError> {
    let bad = |reason: String| StateCommandError::Checkpoint(reason);
    let text = match text.strip_prefix('@') {
        Some(path) => {
            fs::read_to_string(path).map_err(|error| bad(format!("cannot be read from {path}: {error}")))?
        }
        None => text.to_owned(),
    };
    let value = serde_json::from_str(&text).map_err(|error| bad(format!("is not JSON: {error}")))?;
    check_state(&value).map_err(bad)?;
    Ok(value)
}

fn set(store: &Database, key: &Key, slug: &str, setting: Setting) -> Result<ExitCode, CliError> {
    let _hold = store.hold(key, &Holder::here("state set"))?;
    let stored = store.read(key)?;
    let version = stored.as_ref().map(|stored| stored.version);
    let mut state = match stored {
        Some(stored) => stored.state,
        None if slug.parse::<crate::slug::Slug>().is_ok() => StreamState::new(slug),
        None => return Err(StateCommandError::NoSlug { connection: slug.to_owned() }.into()),
    };
    setting.apply(&mut state)?;
    store.write(&[Change { key, version, state: Some(&state) }])?;
    Ok(ExitCode::Done)
}

fn reset(
    store: &Database,
    key: &Key,
    only_unfinished: bool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let _hold = store.hold(key, &Holder::here("state reset"))?;
    let (version, mut state) = match store.read(key) {
        Ok(Some(Stored { state, version, .. })) => (version, state),
        Ok(None) => return Err(unknown(store, key)?.into()),
        // What cannot be read can still be forgotten, as a whole.
        Err(StateError::Damaged { version, .. }) if !only_unfinished => {
            store.write(&[Change { key, version: Some(version), state: None }])?;
            console.say(Level::Warn, "reset; it was damaged, and the next sync needs a cutoff");
            return Ok(ExitCode::Done);
        }
        Err(error) => return Err(error.into()),
    };
    let lost = state.lost_by_reset(only_unfinished);
    state.unfinished = None;
    let left = Some(&state).filter(|state| only_unfinished && state.finished.is_some());
    store.write(&[Change { key, version: Some(version), state: left }])?;
    console.say(Level::Info, &format!("reset; {lost}"));
    Ok(ExitCode::Done)
}
