//! Where checked records go.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    sync::mpsc::Sender,
};

use rustix::fs::{FileType, fdatasync, fstat};

use crate::closed_output::was_closed;

/// Takes the lines of one run, in order.
pub(crate) trait Sink: Send {
    /// Where the records go, for messages.
    fn name(&self) -> &'static str;

    /// Takes one envelope, a line with its break; `record` is the part of it that the connector produced.
    fn append(&mut self, line: &[u8], record: &str) -> io::Result<()>;

    /// Passes on what has been taken, without a promise that it lasts.
    fn flush(&mut self) -> io::Result<()>;

    /// Makes everything taken so far durable, as far as this sink can.
    fn commit(&mut self) -> io::Result<()>;
}

/// Standard output, or whatever file or pipe stands there.
pub(crate) struct Stdout {
    writer: BufWriter<File>,
    is_file: bool,
}

impl Stdout {
    /// # Errors
    /// Where standard output is closed.
    pub(crate) fn open() -> io::Result<Self> {
        if was_closed() {
            return Err(io::Error::new(io::ErrorKind::NotConnected, "it is closed"));
        }
        let descriptor = rustix::io::dup(rustix::stdio::stdout())?;
        let is_file = FileType::from_raw_mode(fstat(&descriptor)?.st_mode) == FileType::RegularFile;
        let writer = BufWriter::with_capacity(128 * 1024, File::from(descriptor));
        Ok(Self { writer, is_file })
    }
}

impl Sink for Stdout {
    fn name(&self) -> &'static str {
        "standard output"
    }

    fn append(&mut self, line: &[u8], _record: &str) -> io::Result<()> {
        self.writer.write_all(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// To a pipe, durable means accepted by `write`: more cannot be known.
    fn commit(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        if self.is_file {
            fdatasync(self.writer.get_ref())?;
        }
        Ok(())
    }
}

/// Keeps records in memory: for a verb whose records the runner itself wants.
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
    fn name(&self) -> &'static str {
        "memory"
    }

    fn append(&mut self, _line: &[u8], record: &str) -> io::Result<()> {
        let left = self.room.checked_sub(record.len() + OVERHEAD);
        self.room = left.ok_or_else(|| io::Error::other("they are more than 64 MiB"))?;
        self.records.send(record.to_owned()).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn commit(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps whole lines, for tests and fuzz targets.
#[cfg(any(fuzzing, test))]
pub(crate) struct Lines(pub(crate) std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

#[cfg(any(fuzzing, test))]
impl Sink for Lines {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn append(&mut self, line: &[u8], _record: &str) -> io::Result<()> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend_from_slice(line);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn commit(&mut self) -> io::Result<()> {
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
        for _ in 0..63 {
            sink.append(b"", &record).unwrap();
        }
        assert_eq!(sink.append(b"", &record).unwrap_err().to_string(), "they are more than 64 MiB");
        assert_eq!(records.try_iter().count(), 63);
    }
}
