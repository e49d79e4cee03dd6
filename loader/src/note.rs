//! What a connector's file says about itself, read without running any of it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde::Serialize;

use crate::elf::Library;
use crate::permission::Permission;
use crate::sealed::Sealed;
use crate::slug::Slug;

mod problem;
#[cfg(test)]
mod tests;
mod text;

pub use problem::{NoteError, NoteProblem};

/// The largest file that is read as a connector, in bytes: 1 GiB.
pub const MAX_FILE_SIZE: u64 = 1 << 30;

/// The section that the export macro writes, where there are section headers.
const SECTION: &[u8] = b".note.connector";
const OWNER: &[u8] = b"Connector";
const KIND: u32 = 1;
/// The symbol under which `abi_stable` exports a root module.
pub(crate) const ROOT_MODULE: &str = "_1as_0lib_1header_0root_bmodule_bloader";
/// The longest note, in bytes: 4 MiB. Most of one is the schema of the configuration.
pub const MAX_NOTE_SIZE: usize = 4 << 20;

/// The metadata of a connector, from the ELF note in its file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// The connector's name.
    pub slug: Slug,
    /// The connector's own version, as its Cargo.toml has it.
    pub version: String,
    /// The version of the interface that it was built with.
    pub abi: AbiVersion,
    /// What its panics do.
    pub panic: PanicStrategy,
    /// One line on what it reads; control characters have become spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where more is written about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// Its licence, as SPDX writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The types of record that it says it produces; this runner need not know them.
    pub record_types: Vec<String>,
    /// What it asks to reach; nothing where the note says nothing.
    pub permissions: Vec<Permission>,
    /// The format of the states that it sets; 1 where the note says nothing, as of older SDKs.
    pub state_format: u32,
    /// The compiler that built it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rustc: Option<String>,
    /// The target that it was built for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The version of `connector-interface` that it was built with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk: Option<String>,
    /// The JSON Schema of its configuration, an object.
    pub configuration_schema: serde_json::Value,
}

/// A version of the binary interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AbiVersion {
    /// Raised when older connectors can no longer be loaded.
    pub major: u16,
    /// Raised when something is added.
    pub minor: u16,
    /// Raised when nothing that crosses the border changes.
    pub patch: u16,
}

impl fmt::Display for AbiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for AbiVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a panic in a connector does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PanicStrategy {
    /// It can be caught at the border: the only one that is loaded.
    Unwind,
    /// It kills the process.
    Abort,
    /// A strategy that this runner does not know.
    Other(String),
}

impl PanicStrategy {
    /// The strategy as Cargo.toml writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            PanicStrategy::Unwind => "unwind",
            PanicStrategy::Abort => "abort",
            PanicStrategy::Other(name) => name,
        }
    }
}

impl fmt::Display for PanicStrategy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for PanicStrategy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Note {
    /// Reads the note of the connector in this file.
    ///
    /// # Errors
    ///
    /// A [`NoteError`] if the file cannot be read, is no shared library for this machine, is truncated or damaged, or
    /// is not a connector.
    pub fn read(path: &Path) -> Result<Note, NoteError> {
        Note::from_bytes(path, &read(path)?)
    }

    /// Reads the note from a file's bytes; `path` only appears in errors.
    ///
    /// # Errors
    ///
    /// As [`Note::read`], save for those of reading the file.
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Note, NoteError> {
        from_library(bytes).map_err(|problem| problem.at(path))
    }

    /// Checks that the file is named after the connector in it.
    ///
    /// A name that is not of the form `libcodeclimate_connector_<slug>.so` states no slug and is accepted: who gives a
    /// path means the file.
    ///
    /// # Errors
    ///
    /// [`NoteProblem::FileName`] with both slugs.
    pub fn check_file_name(&self, path: &Path) -> Result<(), NoteError> {
        self.file_name_problem(path).map_or(Ok(()), |problem| Err(problem.at(path)))
    }

    pub(crate) fn file_name_problem(&self, path: &Path) -> Option<NoteProblem> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let named = Slug::from_file_name(name).filter(|named| *named != self.slug)?;
        Some(NoteProblem::FileName { named, noted: self.slug.clone() })
    }

    /// What keeps a runner that offers this version (major, minor) of the interface from loading the connector.
    ///
    /// A newer minor version is no obstacle: the connector's library may offer more than the runner asks for.
    pub(crate) fn loading_problems(&self, host_abi: (u16, u16)) -> Vec<NoteProblem> {
        let mut problems = Vec::new();
        if self.abi.major != host_abi.0 {
            let (slug, connector) = (self.slug.clone(), self.abi);
            problems.push(NoteProblem::AbiMajor { slug, connector, host: host_abi });
        }
        if self.panic != PanicStrategy::Unwind {
            problems.push(NoteProblem::PanicStrategy { found: self.panic.clone() });
        }
        problems
    }
}

/// A note as far as it can be read: without what every note has, there is none.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) note: Option<Note>,
    pub(crate) problems: Vec<NoteProblem>,
}

impl Reading {
    /// Reads the note of a library, with all that is wrong with it.
    pub(crate) fn of(library: &Library<'_>) -> Reading {
        match content(library) {
            Ok(content) => text::note(content),
            Err(problem) => Reading { note: None, problems: vec![problem] },
        }
    }

    fn complete(mut self) -> Result<Note, NoteProblem> {
        match self.note {
            Some(note) if self.problems.is_empty() => Ok(note),
            _ => Err(self.problems.swap_remove(0)),
        }
    }
}

fn content<'data>(library: &Library<'data>) -> Result<&'data [u8], NoteProblem> {
    if !library.exports(ROOT_MODULE.as_bytes())? {
        return Err(NoteProblem::NoRootModule);
    }
    let content = library.note(SECTION, OWNER, KIND)?.ok_or(NoteProblem::NoNote)?;
    if content.len() > MAX_NOTE_SIZE {
        return Err(NoteProblem::NoteTooLarge { found: content.len() });
    }
    Ok(content)
}

fn from_library(bytes: &[u8]) -> Result<Note, NoteProblem> {
    Reading::of(&Library::parse(bytes)?).complete()
}

/// Reads a file that may be a connector.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, NoteError> {
    read_file(path).map_err(|problem| problem.at(path))
}

/// Copies a file that may be a connector to where nobody can change it any more.
pub(crate) fn seal(path: &Path) -> Result<Sealed, NoteError> {
    seal_file(path).map_err(|problem| problem.at(path))
}

fn seal_file(path: &Path) -> Result<Sealed, NoteProblem> {
    let (file, _) = open(path)?;
    let unreadable = |error| NoteProblem::Unreadable { source: io::Error::other(error) };
    let sealed = Sealed::copy(file).map_err(unreadable)?;
    within_limit(sealed.bytes().map_err(unreadable)?.len() as u64)?;
    Ok(sealed)
}

fn read_file(path: &Path) -> Result<Vec<u8>, NoteProblem> {
    let (mut file, length) = open(path)?;
    let mut bytes = Vec::with_capacity(length as usize + 1);
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    within_limit(bytes.len() as u64)?;
    Ok(bytes)
}

/// A file, of which no more is read than shows that it is too large, and its length. Looks before it opens: opening a named
/// pipe would wait for its other end.
fn open(path: &Path) -> Result<(io::Take<File>, u64), NoteProblem> {
    let metadata = path.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(NoteProblem::Folder);
    }
    if !metadata.is_file() {
        return Err(NoteProblem::NotAFile);
    }
    within_limit(metadata.len())?;
    let file = File::open(path).map_err(unreadable)?;
    Ok((file.take(MAX_FILE_SIZE + 1), metadata.len()))
}

fn within_limit(found: u64) -> Result<(), NoteProblem> {
    if found > MAX_FILE_SIZE {
        return Err(NoteProblem::TooLarge { found });
    }
    Ok(())
}

fn unreadable(source: io::Error) -> NoteProblem {
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => NoteProblem::Missing,
        _ => NoteProblem::Unreadable { source },
    }
}
