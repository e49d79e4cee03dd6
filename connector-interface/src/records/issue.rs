//! The record type `Issue`.
//!
//! Written from `schemas/schemas/records/issue.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, enumeration, record},
};

/// A piece of work or a problem, tracked until it is resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// The issue's identifier in the tracker.
    pub id: String,
    /// Address that identifies this issue in the tracker.
    pub uri: Uri,
    /// The issue in one line.
    pub title: String,
    /// The page on which the issue is discussed.
    pub html_url: Option<Uri>,
    /// Whether the issue is open (`triggered`), taken up (`acknowledged`), or done (`resolved`).
    pub status: IssueStatus,
    /// The issue's full text.
    pub description: Option<String>,
    /// The moment by which the issue should be done.
    pub due_on: Option<DateTime>,
    /// When the issue was filed.
    pub created_at: DateTime,
    /// When the issue was done.
    pub resolved_at: Option<DateTime>,
    /// When anything about the issue last changed.
    pub updated_at: Option<DateTime>,
    /// When the issue was removed from the tracker; left out while it is kept.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Issue`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewIssue {
    /// The issue's identifier in the tracker.
    pub id: String,
    /// Address that identifies this issue in the tracker.
    pub uri: Uri,
    /// The issue in one line.
    pub title: String,
    /// Whether the issue is open (`triggered`), taken up (`acknowledged`), or done (`resolved`).
    pub status: IssueStatus,
    /// When the issue was filed.
    pub created_at: DateTime,
}

impl Issue {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewIssue) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            title: required.title,
            html_url: None,
            status: required.status,
            description: None,
            due_on: None,
            created_at: required.created_at,
            resolved_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The page on which the issue is discussed.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// The issue's full text.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// The moment by which the issue should be done.
    #[must_use]
    pub fn due_on(mut self, due_on: impl OptionalValue<DateTime>) -> Self {
        self.due_on = due_on.into_value();
        self
    }

    /// When the issue was done.
    #[must_use]
    pub fn resolved_at(mut self, resolved_at: impl OptionalValue<DateTime>) -> Self {
        self.resolved_at = resolved_at.into_value();
        self
    }

    /// When anything about the issue last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the issue was removed from the tracker; left out while it is kept.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Issue "Issue" {
        required id "id",
        required uri "self",
        required title "title",
        optional html_url "htmlUrl",
        required status "status",
        optional description "description",
        optional due_on "dueOn",
        required created_at "createdAt",
        optional resolved_at "resolvedAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

enumeration! {
    /// Whether the issue is open (`triggered`), taken up (`acknowledged`), or done (`resolved`).
    IssueStatus {
        Triggered "triggered",
        Acknowledged "acknowledged",
        Resolved "resolved",
    }
}
