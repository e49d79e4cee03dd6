//! Producing on where single records are bad.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use serde::Serialize;
use serde_json::Value;

use crate::{
    error::Error,
    item::{Item, name_of},
    logger::{Level, Logger},
    record_producer::{ProduceError, RecordProducer},
};

/// How many single records are logged at their level; those behind them at `DEBUG`, so that a source that is wrong
/// throughout does not bury everything else.
const LOGGED: u64 = 100;

/// Produces records, and goes on where one is refused: logs which, counts it, and tells the count at the end.
///
/// For sources of which single records may be bad and the others are wanted all the same. All threads may share one.
///
/// ```
/// # use connector_interface::Error;
/// # use serde_json::json;
/// # fn sync(context: &connector_interface::Context) -> Result<(), Error> {
/// let records = context.lenient_producer();
/// records.produce(&json!({ "_type": "Branch", "name": "main" }))?;
/// records.produce(&json!({ "_type": "Branch", "name": 7 }))?;   // a warning: rejected, /name: expected a string
/// records.finish();                                             // a warning: completed with 1 rejected record
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LenientProducer {
    records: RecordProducer,
    logger: Logger,
    rejected: AtomicU64,
    left_out: AtomicU64,
}

impl LenientProducer {
    pub(crate) fn new(records: RecordProducer, logger: Logger) -> Self {
        Self { records, logger, rejected: AtomicU64::new(0), left_out: AtomicU64::new(0) }
    }

    /// Produces one record, or logs and counts that it was rejected.
    ///
    /// # Errors
    /// Only where the next one would fail as well: the run is over, or the record cannot be written as JSON.
    pub fn produce(&self, record: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        match self.records.produce(record) {
            Err(ProduceError::Invalid { errors }) => {
                let complaints: Vec<String> = errors.iter().map(ToString::to_string).collect();
                self.reject(describe(record), complaints.join("; "));
                Ok(())
            }
            other => Ok(other?),
        }
    }

    /// The element of an answer, such as a job; None where it cannot be read, which is logged and counted.
    pub fn read<T>(&self, kind: &str, item: Item<T>) -> Option<T> {
        let unreadable = match item.into_result() {
            Ok(item) => return Some(item),
            Err(unreadable) => unreadable,
        };
        self.reject(named(kind, unreadable.name.as_deref()), unreadable);
        None
    }

    /// Counts a record that is so bad that none can be made of it, such as one with an address that is none.
    pub fn reject(&self, what: impl fmt::Display, why: impl fmt::Display) {
        let count = self.rejected.fetch_add(1, Ordering::Relaxed);
        self.log(count, Level::Warn, format_args!("rejected {what}: {why}"));
    }

    /// Counts what is left out on purpose, such as an item that the source is still working on.
    pub fn leave_out(&self, level: Level, what: impl fmt::Display, why: impl fmt::Display) {
        let count = self.left_out.fetch_add(1, Ordering::Relaxed);
        self.log(count, level, format_args!("left out {what}: {why}"));
    }

    /// Tells how many were rejected and left out, if there were any. Call it when the work is done.
    pub fn finish(self) {
        let (rejected, left_out) = (self.rejected.into_inner(), self.left_out.into_inner());
        let records = |count| if count == 1 { "record" } else { "records" };
        match (rejected, left_out) {
            (0, 0) => {}
            (0, _) => {
                self.logger.info(format_args!("completed with {left_out} {} left out", records(left_out)));
            }
            (_, 0) => {
                self.logger.warn(format_args!("completed with {rejected} rejected {}", records(rejected)));
            }
            _ => self.logger.warn(format_args!(
                "completed with {rejected} rejected {}, and {left_out} left out",
                records(rejected)
            )),
        }
    }

    fn log(&self, count: u64, level: Level, line: fmt::Arguments<'_>) {
        self.logger.log(if count < LOGGED { level } else { Level::Debug }, line);
    }
}

/// The kind of a thing, with what people know it by.
fn named(kind: &str, name: Option<&str>) -> String {
    name.map_or_else(|| kind.to_owned(), |name| format!("{kind} {name:?}"))
}

fn describe(record: &(impl Serialize + ?Sized)) -> String {
    let record = serde_json::to_value(record).unwrap_or_default();
    named(record.get("_type").and_then(Value::as_str).unwrap_or("record"), name_of(&record))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_named_by_what_people_know_it_by() {
        for (record, name) in [
            (json!({ "_type": "Incident", "id": "P1", "self": "https://x" }), r#"Incident "P1""#),
            (json!({ "_type": "CoverageTotals", "self": "https://x" }), r#"CoverageTotals "https://x""#),
            (json!({ "_type": "Incident", "id": 7 }), "Incident"),
            (json!([]), "record"),
        ] {
            assert_eq!(describe(&record), name);
        }
    }
}
