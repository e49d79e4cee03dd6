//! What a connector's file is, and all that keeps it from being loaded here, read without running any of it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::elf::{ElfError, Library, NeededVersion, SearchPath};
use crate::note::{Note, NoteProblem, ROOT_MODULE, Reading};
use crate::permission::Permission;
use crate::reference::Reference;

mod glibc;
mod host;
mod libraries;
mod problem;
#[cfg(test)]
mod tests;

pub use glibc::GlibcVersion;
pub use host::Host;
pub(crate) use libraries::folders as library_folders;
pub(crate) use problem::Shown;
pub use problem::{Problem, Unloadable};

/// A connector's file, as far as it could be read.
#[derive(Debug)]
pub struct Examination {
    /// The file.
    pub path: PathBuf,
    /// What its tables say; nothing where it is not a library.
    pub facts: Option<Facts>,
    /// What it says about itself; nothing where that cannot be read.
    pub note: Option<Note>,
    /// All that keeps it from being loaded.
    pub problems: Vec<Problem>,
}

/// What the tables of a library say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The architecture that it is for.
    pub architecture: String,
    /// The number that the linker gave this build, in hexadecimal.
    pub build_id: Option<String>,
    /// The C library that it was linked with, if with one.
    pub libc: Option<Libc>,
    /// The oldest glibc that it can be loaded with.
    pub glibc: Option<GlibcVersion>,
    /// The libraries that it needs.
    pub needed: Vec<String>,
    /// The versions that it needs of them.
    pub versions: Vec<NeededVersion>,
    /// Where it wants them to be looked for.
    pub search_paths: Vec<SearchPath>,
    /// Whether its thread-local variables need a place in the block that a program has from its start.
    pub static_tls: bool,
    /// How many symbols it offers beside the root module.
    pub unexpected_export_count: usize,
    /// Those symbols; not all where there are very many.
    pub unexpected_exports: Vec<String>,
}

/// A C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Libc {
    /// The one of most distributions, and of this runner.
    Glibc,
    /// The one of Alpine.
    Musl,
}

impl Libc {
    /// The name that people use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Libc::Glibc => "glibc",
            Libc::Musl => "musl",
        }
    }

    fn of(needed: &[String]) -> Option<Libc> {
        let is_musl = |name: &String| name == "libc.so" || name.contains("musl");
        if needed.iter().any(is_musl) {
            return Some(Libc::Musl);
        }
        needed.iter().any(|name| name == "libc.so.6").then_some(Libc::Glibc)
    }
}

impl Examination {
    /// Examines a file's bytes for loading on this host.
    ///
    /// `path` is where the file lies, and `name` the path under which it was named: its last part states a slug.
    #[must_use]
    pub fn new(path: &Path, name: &Path, bytes: &[u8], host: &Host) -> Examination {
        let mut examination =
            Examination { path: path.to_owned(), facts: None, note: None, problems: Vec::new() };
        match Library::parse_any(bytes) {
            Ok(library) => examination.read(&library, name, host),
            Err(error) => examination.add(error),
        }
        examination
    }

    /// The note, where nothing keeps the connector from being loaded.
    ///
    /// # Errors
    ///
    /// [`Unloadable`] with all that does.
    pub fn loadable(self) -> Result<Note, Unloadable> {
        match self.note {
            Some(note) if self.problems.is_empty() => Ok(note),
            _ => Err(Unloadable { path: self.path, problems: self.problems }),
        }
    }

    fn read(&mut self, library: &Library<'_>, name: &Path, host: &Host) {
        match Facts::of(library) {
            Ok(facts) => self.facts = Some(facts),
            // What is in its tables then would be guesses.
            Err(error) => return self.add(error),
        }
        let Reading { note, problems } = Reading::of(library);
        let is_connector = !matches!(problems.first(), Some(NoteProblem::NoRootModule));
        match library.check_purpose() {
            Err(error) => self.add(error),
            Ok(()) if is_connector => self.check_system(host),
            Ok(()) => {}
        }
        // That a program is no connector goes without saying.
        if is_connector || self.problems.is_empty() {
            self.problems.extend(problems.into_iter().map(Problem::Note));
        }
        self.check_note(note.as_ref(), name, host);
        self.note = note;
    }

    fn add(&mut self, error: ElfError) {
        self.problems.push(Problem::Note(error.into()));
    }

    /// What the system lacks, or what loading here forbids.
    fn check_system(&mut self, host: &Host) {
        let Some(facts) = &self.facts else { return };
        if facts.libc == Some(Libc::Musl) {
            // It needs a whole other system: that some libraries are missing says nothing more.
            self.problems.push(Problem::Musl);
        } else {
            self.problems.extend(host.lacks_glibc(facts.glibc));
            let missing: Vec<String> = facts.needed.iter().filter(|name| !host.has(name)).cloned().collect();
            if !missing.is_empty() {
                self.problems.push(Problem::MissingLibraries { names: missing });
            }
        }
        let searches = facts.search_paths.iter().cloned();
        self.problems.extend(searches.map(|search| Problem::SearchPath { search }));
        let by_path = facts.needed.iter().filter(|name| name.contains('/')).cloned();
        self.problems.extend(by_path.map(|library| Problem::NeededByPath { library }));
    }

    fn check_note(&mut self, note: Option<&Note>, name: &Path, host: &Host) {
        let Some(note) = note else { return };
        self.problems.extend(note.file_name_problem(name).map(Problem::Note));
        self.problems.extend(note.loading_problems(host.abi).into_iter().map(Problem::Note));
        let reference = Reference::of(&note.configuration_schema);
        let is_unknown = |permission: &&Permission| permission.key().is_some_and(|key| !reference.has(key));
        let unknown = note.permissions.iter().filter(is_unknown);
        let problem = |permission: &Permission| Problem::PermissionKey { permission: permission.clone() };
        self.problems.extend(unknown.map(problem));
    }
}

impl Facts {
    fn of(library: &Library<'_>) -> Result<Facts, ElfError> {
        let (needed, versions) = (library.needed()?, library.needed_versions()?);
        let exports = library.unexpected_exports(ROOT_MODULE)?;
        Ok(Facts {
            architecture: library.architecture(),
            build_id: library.build_id().map(hexadecimal),
            libc: Libc::of(&needed),
            glibc: versions.iter().filter_map(|needed| GlibcVersion::of_symbol(&needed.version)).max(),
            needed,
            versions,
            search_paths: library.search_paths()?,
            static_tls: library.has_static_tls()?,
            unexpected_export_count: exports.count,
            unexpected_exports: exports.names,
        })
    }
}

/// Bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
