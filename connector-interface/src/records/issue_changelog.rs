//! The record type `IssueChangelog`.
//!
//! Written from `schemas/schemas/records/issue-changelog.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, enumeration, record},
};

/// One change made to an issue: a field that went from one value to another.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueChangelog {
    /// The change's identifier in the tracker.
    pub id: String,
    /// Address that identifies this change.
    pub uri: Uri,
    /// What changed, in one line.
    pub title: String,
    /// The place on the issue's page that shows the change.
    pub html_url: Option<Uri>,
    /// The issue's status once the change was made.
    pub status: IssueChangelogStatus,
    /// More about the change than its title says.
    pub description: Option<String>,
    /// The value before the change, as text.
    pub from: Option<String>,
    /// The value after the change, as text.
    pub to: Option<String>,
    /// Whoever made the change.
    pub author: Option<RecordOrUri<Actor>>,
    /// When the change was made.
    pub created_at: DateTime,
    /// When the entry itself was last corrected.
    pub updated_at: Option<DateTime>,
    /// When the entry was removed from the history; left out while it is kept.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`IssueChangelog`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewIssueChangelog {
    /// The change's identifier in the tracker.
    pub id: String,
    /// Address that identifies this change.
    pub uri: Uri,
    /// What changed, in one line.
    pub title: String,
    /// The issue's status once the change was made.
    pub status: IssueChangelogStatus,
    /// When the change was made.
    pub created_at: DateTime,
}

impl IssueChangelog {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewIssueChangelog) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            title: required.title,
            html_url: None,
            status: required.status,
            description: None,
            from: None,
            to: None,
            author: None,
            created_at: required.created_at,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The place on the issue's page that shows the change.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// More about the change than its title says.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// The value before the change, as text.
    #[must_use]
    pub fn from(mut self, from: impl OptionalValue<String>) -> Self {
        self.from = from.into_value();
        self
    }

    /// The value after the change, as text.
    #[must_use]
    pub fn to(mut self, to: impl OptionalValue<String>) -> Self {
        self.to = to.into_value();
        self
    }

    /// Whoever made the change.
    #[must_use]
    pub fn author(mut self, author: impl OptionalLink<Actor>) -> Self {
        self.author = author.into_link();
        self
    }

    /// When the entry itself was last corrected.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the entry was removed from the history; left out while it is kept.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    IssueChangelog "IssueChangelog" {
        required id "id",
        required uri "self",
        required title "title",
        optional html_url "htmlUrl",
        required status "status",
        optional description "description",
        optional from "from",
        optional to "to",
        optional author "author",
        required created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

enumeration! {
    /// The issue's status once the change was made.
    IssueChangelogStatus {
        Triggered "triggered",
        Acknowledged "acknowledged",
        Resolved "resolved",
    }
}
