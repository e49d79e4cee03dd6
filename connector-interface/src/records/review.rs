//! The record type `Review`.
//!
//! Written from `schemas/schemas/records/review.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::{Actor, PullRequest};
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, RecordOrUri, enumeration, record},
};

/// A reviewer's judgement of a pull request.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The review's identifier at the code host.
    pub id: String,
    /// Address that identifies this review.
    pub uri: Uri,
    /// The pull request that was judged.
    pub pull_request: RecordOrUri<PullRequest>,
    /// The reviewer.
    pub author: RecordOrUri<Actor>,
    /// The judgement: agreed (`APPROVED`), remarks only (`COMMENTED`), or set aside later (`DISMISSED`).
    pub state: ReviewState,
    /// The reviewer's summary, in the code host's markup.
    pub body: Option<String>,
    /// The reviewer's summary, rendered as HTML.
    pub body_html: Option<String>,
    /// The reviewer's summary as plain text.
    pub body_text: Option<String>,
    /// When the review was handed in.
    pub published_at: Option<DateTime>,
    /// When the reviewer began it.
    pub created_at: Option<DateTime>,
    /// When the review was last edited or set aside.
    pub updated_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Review`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReview {
    /// The review's identifier at the code host.
    pub id: String,
    /// Address that identifies this review.
    pub uri: Uri,
    /// The pull request that was judged.
    pub pull_request: RecordOrUri<PullRequest>,
    /// The reviewer.
    pub author: RecordOrUri<Actor>,
    /// The judgement: agreed (`APPROVED`), remarks only (`COMMENTED`), or set aside later (`DISMISSED`).
    pub state: ReviewState,
}

impl Review {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewReview) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            pull_request: required.pull_request,
            author: required.author,
            state: required.state,
            body: None,
            body_html: None,
            body_text: None,
            published_at: None,
            created_at: None,
            updated_at: None,
            extras: Extras::default(),
        }
    }

    /// The reviewer's summary, in the code host's markup.
    #[must_use]
    pub fn body(mut self, body: impl OptionalValue<String>) -> Self {
        self.body = body.into_value();
        self
    }

    /// The reviewer's summary, rendered as HTML.
    #[must_use]
    pub fn body_html(mut self, body_html: impl OptionalValue<String>) -> Self {
        self.body_html = body_html.into_value();
        self
    }

    /// The reviewer's summary as plain text.
    #[must_use]
    pub fn body_text(mut self, body_text: impl OptionalValue<String>) -> Self {
        self.body_text = body_text.into_value();
        self
    }

    /// When the review was handed in.
    #[must_use]
    pub fn published_at(mut self, published_at: impl OptionalValue<DateTime>) -> Self {
        self.published_at = published_at.into_value();
        self
    }

    /// When the reviewer began it.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the review was last edited or set aside.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }
}

record! {
    Review "Review" {
        required id "id",
        required uri "self",
        required pull_request "pullRequest",
        required author "author",
        required state "state",
        optional body "body",
        optional body_html "bodyHtml",
        optional body_text "bodyText",
        optional published_at "publishedAt",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
    }
}

enumeration! {
    /// The judgement: agreed (`APPROVED`), remarks only (`COMMENTED`), or set aside later (`DISMISSED`).
    ReviewState {
        Approved "APPROVED",
        Commented "COMMENTED",
        Dismissed "DISMISSED",
    }
}
