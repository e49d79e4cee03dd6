//! The folders that slugs are searched in.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Located;
use crate::slug::Slug;

const VARIABLE: &str = "CODECLIMATE_CONNECTOR_PATH";
const FOLDER: &str = "codeclimate-connectors";
const SYSTEM: [&str; 2] = ["/usr/local/lib/codeclimate-connectors", "/usr/lib/codeclimate-connectors"];

/// Who named a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--connector-path`.
    Flag,
    /// `CODECLIMATE_CONNECTOR_PATH`.
    Environment,
    /// It lies beside the binary.
    Binary,
    /// The user's data folder.
    User,
    /// The system's libraries.
    System,
}

impl Origin {
    /// Who named the folder, as people are told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Origin::Flag => "--connector-path",
            Origin::Environment => VARIABLE,
            Origin::Binary => "beside the runner",
            Origin::User => "the user's",
            Origin::System => "the system's",
        }
    }
}

/// A folder that slugs are searched in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchFolder {
    /// The folder, absolute.
    pub path: PathBuf,
    /// Who named it.
    pub origin: Origin,
}

/// All folders in their order; one that is named twice is searched once, at its first place.
pub(super) fn search_path(
    flag_folders: &[PathBuf],
    environment: &dyn Fn(&str) -> Option<OsString>,
    current_exe: &Path,
) -> Vec<SearchFolder> {
    let set = |name: &str| environment(name).filter(|value| !value.is_empty());
    let variable = set(VARIABLE).unwrap_or_default();
    // An empty entry would mean the current folder, where anybody may have left a file.
    let listed = std::env::split_paths(&variable).filter(|path| !path.as_os_str().is_empty());
    let mut folders = Vec::new();
    add(&mut folders, Origin::Flag, flag_folders.iter().cloned());
    add(&mut folders, Origin::Environment, listed);
    add(&mut folders, Origin::Binary, beside(current_exe));
    add(&mut folders, Origin::User, user_folder(&set));
    add(&mut folders, Origin::System, SYSTEM.map(PathBuf::from));
    folders
}

fn add(folders: &mut Vec<SearchFolder>, origin: Origin, paths: impl IntoIterator<Item = PathBuf>) {
    for path in paths {
        let path = std::path::absolute(&path).unwrap_or(path);
        let is_same = |other: &SearchFolder| same_folder(&other.path, &path);
        if !folders.iter().any(is_same) {
            folders.push(SearchFolder { path, origin });
        }
    }
}

fn same_folder(left: &Path, right: &Path) -> bool {
    left == right
        || matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}

fn beside(current_exe: &Path) -> Vec<PathBuf> {
    let Some(folder) = current_exe.parent() else { return Vec::new() };
    // Not `folder/../lib`: the text without `..` is what a person recognises in a message.
    let library = folder.parent().unwrap_or(folder).join("lib");
    vec![folder.to_owned(), library.join(FOLDER), library]
}

/// As the XDG base directory specification has it: a relative `XDG_DATA_HOME` is ignored.
fn user_folder(set: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let data = set("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || set("HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    Some(data.or_else(|| home().map(|home| home.join(".local/share")))?.join(FOLDER))
}

/// A file that bears a connector's name.
#[derive(Debug)]
pub(super) struct Connector {
    pub(super) slug: Slug,
    pub(super) located: Located,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) connectors: Vec<Connector>,
    /// What bears a connector's name and is none, with the reason.
    pub(super) passed_over: Vec<(OsString, &'static str)>,
    /// All other names.
    pub(super) others: Vec<OsString>,
}

impl Contents {
    /// Reads a folder; entries that vanish meanwhile are left out.
    pub(super) fn read(folder: &Path) -> io::Result<Contents> {
        let mut names =
            fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
        names.sort();
        let mut contents = Contents::default();
        for name in names {
            contents.sort_in(folder, name);
        }
        Ok(contents)
    }

    /// How many entries there are.
    pub(super) fn count(&self) -> usize {
        self.connectors.len() + self.passed_over.len() + self.others.len()
    }

    fn sort_in(&mut self, folder: &Path, name: OsString) {
        let Some(slug) = name.to_str().and_then(Slug::from_file_name) else {
            return self.others.push(name);
        };
        match file(folder, &name) {
            Ok(located) => self.connectors.push(Connector { slug, located }),
            Err(reason) => self.passed_over.push((name, reason)),
        }
    }
}

fn file(folder: &Path, name: &OsStr) -> Result<Located, &'static str> {
    let name = folder.join(name);
    let path = name.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "it is a link to a file that does not exist",
        _ => "it cannot be reached",
    })?;
    if path.is_dir() {
        return Err("it is a folder");
    }
    if !path.is_file() {
        return Err("it is not a regular file");
    }
    Ok(Located { path, name })
}
