//! One file of records that is written to.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use rustix::fs::fdatasync;
use zstd::{
    stream::raw::{CParameter, Encoder, InBuffer, Operation, OutBuffer},
    zstd_safe::compress_bound,
};

use super::{End, Line, SinkError, names::record_file};

/// What is gathered before it is written, in bytes.
const BUFFER: usize = 256 * 1024;
/// What comes out of a compressor at a time, in bytes.
const OUTPUT: usize = 64 * 1024;
/// Fast, and within a tenth of what the slowest level saves.
const LEVEL: i32 = 3;
/// How far back repetitions are looked for, as a power of two: there may be an encoder for each type, and each holds
/// some times as much memory.
const WINDOW: u32 = 18;

/// What the compressor holds once something has come out, at most: a block on its way in and one on its way out.
const MOST_HELD: u64 = 2 * 128 * 1024;

/// The last file of a type.
pub(super) struct RecordFile {
    record_type: &'static str,
    file: File,
    /// What is gathered.
    buffer: Vec<u8>,
    /// Whether it has bytes that are not synced.
    is_unsynced: bool,
    /// Where records are compressed.
    encoder: Option<Compressor>,
    end: End,
    path: PathBuf,
}

/// By how much records of this size lengthen a file, at most.
pub(super) fn growth(size: u64, compressed: bool) -> u64 {
    match usize::try_from(size) {
        Ok(size) if compressed => compress_bound(size) as u64,
        _ => size,
    }
}

struct Compressor {
    encoder: Encoder<'static>,
    output: Vec<u8>,
    /// Whether a frame has begun.
    is_open: bool,
    /// What was taken and may not have come out, at most.
    held: u64,
}

impl RecordFile {
    /// Opens the file at its end, which is where it was left, or makes it.
    pub(super) fn open(folder: &Path, record_type: &'static str, end: End) -> Result<Self, SinkError> {
        let path = folder.join(record_file(record_type, end.number, end.compressed));
        let opened = Self::open_at(&path, end);
        let (file, encoder) =
            opened.map_err(SinkError::when(format_args!("cannot open {}", path.display())))?;
        let buffer = Vec::with_capacity(BUFFER);
        Ok(Self { record_type, file, buffer, is_unsynced: false, encoder, end, path })
    }

    fn open_at(path: &Path, end: End) -> io::Result<(File, Option<Compressor>)> {
        let mut options = File::options();
        options.write(true).create(end.bytes == 0).truncate(false);
        let mut file = options.open(path)?;
        if file.metadata()?.len() != end.bytes {
            return Err(io::Error::other("another process has written to it"));
        }
        file.seek(SeekFrom::Start(end.bytes))?;
        let encoder = match end.compressed {
            true => Some(Compressor::new()?),
            false => None,
        };
        Ok((file, encoder))
    }

    pub(super) fn record_type(&self) -> &'static str {
        self.record_type
    }

    /// Whether something has been taken since it was last synced.
    pub(super) fn is_unsynced(&self) -> bool {
        self.is_unsynced
    }

    /// Where it ends, with what is still on its way.
    pub(super) fn end(&self) -> End {
        self.end
    }

    /// Whether so much more fits in, with what the compressor still holds. A record alone always does.
    pub(super) fn has_room(&self, size: u64, rotate: u64) -> bool {
        let held = self.encoder.as_ref().map_or(0, |compressor| compressor.held);
        let growth = growth(held + size, self.encoder.is_some());
        match self.end.bytes {
            0 => held == 0 || growth <= rotate,
            _ => self.end.has_room(growth, rotate),
        }
    }

    /// Takes one line.
    pub(super) fn append(&mut self, line: &Line<'_>) -> Result<(), SinkError> {
        self.is_unsynced = true;
        match &mut self.encoder {
            None => {
                line.append_to(&mut self.buffer);
                self.end.bytes += line.len() as u64;
            }
            Some(compressor) => {
                let mut parts = line.parts().into_iter();
                let written =
                    parts.try_fold(0, |sum, part| Ok(sum + compressor.write(part, &mut self.buffer)?));
                self.end.bytes += written.map_err(|source| self.failed("write", source))?;
            }
        }
        if self.buffer.len() < BUFFER { Ok(()) } else { self.flush() }
    }

    /// Passes on what was taken, as far as it makes sense without ending a frame.
    pub(super) fn flush(&mut self) -> Result<(), SinkError> {
        self.file.write_all(&self.buffer).map_err(|source| self.failed("write", source))?;
        self.buffer.clear();
        // After a giant record, its room is not kept.
        self.buffer.shrink_to(2 * BUFFER);
        Ok(())
    }

    /// Ends the frame that is open, if any: up to here, a reader gets everything.
    pub(super) fn end_frame(&mut self) -> Result<(), SinkError> {
        let Some(compressor) = &mut self.encoder else { return Ok(()) };
        let written = compressor.end_frame(&mut self.buffer);
        self.end.bytes += written.map_err(|source| self.failed("write", source))?;
        Ok(())
    }

    /// Makes everything last that was taken.
    pub(super) fn sync(&mut self) -> Result<(), SinkError> {
        self.end_frame()?;
        self.flush()?;
        fdatasync(&self.file).map_err(|error| self.failed("sync", error.into()))?;
        self.is_unsynced = false;
        Ok(())
    }

    /// Forgets what is still to be written: after a failure, nothing is tried again.
    pub(super) fn discard(mut self) {
        self.buffer.clear();
    }

    fn failed(&self, what: &str, source: io::Error) -> SinkError {
        SinkError::new(format_args!("cannot {what} {}", self.path.display()), source)
    }
}

impl Drop for RecordFile {
    /// What was taken is not promised to last, but worth a try.
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

impl Compressor {
    fn new() -> io::Result<Self> {
        let mut encoder = Encoder::new(LEVEL)?;
        encoder.set_parameter(CParameter::WindowLog(WINDOW))?;
        Ok(Self { encoder, output: vec![0; OUTPUT], is_open: false, held: 0 })
    }

    /// Compresses a line; gives the bytes that came out.
    fn write(&mut self, line: &[u8], writer: &mut impl Write) -> io::Result<u64> {
        let (mut input, mut written) = (InBuffer::around(line), 0);
        self.is_open = true;
        while input.pos < line.len() {
            let mut output = OutBuffer::around(self.output.as_mut_slice());
            self.encoder.run(&mut input, &mut output)?;
            writer.write_all(output.as_slice())?;
            written += output.pos() as u64;
        }
        self.held += line.len() as u64;
        if written > 0 {
            self.held = self.held.min(MOST_HELD);
        }
        Ok(written)
    }

    /// Ends the frame, if one has begun.
    fn end_frame(&mut self, writer: &mut impl Write) -> io::Result<u64> {
        if !self.is_open {
            return Ok(0);
        }
        let mut written = 0;
        while self.is_open {
            let mut output = OutBuffer::around(self.output.as_mut_slice());
            self.is_open = self.encoder.finish(&mut output, true)? > 0;
            writer.write_all(output.as_slice())?;
            written += output.pos() as u64;
        }
        self.held = 0;
        self.encoder.reinit()?;
        Ok(written)
    }
}
