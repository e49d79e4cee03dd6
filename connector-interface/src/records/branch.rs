//! The record type `Branch`.
//!
//! Written from `schemas/schemas/records/branch.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Repository;
use crate::{
    DateTime,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, record},
};

/// A named line of development in a repository.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Branch {
    /// The branch's short name, without `refs/heads/`.
    pub name: Option<String>,
    /// The repository that holds the branch.
    pub repository: Option<RecordOrUri<Repository>>,
    /// When the branch was found to be gone; left out while it exists.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

impl Branch {
    /// One without any property yet; the other methods set them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The branch's short name, without `refs/heads/`.
    #[must_use]
    pub fn name(mut self, name: impl OptionalValue<String>) -> Self {
        self.name = name.into_value();
        self
    }

    /// The repository that holds the branch.
    #[must_use]
    pub fn repository(mut self, repository: impl OptionalLink<Repository>) -> Self {
        self.repository = repository.into_link();
        self
    }

    /// When the branch was found to be gone; left out while it exists.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Branch "Branch" {
        optional name "name",
        optional repository "repository",
        optional deleted_at "deletedAt",
    }
}
