//! The record type `IssueComment`.
//!
//! Written from `schemas/schemas/records/issue-comment.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, record},
};

/// A remark that someone left on an issue.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueComment {
    /// The comment's identifier in the tracker.
    pub id: String,
    /// Address that identifies this comment.
    pub uri: Uri,
    /// The place on the issue's page that shows the comment.
    pub html_url: Option<Uri>,
    /// What was said, in the tracker's own markup.
    pub body: Option<String>,
    /// Whoever wrote the comment.
    pub author: Option<RecordOrUri<Actor>>,
    /// When the comment was posted.
    pub created_at: DateTime,
    /// When the comment was last edited; the time of posting if never.
    pub updated_at: DateTime,
    /// When the comment was taken back; left out while it can be read.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`IssueComment`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewIssueComment {
    /// The comment's identifier in the tracker.
    pub id: String,
    /// Address that identifies this comment.
    pub uri: Uri,
    /// When the comment was posted.
    pub created_at: DateTime,
    /// When the comment was last edited; the time of posting if never.
    pub updated_at: DateTime,
}

impl IssueComment {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewIssueComment) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            html_url: None,
            body: None,
            author: None,
            created_at: required.created_at,
            updated_at: required.updated_at,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The place on the issue's page that shows the comment.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// What was said, in the tracker's own markup.
    #[must_use]
    pub fn body(mut self, body: impl OptionalValue<String>) -> Self {
        self.body = body.into_value();
        self
    }

    /// Whoever wrote the comment.
    #[must_use]
    pub fn author(mut self, author: impl OptionalLink<Actor>) -> Self {
        self.author = author.into_link();
        self
    }

    /// When the comment was taken back; left out while it can be read.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    IssueComment "IssueComment" {
        required id "id",
        required uri "self",
        optional html_url "htmlUrl",
        optional body "body",
        optional author "author",
        required created_at "createdAt",
        required updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
