//! The store that is built in: one SQLite database in the data folder, and a lock file for each stream that is held.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use rustix::fs::{FlockOperation, flock};

use crate::digest::Digest;

use super::{
    Change, DataFolder, Hold, Holder, Key, Lane, StateError, StateStore, Stored,
    file::{self, Durability, LOCKS, begin},
    store::Listed,
};

/// A lock that somebody only looks at is free again at once.
const TRIES: u32 = 20;
const TRY_AGAIN: Duration = Duration::from_millis(5);

/// The states of one data folder.
pub(crate) struct Database {
    connection: Mutex<Connection>,
    path: PathBuf,
    locks: PathBuf,
}

impl Database {
    /// Opens the database of a data folder; makes it, where it is not there.
    ///
    /// # Errors
    /// Where it cannot be opened or made, or a newer runner has written it.
    pub(crate) fn open(folder: &DataFolder) -> Result<Self, StateError> {
        let (connection, path) = file::open(folder, Durability::PowerCut)?;
        let locks = folder.path().join(LOCKS);
        Ok(Self { connection: Mutex::new(connection), path, locks })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, what: &'static str) -> impl Fn(rusqlite::Error) -> StateError + '_ {
        move |source| StateError::Database { what, path: self.path.clone(), source }
    }

    /// One lock file for each stream: its name is a digest, its text tells of the holder.
    fn lock_file(&self, key: &Key) -> PathBuf {
        let name = serde_json::json!([key.connection, key.stream, key.lane.to_string()]).to_string();
        let digest = Digest::of_bytes(name.as_bytes()).to_string();
        self.locks.join(digest.rsplit(':').next().unwrap_or_default())
    }
}

/// A row of `states`, still to be understood.
struct Raw {
    connection: String,
    stream: String,
    lane: String,
    version: u64,
    state: String,
    missing_since: Option<String>,
}

impl Raw {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            connection: row.get(0)?,
            stream: row.get(1)?,
            lane: row.get(2)?,
            version: row.get::<_, i64>(3)?.cast_unsigned(),
            state: row.get(4)?,
            missing_since: row.get(5)?,
        })
    }

    fn understand(self) -> Result<(Key, Stored), StateError> {
        let Self { connection, stream, lane, version, state, missing_since } = self;
        let missing_since = missing_since.and_then(|time| time.parse().ok());
        let lane = Lane::read(&lane).ok_or(StateError::Lane { lane })?;
        let key = Key { connection, stream, lane };
        match serde_json::from_str(&state) {
            Ok(state) => Ok((key, Stored { state, version, missing_since })),
            Err(error) => Err(StateError::Damaged { key: Box::new(key), version, reason: error.to_string() }),
        }
    }
}

const COLUMNS: &str = "SELECT connection, stream, lane, version, state, missing_since FROM states";

impl StateStore for Database {
    fn read(&self, key: &Key) -> Result<Option<Stored>, StateError> {
        let query = format!("{COLUMNS} WHERE connection = ? AND stream = ? AND lane = ?");
        let parameters = params![key.connection, key.stream, key.lane.to_string()];
        let raw = self.lock().query_row(&query, parameters, Raw::read).optional();
        let raw = raw.map_err(self.failed("read"))?;
        Ok(raw.map(Raw::understand).transpose()?.map(|(_, stored)| stored))
    }

    fn list(&self) -> Result<Vec<Listed>, StateError> {
        let connection = self.lock();
        let failed = self.failed("read");
        let mut query =
            connection.prepare(&format!("{COLUMNS} ORDER BY connection, stream, lane")).map_err(&failed)?;
        let rows = query.query_map([], Raw::read).map_err(&failed)?;
        rows.map(|raw| raw.map_err(&failed).map(Raw::understand)).collect()
    }

    fn list_of(&self, of: &str, lane: &Lane) -> Result<Vec<Listed>, StateError> {
        let connection = self.lock();
        let failed = self.failed("read");
        let query = format!("{COLUMNS} WHERE connection = ? AND lane = ? ORDER BY stream");
        let mut query = connection.prepare(&query).map_err(&failed)?;
        let rows = query.query_map(params![of, lane.to_string()], Raw::read).map_err(&failed)?;
        rows.map(|raw| raw.map_err(&failed).map(Raw::understand)).collect()
    }

    fn note_missing(&self, streams: &[(Key, Option<Timestamp>)]) -> Result<(), StateError> {
        let mut connection = self.lock();
        let failed = self.failed("write to");
        let transaction = begin(&mut connection).map_err(&failed)?;
        for (Key { connection, stream, lane }, since) in streams {
            let query =
                "UPDATE states SET missing_since = ? WHERE connection = ? AND stream = ? AND lane = ?";
            let since = since.map(|time| time.to_string());
            transaction
                .execute(query, params![since, connection, stream, lane.to_string()])
                .map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)
    }

    fn write(&self, changes: &[Change<'_>]) -> Result<Vec<u64>, StateError> {
        let mut connection = self.lock();
        let failed = self.failed("write to");
        let transaction = begin(&mut connection).map_err(&failed)?;
        let mut versions = Vec::new();
        for change in changes {
            let version = write_one(&transaction, change).map_err(&failed)?;
            versions
                .push(version.ok_or_else(|| StateError::Overtaken { key: Box::new(change.key.clone()) })?);
        }
        transaction.commit().map_err(&failed)?;
        Ok(versions)
    }

    fn hold(&self, key: &Key, holder: &Holder) -> Result<Hold, StateError> {
        let path = self.lock_file(key);
        let failed = |what| {
            let path = path.clone();
            move |source: io::Error| StateError::System { what, path, source }
        };
        let mut seen = None;
        for _ in 0..TRIES {
            let options =
                OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).to_owned();
            let mut file = options.open(&path).map_err(failed("open"))?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                // Whoever had it may have removed the file after it was opened here.
                Ok(()) if is_at(&file, &path) => {
                    let text = serde_json::to_vec(holder).unwrap_or_default();
                    file.set_len(0).and_then(|()| file.write_all(&text)).map_err(failed("write"))?;
                    return Ok(Hold::new(LockFile { path, _file: file }));
                }
                Ok(()) => {}
                Err(rustix::io::Errno::WOULDBLOCK) => {
                    seen = read_holder(&mut file).or(seen);
                    thread::sleep(TRY_AGAIN);
                }
                Err(error) => return Err(failed("lock")(error.into())),
            }
        }
        let holder = seen.unwrap_or_else(|| Holder { pid: 0, host: String::new(), ..holder.clone() });
        Err(StateError::Held { key: Box::new(key.clone()), holder: Box::new(holder) })
    }

    fn holder(&self, key: &Key) -> Result<Option<Holder>, StateError> {
        let path = self.lock_file(key);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StateError::System { what: "open", path, source }),
        };
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(None),
            Err(_) => Ok(read_holder(&mut file)),
        }
    }
}

/// Writes one state if it still has the version that is expected; gives the new one.
fn write_one(transaction: &Transaction<'_>, change: &Change<'_>) -> rusqlite::Result<Option<u64>> {
    let Key { connection, stream, lane } = change.key;
    let lane = lane.to_string();
    let found: Option<i64> = transaction
        .query_row(
            "SELECT version FROM states WHERE connection = ? AND stream = ? AND lane = ?",
            params![connection, stream, lane],
            |row| row.get(0),
        )
        .optional()?;
    if found.map(i64::cast_unsigned) != change.version {
        return Ok(None);
    }
    let version: i64 =
        transaction.query_row("UPDATE versions SET last = last + 1 RETURNING last", [], |row| row.get(0))?;
    match change.state {
        Some(state) => {
            // A state has nothing that JSON could not say.
            let state = serde_json::to_string(state).unwrap_or_default();
            transaction.execute(
                "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?, NULL)",
                params![connection, stream, lane, version, state],
            )?;
        }
        None => {
            transaction.execute(
                "DELETE FROM states WHERE connection = ? AND stream = ? AND lane = ?",
                params![connection, stream, lane],
            )?;
        }
    }
    Ok(Some(version.cast_unsigned()))
}

/// A lock file that is held. It goes with the hold; what a killed process leaves, the next one takes over.
struct LockFile {
    path: PathBuf,
    _file: File,
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // While it is still locked: whoever waits for it sees that it is gone.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether a file that was opened is still the one of this name: another may have been put into its place.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(opened), Ok(there)) => identity(opened) == identity(there),
        _ => false,
    }
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}
