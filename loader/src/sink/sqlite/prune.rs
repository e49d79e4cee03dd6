//! Old records are removed from a database.

use std::{io, path::Path, thread, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    super::{Pruned, Pruning},
    SinkError, begin, database, failed,
};

/// Ids that are looked at in one transaction.
const BATCH: i64 = 10_000;
/// Between two transactions. Whoever waits for the database looks every tenth of a second whether it is free.
const PAUSE: Duration = Duration::from_millis(250);
/// Rows that are older, of chains that are finished, or were given up: another has begun since. Whole seconds, for records
/// are not compared more closely than that.
const OLD: &str = "unixepoch(extracted_at) < ? AND chain IN (
    SELECT id FROM chains AS over WHERE is_finished OR EXISTS (
        SELECT * FROM chains AS later WHERE later.id > over.id
        AND (later.connection, later.stream, later.lane) = (over.connection, over.stream, over.lane)
    )
)";

/// Removes older records of chains that are over. The chains stay, by which a late state finds its own, and so does
/// the highest id, which never comes again.
pub(crate) fn prune(path: &Path, before: Timestamp, pruning: Pruning) -> Result<Pruned, SinkError> {
    if !path.is_file() {
        let absent = io::Error::from(io::ErrorKind::NotFound);
        return Err(SinkError::new(format_args!("cannot find the database {}", path.display()), absent));
    }
    let mut connection = database::open(path)?;
    let records = match pruning {
        Pruning::Told => count(&connection, before),
        Pruning::Done => remove(&mut connection, before),
    };
    Ok(Pruned { records: records.map_err(failed(path))?, ..Pruned::default() })
}

fn count(connection: &Connection, before: Timestamp) -> rusqlite::Result<u64> {
    let query = format!("SELECT count(*) FROM records WHERE {OLD}");
    let count: i64 = connection.query_row(&query, [before.as_second()], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

fn remove(connection: &mut Connection, before: Timestamp) -> rusqlite::Result<u64> {
    let there = format!("SELECT EXISTS (SELECT * FROM records WHERE id > ? AND id <= ? AND {OLD})");
    let query = format!("DELETE FROM records WHERE id > ? AND id <= ? AND {OLD}");
    let (mut at, mut removed) = (0, 0);
    let last: i64 = connection.query_row("SELECT coalesce(max(id), 0) FROM records", [], |row| row.get(0))?;
    while at < last {
        let batch = params![at, at + BATCH, before.as_second()];
        // Where there is nothing to remove, no run need wait.
        if connection.query_row(&there, batch, |row| row.get(0))? {
            let transaction = begin(connection)?;
            removed += transaction.execute(&query, batch)? as u64;
            transaction.commit()?;
            thread::sleep(PAUSE);
        }
        at += BATCH;
    }
    Ok(removed)
}
