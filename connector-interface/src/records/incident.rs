//! The record type `Incident`.
//!
//! Written from `schemas/schemas/records/incident.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, enumeration, record},
};

/// A disruption of a service that someone was called about.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// The incident's identifier in the alerting tool.
    pub id: String,
    /// Address that identifies this incident in the alerting tool.
    pub uri: Uri,
    /// The incident in one line.
    pub title: String,
    /// The page on which responders follow the incident.
    pub html_url: Option<Uri>,
    /// The incident's running number within the account, as people quote it.
    pub number: Option<i64>,
    /// Whether it waits for someone (`triggered`), is in hand (`acknowledged`), or is over (`resolved`).
    pub status: IncidentStatus,
    /// When the incident was opened.
    pub created_at: DateTime,
    /// When the incident last changed.
    pub updated_at: Option<DateTime>,
    /// When the incident was removed from the tool; left out while it is kept.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Incident`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewIncident {
    /// The incident's identifier in the alerting tool.
    pub id: String,
    /// Address that identifies this incident in the alerting tool.
    pub uri: Uri,
    /// The incident in one line.
    pub title: String,
    /// Whether it waits for someone (`triggered`), is in hand (`acknowledged`), or is over (`resolved`).
    pub status: IncidentStatus,
    /// When the incident was opened.
    pub created_at: DateTime,
}

impl Incident {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewIncident) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            title: required.title,
            html_url: None,
            number: None,
            status: required.status,
            created_at: required.created_at,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The page on which responders follow the incident.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// The incident's running number within the account, as people quote it.
    #[must_use]
    pub fn number(mut self, number: impl OptionalValue<i64>) -> Self {
        self.number = number.into_value();
        self
    }

    /// When the incident last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the incident was removed from the tool; left out while it is kept.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Incident "Incident" {
        required id "id",
        required uri "self",
        required title "title",
        optional html_url "htmlUrl",
        optional number "number",
        required status "status",
        required created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

enumeration! {
    /// Whether it waits for someone (`triggered`), is in hand (`acknowledged`), or is over (`resolved`).
    IncidentStatus {
        Triggered "triggered",
        Acknowledged "acknowledged",
        Resolved "resolved",
    }
}
