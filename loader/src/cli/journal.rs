//! Remembers runs in the history.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    exit_code::ExitCode,
    frame::Level,
    history::{Checkpoints, ConnectorFile, History, MemoryUse, RecordCounts, RunRecord},
    supervisor::Outcome,
};

use super::{CliError, Console, kept::ChainReport, prepare::Prepared, session::Session};

/// Where runs are remembered, and what all that come next have in common.
#[derive(Clone)]
pub(crate) struct Journal {
    history: Arc<History>,
    /// The id of the command that makes them, where it makes many.
    sync: Option<String>,
    attempt: u32,
}

impl Journal {
    pub(crate) const fn new(history: Arc<History>, sync: Option<String>) -> Self {
        Self { history, sync, attempt: 1 }
    }

    /// For the attempt of this number, from 1.
    pub(crate) fn of_attempt(&self, attempt: u32) -> Self {
        Self { attempt, ..self.clone() }
    }

    /// Remembers that a connection could not be run at all; `message` says why, without secrets.
    pub(super) fn remember_unrun(
        &self,
        connection: &str,
        connector: &str,
        (code, message): (ExitCode, &str),
        console: &mut Console,
    ) {
        let connector =
            ConnectorFile { slug: connector.to_owned(), version: String::new(), sha256: String::new() };
        let record = self.blank(connection.to_owned(), "sync", code);
        self.write(&RunRecord { connector, message: message.to_owned(), ..record }, console);
    }

    /// A run of which no more is known than how it ended, just now.
    fn blank(&self, connection: String, verb: &str, code: ExitCode) -> RunRecord {
        RunRecord {
            run: Uuid::now_v7().to_string(),
            sync: self.sync.clone(),
            connection,
            stream: None,
            lane: None,
            verb: verb.to_owned(),
            connector: ConnectorFile { slug: String::new(), version: String::new(), sha256: String::new() },
            permissions: Vec::new(),
            sandbox: serde_json::Value::Null,
            sink: None,
            started_at: Timestamp::now(),
            duration_milliseconds: 0,
            exit_code: code.number(),
            ending: code.title().to_owned(),
            message: String::new(),
            advice: String::new(),
            attempt: self.attempt,
            records: RecordCounts::default(),
            types: BTreeMap::new(),
            bytes: 0,
            memory: MemoryUse::default(),
            checkpoints: Checkpoints::default(),
            chain: None,
            dead_letters: None,
        }
    }

    /// A run that could not be remembered has been made all the same.
    fn write(&self, record: &RunRecord, console: &mut Console) {
        if let Err(error) = self.history.record(record) {
            let text = format!("the run could not be remembered: {}", crate::chain(&error));
            console.say(Level::Error, &text);
        }
    }
}

/// A run, before anything is known of how it ended.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    pub(super) at: Timestamp,
    /// Where its records go, as `--sink` names it.
    pub(super) sink: Option<String>,
}

impl Session<'_> {
    /// Remembers a run that has ended.
    pub(super) fn remember(
        &mut self,
        verb: &str,
        stream: Option<&str>,
        outcome: &Outcome,
        code: ExitCode,
        chain: Option<&ChainReport>,
    ) {
        let Some(journal) = self.journal.clone() else { return };
        let numbers = &outcome.numbers;
        let letters = self.letters.as_ref();
        let mut record = self.record(&journal, verb, stream, code);
        record.message = self.masked(&outcome.what);
        record.advice.clone_from(&outcome.advice);
        record.sandbox = serde_json::to_value(outcome.fences).unwrap_or_default();
        record.lane = chain.map(|chain| chain.lane().to_owned());
        record.records = RecordCounts {
            accepted: numbers.accepted,
            delivered: numbers.delivered,
            rejected: numbers.rejected,
            dead_letters: letters.map(|letters| letters.records).unwrap_or_default(),
        };
        let types = numbers.tally.types.iter();
        record.types = types.map(|(name, count)| ((*name).to_owned(), *count)).collect();
        record.bytes = numbers.tally.bytes;
        record.memory.peak = numbers.reading.peak;
        record.checkpoints = Checkpoints {
            count: numbers.tally.checkpoints,
            set: numbers.checkpoint,
            durable: numbers.committed,
        };
        record.chain = chain.map(ChainReport::part);
        record.dead_letters = letters.map(|letters| letters.file.clone());
        journal.write(&record, self.console);
    }

    /// Remembers a run that did not begin. One that another run was in the way of says nothing of the stream.
    pub(super) fn remember_refusal(&mut self, verb: &str, stream: Option<&str>, error: &CliError) {
        let code = error.exit_code();
        let Some(journal) = self.journal.clone().filter(|_| code != ExitCode::StreamHeld) else { return };
        let mut record = self.record(&journal, verb, stream, code);
        record.message = self.masked(&crate::chain(error));
        journal.write(&record, self.console);
    }

    /// What is known of every run.
    fn record(&self, journal: &Journal, verb: &str, stream: Option<&str>, code: ExitCode) -> RunRecord {
        let Prepared { note, library, .. } = &*self.prepared;
        let digest = library.digest();
        let began = &self.begun.at;
        let lasted = Duration::try_from(Timestamp::now().duration_since(*began)).unwrap_or_default();
        RunRecord {
            run: self.run.clone(),
            stream: stream.map(|stream| self.masked(stream)),
            connector: ConnectorFile {
                slug: note.slug.to_string(),
                version: note.version.clone(),
                // Where it cannot be had, the reason stands in its place.
                sha256: digest.map_or_else(|error| crate::chain(&error), |digest| digest.to_string()),
            },
            permissions: self.prepared.permissions(),
            sink: self.begun.sink.clone(),
            started_at: *began,
            duration_milliseconds: u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX),
            memory: MemoryUse { limit: self.bounds.limits.memory, peak: None },
            ..journal.blank(self.masked(&self.connection), verb, code)
        }
    }
}
