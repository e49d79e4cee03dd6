//! The record type `Push`.
//!
//! Written from `schemas/schemas/records/push.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Repository;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, RecordOrUri, record},
};

/// The arrival of new commits on a branch of a hosted repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Push {
    /// The push's identifier at the code host.
    pub id: String,
    /// Address that identifies this push.
    pub uri: Uri,
    /// The repository that was pushed to.
    pub repository: RecordOrUri<Repository>,
    /// The branch that moved.
    pub branch_name: Option<String>,
    /// Object name of the commit that the branch points at after the push.
    pub commit_oid: String,
    /// Object name of the commit that it pointed at before; left out for a new branch.
    pub previous_commit_oid: Option<String>,
    /// When the code host took the push in.
    pub created_at: DateTime,
    /// When the code host's entry of the push last changed.
    pub updated_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Push`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPush {
    /// The push's identifier at the code host.
    pub id: String,
    /// Address that identifies this push.
    pub uri: Uri,
    /// The repository that was pushed to.
    pub repository: RecordOrUri<Repository>,
    /// Object name of the commit that the branch points at after the push.
    pub commit_oid: String,
    /// When the code host took the push in.
    pub created_at: DateTime,
}

impl Push {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewPush) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            repository: required.repository,
            branch_name: None,
            commit_oid: required.commit_oid,
            previous_commit_oid: None,
            created_at: required.created_at,
            updated_at: None,
            extras: Extras::default(),
        }
    }

    /// The branch that moved.
    #[must_use]
    pub fn branch_name(mut self, branch_name: impl OptionalValue<String>) -> Self {
        self.branch_name = branch_name.into_value();
        self
    }

    /// Object name of the commit that it pointed at before; left out for a new branch.
    #[must_use]
    pub fn previous_commit_oid(mut self, previous_commit_oid: impl OptionalValue<String>) -> Self {
        self.previous_commit_oid = previous_commit_oid.into_value();
        self
    }

    /// When the code host's entry of the push last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }
}

record! {
    Push "Push" {
        required id "id",
        required uri "self",
        required repository "repository",
        optional branch_name "branchName",
        required commit_oid "commitOid",
        optional previous_commit_oid "previousCommitOid",
        required created_at "createdAt",
        optional updated_at "updatedAt",
    }
}
