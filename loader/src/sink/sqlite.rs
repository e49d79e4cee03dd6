//! An SQLite database, which holds each record of a chain exactly once, and which people ask with SQL.
//!
//! | table or view | what is in it |
//! | --- | --- |
//! | `records` | each record as JSON: `id` in the order of arrival, `chain`, `run`, `sequence`, `type`, `key` (its `self`; a digest, where it has none), `extracted_at`, `record` |
//! | `chains` | each chain of runs: `connection`, `stream`, `lane`, `connector`, `version`, and how far it has come |
//! | `Incident`, `Commit`, ... | a view for each type: the latest record of each key, a column for each property |
//! | `Incident_history`, ... | the same with all records |
//!
//! Records and the position behind them are written in one transaction, and the state of the runner follows. Where the
//! runner dies in between, the database is ahead, and says so when it is opened again.

mod database;
mod prune;
#[cfg(test)]
mod tests;
mod views;

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::{
    digest::Digest,
    state::{Mark, Position},
};

use super::{Opened, Outgoing, Scope, Sink, SinkError, Start};

pub(crate) use prune::prune;

/// Rows that wait in memory: so many, or so many bytes.
const MOST_ROWS: usize = 1_000;
const MOST_BYTES: usize = 1 << 20;

/// A record that waits for its transaction.
struct Row {
    sequence: u64,
    record_type: &'static str,
    key: String,
    extracted_at: String,
    record: String,
}

/// The rows of one run.
struct Database {
    connection: Connection,
    path: PathBuf,
    chain: i64,
    run: String,
    waiting: Vec<Row>,
    waiting_bytes: usize,
    noted: Noted,
    is_broken: bool,
}

/// Where the last checkpoint stands.
#[derive(Debug, Clone, Copy)]
enum Noted {
    /// Behind the record of this id, or whoever's that was.
    At(i64),
    /// Behind so many of the rows that wait.
    Behind(usize),
}

/// Opens a database, and goes back to where the chain stood.
pub(crate) fn open(path: &Path, scope: &Scope, start: &Start) -> Result<Opened, SinkError> {
    let mut connection = database::open(path)?;
    let transaction = begin(&mut connection).map_err(failed(path))?;
    let chain = find_chain(&transaction, scope).map_err(failed(path))?;
    let (chain, ahead) = match (start, chain) {
        (Start::Resume { revision, .. }, Some(chain)) => (chain.id, chain.compare(*revision, path)?),
        (Start::Resume { revision: 1.., .. }, None) => return Err(behind(path)),
        (Start::New, Some(_)) => return Err(known(path)),
        (_, None) => (insert_chain(&transaction, scope).map_err(failed(path))?, None),
    };
    let position = go_back(&transaction, chain).map_err(failed(path))?;
    transaction.commit().map_err(failed(path))?;
    let sink = Database {
        connection,
        path: path.to_owned(),
        chain,
        run: scope.run.clone(),
        waiting: Vec::new(),
        waiting_bytes: 0,
        noted: Noted::At(position),
        is_broken: false,
    };
    Ok(Opened { sink: Box::new(sink), position: Position::from(position), ahead })
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// For `map_err`, with the kind of error that an operator can do something about.
fn failed(path: &Path) -> impl Fn(rusqlite::Error) -> SinkError + '_ {
    move |error| {
        let kind = match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => io::ErrorKind::StorageFull,
            Some(rusqlite::ErrorCode::ReadOnly) => io::ErrorKind::ReadOnlyFilesystem,
            Some(rusqlite::ErrorCode::CannotOpen) => io::ErrorKind::NotFound,
            _ => io::ErrorKind::Other,
        };
        SinkError::new(format_args!("cannot write to {}", path.display()), io::Error::new(kind, error))
    }
}

/// A chain as the database has it.
struct Chain {
    id: i64,
    revision: u64,
    records: u64,
    state: String,
    version: String,
    state_format: u32,
    is_finished: bool,
}

impl Chain {
    /// What it has and the runner's state has not.
    fn compare(&self, revision: u64, path: &Path) -> Result<Option<Mark>, SinkError> {
        if self.revision < revision {
            return Err(behind(path));
        }
        let mark = Mark {
            revision: self.revision,
            state: self.state.clone(),
            version: self.version.clone(),
            state_format: self.state_format,
            records: self.records,
            is_last: self.is_finished,
        };
        Ok(Some(mark).filter(|mark| mark.revision > revision))
    }
}

fn behind(path: &Path) -> SinkError {
    let what = format!(
        "{} lacks records that had been delivered at the last checkpoint; restore it, or give the unfinished sync up \
         with `state reset --unfinished`",
        path.display()
    );
    SinkError::new(what, io::Error::new(io::ErrorKind::UnexpectedEof, "records are missing"))
}

/// A chain is named after its first run, of which there is only one.
fn known(path: &Path) -> SinkError {
    let what = format_args!("cannot begin a sync in {}", path.display());
    SinkError::new(what, io::Error::new(io::ErrorKind::AlreadyExists, "it has one of this name already"))
}

fn find_chain(transaction: &Transaction<'_>, scope: &Scope) -> rusqlite::Result<Option<Chain>> {
    let query =
        "SELECT id, revision, records, state, is_finished, version, state_format FROM chains WHERE name = ?";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Chain {
            id: row.get(0)?,
            revision: row.get::<_, i64>(1)?.cast_unsigned(),
            records: row.get::<_, i64>(2)?.cast_unsigned(),
            state: row.get(3)?,
            is_finished: row.get(4)?,
            version: row.get(5)?,
            state_format: row.get(6)?,
        })
    };
    transaction.query_row(query, [&scope.chain], read).optional()
}

fn insert_chain(transaction: &Transaction<'_>, scope: &Scope) -> rusqlite::Result<i64> {
    let Scope { connection, stream, lane, chain, connector, version, .. } = scope;
    transaction.execute(
        "INSERT INTO chains (name, connection, stream, lane, connector, version, position) VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![chain, connection, stream, lane.to_string(), connector, version, highest(transaction)?],
    )?;
    Ok(transaction.last_insert_rowid())
}

/// Removes what came behind the last checkpoint; gives where that is.
fn go_back(transaction: &Transaction<'_>, chain: i64) -> rusqlite::Result<i64> {
    let position =
        transaction.query_row("SELECT position FROM chains WHERE id = ?", [chain], |row| row.get(0))?;
    transaction.execute("DELETE FROM records WHERE id > ? AND chain = ?", params![position, chain])?;
    Ok(position)
}

impl Database {
    /// Writes what waits, and with it the position where a checkpoint is to be committed; gives where the last is.
    fn write(&mut self, mark: Option<&Mark>) -> rusqlite::Result<i64> {
        let transaction = begin(&mut self.connection)?;
        let position = match self.noted {
            Noted::At(position) => {
                insert_rows(&transaction, self.chain, &self.run, &self.waiting)?;
                position
            }
            Noted::Behind(rows) => {
                let (before, behind) = self.waiting.split_at(rows);
                insert_rows(&transaction, self.chain, &self.run, before)?;
                let position = highest(&transaction)?;
                insert_rows(&transaction, self.chain, &self.run, behind)?;
                position
            }
        };
        if let Some(mark) = mark {
            advance(&transaction, self.chain, position, mark)?;
        }
        transaction.commit()?;
        self.noted = Noted::At(position);
        self.waiting.clear();
        self.waiting_bytes = 0;
        Ok(position)
    }

    /// Refuses everything once something has failed: what is not written then never will be.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> rusqlite::Result<T>) -> Result<T, SinkError> {
        if self.is_broken {
            let again = io::Error::other("an earlier write has failed");
            return Err(SinkError::new(format_args!("cannot write to {}", self.path.display()), again));
        }
        let result = work(self).map_err(failed(&self.path.clone()));
        self.is_broken = result.is_err();
        result
    }

    fn write_if(&mut self, is_due: bool) -> Result<(), SinkError> {
        if is_due && !self.waiting.is_empty() {
            self.guarded(|database| database.write(None)).map(drop)
        } else {
            Ok(())
        }
    }
}

fn insert_rows(transaction: &Transaction<'_>, chain: i64, run: &str, rows: &[Row]) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO records (chain, run, sequence, type, key, extracted_at, record) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    for Row { sequence, record_type, key, extracted_at, record } in rows {
        insert.execute(params![
            chain,
            run,
            sequence.cast_signed(),
            record_type,
            key,
            extracted_at,
            record
        ])?;
    }
    Ok(())
}

/// The highest id that any record has had.
fn highest(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    let query = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'records'";
    transaction.query_row(query, [], |row| row.get(0))
}

fn advance(transaction: &Transaction<'_>, chain: i64, position: i64, mark: &Mark) -> rusqlite::Result<()> {
    let (revision, records) = (mark.revision.cast_signed(), mark.records.cast_signed());
    let changed = transaction.execute(
        "UPDATE chains SET position = ?, revision = ?, records = ?, state = ?, version = ?, state_format = ?, \
         is_finished = ? WHERE id = ?",
        params![
            position,
            revision,
            records,
            mark.state,
            mark.version,
            mark.state_format,
            mark.is_last,
            chain
        ],
    )?;
    if changed == 1 { Ok(()) } else { Err(rusqlite::Error::QueryReturnedNoRows) }
}

impl Sink for Database {
    fn append(&mut self, outgoing: &Outgoing<'_>) -> Result<(), SinkError> {
        if self.is_broken {
            return self.guarded(|_| Ok(()));
        }
        let key = match outgoing.uri {
            Some(uri) => uri.to_owned(),
            None => Digest::of_bytes(outgoing.record.as_bytes()).to_string(),
        };
        self.waiting_bytes += outgoing.record.len();
        self.waiting.push(Row {
            sequence: outgoing.sequence,
            record_type: outgoing.record_type,
            key,
            extracted_at: outgoing.extracted_at.to_owned(),
            record: outgoing.record.to_owned(),
        });
        self.write_if(self.waiting.len() >= MOST_ROWS || self.waiting_bytes >= MOST_BYTES)
    }

    /// A transaction costs a sync: rows wait until there are enough of them, or a checkpoint comes.
    fn flush(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn note(&mut self) -> Result<(), SinkError> {
        self.noted = Noted::Behind(self.waiting.len());
        Ok(())
    }

    fn commit(&mut self, mark: &Mark) -> Result<Position, SinkError> {
        self.guarded(|database| database.write(Some(mark))).map(Position::from)
    }

    fn settle(&mut self) -> Result<(), SinkError> {
        self.write_if(true)
    }
}
