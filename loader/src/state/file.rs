//! The SQLite file of a data folder: made, opened, and brought to the layout that this runner knows.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use rustix::fs::{FlockOperation, flock};

use super::{DataFolder, StateError};

/// The name of the database in the data folder.
pub(super) const FILE: &str = "state.sqlite3";
/// The folder of the lock files.
pub(super) const LOCKS: &str = "locks";
/// How long another process may be writing.
const PATIENCE: Duration = Duration::from_secs(30);

/// What leads from each layout to the next. A runner that changes the tables adds a step; none is ever changed.
const STEPS: [&str; 2] = [STATES, RUNS];
/// The layout that all steps lead to.
const LAYOUT: i64 = STEPS.len() as i64;

const STATES: &str = "
    CREATE TABLE states (
        connection TEXT NOT NULL,
        stream TEXT NOT NULL,
        lane TEXT NOT NULL,
        version INTEGER NOT NULL,
        state TEXT NOT NULL,
        missing_since TEXT,
        PRIMARY KEY (connection, stream, lane)
    );
    -- Versions are never used twice, also not after a state was removed.
    CREATE TABLE versions (last INTEGER NOT NULL);
    INSERT INTO versions VALUES (0);
";

const RUNS: &str = "
    CREATE TABLE runs (
        run TEXT NOT NULL PRIMARY KEY,
        -- In milliseconds since 1970.
        started_at INTEGER NOT NULL,
        connection TEXT NOT NULL,
        stream TEXT,
        sync TEXT,
        exit_code INTEGER NOT NULL,
        -- All that is remembered of the run, as JSON.
        record TEXT NOT NULL
    );
    CREATE INDEX runs_by_time ON runs (started_at, run);
    CREATE INDEX runs_by_stream ON runs (connection, stream, started_at);
    CREATE INDEX runs_by_sync ON runs (sync, started_at);
";

/// What a commit promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// It outlives a power cut.
    PowerCut,
    /// It outlives the process; the last ones may be lost with the power.
    Process,
}

/// Opens the database of a data folder, or makes it; gives its path too.
///
/// # Errors
/// Where it cannot be opened or made, or a newer runner has written it.
pub(crate) fn open(folder: &DataFolder, durability: Durability) -> Result<(Connection, PathBuf), StateError> {
    let path = folder.path().join(FILE);
    let failed = |what| {
        let path = path.clone();
        move |source| StateError::System { what, path, source }
    };
    let locks = folder.folder(LOCKS)?;
    // Of several processes that come first, one makes the tables. The database itself is not locked for that: closing
    // any descriptor of it would take SQLite's own locks away.
    let first = File::open(&locks).map_err(failed("open the locks beside"))?;
    flock(&first, FlockOperation::LockExclusive).map_err(|error| failed("lock")(error.into()))?;
    // Made before SQLite does, so that its mode is ours; SQLite gives its other files the same.
    match OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(failed("make the state database")(error));
        }
        _ => {}
    }
    let connection = prepare(&path, durability)?;
    folder.sync()?;
    Ok((connection, path))
}

fn prepare(path: &Path, durability: Durability) -> Result<Connection, StateError> {
    let failed = |what| move |source| StateError::Database { what, path: path.to_owned(), source };
    let mut connection = Connection::open(path).map_err(failed("open"))?;
    connection.busy_timeout(PATIENCE).map_err(failed("open"))?;
    let layout = layout_of(&connection).map_err(failed("read"))?;
    if layout > LAYOUT {
        return Err(StateError::Newer { path: path.to_owned(), found: layout, known: LAYOUT });
    }
    set_up(&connection, durability).map_err(failed("prepare"))?;
    bring_up_to_date(&mut connection).map_err(failed("prepare"))?;
    Ok(connection)
}

fn layout_of(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Readers do not disturb a writer. FULL syncs at each commit, NORMAL only when what was written moves into the database.
fn set_up(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    let synchronous = match durability {
        Durability::PowerCut => "FULL",
        Durability::Process => "NORMAL",
    };
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)
}

/// Takes the steps that are still to be taken, all or none.
fn bring_up_to_date(connection: &mut Connection) -> rusqlite::Result<()> {
    if layout_of(connection)? == LAYOUT {
        return Ok(());
    }
    let transaction = begin(connection)?;
    let taken = usize::try_from(layout_of(&transaction)?).unwrap_or_default();
    for step in STEPS.iter().skip(taken) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    transaction.commit()
}

/// A transaction that writes: it waits for others at its beginning, not in its midst.
pub(crate) fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}
