//! A folder of NDJSON files, which holds each record of a chain exactly once.
//!
//! The records of a stream lie in `<folder>/<connection>/<stream>/<Type>.00001.ndjson`, those of a backfill one folder
//! deeper. Names are percent-encoded where they are not plain; long ones are cut, with a digest behind. A file that is
//! full is followed by the next number. Compressed files (`.zst`) are made of whole zstd frames up to each checkpoint.
//!
//! At a checkpoint all files are synced, and the position is the length of the last file of each type. Opened again, the
//! folder goes back there: what came behind is cut off, and comes once more from the connector.

mod file;
mod files;
mod lock;
mod names;
mod prune;
mod recovery;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::state::{Mark, Position};

use super::{Line, Opened, Outgoing, Scope, Sink, SinkError, Start};

use file::RecordFile;
use lock::Lock;
use names::folder_of;

pub(crate) use names::file_name;
pub(crate) use prune::prune;

/// How the files are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FolderOptions {
    pub(crate) path: PathBuf,
    /// The size at which a file is full, in bytes.
    pub(crate) rotate: u64,
    pub(crate) compress: bool,
}

/// Where the files of one type end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    number: u32,
    bytes: u64,
    compressed: bool,
}

/// The length of a file that nothing is added to: it is full, gone, or damaged.
const CLOSED: u64 = u64::MAX;

impl End {
    /// Whether so much more fits in. A record alone always does.
    fn has_room(self, size: u64, rotate: u64) -> bool {
        self.bytes == 0 || (self.bytes != CLOSED && self.bytes.saturating_add(size) <= rotate)
    }

    /// The same file, with nothing to be added to it.
    fn closed(self) -> Self {
        Self { bytes: CLOSED, ..self }
    }
}

/// The ends of all types.
type Ends = BTreeMap<String, End>;

/// The files of one stream.
struct Folder {
    path: PathBuf,
    options: FolderOptions,
    /// Where the files of each type end that nobody has written to yet.
    ends: Ends,
    /// The last file of each type that has been written to.
    files: Vec<RecordFile>,
    /// Where among them the last record went.
    last: usize,
    /// Where they ended at the last note.
    noted: Ends,
    /// Whether files have been made that the folder may forget.
    has_new_files: bool,
    is_broken: bool,
    chain: String,
    lock: Lock,
}

/// Opens the folder of a stream, and goes back to where the chain stood.
pub(crate) fn open(options: &FolderOptions, scope: &Scope, start: &Start) -> Result<Opened, SinkError> {
    let path = folder_of(&options.path, scope);
    make_folders(&path, &options.path)
        .map_err(SinkError::when(format_args!("cannot make the folder {}", path.display())))?;
    let mut lock = Lock::take(&path)?;
    let ends = match start {
        Start::New => recovery::ends_now(&path, &lock.known_ends())?,
        Start::Resume { position, .. } => {
            lock.check_chain(&scope.chain)?;
            recovery::go_back(&path, position)?
        }
    };
    lock.write(&scope.chain, &Ends::new())?;
    let position = serde_json::to_value(&ends).unwrap_or_default();
    let sink = Folder {
        path,
        options: options.clone(),
        noted: ends.clone(),
        ends,
        files: Vec::new(),
        last: 0,
        has_new_files: false,
        is_broken: false,
        chain: scope.chain.clone(),
        lock,
    };
    Ok(Opened { sink: Box::new(sink), position, ahead: None })
}

/// Makes a folder and those above it, and makes it last that they are there: whoever made some of them may have been
/// killed before.
pub(crate) fn make_folders(path: &Path, root: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    let above =
        root.parent().into_iter().chain(path.ancestors().take_while(|folder| folder.starts_with(root)));
    above
        .filter(|folder| !folder.as_os_str().is_empty())
        .try_for_each(|folder| File::open(folder)?.sync_all())
}

impl Folder {
    /// The file that takes a record of this type and size.
    fn file(&mut self, record_type: &'static str, size: u64) -> Result<&mut RecordFile, SinkError> {
        if let Some(at) = self.place_of(record_type)
            && !self.files[at].has_room(size, self.options.rotate)
        {
            self.rotate(at)?;
        }
        let at = match self.place_of(record_type) {
            Some(at) => at,
            None => {
                let file = self.open_file(record_type, size)?;
                self.files.push(file);
                self.files.len() - 1
            }
        };
        self.last = at;
        Ok(&mut self.files[at])
    }

    fn place_of(&self, record_type: &str) -> Option<usize> {
        let is_it = |file: &RecordFile| file.record_type() == record_type;
        if self.files.get(self.last).is_some_and(is_it) {
            return Some(self.last);
        }
        self.files.iter().position(is_it)
    }

    /// Closes a file for good: all of it is on the disk.
    fn rotate(&mut self, at: usize) -> Result<(), SinkError> {
        // In its place until all is well: what fails is discarded, not dropped.
        let file = &mut self.files[at];
        file.sync()?;
        self.ends.insert(file.record_type().to_owned(), file.end().closed());
        self.files.swap_remove(at);
        Ok(())
    }

    /// The last file of a type, or the one behind it where that is full, gone or of the other kind.
    fn open_file(&mut self, record_type: &'static str, size: u64) -> Result<RecordFile, SinkError> {
        let end = self.next_end(record_type, size)?;
        self.has_new_files |= end.bytes == 0;
        match RecordFile::open(&self.path, record_type, end) {
            // Whoever consumes the files has taken it since the folder was opened.
            Err(error) if end.bytes > 0 && error.source.kind() == io::ErrorKind::NotFound => {
                self.ends.insert(record_type.to_owned(), end.closed());
                self.open_file(record_type, size)
            }
            opened => opened,
        }
    }

    /// Where the next record of a type goes.
    fn next_end(&self, record_type: &str, size: u64) -> Result<End, SinkError> {
        let (compressed, rotate) = (self.options.compress, self.options.rotate);
        let last = self.ends.get(record_type).copied();
        let growth = file::growth(size, compressed);
        if let Some(end) = last.filter(|end| end.compressed == compressed && end.has_room(growth, rotate)) {
            return Ok(end);
        }
        let number = last.map_or(0, |end| end.number).checked_add(1).ok_or_else(|| {
            let what = format_args!("cannot begin a file of {record_type} in {}", self.path.display());
            SinkError::new(what, io::Error::other("the last one has the highest number there is"))
        })?;
        Ok(End { number, bytes: 0, compressed })
    }

    /// Refuses everything once something has failed: what the page cache says then is not to be trusted.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, SinkError>) -> Result<T, SinkError> {
        if self.is_broken {
            let again = io::Error::other("an earlier write has failed");
            return Err(SinkError::new(format_args!("cannot write into {}", self.path.display()), again));
        }
        let result = work(self);
        if result.is_err() {
            self.is_broken = true;
            std::mem::take(&mut self.files).into_iter().for_each(RecordFile::discard);
        }
        result
    }

    fn sync(&mut self) -> Result<(), SinkError> {
        self.files.iter_mut().filter(|file| file.is_unsynced()).try_for_each(RecordFile::sync)?;
        if std::mem::take(&mut self.has_new_files) {
            let synced = File::open(&self.path).and_then(|folder| folder.sync_all());
            synced.map_err(SinkError::when(format_args!("cannot sync {}", self.path.display())))?;
        }
        Ok(())
    }

    /// Ends the frames that are open, and remembers where all files end.
    fn note_ends(&mut self) -> Result<(), SinkError> {
        self.files.iter_mut().try_for_each(RecordFile::end_frame)?;
        let ends = self.files.iter().map(|file| (file.record_type().to_owned(), file.end()));
        let ends: Vec<(String, End)> = ends.collect();
        self.noted.clone_from(&self.ends);
        self.noted.extend(ends);
        Ok(())
    }
}

impl Sink for Folder {
    fn append(&mut self, record: &Outgoing<'_>) -> Result<(), SinkError> {
        self.guarded(|folder| folder.file(record.record_type, record.line.len() as u64)?.append(&record.line))
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        self.guarded(|folder| folder.files.iter_mut().try_for_each(RecordFile::flush))
    }

    fn note(&mut self) -> Result<(), SinkError> {
        self.guarded(Self::note_ends)
    }

    fn commit(&mut self, mark: &Mark) -> Result<Position, SinkError> {
        self.settle()?;
        if mark.is_last {
            self.guarded(|folder| folder.lock.write(&folder.chain, &folder.noted))?;
        }
        Ok(serde_json::to_value(&self.noted).unwrap_or_default())
    }

    fn settle(&mut self) -> Result<(), SinkError> {
        self.guarded(Self::sync)
    }
}
