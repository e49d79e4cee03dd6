//! The record type `CommitCheck`.
//!
//! Written from `schemas/schemas/records/commit-check.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, enumeration, record},
};

/// The verdict that an external service, such as a linter or a CI system, gave on a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitCheck {
    /// The verdict's identifier at the code host.
    pub id: String,
    /// Address that identifies this verdict at the code host.
    pub uri: Uri,
    /// The picture of the service that gave the verdict.
    pub avatar_url: Option<Uri>,
    /// Object name of the commit that was judged.
    pub commit_oid: String,
    /// Which check it is, such as `ci/build`; a later verdict with this name on the commit replaces an earlier one.
    pub context: String,
    /// The outcome of the check.
    pub state: CommitCheckState,
    /// One line about the outcome, such as `12 of 340 tests failed`.
    pub description: Option<String>,
    /// When the verdict was given.
    pub created_at: Option<DateTime>,
    /// The account that reported the verdict.
    pub creator: Option<RecordOrUri<Actor>>,
    /// The page where the service explains its verdict.
    pub target_url: Option<Uri>,
    extras: Extras,
}

/// What every [`CommitCheck`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCommitCheck {
    /// The verdict's identifier at the code host.
    pub id: String,
    /// Address that identifies this verdict at the code host.
    pub uri: Uri,
    /// Object name of the commit that was judged.
    pub commit_oid: String,
    /// Which check it is, such as `ci/build`; a later verdict with this name on the commit replaces an earlier one.
    pub context: String,
    /// The outcome of the check.
    pub state: CommitCheckState,
}

impl CommitCheck {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewCommitCheck) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            avatar_url: None,
            commit_oid: required.commit_oid,
            context: required.context,
            state: required.state,
            description: None,
            created_at: None,
            creator: None,
            target_url: None,
            extras: Extras::default(),
        }
    }

    /// The picture of the service that gave the verdict.
    #[must_use]
    pub fn avatar_url(mut self, avatar_url: impl OptionalValue<Uri>) -> Self {
        self.avatar_url = avatar_url.into_value();
        self
    }

    /// One line about the outcome, such as `12 of 340 tests failed`.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// When the verdict was given.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// The account that reported the verdict.
    #[must_use]
    pub fn creator(mut self, creator: impl OptionalLink<Actor>) -> Self {
        self.creator = creator.into_link();
        self
    }

    /// The page where the service explains its verdict.
    #[must_use]
    pub fn target_url(mut self, target_url: impl OptionalValue<Uri>) -> Self {
        self.target_url = target_url.into_value();
        self
    }
}

record! {
    CommitCheck "CommitCheck" {
        required id "id",
        required uri "self",
        optional avatar_url "avatarUrl",
        required commit_oid "commitOid",
        required context "context",
        required state "state",
        optional description "description",
        optional created_at "createdAt",
        optional creator "creator",
        optional target_url "targetUrl",
    }
}

enumeration! {
    /// The outcome of the check.
    CommitCheckState {
        Passed "passed",
        Failed "failed",
    }
}
