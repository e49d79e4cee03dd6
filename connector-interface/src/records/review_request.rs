//! The record type `ReviewRequest`.
//!
//! Written from `schemas/schemas/records/review-request.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::{Actor, Group, PullRequest};
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, record},
};

/// A plea to someone, or to a team, to review a pull request.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewRequest {
    /// The request's identifier at the code host.
    pub id: String,
    /// Address that identifies this request.
    pub uri: Uri,
    /// The pull request that needs a review.
    pub pull_request: Option<RecordOrUri<PullRequest>>,
    /// The people who were asked.
    ///
    /// One person who was asked.
    pub actors: Option<Vec<RecordOrUri<Actor>>>,
    /// The teams that were asked.
    ///
    /// One team that was asked.
    pub actor_groups: Option<Vec<RecordOrUri<Group>>>,
    /// When the review was asked for.
    pub created_at: Option<DateTime>,
    /// When those asked last changed.
    pub updated_at: Option<DateTime>,
    /// When the request was withdrawn or answered; left out while it is pending.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`ReviewRequest`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReviewRequest {
    /// The request's identifier at the code host.
    pub id: String,
    /// Address that identifies this request.
    pub uri: Uri,
}

impl ReviewRequest {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewReviewRequest) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            pull_request: None,
            actors: None,
            actor_groups: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The pull request that needs a review.
    #[must_use]
    pub fn pull_request(mut self, pull_request: impl OptionalLink<PullRequest>) -> Self {
        self.pull_request = pull_request.into_link();
        self
    }

    /// The people who were asked.
    ///
    /// One person who was asked.
    #[must_use]
    pub fn actors(mut self, actors: impl OptionalValue<Vec<RecordOrUri<Actor>>>) -> Self {
        self.actors = actors.into_value();
        self
    }

    /// The teams that were asked.
    ///
    /// One team that was asked.
    #[must_use]
    pub fn actor_groups(mut self, actor_groups: impl OptionalValue<Vec<RecordOrUri<Group>>>) -> Self {
        self.actor_groups = actor_groups.into_value();
        self
    }

    /// When the review was asked for.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When those asked last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the request was withdrawn or answered; left out while it is pending.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    ReviewRequest "ReviewRequest" {
        required id "id",
        required uri "self",
        optional pull_request "pullRequest",
        optional actors "actors",
        optional actor_groups "actorGroups",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
