//! Refused records that were kept aside, checked once more.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use connector_schemas::{Checker, record_type};
use jiff::{SignedDuration, Timestamp};
use rustix::fs::{FlockOperation, flock};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    dead_letters::{Letter, files},
    delivery::Delivery,
    digest::Digest,
    exit_code::ExitCode,
    frame::Level,
    sink::{Destination, Outgoing, Scope},
    slug::{Slug, SlugError},
    state::{Cutoff, DataFolder, Database, Key, Lane, Lease, Request, StateStore},
    supervisor::Envelope,
};

use super::{CliError, Console, keep::DataOptions};

/// Which letters, and where those go that are valid now.
#[derive(Debug, Args)]
pub(crate) struct ReplayOptions {
    /// Files of dead letters; without, all in the data folder.
    files: Vec<PathBuf>,
    #[command(flatten)]
    data: DataOptions,
    /// Where valid records go: stdout, folder:PATH or sqlite:FILE.
    #[arg(long, value_name = "SINK", default_value = "stdout", value_parser = Destination::parse)]
    sink: Destination,
}

/// Why a file cannot be replayed. Nothing of it has been delivered then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error("cannot {what} the dead letters {path}")]
    System {
        what: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{path}, line {line}, is no dead letter; mend it, or take the line out")]
    NotALetter {
        path: PathBuf,
        line: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("{path}, line {line}, names no connector")]
    Connector {
        path: PathBuf,
        line: usize,
        #[source]
        source: SlugError,
    },
    #[error("{path}, line {line}, is of another stream than the first; a file holds those of one")]
    Mixed { path: PathBuf, line: usize },
    #[error("{path} is still written to by a run; replay it when that is over")]
    InUse { path: PathBuf },
}

impl ReplayError {
    pub(crate) const fn exit_code(&self) -> ExitCode {
        match self {
            Self::System { .. } => ExitCode::OutputFailed,
            Self::InUse { .. } => ExitCode::StreamHeld,
            _ => ExitCode::Usage,
        }
    }
}

/// A file as it was read: each line with its letter, and whether that is valid now.
struct Batch {
    path: PathBuf,
    digest: String,
    lines: Vec<(String, Letter, bool)>,
    /// Locked as long as it is worked on.
    _file: File,
}

/// Checks all letters again; delivers those that are valid, and keeps the others.
pub(crate) fn replay(options: &ReplayOptions, console: &mut Console) -> Result<ExitCode, CliError> {
    let data = options.data.path();
    let found = match options.files.is_empty() {
        true => {
            files(&data).map_err(|source| ReplayError::System { what: "list", path: data.clone(), source })?
        }
        false => options.files.clone(),
    };
    let (mut valid, mut left) = (0, 0);
    let checker = Checker::new();
    for path in found {
        let batch = Batch::read(&path, &checker)?;
        let good = batch.lines.iter().filter(|(.., is_valid)| *is_valid).count();
        if good > 0 {
            deliver(&batch, options)?;
        }
        (valid, left) = (valid + good, left + batch.lines.len() - good);
    }
    let level = if left == 0 { Level::Info } else { Level::Warn };
    console.say(level, &format!("{valid} dead letters are valid now and were delivered; {left} are kept"));
    Ok(if left == 0 { ExitCode::Done } else { ExitCode::InvalidRecords })
}

impl Batch {
    fn read(path: &Path, checker: &Checker) -> Result<Self, ReplayError> {
        let failed = |what| move |source| ReplayError::System { what, path: path.to_owned(), source };
        let file = File::open(path).map_err(failed("open"))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(ReplayError::InUse { path: path.to_owned() });
        }
        let text = fs::read_to_string(path).map_err(failed("read"))?;
        let mut lines: Vec<(String, Letter, bool)> = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let letter = read_letter(path, index + 1, line)?;
            if lines.first().is_some_and(|(_, first, _)| !is_same_stream(first, &letter)) {
                return Err(ReplayError::Mixed { path: path.to_owned(), line: index + 1 });
            }
            let is_valid =
                letter.record.as_ref().is_some_and(|record| checker.check(record.get().as_bytes()).is_ok());
            lines.push((line.to_owned(), letter, is_valid));
        }
        let digest = Digest::of_bytes(text.as_bytes()).to_string();
        Ok(Self { path: path.to_owned(), digest, lines, _file: file })
    }

    /// The lines that stay, in the place of all.
    fn keep_the_rest(&self) -> Result<(), ReplayError> {
        let rest: String = self
            .lines
            .iter()
            .filter(|(.., is_valid)| !is_valid)
            .map(|(line, ..)| format!("{line}\n"))
            .collect();
        let replaced = match rest.is_empty() {
            true => fs::remove_file(&self.path),
            false => replace(&self.path, rest.as_bytes()),
        };
        replaced.map_err(|source| ReplayError::System { what: "write", path: self.path.clone(), source })
    }
}

fn read_letter(path: &Path, line: usize, text: &str) -> Result<Letter, ReplayError> {
    let letter: Letter = serde_json::from_str(text).map_err(|source| ReplayError::NotALetter {
        path: path.to_owned(),
        line,
        source,
    })?;
    match letter.connector.slug.parse::<Slug>() {
        Ok(_) => Ok(letter),
        Err(source) => Err(ReplayError::Connector { path: path.to_owned(), line, source }),
    }
}

fn is_same_stream(one: &Letter, other: &Letter) -> bool {
    (&one.connection, &one.stream, &one.connector.slug)
        == (&other.connection, &other.stream, &other.connector.slug)
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Delivers what is valid of a file as a chain of its own, then keeps the rest of the file. Where somebody kills this in
/// between, a file that was delivered is known by its digest, and not delivered twice.
fn deliver(batch: &Batch, options: &ReplayOptions) -> Result<(), CliError> {
    let Some((_, first, _)) = batch.lines.first() else { return Ok(()) };
    let run = Uuid::now_v7().to_string();
    let identity = options.sink.identity();
    let request = Request {
        run: &run,
        now: Timestamp::now(),
        cutoff: Cutoff::Exactly(Timestamp::MIN),
        overlap: SignedDuration::ZERO,
        connector: &first.connector.slug,
        version: &first.connector.version,
        state_format: 1,
        fingerprint: "",
        sink: &identity,
    };
    let store: Arc<dyn StateStore> = Arc::new(Database::open(&DataFolder::open(&options.data.path())?)?);
    let lease = Lease::take(store, key(batch, first), &request)?;
    let lease = if lease.state().finished.is_some() {
        Some(lease)
    } else {
        let open = |scope: &Scope, start: &_| options.sink.open(scope, start);
        let (mut delivery, _) = Delivery::begin(lease, &request, &scope(batch, first, &run), &open)?;
        let records = append(batch, first, &run, &mut delivery)?;
        delivery.finish_held(records)?
    };
    batch.keep_the_rest()?;
    Ok(lease.map_or(Ok(()), Lease::forget)?)
}

fn key(batch: &Batch, first: &Letter) -> Key {
    let name = batch.path.file_name().unwrap_or_default().to_string_lossy();
    let lane = Lane::DeadLetters(format!("{name} {}", batch.digest));
    Key { connection: first.connection.clone(), stream: first.stream.clone(), lane }
}

fn scope(batch: &Batch, first: &Letter, run: &str) -> Scope {
    let Key { connection, stream, lane } = key(batch, first);
    let (connector, version) = (first.connector.slug.clone(), first.connector.version.clone());
    Scope { connection, stream, lane, chain: String::new(), run: run.to_owned(), connector, version }
}

/// Appends what is valid; gives how many that were.
fn append(batch: &Batch, first: &Letter, run: &str, delivery: &mut Delivery) -> Result<u64, CliError> {
    // It has been read before.
    let Ok(slug) = first.connector.slug.parse::<Slug>() else { return Ok(0) };
    let (mut line, mut sequence) = (Vec::new(), 0);
    for (_, letter, _) in batch.lines.iter().filter(|(.., is_valid)| *is_valid) {
        let envelope = Envelope::new(run, &slug, &letter.connector.version, Some(&letter.stream));
        let Some(record) = letter.record.as_deref().map(serde_json::value::RawValue::get) else { continue };
        let Ok(head) = serde_json::from_str::<Head>(record) else { continue };
        let Some(record_type) = record_type(&head.record_type) else { continue };
        let Ok(time) = letter.extracted_at.parse::<Timestamp>() else { continue };
        let extracted_at = time.to_string();
        envelope.write(&mut line, sequence, &extracted_at, record);
        let record_type = record_type.name();
        let uri = head.uri.as_deref();
        let outgoing =
            Outgoing { line: &line, record, record_type, uri, sequence, extracted_at: &extracted_at };
        delivery.append(&outgoing)?;
        sequence += 1;
    }
    Ok(sequence)
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "_type")]
    record_type: String,
    #[serde(default, rename = "self")]
    uri: Option<String>,
}
