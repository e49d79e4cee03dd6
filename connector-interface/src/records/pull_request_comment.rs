//! The record type `PullRequestComment`.
//!
//! Written from `schemas/schemas/records/pull-request-comment.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::{Actor, PullRequest, Review};
use crate::{
    DateTime, Uri,
    property::{Extras, Nullable, OptionalLink, OptionalValue, RecordOrUri, record},
};

/// A remark on a pull request, on the whole of it or on a line of its diff.
#[derive(Debug, Clone, PartialEq)]
pub struct PullRequestComment {
    /// The comment's identifier at the code host.
    pub id: String,
    /// Address that identifies this comment.
    pub uri: Uri,
    /// The pull request that was commented on.
    pub pull_request: RecordOrUri<PullRequest>,
    /// The review that the comment is part of, if any.
    pub pull_request_review: Option<RecordOrUri<Review>>,
    /// Whoever wrote the comment.
    pub author: RecordOrUri<Actor>,
    /// What was said, in the code host's markup.
    pub body: Option<String>,
    /// What was said, rendered as HTML.
    pub body_html: Option<String>,
    /// What was said, as plain text; null if the code host gives none.
    pub body_text: Nullable<String>,
    /// Where the comment stands, in the code host's words, such as `SUBMITTED` or `PENDING`.
    pub state: Option<String>,
    /// The file that was commented on, relative to the root of the repository.
    pub path: Option<String>,
    /// The line that was commented on, counted in the diff.
    pub position: Option<i64>,
    /// True if the diff has since moved on from the commented line.
    pub outdated: Option<bool>,
    /// When others could first read the comment.
    pub published_at: Option<DateTime>,
    /// When its author began to write it.
    pub drafted_at: Option<DateTime>,
    /// When the code host stored the comment.
    pub created_at: Option<DateTime>,
    /// When the comment was last edited.
    pub updated_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`PullRequestComment`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPullRequestComment {
    /// The comment's identifier at the code host.
    pub id: String,
    /// Address that identifies this comment.
    pub uri: Uri,
    /// The pull request that was commented on.
    pub pull_request: RecordOrUri<PullRequest>,
    /// Whoever wrote the comment.
    pub author: RecordOrUri<Actor>,
}

impl PullRequestComment {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewPullRequestComment) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            pull_request: required.pull_request,
            pull_request_review: None,
            author: required.author,
            body: None,
            body_html: None,
            body_text: Nullable::Absent,
            state: None,
            path: None,
            position: None,
            outdated: None,
            published_at: None,
            drafted_at: None,
            created_at: None,
            updated_at: None,
            extras: Extras::default(),
        }
    }

    /// The review that the comment is part of, if any.
    #[must_use]
    pub fn pull_request_review(mut self, pull_request_review: impl OptionalLink<Review>) -> Self {
        self.pull_request_review = pull_request_review.into_link();
        self
    }

    /// What was said, in the code host's markup.
    #[must_use]
    pub fn body(mut self, body: impl OptionalValue<String>) -> Self {
        self.body = body.into_value();
        self
    }

    /// What was said, rendered as HTML.
    #[must_use]
    pub fn body_html(mut self, body_html: impl OptionalValue<String>) -> Self {
        self.body_html = body_html.into_value();
        self
    }

    /// What was said, as plain text; null if the code host gives none.
    #[must_use]
    pub fn body_text(mut self, body_text: impl Into<Nullable<String>>) -> Self {
        self.body_text = body_text.into();
        self
    }

    /// Where the comment stands, in the code host's words, such as `SUBMITTED` or `PENDING`.
    #[must_use]
    pub fn state(mut self, state: impl OptionalValue<String>) -> Self {
        self.state = state.into_value();
        self
    }

    /// The file that was commented on, relative to the root of the repository.
    #[must_use]
    pub fn path(mut self, path: impl OptionalValue<String>) -> Self {
        self.path = path.into_value();
        self
    }

    /// The line that was commented on, counted in the diff.
    #[must_use]
    pub fn position(mut self, position: impl OptionalValue<i64>) -> Self {
        self.position = position.into_value();
        self
    }

    /// True if the diff has since moved on from the commented line.
    #[must_use]
    pub fn outdated(mut self, outdated: impl OptionalValue<bool>) -> Self {
        self.outdated = outdated.into_value();
        self
    }

    /// When others could first read the comment.
    #[must_use]
    pub fn published_at(mut self, published_at: impl OptionalValue<DateTime>) -> Self {
        self.published_at = published_at.into_value();
        self
    }

    /// When its author began to write it.
    #[must_use]
    pub fn drafted_at(mut self, drafted_at: impl OptionalValue<DateTime>) -> Self {
        self.drafted_at = drafted_at.into_value();
        self
    }

    /// When the code host stored the comment.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the comment was last edited.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }
}

record! {
    PullRequestComment "PullRequestComment" {
        required id "id",
        required uri "self",
        required pull_request "pullRequest",
        optional pull_request_review "pullRequestReview",
        required author "author",
        optional body "body",
        optional body_html "bodyHtml",
        nullable body_text "bodyText",
        optional state "state",
        optional path "path",
        optional position "position",
        optional outdated "outdated",
        optional published_at "publishedAt",
        optional drafted_at "draftedAt",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
    }
}
