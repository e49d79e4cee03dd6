//! Records in memory: for a verb whose records the runner itself wants.

use std::{io, sync::mpsc::Sender};

use crate::state::{Mark, Position};

use super::{Outgoing, Sink, SinkError};

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

impl Sink for Memory {
    fn append(&mut self, outgoing: &Outgoing<'_>) -> Result<(), SinkError> {
        let failed = |source| SinkError::new("cannot keep the records in memory", source);
        let left = self.room.checked_sub(outgoing.record.len() + OVERHEAD);
        self.room = left.ok_or_else(|| failed(io::Error::other("they are more than 64 MiB")))?;
        self.records.send(outgoing.record.to_owned()).map_err(|error| failed(io::Error::other(error)))
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn note(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn commit(&mut self, _mark: &Mark) -> Result<Position, SinkError> {
        Ok(Position::Null)
    }

    fn settle(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Keeps whole lines, for tests and fuzz targets.
#[cfg(any(fuzzing, test))]
pub(crate) struct Lines(pub(crate) std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

#[cfg(any(fuzzing, test))]
impl Sink for Lines {
    fn append(&mut self, outgoing: &Outgoing<'_>) -> Result<(), SinkError> {
        let mut lines = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        lines.extend_from_slice(outgoing.line);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn note(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn commit(&mut self, _mark: &Mark) -> Result<Position, SinkError> {
        Ok(Position::Null)
    }

    fn settle(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_connector_cannot_fill_the_memory_of_the_runner() {
        let (sender, records) = mpsc::channel();
        let mut sink = Memory::new(sender);
        let record = "x".repeat(1 << 20);
        let outgoing = Outgoing {
            line: b"",
            record: &record,
            record_type: "Branch",
            uri: None,
            sequence: 0,
            extracted_at: "",
        };
        for _ in 0..63 {
            sink.append(&outgoing).unwrap();
        }
        let refused = crate::chain(&sink.append(&outgoing).unwrap_err());
        assert_eq!(refused, "cannot keep the records in memory: they are more than 64 MiB");
        assert_eq!(records.try_iter().count(), 63);
    }
}
