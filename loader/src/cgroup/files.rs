//! Reads and writes kernel files with errors that say which file and which data.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

/// A file or folder of a cgroup that could not be used.
#[derive(Debug, thiserror::Error)]
#[error("failed to {action} {}", path.display())]
pub struct FileError {
    action: Action,
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// What was tried.
#[derive(Debug)]
pub(super) enum Action {
    Read,
    Write(String),
    Open,
    Make,
    Remove,
    Lock,
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Read => formatter.write_str("read"),
            Action::Write(data) => write!(formatter, "write `{data}` to"),
            Action::Open => formatter.write_str("open"),
            Action::Make => formatter.write_str("make the cgroup"),
            Action::Remove => formatter.write_str("remove the cgroup"),
            Action::Lock => formatter.write_str("lock the cgroup"),
        }
    }
}

impl FileError {
    pub(super) fn new(action: Action, path: &Path, source: io::Error) -> FileError {
        FileError { action, path: path.to_owned(), source }
    }

    /// What the kernel answered.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }

    /// The error number, where the kernel gave one.
    pub(super) fn raw_os_error(&self) -> Option<i32> {
        self.source.raw_os_error()
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> io::Error {
        io::Error::new(error.kind(), error)
    }
}

/// Room for most files of the kernel, which says of all of them that they are empty: without, they come in small pieces.
const ROOM: usize = 4096;

pub(super) fn read(path: &Path) -> Result<String, FileError> {
    let mut text = String::with_capacity(ROOM);
    let read = fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text));
    read.map(|_| text).map_err(|source| FileError::new(Action::Read, path, source))
}

/// The text of a file which not every kernel has.
pub(super) fn read_if_present(path: &Path) -> Result<Option<String>, FileError> {
    match read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn read_number(path: &Path) -> Result<u64, FileError> {
    number(path, &read(path)?)
}

pub(super) fn number(path: &Path, text: &str) -> Result<u64, FileError> {
    let unreadable =
        |error| FileError::new(Action::Read, path, io::Error::new(io::ErrorKind::InvalidData, error));
    text.trim().parse().map_err(unreadable)
}

/// Writes `data` in one system call, as the kernel demands; never creates the file.
pub(super) fn write(path: &Path, data: &str) -> Result<(), FileError> {
    let written =
        OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(data.as_bytes()));
    written.map_err(|source| FileError::new(Action::Write(data.to_owned()), path, source))
}

pub(super) fn make(path: &Path) -> Result<(), FileError> {
    fs::create_dir(path).map_err(|source| FileError::new(Action::Make, path, source))
}

pub(super) fn make_if_missing(path: &Path) -> Result<(), FileError> {
    match make(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Removes one cgroup without children; one that is already gone counts as removed.
pub(super) fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_dir(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(FileError::new(Action::Remove, path, source))
        }
        _ => Ok(()),
    }
}

/// The folders directly below `path`; none when it is gone.
pub(super) fn children(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = match fs::read_dir(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|source| FileError::new(Action::Read, path, source))?,
    };
    let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    Ok(entries.flatten().filter(is_folder).map(|entry| entry.path()).collect())
}

/// `path` with all folders below it, children before their parents.
pub(super) fn depth_first(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    for child in children(path)? {
        found.extend(depth_first(&child)?);
    }
    found.push(path.to_owned());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    #[test]
    fn a_failed_write_names_file_data_and_cause() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("memory.max");
        let error = write(&missing, "4096").unwrap_err();
        assert_eq!(error.to_string(), format!("failed to write `4096` to {}", missing.display()));
        assert_eq!(error.source().unwrap().to_string(), "No such file or directory (os error 2)");
        assert!(!missing.exists(), "a missing kernel file must not be created");
    }

    #[test]
    fn folders_come_before_the_folder_that_holds_them() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(folder.path().join("cgroup.procs"), "").unwrap();
        let expected = [inner, folder.path().join("a"), folder.path().to_owned()];
        assert_eq!(depth_first(folder.path()).unwrap(), expected);
    }

    #[test]
    fn an_absent_file_is_no_error_where_kernels_differ() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_if_present(&folder.path().join("memory.peak")).unwrap(), None);
        assert_eq!(read_if_present(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }
}
