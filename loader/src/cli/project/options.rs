//! The option that names a project file.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::project::PROJECT_FILE;

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
