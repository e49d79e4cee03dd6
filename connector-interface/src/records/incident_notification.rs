//! The record type `IncidentNotification`.
//!
//! Written from `schemas/schemas/records/incident-notification.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Incident;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, RecordOrUri, enumeration, record},
};

/// A message sent to tell someone about an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentNotification {
    /// The notification's identifier in the alerting tool.
    pub id: String,
    /// Address that identifies this notification.
    pub uri: Uri,
    /// The incident that the message is about.
    pub incident: RecordOrUri<Incident>,
    /// Whom the message was meant for, as the alerting tool writes it.
    pub recipient: Option<String>,
    /// The way the message took.
    pub kind: IncidentNotificationKind,
    /// When the message was sent.
    pub created_at: DateTime,
    /// When its delivery status last changed.
    pub updated_at: Option<DateTime>,
    /// When the notification was removed from the log; left out while it is kept.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`IncidentNotification`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewIncidentNotification {
    /// The notification's identifier in the alerting tool.
    pub id: String,
    /// Address that identifies this notification.
    pub uri: Uri,
    /// The incident that the message is about.
    pub incident: RecordOrUri<Incident>,
    /// The way the message took.
    pub kind: IncidentNotificationKind,
    /// When the message was sent.
    pub created_at: DateTime,
}

impl IncidentNotification {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewIncidentNotification) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            incident: required.incident,
            recipient: None,
            kind: required.kind,
            created_at: required.created_at,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// Whom the message was meant for, as the alerting tool writes it.
    #[must_use]
    pub fn recipient(mut self, recipient: impl OptionalValue<String>) -> Self {
        self.recipient = recipient.into_value();
        self
    }

    /// When its delivery status last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the notification was removed from the log; left out while it is kept.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    IncidentNotification "IncidentNotification" {
        required id "id",
        required uri "self",
        required incident "incident",
        optional recipient "recipient",
        required kind "kind",
        required created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

enumeration! {
    /// The way the message took.
    IncidentNotificationKind {
        Phone "phone",
        Email "email",
        Text "text",
        Push "push",
    }
}
