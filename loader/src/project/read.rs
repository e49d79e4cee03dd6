//! Reads a project file, and tells all that is wrong with it at once.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use toml::de::DeTable;

use super::connection::{check_defaults, connection};
use super::key::{Section, key_below};
use super::keys::{self, CONNECTIONS, DEFAULTS, ROOT_KEYS, belongs, names};
use super::problem::MAX_SIZE;
use super::report::{Report, quoted};
use super::{Connection, Project, ProjectError};
use crate::typed::{MAX_CONNECTION, parse_connection};

impl Project {
    /// Reads a project file. Ages in it count back from `now`.
    ///
    /// # Errors
    /// Where it cannot be read, or with all that is wrong with it.
    pub(crate) fn read(path: &Path, now: Timestamp) -> Result<Self, ProjectError> {
        let path =
            std::path::absolute(path).map_err(|source| ProjectError::unreadable(path.to_owned(), source))?;
        let bytes = capped(&path).map_err(|source| ProjectError::unreadable(path.clone(), source))?;
        if bytes.len() as u64 > MAX_SIZE {
            return Err(ProjectError::TooLarge { path });
        }
        match str::from_utf8(&bytes) {
            Ok(text) => Self::from_text(path, text, now),
            Err(error) => {
                let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
                Err(ProjectError::NotUtf8 { path, line })
            }
        }
    }

    /// Reads the text of a project file; `path`, which is absolute, says where its relative paths start.
    ///
    /// # Errors
    /// As [`Project::read`].
    pub(crate) fn from_text(path: PathBuf, text: &str, now: Timestamp) -> Result<Self, ProjectError> {
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        let mut report = Report::new(text, &folder, now);
        let (table, errors) = DeTable::parse_recoverable(text);
        let project = project(&path, table.get_ref(), &mut report);
        report.add_syntax(&errors);
        match project {
            Some(project) if report.count() == 0 => Ok(project),
            _ => Err(ProjectError::Refused { path, problems: report.into_problems() }),
        }
    }
}

/// All of a file, up to one byte more than it may have.
fn capped(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_SIZE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Everything is read, whatever is wrong before it.
fn project<'a>(path: &Path, table: &'a DeTable<'a>, report: &mut Report<'_>) -> Option<Project> {
    let root = Section::root(table);
    let known = [&names(&[ROOT_KEYS])[..], &[DEFAULTS, CONNECTIONS]].concat();
    root.refuse_others(&known, &|name| belongs(name, ""), report);
    let data_folder = root.read_optional(&keys::DATA_FOLDER, report);
    let jobs = root.read(&keys::JOBS, report);
    let metrics = root.read_optional(&keys::METRICS, report);
    let connector_path = root.read(&keys::CONNECTOR_PATH, report);
    let defaults = root.below(DEFAULTS, report);
    let connections = connections(path, &root, &defaults, report);
    Some(Project {
        path: path.to_owned(),
        data_folder,
        jobs: usize::try_from(jobs?).ok()?,
        metrics,
        connector_path: connector_path?,
        connections: connections?,
    })
}

fn connections(
    path: &Path,
    root: &Section<'_>,
    defaults: &Section<'_>,
    report: &mut Report<'_>,
) -> Option<Vec<Connection>> {
    check_defaults(defaults, report);
    let before = report.count();
    let table = root.below(CONNECTIONS, report);
    let entries = table.entries();
    if entries.is_empty() && report.count() == before {
        let advice = "write [connections.NAME], and connector = \"SLUG\" in the line below";
        report.add(table.offset, CONNECTIONS, "at least one connection", "none", advice);
    }
    let mut connections = Vec::new();
    for (key, value) in entries {
        let name = key.get_ref();
        let place = key_below(CONNECTIONS, name);
        check_name(name, key.span().start, &place, report);
        let before = report.count();
        let section = Section::of(place, key, value, report).with_defaults(defaults);
        if report.count() == before {
            connections.push(connection(path, name, &section, report));
        }
    }
    connections.into_iter().collect()
}

fn check_name(name: &str, offset: usize, place: &str, report: &mut Report<'_>) {
    if parse_connection(name).is_err() {
        let expected = format!("a name of 1 to {MAX_CONNECTION} printable characters");
        report.add(offset, place, &expected, &quoted(name), "states and files are kept under it");
    }
}
