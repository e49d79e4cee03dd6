//! The record type `PullRequest`.
//!
//! Written from `schemas/schemas/records/pull-request.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::{Actor, Repository};
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, RecordOrUri, enumeration, object, record},
};

/// A proposal to merge one line of development into another.
#[derive(Debug, Clone, PartialEq)]
pub struct PullRequest {
    /// The pull request's identifier at the code host.
    pub id: String,
    /// Address that identifies this pull request at the code host.
    pub uri: Uri,
    /// The repository that would receive the change.
    pub repository: RecordOrUri<Repository>,
    /// Whoever opened the pull request.
    pub author: RecordOrUri<Actor>,
    /// Whether it waits (`open`), was turned down or withdrawn (`closed`), or went in (`merged`).
    pub state: PullRequestState,
    /// Name of the branch that carries the change.
    pub head_ref: Option<String>,
    /// Object name of the newest commit of the change.
    pub head_sha: Option<String>,
    /// Name of the branch that would receive the change.
    pub base_ref: Option<String>,
    /// Object name of the commit that the change is compared with.
    pub base_sha: Option<String>,
    /// The page on which the pull request is discussed.
    pub html_url: Option<Uri>,
    /// Size of the proposed change.
    pub statistics: Option<PullRequestStatistics>,
    /// When the change went in; left out as long as it has not.
    pub merged_at: Option<DateTime>,
    /// When the pull request was opened.
    pub created_at: Option<DateTime>,
    /// When anything about the pull request last changed.
    pub updated_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`PullRequest`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPullRequest {
    /// The pull request's identifier at the code host.
    pub id: String,
    /// Address that identifies this pull request at the code host.
    pub uri: Uri,
    /// The repository that would receive the change.
    pub repository: RecordOrUri<Repository>,
    /// Whoever opened the pull request.
    pub author: RecordOrUri<Actor>,
    /// Whether it waits (`open`), was turned down or withdrawn (`closed`), or went in (`merged`).
    pub state: PullRequestState,
}

impl PullRequest {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewPullRequest) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            repository: required.repository,
            author: required.author,
            state: required.state,
            head_ref: None,
            head_sha: None,
            base_ref: None,
            base_sha: None,
            html_url: None,
            statistics: None,
            merged_at: None,
            created_at: None,
            updated_at: None,
            extras: Extras::default(),
        }
    }

    /// Name of the branch that carries the change.
    #[must_use]
    pub fn head_ref(mut self, head_ref: impl OptionalValue<String>) -> Self {
        self.head_ref = head_ref.into_value();
        self
    }

    /// Object name of the newest commit of the change.
    #[must_use]
    pub fn head_sha(mut self, head_sha: impl OptionalValue<String>) -> Self {
        self.head_sha = head_sha.into_value();
        self
    }

    /// Name of the branch that would receive the change.
    #[must_use]
    pub fn base_ref(mut self, base_ref: impl OptionalValue<String>) -> Self {
        self.base_ref = base_ref.into_value();
        self
    }

    /// Object name of the commit that the change is compared with.
    #[must_use]
    pub fn base_sha(mut self, base_sha: impl OptionalValue<String>) -> Self {
        self.base_sha = base_sha.into_value();
        self
    }

    /// The page on which the pull request is discussed.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// Size of the proposed change.
    #[must_use]
    pub fn statistics(mut self, statistics: impl OptionalValue<PullRequestStatistics>) -> Self {
        self.statistics = statistics.into_value();
        self
    }

    /// When the change went in; left out as long as it has not.
    #[must_use]
    pub fn merged_at(mut self, merged_at: impl OptionalValue<DateTime>) -> Self {
        self.merged_at = merged_at.into_value();
        self
    }

    /// When the pull request was opened.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When anything about the pull request last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }
}

record! {
    PullRequest "PullRequest" {
        required id "id",
        required uri "self",
        required repository "repository",
        required author "author",
        required state "state",
        optional head_ref "headRef",
        optional head_sha "headSha",
        optional base_ref "baseRef",
        optional base_sha "baseSha",
        optional html_url "htmlUrl",
        optional statistics "statistics",
        optional merged_at "mergedAt",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
    }
}

enumeration! {
    /// Whether it waits (`open`), was turned down or withdrawn (`closed`), or went in (`merged`).
    PullRequestState {
        Open "open",
        Closed "closed",
        Merged "merged",
    }
}

/// Size of the proposed change.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PullRequestStatistics {
    /// Lines that the change adds.
    pub additions_count: Option<i64>,
    /// Lines that the change removes.
    pub deletions_count: Option<i64>,
    /// Commits that make up the change.
    pub commits_count: Option<i64>,
    /// Files that the change touches.
    pub changed_files_count: Option<i64>,
    extras: Extras,
}

impl PullRequestStatistics {
    /// One without any property yet; the other methods set them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lines that the change adds.
    #[must_use]
    pub fn additions_count(mut self, additions_count: impl OptionalValue<i64>) -> Self {
        self.additions_count = additions_count.into_value();
        self
    }

    /// Lines that the change removes.
    #[must_use]
    pub fn deletions_count(mut self, deletions_count: impl OptionalValue<i64>) -> Self {
        self.deletions_count = deletions_count.into_value();
        self
    }

    /// Commits that make up the change.
    #[must_use]
    pub fn commits_count(mut self, commits_count: impl OptionalValue<i64>) -> Self {
        self.commits_count = commits_count.into_value();
        self
    }

    /// Files that the change touches.
    #[must_use]
    pub fn changed_files_count(mut self, changed_files_count: impl OptionalValue<i64>) -> Self {
        self.changed_files_count = changed_files_count.into_value();
        self
    }
}

object! {
    PullRequestStatistics {
        optional additions_count "additionsCount",
        optional deletions_count "deletionsCount",
        optional commits_count "commitsCount",
        optional changed_files_count "changedFilesCount",
    }
}
