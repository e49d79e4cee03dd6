//! The first records of a run: enough to look at, after which the connector is asked to stop.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
    mpsc::Sender,
};

use crate::sink::{Outgoing, SinkError, Transient};

/// Keeps so many records, and says when that is enough.
pub(super) struct FirstRows {
    records: Sender<String>,
    left: u64,
    enough: Arc<AtomicBool>,
}

impl FirstRows {
    pub(super) fn new(records: Sender<String>, most: u64, enough: Arc<AtomicBool>) -> Self {
        Self { records, left: most, enough }
    }
}

impl Transient for FirstRows {
    fn take(&mut self, outgoing: &Outgoing<'_>) -> Result<(), SinkError> {
        if self.left == 0 {
            return Ok(());
        }
        self.left -= 1;
        // Who reads them waits for the end of the run.
        let _ = self.records.send(outgoing.record.to_owned());
        if self.left == 0 {
            self.enough.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}
