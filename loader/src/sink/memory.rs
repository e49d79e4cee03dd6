//! Records in memory: for a verb whose records the runner itself wants.

use std::{io, sync::mpsc::Sender};

use super::{Outgoing, SinkError, Transient};

/// Keeps records in memory.
pub(crate) struct Memory {
    records: Sender<String>,
    room: usize,
}

/// What all records in memory may take together: some hundred thousand streams.
const MOST: usize = 64 * 1024 * 1024;
/// What a record takes beside its text.
const OVERHEAD: usize = 64;

impl Memory {
    pub(crate) fn new(records: Sender<String>) -> Self {
        Self { records, room: MOST }
    }
}

impl Transient for Memory {
    fn take(&mut self, outgoing: &Outgoing<'_>) -> Result<(), SinkError> {
        let failed = |source| SinkError::new("cannot keep the records in memory", source);
        let left = self.room.checked_sub(outgoing.record.len() + OVERHEAD);
        self.room = left.ok_or_else(|| failed(io::Error::other("they are more than 64 MiB")))?;
        self.records.send(outgoing.record.to_owned()).map_err(|error| failed(io::Error::other(error)))
    }
}

/// Keeps whole lines, for tests and fuzz targets.
#[cfg(any(fuzzing, test))]
pub(crate) struct Lines(pub(crate) std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

#[cfg(any(fuzzing, test))]
impl Transient for Lines {
    fn take(&mut self, outgoing: &Outgoing<'_>) -> Result<(), SinkError> {
        let mut lines = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        outgoing.line.append_to(&mut lines);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::sink::Line;

    #[test]
    fn a_connector_cannot_fill_the_memory_of_the_runner() {
        let (sender, records) = mpsc::channel();
        let mut sink = Memory::new(sender);
        let record = "x".repeat(1 << 20);
        let outgoing = Outgoing {
            line: Line::whole(b""),
            record: &record,
            record_type: "Branch",
            uri: None,
            sequence: 0,
            extracted_at: "",
        };
        for _ in 0..63 {
            sink.take(&outgoing).unwrap();
        }
        let refused = crate::chain(&sink.take(&outgoing).unwrap_err());
        assert_eq!(refused, "cannot keep the records in memory: they are more than 64 MiB");
        assert_eq!(records.try_iter().count(), 63);
    }
}
