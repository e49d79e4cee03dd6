//! Why a file is not a connector that can be loaded.

use std::io;
use std::path::{Path, PathBuf};

use super::{AbiVersion, MAX_FILE_SIZE, MAX_NOTE_SIZE, PanicStrategy};
use crate::elf::ElfError;
use crate::exit_code::ExitCode;
use crate::permission::{FORMS, PermissionError};
use crate::remedy::Remedy;
use crate::slug::Slug;

/// A file that cannot be used as a connector; the reason is its source.
#[derive(Debug, thiserror::Error)]
#[error("cannot use connector {}", .path.display())]
pub struct NoteError {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    #[source]
    pub problem: NoteProblem,
}

impl NoteError {
    /// The ending that this error leads to.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        match self.problem {
            NoteProblem::Missing => ExitCode::ConnectorNotFound,
            _ => ExitCode::ConnectorUnusable,
        }
    }
}

/// What is wrong with a connector's file.
#[derive(Debug, thiserror::Error)]
pub enum NoteProblem {
    /// There is nothing at this path.
    #[error("there is no such file")]
    Missing,
    /// It is a folder.
    #[error("it is a folder; give the file in it that ends in .so")]
    Folder,
    /// It is a device, a pipe or a socket.
    #[error("it is not a regular file")]
    NotAFile,
    /// The system refused to read it.
    #[error("it cannot be read; check the permissions of the file and of its folders")]
    Unreadable {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Larger than any connector.
    #[error("it has {found} bytes, but a connector has at most {MAX_FILE_SIZE}")]
    TooLarge {
        /// Its size in bytes.
        found: u64,
    },
    /// Not a shared library for this machine, truncated or damaged.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// A shared library of another kind.
    #[error("it is a shared library, but not a connector: it exports no root module")]
    NoRootModule,
    /// A root module without metadata.
    #[error("it exports a root module, but has no connector note, so nothing is known about it")]
    NoNote,
    /// Larger than any note.
    #[error("its connector note has {found} bytes, but one has at most {MAX_NOTE_SIZE}")]
    NoteTooLarge {
        /// Its size in bytes.
        found: usize,
    },
    /// The note is not JSON.
    #[error("its connector note is not JSON")]
    NotJson {
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// The note is JSON, but no object.
    #[error("its connector note must be a JSON object, but is {found}")]
    NotAnObject {
        /// The type that it has.
        found: &'static str,
    },
    /// Keys that every note has are missing.
    #[error("its connector note lacks {}", quoted(.keys))]
    MissingKeys {
        /// Their names.
        keys: Vec<&'static str>,
    },
    /// A key of the note has a value that it cannot have.
    #[error("{key:?} in its connector note must be {expected}, but is {found}")]
    WrongValue {
        /// The key.
        key: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// It asks for something that this runner cannot grant.
    #[error("its connector note asks for a permission that this runner does not know")]
    UnknownPermission {
        /// The text.
        #[source]
        source: PermissionError,
    },
    /// The file is named after another connector.
    #[error("its name says `{named}`, but the connector in it is `{noted}`")]
    FileName {
        /// The slug in the file's name.
        named: Slug,
        /// The slug in the note.
        noted: Slug,
    },
    /// Built with an interface that this runner cannot talk to.
    #[error(
        "it was built with version {connector} of the connector interface, but this runner offers {}.{}",
        .host.0, .host.1
    )]
    AbiMajor {
        /// The connector.
        slug: Slug,
        /// The version that it was built with.
        connector: AbiVersion,
        /// The version (major, minor) that the runner offers.
        host: (u16, u16),
    },
    /// Its panics cannot be caught.
    #[error("it was built with `panic = \"{found}\"`, so that a panic in it could not be contained")]
    PanicStrategy {
        /// The strategy that it was built with.
        found: PanicStrategy,
    },
}

impl NoteProblem {
    /// What mends it; the messages of files that cannot be read say it themselves.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            NoteProblem::Missing
            | NoteProblem::Folder
            | NoteProblem::NotAFile
            | NoteProblem::Unreadable { .. }
            | NoteProblem::TooLarge { .. } => Remedy::default(),
            NoteProblem::Elf(error) => error.remedy(),
            NoteProblem::NoRootModule => Remedy::new(
                "check that this is the file that you were given as a connector",
                "write `connector_interface::export_connector!(TypeOfItsClient);` at the root of its crate",
            ),
            NoteProblem::NoNote => Remedy::new(
                "get the file again from its author, as it was built",
                "build it with `connector_interface::export_connector!`, and let `strip` keep the section `.note.connector`",
            ),
            NoteProblem::NotJson { .. }
            | NoteProblem::NotAnObject { .. }
            | NoteProblem::NoteTooLarge { .. }
            | NoteProblem::MissingKeys { .. }
            | NoteProblem::WrongValue { .. } => Remedy::new(
                "get another build from its author",
                "build it anew with `connector_interface::export_connector!`",
            ),
            NoteProblem::UnknownPermission { .. } => {
                Remedy::new(NEWER_RUNNER, format!("ask only for {FORMS}, or name the runner that it needs"))
            }
            NoteProblem::FileName { noted, .. } => Remedy::of_operator(format!(
                "rename it to {}, or put the right file in its place",
                noted.file_name()
            )),
            NoteProblem::AbiMajor { slug, connector, host } => abi_remedy(slug, *connector, *host),
            NoteProblem::PanicStrategy { .. } => Remedy::new(
                "get a build whose panics unwind",
                "write `panic = \"unwind\"` under `[profile.release]` in the Cargo.toml of its workspace, then run \
                 `cargo build --release`",
            ),
        }
    }

    pub(super) fn at(self, path: &Path) -> NoteError {
        NoteError { path: path.to_owned(), problem: self }
    }
}

const NEWER_RUNNER: &str = "install a newer runner: `cargo install connector-loader`";

fn quoted(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("{key:?}")).collect::<Vec<_>>().join(", ")
}

/// The older side is the one to renew.
fn abi_remedy(slug: &Slug, connector: AbiVersion, host: (u16, u16)) -> Remedy {
    if connector.major > host.0 {
        return Remedy::of_operator(NEWER_RUNNER);
    }
    Remedy::new(
        format!("get a newer build of `{slug}`"),
        "make one in its crate: `cargo add connector-interface && cargo build --release`",
    )
}
