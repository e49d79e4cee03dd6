//! Where a change counts.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use notify::RecursiveMode;

use crate::replay_source::cassettes_in;

/// What the files of a run lie in.
pub(in super::super) struct Watched {
    /// The folder of the crate.
    pub(in super::super) folder: PathBuf,
    /// The file of the configuration.
    pub(in super::super) configuration: PathBuf,
}

/// Files in the crate's folder that a run is made of; those below these folders are too.
const FILES: [&str; 3] = ["Cargo.toml", "build.rs", "configuration.schema.json"];
const FOLDERS: [&str; 2] = ["src", "tests"];

/// Where a change counts.
pub(super) struct Places {
    folder: PathBuf,
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Watched {
    pub(super) fn places(&self) -> Places {
        let own = FILES.iter().map(|file| self.folder.join(file));
        // The paths of cassettes start where the configuration is named, not where a link leads.
        let named = [self.configuration.clone()].into_iter().chain(cassettes_in(&self.configuration));
        let files = own.chain(named).flat_map(|file| real_and_linked(&file)).collect();
        let folders = FOLDERS.iter().map(|folder| self.folder.join(folder)).collect();
        Places { folder: self.folder.clone(), files, folders }
    }
}

/// A file by the true name of its folder, under which changes are told, and what it leads to where it is a link.
fn real_and_linked(file: &Path) -> Vec<PathBuf> {
    let folder = file.parent().and_then(|folder| folder.canonicalize().ok());
    let named = folder.zip(file.file_name()).map(|(folder, name)| folder.join(name));
    let meant = file.canonicalize().ok().filter(|meant| Some(meant) != named.as_ref());
    named.into_iter().chain(meant).collect()
}

impl Places {
    /// Folders are watched, not files: most editors put a new file into the place of the old one.
    pub(super) fn watched(&self) -> BTreeMap<PathBuf, RecursiveMode> {
        let around = self.files.iter().filter_map(|file| file.parent());
        let around = around.chain([self.folder.as_path()]).filter(|folder| !self.hold_folder(folder));
        let mut watched: BTreeMap<_, _> =
            around.map(|folder| (folder.to_owned(), RecursiveMode::NonRecursive)).collect();
        let below = self.folders.iter().filter(|folder| folder.is_dir());
        watched.extend(below.map(|folder| (folder.clone(), RecursiveMode::Recursive)));
        watched
    }

    /// The files that there are now.
    pub(super) fn present(&self) -> Vec<PathBuf> {
        let mut found = self.files.clone();
        let mut folders = self.folders.clone();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    _ => found.push(entry.path()),
                }
            }
        }
        found.retain(|path| path.is_file());
        found
    }

    pub(super) fn hold(&self, path: &Path) -> bool {
        self.files.iter().any(|file| file == path) || (self.hold_folder(path) && !is_of_editor(path))
    }

    fn hold_folder(&self, path: &Path) -> bool {
        self.folders.iter().any(|folder| path.starts_with(folder))
    }
}

/// Whether a file is one that editors keep for themselves: backups, locks, swap files, and vim's test for a writable folder.
fn is_of_editor(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.starts_with(['.', '#']) || name.ends_with(['~', '#']) || name.ends_with(".swp") || name == "4913"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_count_and_what_is_built_or_belongs_to_an_editor_does_not() {
        let folder = PathBuf::from("/tmp");
        let places = Watched { configuration: folder.join("check.json"), folder }.places();
        for (path, counts) in [
            ("/tmp/src/lib.rs", true),
            ("/tmp/src/inner/a.rs", true),
            ("/tmp/tests/cassettes/a.json", true),
            ("/tmp/Cargo.toml", true),
            ("/tmp/check.json", true),
            ("/tmp/configuration.schema.json", true),
            ("/tmp/Cargo.lock", false),
            ("/tmp/target/debug/a.so", false),
            ("/tmp/README.md", false),
            ("/tmp/src/.lib.rs.swp", false),
            ("/tmp/src/lib.rs~", false),
            ("/tmp/src/4913", false),
        ] {
            assert_eq!(places.hold(Path::new(path)), counts, "{path}");
        }
    }
}
