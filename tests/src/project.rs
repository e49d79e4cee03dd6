//! A project of several connections, in a folder of its own.

use std::{
    ffi::OsString,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Runner, artifacts, contents::Contents};

/// A folder with a project file, in which everything that a sync leaves lies too.
pub struct Project {
    place: TempDir,
    head: String,
    connections: String,
}

/// The name of a project file.
const FILE: &str = "codeclimate-connector.toml";

impl Project {
    /// A project without connections; `head` stands before them.
    ///
    /// # Panics
    /// Where there is no room for its folder.
    #[must_use]
    pub fn new(head: &str) -> Self {
        let place = TempDir::new().expect("a temporary folder");
        Self { place, head: format!("data-folder = \"data\"\n{head}\n"), connections: String::new() }
    }

    /// With a connection of the paging connector: its configuration lies in a file beside, which a test may change. The
    /// settings are lines of the project file.
    #[must_use]
    pub fn with(mut self, name: &str, source: &Value, settings: &str) -> Self {
        self.change(name, source);
        let connector = artifacts::connector("paging");
        // Writing to a string does not fail.
        let _ = writeln!(
            self.connections,
            "[connections.{name}]\nconnector = {connector:?}\ncutoff = \"2020-02-21\"\n\
             configuration = {{ source = \"{name}.json\" }}\n{settings}\n"
        );
        self
    }

    /// With lines of a kind of their own.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.connections.push_str(text);
        self
    }

    /// From now on the source of a connection is this one.
    ///
    /// # Panics
    /// Where its file cannot be written.
    pub fn change(&self, name: &str, source: &Value) {
        fs::write(self.path(&format!("{name}.json")), source.to_string()).expect("the folder is ours");
    }

    /// A file or folder of it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Its folder, once the project file lies in it.
    ///
    /// # Panics
    /// Where that cannot be written.
    #[must_use]
    pub fn written(&self) -> &Path {
        let text = format!("{}{}", self.head, self.connections);
        fs::write(self.path(FILE), text).expect("the folder is ours");
        self.place.path()
    }

    /// A command about it, typed in its folder.
    ///
    /// # Panics
    /// Where the project file cannot be written.
    #[must_use]
    pub fn command<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Runner {
        Runner::new(arguments)
            .folder(self.written())
            .variable("CODECLIMATE_CONNECTOR_DATA_FOLDER", self.path("data"))
    }

    /// `sync`, with more arguments.
    #[must_use]
    pub fn sync<const N: usize>(&self, arguments: [&str; N]) -> Runner {
        self.command(["sync"].into_iter().chain(arguments))
    }

    /// What the folder of records holds of a connection.
    #[must_use]
    pub fn records(&self, connection: &str) -> Contents {
        Contents::of_folder(&self.path("records").join(connection))
    }
}
