//! Standard output, or whatever file or pipe stands there.

use std::{
    fs::File,
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use rustix::fs::{FileType, fdatasync, fstat};

use crate::{
    closed_output::was_closed,
    state::{Mark, Position},
};

use super::{Outgoing, Sink, SinkError};

/// Standard output. It cannot go back: what comes after its last checkpoint comes again with the next run.
pub(crate) struct Stdout {
    writer: Shared,
    /// Whole lines, which are passed on together.
    lines: Vec<u8>,
    is_file: bool,
}

/// Several runs of one runner share standard output: what one of them passes on, another must not come between. Once a
/// write has failed, a line may be torn, and nothing may follow it.
struct Shared(File);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        static IS_BROKEN: Mutex<bool> = Mutex::new(false);
        let mut is_broken = IS_BROKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_broken {
            return Err(io::Error::other("an earlier write has failed"));
        }
        let written = self.0.write_all(bytes);
        *is_broken = written.is_err();
        written.map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What is gathered before it is written, in bytes.
const GATHERED: usize = 128 * 1024;

const FAILED: &str = "cannot write to standard output";

impl Stdout {
    /// # Errors
    /// Where standard output is closed.
    pub(crate) fn open() -> io::Result<Self> {
        if was_closed() {
            return Err(io::Error::new(io::ErrorKind::NotConnected, "it is closed"));
        }
        let descriptor = rustix::io::dup(rustix::stdio::stdout())?;
        let is_file = FileType::from_raw_mode(fstat(&descriptor)?.st_mode) == FileType::RegularFile;
        let writer = Shared(File::from(descriptor));
        Ok(Self { writer, lines: Vec::with_capacity(GATHERED), is_file })
    }
}

impl Sink for Stdout {
    fn append(&mut self, record: &Outgoing<'_>) -> Result<(), SinkError> {
        record.line.append_to(&mut self.lines);
        if self.lines.len() < GATHERED { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.writer.write_all(&self.lines).map_err(SinkError::when(FAILED))?;
        self.lines.clear();
        // After a giant record, its room is not kept.
        self.lines.shrink_to(2 * GATHERED);
        Ok(())
    }

    fn note(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn commit(&mut self, _mark: &Mark) -> Result<Position, SinkError> {
        self.settle()?;
        Ok(Position::Null)
    }

    /// To a pipe, durable means accepted by `write`: more cannot be known.
    fn settle(&mut self) -> Result<(), SinkError> {
        self.flush()?;
        if self.is_file {
            fdatasync(&self.writer.0).map_err(SinkError::when(FAILED))?;
        }
        Ok(())
    }
}
