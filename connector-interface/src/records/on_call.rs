//! The record type `OnCall`.
//!
//! Written from `schemas/schemas/records/on-call.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, object, record},
};

/// A span of time in which someone answers for a service.
#[derive(Debug, Clone, PartialEq)]
pub struct OnCall {
    /// The shift's identifier in the alerting tool.
    pub id: String,
    /// Address that identifies this shift.
    pub uri: Uri,
    /// Whoever is on call.
    pub actor: Option<RecordOrUri<Actor>>,
    /// The rota that put them on call.
    pub schedule: Option<OnCallSchedule>,
    /// The rule that says who is called, and in which order.
    pub escalation_policy: Option<OnCallEscalationPolicy>,
    /// The position in the order of calls, as text; `1` is called first.
    pub escalation_level: Option<String>,
    /// When the shift begins.
    pub start: Option<DateTime>,
    /// When the shift is over; left out for one without an end.
    pub end: Option<DateTime>,
    /// When the shift was entered.
    pub created_at: Option<DateTime>,
    /// When the shift was last moved or handed over.
    pub updated_at: Option<DateTime>,
    /// When the shift was struck from the rota; left out while it stands.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`OnCall`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOnCall {
    /// The shift's identifier in the alerting tool.
    pub id: String,
    /// Address that identifies this shift.
    pub uri: Uri,
}

impl OnCall {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewOnCall) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            actor: None,
            schedule: None,
            escalation_policy: None,
            escalation_level: None,
            start: None,
            end: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// Whoever is on call.
    #[must_use]
    pub fn actor(mut self, actor: impl OptionalLink<Actor>) -> Self {
        self.actor = actor.into_link();
        self
    }

    /// The rota that put them on call.
    #[must_use]
    pub fn schedule(mut self, schedule: impl OptionalValue<OnCallSchedule>) -> Self {
        self.schedule = schedule.into_value();
        self
    }

    /// The rule that says who is called, and in which order.
    #[must_use]
    pub fn escalation_policy(
        mut self,
        escalation_policy: impl OptionalValue<OnCallEscalationPolicy>,
    ) -> Self {
        self.escalation_policy = escalation_policy.into_value();
        self
    }

    /// The position in the order of calls, as text; `1` is called first.
    #[must_use]
    pub fn escalation_level(mut self, escalation_level: impl OptionalValue<String>) -> Self {
        self.escalation_level = escalation_level.into_value();
        self
    }

    /// When the shift begins.
    #[must_use]
    pub fn start(mut self, start: impl OptionalValue<DateTime>) -> Self {
        self.start = start.into_value();
        self
    }

    /// When the shift is over; left out for one without an end.
    #[must_use]
    pub fn end(mut self, end: impl OptionalValue<DateTime>) -> Self {
        self.end = end.into_value();
        self
    }

    /// When the shift was entered.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the shift was last moved or handed over.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the shift was struck from the rota; left out while it stands.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    OnCall "OnCall" {
        required id "id",
        required uri "self",
        optional actor "actor",
        optional schedule "schedule",
        optional escalation_policy "escalationPolicy",
        optional escalation_level "escalationLevel",
        optional start "start",
        optional end "end",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

/// The rota that put them on call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OnCallSchedule {
    /// The rota's identifier in the alerting tool.
    pub id: Option<String>,
    /// What the rota is called.
    pub name: Option<String>,
    /// The rota's page.
    pub html_url: Option<Uri>,
    extras: Extras,
}

impl OnCallSchedule {
    /// One without any property yet; the other methods set them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The rota's identifier in the alerting tool.
    #[must_use]
    pub fn id(mut self, id: impl OptionalValue<String>) -> Self {
        self.id = id.into_value();
        self
    }

    /// What the rota is called.
    #[must_use]
    pub fn name(mut self, name: impl OptionalValue<String>) -> Self {
        self.name = name.into_value();
        self
    }

    /// The rota's page.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }
}

object! {
    OnCallSchedule {
        optional id "id",
        optional name "name",
        optional html_url "htmlUrl",
    }
}

/// The rule that says who is called, and in which order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OnCallEscalationPolicy {
    /// The rule's identifier in the alerting tool.
    pub id: Option<String>,
    /// What the rule is called.
    pub name: Option<String>,
    /// The rule's page.
    pub html_url: Option<Uri>,
    extras: Extras,
}

impl OnCallEscalationPolicy {
    /// One without any property yet; the other methods set them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The rule's identifier in the alerting tool.
    #[must_use]
    pub fn id(mut self, id: impl OptionalValue<String>) -> Self {
        self.id = id.into_value();
        self
    }

    /// What the rule is called.
    #[must_use]
    pub fn name(mut self, name: impl OptionalValue<String>) -> Self {
        self.name = name.into_value();
        self
    }

    /// The rule's page.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }
}

object! {
    OnCallEscalationPolicy {
        optional id "id",
        optional name "name",
        optional html_url "htmlUrl",
    }
}
