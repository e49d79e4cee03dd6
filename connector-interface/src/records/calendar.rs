//! The record type `Calendar`.
//!
//! Written from `schemas/schemas/records/calendar.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    Uri,
    property::{Extras, OptionalValue, record},
};

/// A calendar whose events say how people spend their time.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// The calendar's identifier at the provider, often an e-mail address.
    pub id: String,
    /// Address that identifies this calendar at the provider.
    pub uri: Uri,
    /// The name shown above the calendar.
    pub title: String,
    /// What the owner wrote about the calendar's purpose.
    pub description: Option<String>,
    /// The IANA time zone in which the calendar shows its events, such as `Europe/Lisbon`.
    pub time_zone: Option<String>,
    extras: Extras,
}

/// What every [`Calendar`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCalendar {
    /// The calendar's identifier at the provider, often an e-mail address.
    pub id: String,
    /// Address that identifies this calendar at the provider.
    pub uri: Uri,
    /// The name shown above the calendar.
    pub title: String,
}

impl Calendar {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewCalendar) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            title: required.title,
            description: None,
            time_zone: None,
            extras: Extras::default(),
        }
    }

    /// What the owner wrote about the calendar's purpose.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// The IANA time zone in which the calendar shows its events, such as `Europe/Lisbon`.
    #[must_use]
    pub fn time_zone(mut self, time_zone: impl OptionalValue<String>) -> Self {
        self.time_zone = time_zone.into_value();
        self
    }
}

record! {
    Calendar "Calendar" {
        required id "id",
        required uri "self",
        required title "title",
        optional description "description",
        optional time_zone "timeZone",
    }
}
