//! The options that say what is kept of a sync, and where its records go.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use crate::{
    cutoff::{CutoffError, parse_cutoff},
    dead_letters::LetterFile,
    exit_code::ExitCode,
    frame::{BadRecords, Rejections},
    project::Connection,
    sink::Destination,
    state::{Cutoff, DataFolder, Lane, StateError},
    typed::{parse_connection, parse_overlap, parse_size},
};

/// Where states are kept.
#[derive(Debug, Args)]
pub(crate) struct DataOptions {
    /// The folder for what outlives a run; in the user's data folder without it.
    #[arg(long, value_name = "FOLDER", env = "CODECLIMATE_CONNECTOR_DATA_FOLDER", global = true)]
    data_folder: Option<PathBuf>,
}

impl DataOptions {
    /// The one that was named here, else the one that a project names, else the user's.
    pub(crate) fn path_for(&self, of_project: Option<&Path>) -> PathBuf {
        match (&self.data_folder, of_project) {
            (None, Some(folder)) => folder.to_owned(),
            _ => self.path(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.data_folder.clone().unwrap_or_else(|| DataFolder::usual(&|name| env::var_os(name)))
    }
}

/// What is kept, as it is typed.
#[derive(Debug, Args)]
pub(crate) struct KeepOptions {
    /// Keep how far the stream was read, go on with what is unfinished, and read only what is new. Implied by a folder
    /// or an SQLite database as sink.
    #[arg(long)]
    state: bool,
    #[command(flatten)]
    pub(crate) data: DataOptions,
    /// The name under which states are kept; the connector's slug without it. Give each configuration one of its own.
    #[arg(long, value_name = "NAME", value_parser = parse_connection)]
    connection: Option<String>,
    /// How much is read twice, for data that arrives late: the next sync begins so long before the last one did.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = parse_overlap)]
    overlap: Duration,
    /// Where the records go: stdout, folder:PATH or sqlite:FILE.
    #[arg(long, value_name = "SINK", default_value = "stdout", value_parser = Destination::parse)]
    sink: Destination,
    /// The size at which files of a folder are full; the next record begins another. [default: 256MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    rotate: Option<u64>,
    /// Compress the files of a folder with zstd.
    #[arg(long)]
    compress: bool,
    /// Read a range of time once more, such as 2024-01-01..2024-02-01. What is kept of the stream stays as it is.
    #[arg(long, value_name = "FROM..TO", conflicts_with = "earliest_data_cutoff")]
    backfill: Option<String>,
    /// Where a run pauses near a limit, or because its source asks to wait, go on with another until the sync is done.
    #[arg(long)]
    until_done: bool,
    /// What becomes of records that break their schema.
    #[arg(long, value_name = "POLICY", value_enum, default_value = "fail")]
    bad_records: BadRecords,
    /// With --bad-records dead-letter, how many are kept aside; after that, the connector gets the errors.
    #[arg(long, value_name = "COUNT", default_value = "1000")]
    max_dead_letters: u64,
    /// Go on from the state though the configuration has changed since.
    #[arg(long)]
    accept_changed_configuration: bool,
}

/// What is kept, as it is meant.
#[derive(Debug)]
pub(crate) struct Keep {
    connection: Option<String>,
    pub(crate) lane: Lane,
    pub(crate) cutoff: Cutoff,
    pub(crate) overlap: SignedDuration,
    pub(crate) destination: Destination,
    pub(crate) is_until_done: bool,
    pub(crate) accepts_changes: bool,
    pub(crate) rejections: Rejections,
    /// Where refused records are kept aside; none where they are not.
    letters: Option<PathBuf>,
    /// None where no state is kept.
    pub(crate) data_folder: Option<PathBuf>,
}

/// Why the options make no sense.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error("--{option} is for files in a folder; write --sink folder:PATH too")]
    NoFolder { option: &'static str },
    #[error(
        "--backfill {text:?} is no range; write two dates or times with two dots between, such as 2024-01-01..2024-02-01"
    )]
    NoRange { text: String },
    #[error("--backfill {text:?} cannot be read")]
    Range {
        text: String,
        #[source]
        source: CutoffError,
    },
    #[error(
        "--backfill {text:?} has an age in it, which would be another range tomorrow; write dates or times"
    )]
    Age { text: String },
    #[error("--backfill {text:?} ends before it begins; write the earlier one first")]
    Backwards { text: String },
    #[error(
        "an earliest data cutoff is missing, such as 90d or 2024-01-31; it may be left out only with --state"
    )]
    NoCutoff,
}

impl KeepError {
    pub(crate) const fn exit_code() -> ExitCode {
        ExitCode::Usage
    }
}

impl KeepOptions {
    /// What is meant; `cutoff` has been read already.
    pub(crate) fn meant(&self, cutoff: Option<Timestamp>, now: Timestamp) -> Result<Keep, KeepError> {
        let destination = self.destination()?;
        let backfill = self.backfill.as_deref().map(|text| read_range(text, now)).transpose()?;
        let keeps = self.state || backfill.is_some() || self.until_done || !destination.is_stdout();
        if !keeps && cutoff.is_none() {
            return Err(KeepError::NoCutoff);
        }
        let (lane, cutoff) = match backfill {
            Some((from, to)) => (Lane::Backfill { from, to }, Cutoff::Exactly(from)),
            None => (Lane::Sync, Cutoff::SinceLast(cutoff)),
        };
        Ok(Keep {
            connection: self.connection.clone(),
            lane,
            cutoff,
            overlap: SignedDuration::try_from(self.overlap).unwrap_or(SignedDuration::MAX),
            destination,
            is_until_done: self.until_done,
            accepts_changes: self.accept_changed_configuration,
            rejections: Rejections { policy: self.bad_records, most: self.max_dead_letters },
            letters: Some(self.data.path()).filter(|_| self.bad_records == BadRecords::DeadLetter),
            data_folder: keeps.then(|| self.data.path()),
        })
    }

    fn destination(&self) -> Result<Destination, KeepError> {
        let given = [("rotate", self.rotate.is_some()), ("compress", self.compress)];
        match (given.iter().find(|(_, is_given)| *is_given), self.sink.is_folder()) {
            (Some((option, _)), false) => Err(KeepError::NoFolder { option }),
            _ => Ok(self.sink.clone().with_files(self.rotate, self.compress)),
        }
    }
}

impl Keep {
    /// Of a connection of a project, whose state is always kept.
    pub(crate) fn of(settings: &Connection, data_folder: &Path, lane: Lane, cutoff: Cutoff) -> Self {
        let rejections = settings.rejections;
        Self {
            connection: Some(settings.name.clone()),
            lane,
            cutoff,
            overlap: settings.overlap,
            destination: settings.destination.clone(),
            is_until_done: true,
            accepts_changes: settings.accepts_changes,
            rejections,
            letters: Some(data_folder.to_owned()).filter(|_| rejections.policy == BadRecords::DeadLetter),
            data_folder: Some(data_folder.to_owned()),
        }
    }

    /// The name under which something is kept.
    pub(crate) fn connection(&self, slug: &str) -> String {
        self.connection.clone().unwrap_or_else(|| slug.to_owned())
    }

    /// The file for refused records of a run, where they are kept aside.
    pub(crate) fn letters(
        &self,
        connection: &str,
        stream: &str,
        run: &str,
    ) -> Result<Option<LetterFile>, StateError> {
        let Some(folder) = &self.letters else { return Ok(None) };
        let folder = DataFolder::open(folder)?;
        Ok(Some(LetterFile::new(folder.path(), connection, stream, run, self.rejections.most)))
    }
}

/// A range of time as it is typed.
pub(crate) fn read_range(text: &str, now: Timestamp) -> Result<(Timestamp, Timestamp), KeepError> {
    let (from, to) = text.split_once("..").ok_or_else(|| KeepError::NoRange { text: text.to_owned() })?;
    if from.is_empty() || to.is_empty() {
        return Err(KeepError::NoRange { text: text.to_owned() });
    }
    let read = |part: &str| match parse_cutoff(part, now) {
        Ok(_) if !part.contains('-') => Err(KeepError::Age { text: text.to_owned() }),
        Ok(time) => Ok(time),
        Err(source) => Err(KeepError::Range { text: text.to_owned(), source }),
    };
    let (from, to) = (read(from)?, read(to)?);
    if from < to { Ok((from, to)) } else { Err(KeepError::Backwards { text: text.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_two_times_the_earlier_one_first() {
        let now = "2024-06-01T00:00:00Z".parse().unwrap();
        let (from, to) = read_range("2024-01-01..2024-02-01T12:00:00Z", now).unwrap();
        assert_eq!(from.to_string(), "2024-01-01T00:00:00Z");
        assert_eq!(to.to_string(), "2024-02-01T12:00:00Z");
        for (text, complaint) in [
            ("2024-01-01", "is no range"),
            ("2024-01-01..", "is no range"),
            ("90d..30d", "has an age in it"),
            ("2024-02-01..2024-01-01", "ends before it begins"),
            ("2024-01-01..2024-01-01", "ends before it begins"),
            ("2024-01-01..2034-01-01", "cannot be read"),
            ("2024..2025-01-01", "cannot be read"),
        ] {
            let error = read_range(text, now).unwrap_err().to_string();
            assert!(error.contains(complaint), "{text}: {error}");
        }
    }
}
