//! The file, its tables, and what is refused.

use std::{
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::{SinkError, failed, views};

/// What marks a database as ours: `CCCr` in ASCII.
const APPLICATION: i64 = 0x4343_4372;
/// The layout of the tables. A runner that changes it raises the number.
const LAYOUT: i64 = 1;
/// How long another run may be writing.
const PATIENCE: Duration = Duration::from_secs(60);

const TABLES: &str = "
    CREATE TABLE chains (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        connection TEXT NOT NULL,
        stream TEXT NOT NULL,
        lane TEXT NOT NULL,
        connector TEXT NOT NULL,
        version TEXT NOT NULL,
        -- The last record before the last checkpoint, and what the runner's state says of that.
        position INTEGER NOT NULL DEFAULT 0,
        revision INTEGER NOT NULL DEFAULT 0,
        records INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL DEFAULT 'null',
        state_format INTEGER NOT NULL DEFAULT 1,
        is_finished INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE records (
        -- Ids are never used twice, so that a position stays what it is.
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chain INTEGER NOT NULL REFERENCES chains,
        run TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        type TEXT NOT NULL,
        key TEXT NOT NULL,
        extracted_at TEXT NOT NULL,
        record TEXT NOT NULL
    );
    CREATE INDEX records_by_key ON records (type, key, id);
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
";

/// Opens a database of records, or makes one.
pub(super) fn open(path: &Path) -> Result<Connection, SinkError> {
    let mut connection = Connection::open(path).map_err(failed(path))?;
    connection.busy_timeout(PATIENCE).map_err(failed(path))?;
    // The question alone writes nothing: a file that is not ours stays as it is.
    let read =
        |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0)).map_err(failed(path));
    let (application, layout) = (read("PRAGMA application_id")?, read("PRAGMA user_version")?);
    let tables = read("SELECT count(*) FROM sqlite_schema")?;
    if tables > 0 && application != APPLICATION {
        return Err(refused(path, "is a database of something else; name another file"));
    }
    if layout > LAYOUT {
        return Err(refused(path, "was written by a newer runner; use that one"));
    }
    prepare(&mut connection).map_err(failed(path))?;
    Ok(connection)
}

/// SQLite does not wait where two make a new database at once: the one that reads and then wants to write is refused.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < end =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

fn refused(path: &Path, why: &str) -> SinkError {
    SinkError::new(format_args!("cannot use {}", path.display()), io::Error::other(format!("it {why}")))
}

fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    // Readers do not disturb a writer; FULL syncs at each commit, which is what a checkpoint stands on.
    write_ahead(connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let layout: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if layout < LAYOUT {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", LAYOUT)?;
    }
    views::bring_up_to_date(&transaction)?;
    transaction.commit()
}
