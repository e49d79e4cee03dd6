//! One file of records that is written to.

use std::{
    fs::File,
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use rustix::fs::fdatasync;
use zstd::stream::raw::{CParameter, Encoder, InBuffer, Operation, OutBuffer};

use super::{End, SinkError, names::record_file};

/// What is gathered before it is written, in bytes.
const BUFFER: usize = 64 * 1024;
/// Fast, and within a tenth of what the slowest level saves.
const LEVEL: i32 = 3;
/// How far back repetitions are looked for, as a power of two: there may be an encoder for each type, and each holds
/// some times as much memory.
const WINDOW: u32 = 18;

/// The last file of a type.
pub(super) struct RecordFile {
    writer: BufWriter<File>,
    /// Where records are compressed.
    encoder: Option<Compressor>,
    end: End,
    path: PathBuf,
}

struct Compressor {
    encoder: Encoder<'static>,
    output: Vec<u8>,
    /// Whether a frame has begun.
    is_open: bool,
}

impl RecordFile {
    /// Opens the file at its end, which is where it was left, or makes it.
    pub(super) fn open(folder: &Path, record_type: &str, end: End) -> Result<Self, SinkError> {
        let path = folder.join(record_file(record_type, end.number, end.compressed));
        let opened = Self::open_at(&path, end);
        let (file, encoder) =
            opened.map_err(SinkError::when(format_args!("cannot open {}", path.display())))?;
        Ok(Self { writer: BufWriter::with_capacity(BUFFER, file), encoder, end, path })
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

    /// Where it ends, with what is still on its way.
    pub(super) fn end(&self) -> End {
        self.end
    }

    /// Takes one line.
    pub(super) fn append(&mut self, line: &[u8]) -> Result<(), SinkError> {
        let written = match &mut self.encoder {
            None => self.writer.write_all(line).map(|()| line.len() as u64),
            Some(compressor) => compressor.write(line, &mut self.writer),
        };
        self.end.bytes += written.map_err(|source| self.failed("write", source))?;
        Ok(())
    }

    /// Passes on what was taken, as far as it makes sense without ending a frame.
    pub(super) fn flush(&mut self) -> Result<(), SinkError> {
        self.writer.flush().map_err(|source| self.failed("write", source))
    }

    /// Ends the frame that is open, if any: up to here, a reader gets everything.
    pub(super) fn end_frame(&mut self) -> Result<(), SinkError> {
        let Some(compressor) = &mut self.encoder else { return Ok(()) };
        let written = compressor.end_frame(&mut self.writer);
        self.end.bytes += written.map_err(|source| self.failed("write", source))?;
        Ok(())
    }

    /// Makes everything last that was taken.
    pub(super) fn sync(&mut self) -> Result<(), SinkError> {
        self.end_frame()?;
        self.flush()?;
        fdatasync(self.writer.get_ref()).map_err(|error| self.failed("sync", error.into()))
    }

    /// Forgets what is still to be written: after a failure, nothing is tried again.
    pub(super) fn discard(self) {
        drop(self.writer.into_parts());
    }

    fn failed(&self, what: &str, source: io::Error) -> SinkError {
        SinkError::new(format_args!("cannot {what} {}", self.path.display()), source)
    }
}

impl Compressor {
    fn new() -> io::Result<Self> {
        let mut encoder = Encoder::new(LEVEL)?;
        encoder.set_parameter(CParameter::WindowLog(WINDOW))?;
        Ok(Self { encoder, output: vec![0; BUFFER], is_open: false })
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
        self.encoder.reinit()?;
        Ok(written)
    }
}
