//! The record type `PullRequestEvent`.
//!
//! Written from `schemas/schemas/records/pull-request-event.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::PullRequest;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, RecordOrUri, enumeration, record},
};

/// Something that happened to a pull request, as its timeline shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct PullRequestEvent {
    /// The event's identifier at the code host.
    pub id: String,
    /// Address that identifies this event.
    pub uri: Uri,
    /// The pull request that it happened to.
    pub pull_request: RecordOrUri<PullRequest>,
    /// What happened, by the code host's name for it.
    pub event_type: PullRequestEventType,
    /// When it happened.
    pub created_at: Option<DateTime>,
    /// When the timeline entry last changed.
    pub updated_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`PullRequestEvent`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPullRequestEvent {
    /// The event's identifier at the code host.
    pub id: String,
    /// Address that identifies this event.
    pub uri: Uri,
    /// The pull request that it happened to.
    pub pull_request: RecordOrUri<PullRequest>,
    /// What happened, by the code host's name for it.
    pub event_type: PullRequestEventType,
}

impl PullRequestEvent {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewPullRequestEvent) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            pull_request: required.pull_request,
            event_type: required.event_type,
            created_at: None,
            updated_at: None,
            extras: Extras::default(),
        }
    }

    /// When it happened.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the timeline entry last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }
}

record! {
    PullRequestEvent "PullRequestEvent" {
        required id "id",
        required uri "self",
        required pull_request "pullRequest",
        required event_type "eventType",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
    }
}

enumeration! {
    /// What happened, by the code host's name for it.
    PullRequestEventType {
        Commit "Commit",
        ReviewRequestedEvent "ReviewRequestedEvent",
        IssueComment "IssueComment",
        PullRequestReview "PullRequestReview",
        MergedEvent "MergedEvent",
        HeadRefForcePushedEvent "HeadRefForcePushedEvent",
        AssignedEvent "AssignedEvent",
        LabeledEvent "LabeledEvent",
        ClosedEvent "ClosedEvent",
        ReopenedEvent "ReopenedEvent",
    }
}
