//! The option that names a project file.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    cli::args::Search,
    project::{PROJECT_FILE, Project},
};

/// Which project is meant.
#[derive(Debug, Args)]
pub(crate) struct ProjectOptions {
    /// The project file. [default: codeclimate-connector.toml]
    #[arg(short, long, value_name = "FILE")]
    project: Option<PathBuf>,
}

impl ProjectOptions {
    /// The file that is named, or the usual one in the working directory.
    pub(crate) fn path(&self) -> &Path {
        self.project.as_deref().unwrap_or(Path::new(PROJECT_FILE))
    }
}

/// Where the connectors of a project are looked for: first in the folders that were named on the command line, which start
/// where that was typed.
pub(crate) fn search_of(project: &Project, given: &Search) -> Search {
    let given = given.connector_path.iter();
    let given = given.map(|folder| std::path::absolute(folder).unwrap_or_else(|_| folder.clone()));
    Search { connector_path: given.chain(project.connector_path.iter().cloned()).collect() }
}
