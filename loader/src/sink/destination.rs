//! Where the records go, as an operator names it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::{did_you_mean::did_you_mean, state::Position};

use super::{FolderOptions, Opened, Pruned, Pruning, Scope, SinkError, Start, Stdout, folder, sqlite};

/// The size at which a file is full, where nobody says otherwise.
const ROTATE: u64 = 256 << 20;
/// What may stand before a path.
pub(crate) const SCHEMES: [&str; 3] = ["stdout", "folder", "sqlite"];
const FORMS: &str = "write stdout, folder:PATH or sqlite:FILE";

/// A sink that has not been opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    Stdout,
    /// A folder of files.
    Folder(FolderOptions),
    /// A database.
    Sqlite(PathBuf),
}

impl Destination {
    /// Reads what was typed; paths become absolute.
    ///
    /// # Errors
    /// What to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Self::parse_in(text, Path::new(""))
    }

    /// The same with paths that start at a folder.
    ///
    /// # Errors
    /// What to write instead.
    pub(crate) fn parse_in(text: &str, folder: &Path) -> Result<Self, String> {
        if text == "stdout" {
            return Ok(Self::Stdout);
        }
        let (scheme, path) = text.split_once(':').ok_or_else(|| unknown(text, text))?;
        if path.is_empty() {
            return Err(format!("{text:?} names no path; {FORMS}"));
        }
        let path = std::path::absolute(folder.join(path))
            .map_err(|error| format!("{path:?} is no path: {error}"))?;
        match scheme {
            "folder" => Ok(Self::Folder(FolderOptions { path, rotate: ROTATE, compress: false })),
            "sqlite" => Ok(Self::Sqlite(path)),
            _ => Err(unknown(text, scheme)),
        }
    }

    pub(crate) const fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout)
    }

    pub(crate) const fn is_folder(&self) -> bool {
        matches!(self, Self::Folder(_))
    }

    /// The same with files written otherwise, where it has files.
    pub(crate) fn with_files(self, rotate: Option<u64>, compress: bool) -> Self {
        match self {
            Self::Folder(options) => {
                Self::Folder(FolderOptions { rotate: rotate.unwrap_or(options.rotate), compress, ..options })
            }
            other => other,
        }
    }

    /// What tells it from others; how files are written does not.
    pub(crate) fn identity(&self) -> String {
        let named = |scheme, path: &Path| format!("{scheme}:{}", path.display());
        match self {
            Self::Stdout => "stdout".to_owned(),
            Self::Folder(options) => named("folder", &options.path),
            Self::Sqlite(path) => named("sqlite", path),
        }
    }

    /// Opens it where a chain stands.
    ///
    /// # Errors
    /// Where it cannot be written to, or lacks what the state says it holds.
    pub(crate) fn open(&self, scope: &Scope, start: &Start) -> Result<Opened, SinkError> {
        match self {
            Self::Stdout => {
                let sink = Stdout::open().map_err(SinkError::when("cannot write to standard output"))?;
                Ok(Opened { sink: Box::new(sink), position: Position::Null, ahead: None })
            }
            Self::Folder(options) => folder::open(options, scope, start),
            Self::Sqlite(path) => sqlite::open(path, scope, start),
        }
    }

    /// Removes records of finished chains that are older: whole files of a folder, rows of a database. What a chain may
    /// still go back to stays.
    ///
    /// # Errors
    /// Where it is not there, or cannot be written to.
    pub(crate) fn prune(&self, before: Timestamp, pruning: Pruning) -> Result<Pruned, SinkError> {
        match self {
            Self::Stdout => Ok(Pruned::default()),
            Self::Folder(options) => folder::prune(&options.path, before, pruning),
            Self::Sqlite(path) => sqlite::prune(path, before, pruning),
        }
    }
}

fn unknown(text: &str, scheme: &str) -> String {
    let meant = did_you_mean(scheme, SCHEMES).map(|meant| format!(" (did you mean {meant}?)"));
    format!("{text:?} is no sink{}; {FORMS}", meant.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_is_named_by_scheme_and_path() {
        for (text, identity) in [
            ("stdout", "stdout"),
            ("folder:/data/out", "folder:/data/out"),
            ("sqlite:/data/a:b.db", "sqlite:/data/a:b.db"),
        ] {
            assert_eq!(Destination::parse(text).unwrap().identity(), identity);
        }
        assert!(Destination::parse("folder:out").unwrap().identity().starts_with("folder:/"));
        for (text, complaint) in [
            ("", "\"\" is no sink; write stdout, folder:PATH or sqlite:FILE"),
            ("out", "\"out\" is no sink"),
            ("folder:", "names no path"),
            ("sqlit:x", "(did you mean sqlite?)"),
            ("folder", "write stdout, folder:PATH"),
        ] {
            let error = Destination::parse(text).unwrap_err();
            assert!(error.contains(complaint), "{text}: {error}");
        }
    }
}
