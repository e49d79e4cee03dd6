//! The record type `Commit`.
//!
//! Written from `schemas/schemas/records/commit.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, object, record},
};

/// A change recorded in a repository's history.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// The commit's identifier in the source; for git, the same as `oid`.
    pub id: String,
    /// Address that identifies this commit within its repository.
    pub uri: Uri,
    /// The commit's object name in full, 40 hexadecimal digits for SHA-1.
    pub oid: String,
    /// Whoever wrote the change.
    pub author: Option<RecordOrUri<Actor>>,
    /// Whoever put the change into the history; differs from the author after a rebase or an applied patch.
    pub committer: Option<RecordOrUri<Actor>>,
    /// The whole commit message, subject and body.
    pub message: String,
    /// Object name of the tree that the commit records.
    pub tree: Option<String>,
    /// Object names of the commits it follows: none for a root, two or more for a merge.
    ///
    /// Object name of one parent, in git's order.
    pub parents: Option<Vec<String>>,
    /// Size of the change against the first parent, in lines.
    pub statistics: Option<CommitStatistics>,
    extras: Extras,
}

/// What every [`Commit`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCommit {
    /// The commit's identifier in the source; for git, the same as `oid`.
    pub id: String,
    /// Address that identifies this commit within its repository.
    pub uri: Uri,
    /// The commit's object name in full, 40 hexadecimal digits for SHA-1.
    pub oid: String,
    /// The whole commit message, subject and body.
    pub message: String,
}

impl Commit {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewCommit) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            oid: required.oid,
            author: None,
            committer: None,
            message: required.message,
            tree: None,
            parents: None,
            statistics: None,
            extras: Extras::default(),
        }
    }

    /// Whoever wrote the change.
    #[must_use]
    pub fn author(mut self, author: impl OptionalLink<Actor>) -> Self {
        self.author = author.into_link();
        self
    }

    /// Whoever put the change into the history; differs from the author after a rebase or an applied patch.
    #[must_use]
    pub fn committer(mut self, committer: impl OptionalLink<Actor>) -> Self {
        self.committer = committer.into_link();
        self
    }

    /// Object name of the tree that the commit records.
    #[must_use]
    pub fn tree(mut self, tree: impl OptionalValue<String>) -> Self {
        self.tree = tree.into_value();
        self
    }

    /// Object names of the commits it follows: none for a root, two or more for a merge.
    ///
    /// Object name of one parent, in git's order.
    #[must_use]
    pub fn parents(mut self, parents: impl OptionalValue<Vec<String>>) -> Self {
        self.parents = parents.into_value();
        self
    }

    /// Size of the change against the first parent, in lines.
    #[must_use]
    pub fn statistics(mut self, statistics: impl OptionalValue<CommitStatistics>) -> Self {
        self.statistics = statistics.into_value();
        self
    }
}

record! {
    Commit "Commit" {
        required id "id",
        required uri "self",
        required oid "oid",
        optional author "author",
        optional committer "committer",
        required message "message",
        optional tree "tree",
        optional parents "parents",
        optional statistics "statistics",
    }
}

/// Size of the change against the first parent, in lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CommitStatistics {
    /// Lines added.
    pub additions: Option<i64>,
    /// Lines removed.
    pub deletions: Option<i64>,
    /// Lines added and lines removed together.
    pub total: Option<i64>,
    extras: Extras,
}

impl CommitStatistics {
    /// One without any property yet; the other methods set them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lines added.
    #[must_use]
    pub fn additions(mut self, additions: impl OptionalValue<i64>) -> Self {
        self.additions = additions.into_value();
        self
    }

    /// Lines removed.
    #[must_use]
    pub fn deletions(mut self, deletions: impl OptionalValue<i64>) -> Self {
        self.deletions = deletions.into_value();
        self
    }

    /// Lines added and lines removed together.
    #[must_use]
    pub fn total(mut self, total: impl OptionalValue<i64>) -> Self {
        self.total = total.into_value();
        self
    }
}

object! {
    CommitStatistics {
        optional additions "additions",
        optional deletions "deletions",
        optional total "total",
    }
}
