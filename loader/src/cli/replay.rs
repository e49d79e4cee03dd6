//! Refused records that were kept aside, checked once more.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use connector_schemas::Checker;
use jiff::{SignedDuration, Timestamp};
use rustix::fs::{FlockOperation, flock};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{
    dead_letters::{FOLDER, Letter, files},
    delivery::{Delivery, Opening},
    digest::Digest,
    exit_code::ExitCode,
    frame::Level,
    sink::{Destination, Envelope, Outgoing, Scope},
    slug::{Slug, SlugError},
    state::{Cutoff, DataFolder, Database, Key, Lane, Lease, Request, StateStore, is_at},
    whole_file::{self, Readers},
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
    #[error("{path} has been changed by another process; replay it again")]
    Changed { path: PathBuf },
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
            Self::InUse { .. } | Self::Changed { .. } => ExitCode::StreamHeld,
            _ => ExitCode::Usage,
        }
    }
}

/// A file as it was read.
struct Batch {
    path: PathBuf,
    /// Of its text and of which letters are valid: what was delivered of it is known by this.
    digest: String,
    lines: Vec<Line>,
    /// Locked as long as it is worked on.
    _file: File,
}

/// A line with its letter; none where a crash has torn the last one.
struct Line {
    text: String,
    letter: Option<Letter>,
    /// What goes out, where the record is valid now.
    valid: Option<Valid>,
}

/// A record that may go out.
struct Valid {
    record_type: &'static str,
    uri: Option<String>,
    /// RFC 3339.
    extracted_at: String,
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
    let (mut valid, mut left, mut failure) = (0, 0, None);
    let checker = Checker::new();
    for path in found {
        match replay_file(&path, &checker, options) {
            Ok((delivered, kept)) => (valid, left) = (valid + delivered, left + kept),
            Err(CliError::Replay(_)) if is_gone(&path, &data) => {
                let why = "is gone: it has been replayed, or `runs prune` has removed it";
                console.say(Level::Info, &format!("{} {why}", path.display()));
            }
            // The other files have nothing to do with it.
            Err(error) => {
                super::tell(console, &error);
                failure = Some(error.exit_code());
            }
        }
    }
    let level = if left == 0 { Level::Info } else { Level::Warn };
    console.say(level, &format!("dead letters that are valid now, and delivered: {valid}; kept: {left}"));
    Ok(failure.unwrap_or(if left == 0 { ExitCode::Done } else { ExitCode::InvalidRecords }))
}

/// Whether a file of the data folder is not there any more.
fn is_gone(path: &Path, data: &Path) -> bool {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    !path.exists() && absolute(path).starts_with(absolute(data).join(FOLDER))
}

/// Gives how many letters were delivered, and how many are kept.
fn replay_file(path: &Path, checker: &Checker, options: &ReplayOptions) -> Result<(usize, usize), CliError> {
    let batch = Batch::read(path, checker)?;
    let valid = batch.lines.iter().filter(|line| line.valid.is_some()).count();
    if valid > 0 {
        deliver(&batch, options)?;
    } else if batch.lines.is_empty() {
        batch.keep_the_rest()?;
    }
    Ok((valid, batch.lines.len() - valid))
}

impl Batch {
    fn read(path: &Path, checker: &Checker) -> Result<Self, ReplayError> {
        let failed = |what| move |source| ReplayError::System { what, path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed("open"))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(ReplayError::InUse { path: path.to_owned() });
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed("read"))?;
        let lines = read_lines(path, &text, checker)?;
        let valid: Vec<bool> = lines.iter().map(|line| line.valid.is_some()).collect();
        let digest = Digest::of_bytes(format!("{valid:?} {text}").as_bytes()).to_string();
        // Whoever had the file before may have put another into its place.
        if !is_at(&file, path) {
            return Err(ReplayError::Changed { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), digest, lines, _file: file })
    }

    /// Whose letters they are.
    fn first(&self) -> Option<&Letter> {
        self.lines.iter().find_map(|line| line.letter.as_ref())
    }

    /// The lines that stay, in the place of all.
    fn keep_the_rest(&self) -> Result<(), ReplayError> {
        let rest = self.lines.iter().filter(|line| line.valid.is_none());
        let rest: String = rest.map(|line| format!("{}\n", line.text)).collect();
        let replaced = match rest.is_empty() {
            true => fs::remove_file(&self.path),
            false => whole_file::write(&self.path, rest.as_bytes(), Readers::Owner),
        };
        replaced.map_err(|source| ReplayError::System { what: "write", path: self.path.clone(), source })
    }
}

fn read_lines(path: &Path, text: &str, checker: &Checker) -> Result<Vec<Line>, ReplayError> {
    let mut lines: Vec<Line> = Vec::new();
    let count = text.lines().count();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let is_torn = index + 1 == count && !text.ends_with('\n');
        let letter = match read_letter(path, index + 1, line) {
            Ok(letter) => Some(letter),
            Err(ReplayError::NotALetter { .. }) if is_torn => None,
            Err(error) => return Err(error),
        };
        let first = lines.iter().find_map(|line| line.letter.as_ref());
        if let (Some(first), Some(letter)) = (first, &letter)
            && !is_same_stream(first, letter)
        {
            return Err(ReplayError::Mixed { path: path.to_owned(), line: index + 1 });
        }
        let valid = letter.as_ref().and_then(|letter| check(letter, checker));
        lines.push(Line { text: line.to_owned(), letter, valid });
    }
    Ok(lines)
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

/// What of a letter may go out; none where the record is still bad, or is not what was produced.
fn check(letter: &Letter, checker: &Checker) -> Option<Valid> {
    let record = letter.record.as_deref().filter(|_| !letter.is_masked)?.get();
    let record_type = checker.check(record.as_bytes()).ok()?.record_type().name();
    let uri = serde_json::from_str::<Head>(record).ok()?.uri;
    let extracted_at = letter.extracted_at.parse::<Timestamp>().ok()?.to_string();
    Some(Valid { record_type, uri, extracted_at })
}

#[derive(Deserialize)]
struct Head {
    #[serde(default, rename = "self")]
    uri: Option<String>,
}

/// Delivers what is valid of a file as a chain of its own, then keeps the rest of the file. Where somebody kills this in
/// between, a file that was delivered is known by its digest, and not delivered twice.
fn deliver(batch: &Batch, options: &ReplayOptions) -> Result<(), CliError> {
    let Some(first) = batch.first() else { return Ok(()) };
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
    let lease = match lease.state().finished {
        Some(_) => Some(lease),
        None => {
            let open = |scope: &Scope, start: &_| options.sink.open(scope, start);
            let opening = Opening::new(lease, &request, &scope(batch, first, &run), &open)?;
            let (mut delivery, _) = opening.begin(&request)?;
            let records = append(batch, &run, &mut delivery)?;
            delivery.finish(records)?
        }
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
fn append(batch: &Batch, run: &str, delivery: &mut Delivery) -> Result<u64, CliError> {
    let mut sequence = 0;
    for Line { letter, valid, .. } in &batch.lines {
        let (Some(letter), Some(Valid { record_type, uri, extracted_at })) = (letter, valid) else {
            continue;
        };
        // Both have been read before.
        let Ok(slug) = letter.connector.slug.parse::<Slug>() else { continue };
        let Some(record) = letter.record.as_deref().map(RawValue::get) else { continue };
        let mut envelope = Envelope::new(run, slug.as_str(), &letter.connector.version, Some(&letter.stream));
        let line = envelope.line(sequence, extracted_at, record);
        let uri = uri.as_deref();
        delivery.append(&Outgoing { line, record, record_type, uri, sequence, extracted_at })?;
        sequence += 1;
    }
    Ok(sequence)
}
