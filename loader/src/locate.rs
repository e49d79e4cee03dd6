//! Finds the file of the connector that a command names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::slug::Slug;

mod error;
mod folder;
mod near;
#[cfg(test)]
mod tests;

pub use error::{Ambiguous, LocateError, NotFound};
pub use folder::{Origin, SearchFolder};
pub use near::NearHit;

use folder::Contents;

/// Where a connector was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The file, absolute and with all links followed: what is to be read and loaded.
    pub path: PathBuf,
    /// The file as it was named or found, absolute but with its links: its last part is what states the slug.
    pub name: PathBuf,
}

/// One connector of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The slug in the file's name.
    pub slug: Slug,
    /// The file, absolute and with all links followed.
    pub path: PathBuf,
    /// The searched folder that it was found in.
    pub folder: PathBuf,
}

/// What stands in the way of a whole listing.
#[derive(Debug, thiserror::Error)]
pub enum ListProblem {
    /// A folder could not be searched; those that do not exist are no problem.
    #[error("cannot read folder {}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file that bears a connector's name cannot be used.
    #[error("{} is passed over: {reason}", .path.display())]
    PassedOver {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// Two files for one slug.
    #[error(transparent)]
    Ambiguous(#[from] Ambiguous),
}

/// All connectors that a slug can name.
#[derive(Debug)]
pub struct Listing {
    /// The connectors, by slug and then in the order of the folders.
    pub found: Vec<Found>,
    /// What was passed over.
    pub problems: Vec<ListProblem>,
}

/// Resolves slugs over folders.
#[derive(Clone, Debug)]
pub struct Locator {
    folders: Vec<SearchFolder>,
}

impl Locator {
    /// A locator over these folders, in this order: those of `--connector-path`; those of
    /// `CODECLIMATE_CONNECTOR_PATH`; beside the binary `current_exe`; the user's; the system's.
    ///
    /// `environment` reads one variable, `std::env::var_os` in a program.
    #[must_use]
    pub fn new(
        flag_folders: &[PathBuf],
        environment: &dyn Fn(&str) -> Option<OsString>,
        current_exe: &Path,
    ) -> Locator {
        Locator { folders: folder::search_path(flag_folders, environment, current_exe) }
    }

    /// The folders that are searched, in order.
    #[must_use]
    pub fn folders(&self) -> &[SearchFolder] {
        &self.folders
    }

    /// The file of the connector of this name: a path, if it holds a `/` or ends in `.so`, or else a slug.
    ///
    /// # Errors
    ///
    /// A [`LocateError`] that says what was searched and what to do.
    pub fn find(&self, name: &str) -> Result<Located, LocateError> {
        if name.contains('/') || name.ends_with(".so") {
            return at_path(Path::new(name));
        }
        let slug = name.parse::<Slug>().map_err(|source| LocateError::NotASlug { source })?;
        self.of_slug(&slug)
    }

    /// All connectors in the folders.
    #[must_use]
    pub fn list(&self) -> Listing {
        let mut found = Vec::new();
        let mut problems = Vec::new();
        for (folder, contents) in self.search() {
            match contents {
                Ok(contents) => list_folder(&folder, contents, &mut found, &mut problems),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => problems.push(ListProblem::Folder { folder: folder.path, source }),
            }
        }
        problems.extend(ambiguities(&found).into_iter().map(ListProblem::from));
        found.sort_by(|left, right| left.slug.cmp(&right.slug));
        Listing { found, problems }
    }

    fn of_slug(&self, slug: &Slug) -> Result<Located, LocateError> {
        let mut files: Vec<Located> = Vec::new();
        let mut searched = Vec::new();
        for (folder, contents) in self.search() {
            let named = contents.as_ref().map_or(&[][..], |contents| &contents.connectors);
            for connector in named.iter().filter(|connector| connector.slug == *slug) {
                if files.iter().all(|file| file.path != connector.located.path) {
                    files.push(connector.located.clone());
                }
            }
            searched.push((folder, contents));
        }
        if files.len() > 1 {
            let files = files.into_iter().map(|file| file.name).collect();
            return Err(Ambiguous { slug: slug.clone(), files }.into());
        }
        files.pop().ok_or_else(|| NotFound::new(slug, searched).into())
    }

    fn search(&self) -> impl Iterator<Item = (SearchFolder, io::Result<Contents>)> {
        self.folders.iter().map(|folder| (folder.clone(), Contents::read(&folder.path)))
    }
}

fn list_folder(
    folder: &SearchFolder,
    contents: Contents,
    found: &mut Vec<Found>,
    problems: &mut Vec<ListProblem>,
) {
    for connector in contents.connectors {
        let (slug, path) = (connector.slug, connector.located.path);
        found.push(Found { slug, path, folder: folder.path.clone() });
    }
    for (name, reason) in contents.passed_over {
        problems.push(ListProblem::PassedOver { path: folder.path.join(name), reason });
    }
}

fn ambiguities(found: &[Found]) -> Vec<Ambiguous> {
    let mut files: BTreeMap<&Slug, Vec<PathBuf>> = BTreeMap::new();
    for connector in found {
        let paths = files.entry(&connector.slug).or_default();
        if !paths.contains(&connector.path) {
            paths.push(connector.path.clone());
        }
    }
    let several = files.into_iter().filter(|(_, paths)| paths.len() > 1);
    several.map(|(slug, files)| Ambiguous { slug: slug.clone(), files }).collect()
}

fn at_path(given: &Path) -> Result<Located, LocateError> {
    let given = given.to_owned();
    let name = match std::path::absolute(&given) {
        Ok(name) => name,
        Err(source) => return Err(LocateError::Unreachable { path: given, source }),
    };
    let path = name.canonicalize().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => LocateError::missing(given, name.clone()),
        _ => LocateError::Unreachable { path: name.clone(), source },
    })?;
    if path.is_dir() {
        return Err(LocateError::folder(path));
    }
    Ok(Located { path, name })
}
