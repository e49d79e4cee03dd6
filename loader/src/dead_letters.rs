//! Records that were refused and kept aside, with what is wrong with them.
//!
//! Each run has a file of its own, `dead-letters/<connection>/<stream>/<run>.ndjson` in the data folder, one letter a
//! line. Secrets of the configuration are masked in all of it. What a run that is resumed produces once more is refused
//! once more: a letter may stand in two files.

mod prune;

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use crate::sink::{file_name, make_folders};

pub(crate) use prune::prune;

/// The folder in the data folder.
pub(crate) const FOLDER: &str = "dead-letters";
/// The ending of the files' names.
pub(crate) const ENDING: &str = ".ndjson";

/// One refused record.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Letter {
    pub(crate) run: String,
    pub(crate) connection: String,
    pub(crate) connector: Connector,
    /// The id of the stream.
    pub(crate) stream: String,
    /// RFC 3339.
    pub(crate) extracted_at: String,
    /// What is wrong, in one sentence.
    pub(crate) message: String,
    /// Each error with its place, what was expected and what was found.
    #[serde(default)]
    pub(crate) errors: Vec<Value>,
    /// Whether a secret in the record has been replaced: it is not what was produced.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_masked: bool,
    /// The record, where it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<Box<RawValue>>,
    /// What was produced in place of a record, where it is no JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) record_text: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Connector {
    pub(crate) slug: String,
    pub(crate) version: String,
}

/// Why a letter could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} the dead letters {path}")]
pub(crate) struct LetterError {
    what: &'static str,
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// The letters of one run. The file is made with the first of them.
#[derive(Debug)]
pub(crate) struct LetterFile {
    path: PathBuf,
    /// The folder of all letters.
    root: PathBuf,
    /// More are not taken.
    room: u64,
    kept: u64,
    writer: Option<BufWriter<File>>,
    is_synced: bool,
}

impl LetterFile {
    /// Those of a run, below the data folder; at most so many.
    pub(crate) fn new(data: &Path, connection: &str, stream: &str, run: &str, most: u64) -> Self {
        let root = data.join(FOLDER);
        let folder = root.join(file_name(connection)).join(file_name(stream));
        Self {
            root,
            path: folder.join(format!("{run}{ENDING}")),
            room: most,
            kept: 0,
            writer: None,
            is_synced: true,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many have been kept.
    pub(crate) fn kept(&self) -> u64 {
        self.kept
    }

    /// Whether there is room for another.
    pub(crate) fn has_room(&self) -> bool {
        self.room > 0
    }

    /// Keeps one letter, durably only with the next [`LetterFile::sync`].
    pub(crate) fn append(&mut self, letter: &Letter) -> Result<(), LetterError> {
        let mut line = serde_json::to_vec(letter).map_err(|error| self.failed("write")(error.into()))?;
        line.push(b'\n');
        let path = self.path.clone();
        let failed = |what| move |source| LetterError { what, path, source };
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                let file = create(&self.path, &self.root).map_err(failed.clone()("make"))?;
                self.writer.insert(BufWriter::new(file))
            }
        };
        writer.write_all(&line).map_err(failed("write"))?;
        (self.room, self.kept) = (self.room.saturating_sub(1), self.kept + 1);
        self.is_synced = false;
        Ok(())
    }

    /// Makes what was kept so far durable.
    pub(crate) fn sync(&mut self) -> Result<(), LetterError> {
        if self.is_synced {
            return Ok(());
        }
        let synced = self.writer.as_mut().map_or(Ok(()), |writer| {
            writer.flush()?;
            writer.get_ref().sync_all()?;
            self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        });
        synced.map_err(self.failed("write"))?;
        self.is_synced = true;
        Ok(())
    }

    fn failed(&self, what: &'static str) -> impl FnOnce(io::Error) -> LetterError + use<> {
        let path = self.path.clone();
        move |source| LetterError { what, path, source }
    }
}

fn create(path: &Path, root: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_folders(folder, root)?;
    }
    let file = File::options().append(true).create(true).mode(0o600).open(path)?;
    // So that nobody replays a file that still grows.
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

/// The files of letters in a data folder, the oldest first.
pub(crate) fn files(data: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for connection in entries(&data.join(FOLDER))? {
        for stream in entries(&connection)? {
            found.extend(
                entries(&stream)?.into_iter().filter(|path| path.to_string_lossy().ends_with(ENDING)),
            );
        }
    }
    // Runs are named by time.
    found.sort_by(|one, other| one.file_name().cmp(&other.file_name()));
    Ok(found)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_kept_up_to_their_number_in_a_file_that_comes_with_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut letters = LetterFile::new(folder.path(), "git", "../a b", "r-1", 2);
        letters.sync().unwrap();
        assert_eq!(files(folder.path()).unwrap(), [] as [PathBuf; 0]);
        let letter: Letter = serde_json::from_str(
            r#"{"run":"r-1","connection":"git","connector":{"slug":"git","version":"1"},"stream":"../a b",
                "extractedAt":"2024-01-01T00:00:00Z","message":"bad","record":{"a":1.50}}"#,
        )
        .unwrap();
        for _ in 0..2 {
            assert!(letters.has_room());
            letters.append(&letter).unwrap();
        }
        letters.sync().unwrap();
        assert!(!letters.has_room());
        let path = folder.path().join("dead-letters/git/%2E%2E%2Fa%20b/r-1.ndjson");
        assert_eq!(files(folder.path()).unwrap(), [path.as_path()]);
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains(r#""record":{"a":1.50}"#), "{text}");
    }
}
