//! Why a file is not a connector that can be loaded.

use std::io;
use std::path::{Path, PathBuf};

use super::{AbiVersion, MAX_FILE_SIZE, PanicStrategy};
use crate::elf::ElfError;
use crate::exit_code::ExitCode;
use crate::permission::PermissionError;
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
    #[error(
        "it is a shared library, but not a connector: it exports no root module; \
         a connector's crate has the line `connector_interface::export_connector!(TypeOfItsClient);`"
    )]
    NoRootModule,
    /// A root module without metadata.
    #[error(
        "it exports a root module, but has no connector note, so nothing is known about it; \
         build it with the export macro `connector_interface::export_connector!`, and keep the section `.note.connector`"
    )]
    NoNote,
    /// The note is not JSON.
    #[error("its connector note is not JSON; build it anew with the export macro")]
    NotJson {
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// The note is JSON, but no object.
    #[error("its connector note must be a JSON object, but is {found}; build it anew with the export macro")]
    NotAnObject {
        /// The type that it has.
        found: &'static str,
    },
    /// Keys that every note has are missing.
    #[error("its connector note lacks {}; build it anew with the export macro", quoted(.keys))]
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
    #[error(
        "its connector note asks for a permission that this runner does not know; install a newer runner"
    )]
    UnknownPermission {
        /// The text.
        #[source]
        source: PermissionError,
    },
    /// The file is named after another connector.
    #[error(
        "its name says `{named}`, but the connector in it is `{noted}`; rename it to {}, \
         or put the right file in its place", .noted.file_name()
    )]
    FileName {
        /// The slug in the file's name.
        named: Slug,
        /// The slug in the note.
        noted: Slug,
    },
    /// Built with an interface that this runner cannot talk to.
    #[error(
        "it was built with version {connector} of the connector interface, but this runner offers {}.{}; {}",
        .host.0, .host.1, abi_remedy(.slug, *.connector, *.host)
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
    #[error(
        "it was built with `panic = \"{found}\"`, so that a panic in it could not be contained; write `[profile.release]` \
         and under it `panic = \"unwind\"` in the Cargo.toml of its workspace, then run `cargo build --release`"
    )]
    PanicStrategy {
        /// The strategy that it was built with.
        found: PanicStrategy,
    },
}

impl NoteProblem {
    pub(super) fn at(self, path: &Path) -> NoteError {
        NoteError { path: path.to_owned(), problem: self }
    }
}

fn quoted(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("{key:?}")).collect::<Vec<_>>().join(", ")
}

/// The older side is the one to renew.
fn abi_remedy(slug: &Slug, connector: AbiVersion, host: (u16, u16)) -> String {
    if connector.major > host.0 {
        return "install a newer runner: `cargo install connector-loader`".to_owned();
    }
    format!(
        "get a newer build of `{slug}`, or make one in its crate: \
         `cargo add connector-interface && cargo build --release`"
    )
}
