//! What keeps a file from being loaded as a connector.

use std::{error::Error, fmt, path::PathBuf};

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::GlibcVersion;
use crate::elf::SearchPath;
use crate::exit_code::ExitCode;
use crate::note::NoteProblem;
use crate::permission::Permission;
use crate::remedy::Remedy;

/// One thing that keeps a file from being loaded as a connector.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file or its note is not as it should be.
    #[error(transparent)]
    Note(#[from] NoteProblem),
    /// Linked with another C library.
    #[error("it was linked with musl, but this runner can only load libraries that were linked with glibc")]
    Musl,
    /// Linked with a newer C library.
    #[error("it needs glibc {needed}, but this system has {here}")]
    Glibc {
        /// The version that it needs.
        needed: GlibcVersion,
        /// The version that is here.
        here: GlibcVersion,
    },
    /// Libraries that it needs are not here.
    #[error("it needs {}, which this system does not have", .names.join(", "))]
    MissingLibraries {
        /// Their names.
        names: Vec<String>,
    },
    /// It needs a library at a fixed path.
    #[error(
        "it needs the library {library} by its path, but only libraries of the system are loaded with a connector"
    )]
    NeededByPath {
        /// The path.
        library: String,
    },
    /// It would look for libraries in folders of its own.
    #[error(
        "it wants its libraries to be looked for in {} ({}), but it is loaded from a copy in memory, which has no \
         folder of its own, and only with libraries of the system",
        .search.path, .search.tag.as_str()
    )]
    SearchPath {
        /// The folders, and the tag that they stand under.
        search: SearchPath,
    },
    /// It asks for what a key names that its configuration does not have.
    #[error("it asks for the permission `{permission}`, but its configuration has no key {:?}", .permission.key().unwrap_or_default())]
    PermissionKey {
        /// The permission.
        permission: Permission,
    },
}

impl Problem {
    /// What mends it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Problem::Note(problem) => problem.remedy(),
            Problem::Musl => Remedy::new(
                format!("get a build for {}", target()),
                format!(
                    "build it with `cargo build --release --target {}`, on or for a system with glibc",
                    target()
                ),
            ),
            Problem::Glibc { needed, here } => Remedy::new(
                format!("run it on a system with glibc {needed} or newer, or get a build for glibc {here}"),
                format!(
                    "build it on the oldest system that it is to run on, or with \
                     `cargo zigbuild --release --target {}.{here}`",
                    target()
                ),
            ),
            Problem::MissingLibraries { .. } => Remedy::new(
                "install the packages that hold them (on Debian, `apt-file search` with the name finds the package), \
                 and run `ldconfig`",
                "link them statically, often a feature named `vendored` or `bundled` of the crate that needs them",
            ),
            Problem::NeededByPath { .. } => Remedy::new(
                "get another build from its author",
                "link the library statically, or give it a SONAME (`-Wl,-soname`)",
            ),
            Problem::SearchPath { .. } => Remedy::new(
                "get another build from its author, or remove it with `patchelf --remove-rpath`",
                "build it without `-rpath` (look at `rustflags` and `cargo::rustc-link-arg`), and link what the \
                 system does not have statically",
            ),
            Problem::PermissionKey { .. } => Remedy::new(
                "get another build from its author",
                "write the key in the export line as configuration.schema.json spells it, on its top level",
            ),
        }
    }
}

const fn target() -> &'static str {
    if cfg!(target_arch = "x86_64") { "x86_64-unknown-linux-gnu" } else { "aarch64-unknown-linux-gnu" }
}

/// What was found and needed as `problem`, with what mends it beside.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let remedy = self.remedy();
        let mut object = serializer.serialize_struct("Problem", 3)?;
        object.serialize_field("problem", &crate::chain(self))?;
        object.serialize_field("operator", &remedy.operator)?;
        object.serialize_field("author", &remedy.author)?;
        object.end()
    }
}

/// A file that cannot be loaded as a connector, with all that is wrong with it.
#[derive(Debug)]
pub struct Unloadable {
    /// The file.
    pub path: PathBuf,
    /// All that keeps it from being loaded; at least one.
    pub problems: Vec<Problem>,
}

impl Error for Unloadable {}

impl Unloadable {
    /// The ending that this error leads to.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        ExitCode::ConnectorUnusable
    }
}

impl fmt::Display for Unloadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot use connector {}", self.path.display())?;
        self.problems.iter().try_for_each(|problem| write!(formatter, "\n{}", Shown(problem)))
    }
}

/// A problem and its remedies, a line each.
pub(crate) struct Shown<'a>(pub(crate) &'a Problem);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "- {}", crate::chain(self.0))?;
        let remedy = self.0.remedy();
        if let Some(operator) = remedy.operator {
            write!(formatter, "\n  to run it: {operator}")?;
        }
        if let Some(author) = remedy.author {
            write!(formatter, "\n  to build it: {author}")?;
        }
        Ok(())
    }
}
