//! The record type `DependencyIssue`.
//!
//! Written from `schemas/schemas/records/dependency-issue.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, enumeration, record},
};

/// A problem with something the code depends on, such as a known vulnerability.
#[derive(Debug, Clone, PartialEq)]
pub struct DependencyIssue {
    /// The alert's identifier in the scanner.
    pub id: String,
    /// Address that identifies this alert in the scanner.
    pub uri: Uri,
    /// The problem in one line, often naming the package.
    pub title: String,
    /// What is wrong with the dependency and what would mend it.
    pub message: Option<String>,
    /// A value by which the scanner knows the same problem again in a later scan.
    pub fingerprint: Option<String>,
    /// Whether the problem still stands.
    pub status: Option<DependencyIssueStatus>,
    /// Why it was closed or opened again.
    pub status_details: Option<String>,
    /// When it was last closed or opened again.
    pub status_updated_at: Option<DateTime>,
    /// Whoever last closed it or opened it again.
    pub status_updated_by: Option<RecordOrUri<Actor>>,
    /// The alert as the scanner reported it, unparsed.
    pub raw_details: Option<String>,
    /// The page on which the alert can be read.
    pub html_url: Option<Uri>,
    /// When the scanner raised the alert.
    pub created_at: Option<DateTime>,
    /// When anything about the alert last changed.
    pub updated_at: Option<DateTime>,
    /// When the alert was removed from the scanner; left out while it is listed.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`DependencyIssue`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDependencyIssue {
    /// The alert's identifier in the scanner.
    pub id: String,
    /// Address that identifies this alert in the scanner.
    pub uri: Uri,
    /// The problem in one line, often naming the package.
    pub title: String,
}

impl DependencyIssue {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewDependencyIssue) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            title: required.title,
            message: None,
            fingerprint: None,
            status: None,
            status_details: None,
            status_updated_at: None,
            status_updated_by: None,
            raw_details: None,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// What is wrong with the dependency and what would mend it.
    #[must_use]
    pub fn message(mut self, message: impl OptionalValue<String>) -> Self {
        self.message = message.into_value();
        self
    }

    /// A value by which the scanner knows the same problem again in a later scan.
    #[must_use]
    pub fn fingerprint(mut self, fingerprint: impl OptionalValue<String>) -> Self {
        self.fingerprint = fingerprint.into_value();
        self
    }

    /// Whether the problem still stands.
    #[must_use]
    pub fn status(mut self, status: impl OptionalValue<DependencyIssueStatus>) -> Self {
        self.status = status.into_value();
        self
    }

    /// Why it was closed or opened again.
    #[must_use]
    pub fn status_details(mut self, status_details: impl OptionalValue<String>) -> Self {
        self.status_details = status_details.into_value();
        self
    }

    /// When it was last closed or opened again.
    #[must_use]
    pub fn status_updated_at(mut self, status_updated_at: impl OptionalValue<DateTime>) -> Self {
        self.status_updated_at = status_updated_at.into_value();
        self
    }

    /// Whoever last closed it or opened it again.
    #[must_use]
    pub fn status_updated_by(mut self, status_updated_by: impl OptionalLink<Actor>) -> Self {
        self.status_updated_by = status_updated_by.into_link();
        self
    }

    /// The alert as the scanner reported it, unparsed.
    #[must_use]
    pub fn raw_details(mut self, raw_details: impl OptionalValue<String>) -> Self {
        self.raw_details = raw_details.into_value();
        self
    }

    /// The page on which the alert can be read.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the scanner raised the alert.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When anything about the alert last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the alert was removed from the scanner; left out while it is listed.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    DependencyIssue "DependencyIssue" {
        required id "id",
        required uri "self",
        required title "title",
        optional message "message",
        optional fingerprint "fingerprint",
        optional status "status",
        optional status_details "statusDetails",
        optional status_updated_at "statusUpdatedAt",
        optional status_updated_by "statusUpdatedBy",
        optional raw_details "rawDetails",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

enumeration! {
    /// Whether the problem still stands.
    DependencyIssueStatus {
        Open "open",
        Closed "closed",
    }
}
