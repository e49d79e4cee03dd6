//! The table of runs, in the database of the states.
//!
//! It has a connection of its own: a state must outlive a power cut, and the memory of the last runs need not.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, Row, params, params_from_iter};

use crate::state::{DataFolder, Durability, StateError, begin, open_database};

use super::{Filter, RunRecord};

/// Rows that are removed at a time, so that nobody who writes waits for long.
const BATCH: i64 = 1_000;
/// Between two batches, in which others write.
const PAUSE: Duration = Duration::from_millis(20);

/// The runs of one data folder. Threads share it, and other processes may be writing.
pub(crate) struct History {
    connection: Mutex<Connection>,
    path: PathBuf,
}

/// A run that is remembered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Remembered {
    pub(crate) record: RunRecord,
    /// The record as it was written: a newer runner may have put more into it.
    pub(crate) text: String,
}

/// A row that says nothing any more. The others do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "what is remembered of the run {run} is damaged: {reason}; `codeclimate-connector runs prune` removes it in time"
)]
pub(crate) struct DamagedRun {
    run: String,
    reason: String,
}

/// A run in a list, or what is wrong with its row.
pub(crate) type Listed = Result<Remembered, DamagedRun>;

/// Which runs have ids that begin in a way.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    None,
    One(Box<Listed>),
    /// The ids of the first of them.
    Several(Vec<String>),
}

impl History {
    /// Opens the history of a data folder; makes it, where it is not there.
    ///
    /// # Errors
    /// Where the database cannot be opened or made, or a newer runner has written it.
    pub(crate) fn open(folder: &DataFolder) -> Result<Self, StateError> {
        let (connection, path) = open_database(folder, Durability::Process)?;
        Ok(Self { connection: Mutex::new(connection), path })
    }

    /// Remembers a run, or remembers it otherwise than before.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn record(&self, record: &RunRecord) -> Result<(), StateError> {
        let RunRecord { run, started_at, connection, stream, sync, exit_code, .. } = record;
        // A record has nothing that JSON could not say.
        let text = serde_json::to_string(record).unwrap_or_default();
        let milliseconds = started_at.as_millisecond();
        let written = self.lock().execute(
            "INSERT OR REPLACE INTO runs (run, started_at, connection, stream, sync, exit_code, record) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![run, milliseconds, connection, stream, sync, exit_code, text],
        );
        written.map(drop).map_err(self.failed("write to"))
    }

    /// Visits runs, the newest first, one at a time: there may be more than fit into memory.
    ///
    /// # Errors
    /// Where they cannot be read, and what the visitor says.
    pub(crate) fn each<E: From<StateError>>(
        &self,
        filter: &Filter,
        mut visit: impl FnMut(Listed) -> Result<(), E>,
    ) -> Result<(), E> {
        let connection = self.lock();
        let failed = self.failed("read");
        let (clauses, parameters) = filter.clauses();
        let query = format!("SELECT run, record FROM runs {clauses}");
        let mut query = connection.prepare(&query).map_err(&failed)?;
        let rows = query.query_map(params_from_iter(parameters), read).map_err(&failed)?;
        for row in rows {
            visit(row.map_err(&failed)?)?;
        }
        Ok(())
    }

    /// Runs, the newest first. One that is damaged does not hide the others.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(crate) fn list(&self, filter: &Filter) -> Result<Vec<Listed>, StateError> {
        let mut listed = Vec::new();
        self.each(filter, |run| {
            listed.push(run);
            Ok::<(), StateError>(())
        })?;
        Ok(listed)
    }

    /// The run whose id begins so, if there is one only.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) fn find(&self, prefix: &str) -> Result<Found, StateError> {
        const SHOWN: i64 = 10;
        let connection = self.lock();
        let failed = self.failed("read");
        let query = "SELECT run, record FROM runs WHERE run >= ?1 AND run < ?1 || char(0x10ffff) \
                     ORDER BY run = ?1 DESC, run LIMIT ?2";
        let mut query = connection.prepare(query).map_err(&failed)?;
        let named = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, read(row)?));
        let rows = query.query_map(params![prefix, SHOWN], named).map_err(&failed)?;
        let mut found: Vec<_> = rows.collect::<rusqlite::Result<_>>().map_err(&failed)?;
        let is_whole = found.first().is_some_and(|(run, _)| run == prefix);
        match found.len() {
            0 => Ok(Found::None),
            2.. if !is_whole => Ok(Found::Several(found.into_iter().map(|(run, _)| run).collect())),
            _ => Ok(Found::One(Box::new(found.swap_remove(0).1))),
        }
    }

    /// How many runs began before then.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(crate) fn count(&self, before: Timestamp) -> Result<u64, StateError> {
        let query = "SELECT count(*) FROM runs WHERE started_at < ?";
        let count = self.lock().query_row(query, [before.as_millisecond()], |row| row.get::<_, i64>(0));
        count.map(i64::cast_unsigned).map_err(self.failed("read"))
    }

    /// Forgets the runs that began before then; gives how many that were.
    ///
    /// # Errors
    /// Where they cannot be removed.
    pub(crate) fn prune(&self, before: Timestamp) -> Result<u64, StateError> {
        let failed = self.failed("write to");
        let mut removed = 0;
        loop {
            let batch = remove_some(&mut self.lock(), before).map_err(&failed)?;
            removed += batch as u64;
            if batch == 0 {
                return Ok(removed);
            }
            thread::sleep(PAUSE);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, what: &'static str) -> impl Fn(rusqlite::Error) -> StateError + '_ {
        move |source| StateError::Database { what, path: self.path.clone(), source }
    }
}

/// A row of id and record. Whatever somebody else has put there, it is no reason to hide the other rows.
fn read(row: &Row<'_>) -> rusqlite::Result<Listed> {
    let (run, text) = (row.get_ref(0)?, row.get_ref(1)?.as_bytes().unwrap_or_default());
    let text = String::from_utf8_lossy(text);
    Ok(match serde_json::from_str(&text) {
        Ok(record) => Ok(Remembered { record, text: text.into_owned() }),
        Err(error) => Err(DamagedRun {
            run: String::from_utf8_lossy(run.as_bytes().unwrap_or_default()).into_owned(),
            reason: error.to_string(),
        }),
    })
}

fn remove_some(connection: &mut Connection, before: Timestamp) -> rusqlite::Result<usize> {
    let transaction = begin(connection)?;
    let removed = transaction.execute(
        "DELETE FROM runs WHERE rowid IN (SELECT rowid FROM runs WHERE started_at < ? LIMIT ?)",
        params![before.as_millisecond(), BATCH],
    )?;
    transaction.commit()?;
    Ok(removed)
}
