//! What is removed because it is old.

use std::path::PathBuf;

/// Whether something is done, or only told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pruning {
    Done,
    Told,
}

/// What was removed, or would be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pruned {
    pub(crate) files: Vec<PathBuf>,
    /// Of these files.
    pub(crate) bytes: u64,
    /// Of a database.
    pub(crate) records: u64,
    /// Places that were left as they are, and why.
    pub(crate) passed_over: Vec<String>,
}
