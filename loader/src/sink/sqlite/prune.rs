//! Old records are removed from a database.

use std::{io, path::Path};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    super::{Pruned, Pruning},
    SinkError, begin, database, failed, highest,
};

/// Ids that are looked at in one transaction, so that no run waits for long.
const BATCH: i64 = 10_000;
/// Rows of finished chains that are older; whole seconds, for records are not compared more closely than that.
const OLD: &str = "unixepoch(extracted_at) < ? AND chain IN (SELECT id FROM chains WHERE is_finished)";

/// Removes records of finished chains that are older. The chains stay, by which a late state finds its own, and so does
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
    let query = format!("DELETE FROM records WHERE id > ? AND id <= ? AND {OLD}");
    let (mut at, mut removed) = (0, 0);
    loop {
        let transaction = begin(connection)?;
        removed += transaction.execute(&query, params![at, at + BATCH, before.as_second()])? as u64;
        let is_done = highest(&transaction)? <= at + BATCH;
        transaction.commit()?;
        if is_done {
            return Ok(removed);
        }
        at += BATCH;
    }
}
