//! The files of records that are in a folder.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{SinkError, names::read_record_file};

/// One file of records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) record_type: &'static str,
    pub(super) number: u32,
    pub(super) compressed: bool,
    pub(super) path: PathBuf,
    pub(super) length: u64,
}

/// All files of records in a folder, by type and number.
pub(super) fn list(folder: &Path) -> Result<Vec<Found>, SinkError> {
    let failed = || SinkError::when(format!("cannot list {}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(read_record_file);
        let Some((record_type, number, compressed)) = name else { continue };
        let length = fs::metadata(&path).map_err(failed())?.len();
        found.push(Found { record_type, number, compressed, path, length });
    }
    found.sort();
    Ok(found)
}

/// What a look at a time takes, in bytes.
const LOOK: u64 = 64 * 1024;

/// Where the last whole line of a file ends.
pub(super) fn whole_lines(path: &Path, length: u64) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let (mut end, mut bytes) = (length, Vec::new());
    while end > 0 {
        let start = end.saturating_sub(LOOK);
        file.seek(SeekFrom::Start(start))?;
        bytes.clear();
        (&mut file).take(end - start).read_to_end(&mut bytes)?;
        if let Some(at) = bytes.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Where the last whole frame of a compressed file ends. None where something else stands behind it than a frame that
/// was torn: what cannot be read is not ours to cut.
pub(super) fn whole_frames(path: &Path) -> io::Result<Option<u64>> {
    let mut reader = io::BufReader::new(File::open(path)?);
    let mut end = 0;
    loop {
        let mut decoder = zstd::Decoder::with_buffer(&mut reader)?.single_frame();
        match io::copy(&mut decoder, &mut io::sink()) {
            Ok(0) if reader.stream_position()? == end => return Ok(Some(end)),
            Ok(_) => end = reader.stream_position()?,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Some(end)),
            Err(error) if error.raw_os_error().is_some() => return Err(error),
            Err(_) => return Ok(None),
        }
    }
}

/// Makes it last what a file or folder holds.
pub(super) fn sync(path: &Path) -> Result<(), SinkError> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(SinkError::when(format_args!("cannot sync {}", path.display())))
}

/// Cuts a file off, durably.
pub(super) fn cut(path: &Path, length: u64) -> Result<(), SinkError> {
    let cut = File::options().write(true).open(path).and_then(|file| {
        file.set_len(length)?;
        file.sync_all()
    });
    cut.map_err(SinkError::when(format_args!("cannot cut off {}", path.display())))
}
