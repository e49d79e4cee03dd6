//! Why no file was found for a connector.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::folder::{Contents, SearchFolder};
use super::near::{NearHit, near_hits};
use crate::did_you_mean::did_you_mean;
use crate::exit_code::ExitCode;
use crate::slug::{Slug, SlugError};

/// Why no file was found.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// Neither a path nor a slug.
    #[error("the connector is named by its slug, or by a path that holds a `/` or ends in .so")]
    NotASlug {
        /// Why it is no slug.
        #[source]
        source: SlugError,
    },
    /// No folder has a file for the slug.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// Two files for one slug.
    #[error(transparent)]
    Ambiguous(#[from] Ambiguous),
    /// Nothing lies at the path.
    #[error("connector {} does not exist; the absolute path tried is {}{hint}", .given.display(), .absolute.display())]
    Missing {
        /// The path as written.
        given: PathBuf,
        /// The path that was tried.
        absolute: PathBuf,
        /// More advice, or nothing.
        hint: &'static str,
    },
    /// A folder lies at the path.
    #[error("connector {} is a folder; {advice}", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What to give instead.
        advice: &'static str,
    },
    /// The system does not let the path be followed.
    #[error("cannot reach connector {}; check the permissions of its folders", .path.display())]
    Unreachable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl LocateError {
    /// The ending that this error leads to.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        match self {
            LocateError::Folder { .. } => ExitCode::ConnectorUnusable,
            _ => ExitCode::ConnectorNotFound,
        }
    }

    pub(super) fn missing(given: PathBuf, absolute: PathBuf) -> LocateError {
        let link = absolute.is_symlink();
        let hint = if link { ", which is a link to a file that does not exist" } else { "" };
        LocateError::Missing { given, absolute, hint }
    }

    pub(super) fn folder(path: PathBuf) -> LocateError {
        let advice = if path.join("Cargo.toml").is_file() {
            "it holds a crate: run `cargo build --release` in it and give the .so file under target/release"
        } else {
            "give the .so file in it, or name the folder with --connector-path and give a slug"
        };
        LocateError::Folder { path, advice }
    }
}

/// Different files for one slug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Ambiguous {
    /// The slug.
    pub slug: Slug,
    /// The files, in the order of the folders.
    pub files: Vec<PathBuf>,
}

impl fmt::Display for Ambiguous {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "connector `{}` is there {} times:", self.slug, self.files.len())?;
        for file in &self.files {
            writeln!(formatter, "  {}", file.display())?;
        }
        write!(formatter, "give the path of the one that you mean, or remove the others")
    }
}

/// What the search for a slug saw.
#[derive(Debug, thiserror::Error)]
pub struct NotFound {
    /// The slug.
    pub slug: Slug,
    /// Every folder searched, with what was there.
    pub searched: Vec<(SearchFolder, String)>,
    /// What came close.
    pub near: Vec<NearHit>,
    /// The nearest slug that is there.
    pub did_you_mean: Option<Slug>,
}

impl NotFound {
    pub(super) fn new(slug: &Slug, searched: Vec<(SearchFolder, io::Result<Contents>)>) -> NotFound {
        let readable =
            || searched.iter().filter_map(|(folder, contents)| Some((folder, contents.as_ref().ok()?)));
        let near =
            readable().flat_map(|(folder, contents)| near_hits(slug, &folder.path, contents)).collect();
        let slugs = readable().flat_map(|(_, contents)| contents.connectors.iter().map(|found| &found.slug));
        let did_you_mean =
            did_you_mean(slug.as_str(), slugs.map(Slug::as_str)).and_then(|name| name.parse().ok());
        let searched = searched.into_iter().map(|(folder, contents)| (folder, seen(&contents))).collect();
        NotFound { slug: slug.clone(), searched, near, did_you_mean }
    }
}

fn seen(contents: &io::Result<Contents>) -> String {
    match contents {
        Ok(contents) => match contents.count() {
            0 => "empty".to_owned(),
            1 => "1 file, not for this slug".to_owned(),
            count => format!("{count} files, none for this slug"),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => "does not exist".to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => "is not a folder".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
    }
}

impl fmt::Display for NotFound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "connector `{}` not found: no {} in", self.slug, self.slug.file_name())?;
        for (folder, seen) in &self.searched {
            writeln!(formatter, "  {} ({}): {seen}", folder.path.display(), folder.origin.as_str())?;
        }
        if !self.near.is_empty() {
            writeln!(formatter, "close, but not it:")?;
        }
        for hit in &self.near {
            writeln!(formatter, "  {}: {}", hit.path.display(), hit.reason)?;
        }
        if let Some(slug) = &self.did_you_mean {
            return write!(formatter, "did you mean `{slug}`?");
        }
        write!(formatter, "add its folder with --connector-path, or give the path of the file")
    }
}
