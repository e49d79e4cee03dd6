//! The record type `CalendarEvent`.
//!
//! Written from `schemas/schemas/records/calendar-event.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    DateTime, Uri,
    property::{DateOrTime, Extras, OptionalValue, RecordOrUri, enumeration, object, record},
};

/// One entry of a calendar, such as a meeting, with its span and those invited.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarEvent {
    /// The event's identifier at the provider; each occurrence of a series has its own.
    pub id: String,
    /// Address that identifies this occurrence of the event.
    pub uri: Uri,
    /// The event's headline.
    pub summary: Option<String>,
    /// Whether the event will take place: `confirmed`, `tentative`, or `cancelled`.
    pub status: Option<CalendarEventStatus>,
    /// The agenda or notes attached to the event.
    pub description: Option<String>,
    /// Where people meet: a room, a postal address, or a call link as text.
    pub location: Option<String>,
    /// Who may read the details: as the calendar says (`default`), anyone (`public`), or those invited (`private`).
    pub visibility: Option<CalendarEventVisibility>,
    /// The moment or the day on which the event begins.
    pub start: CalendarEventStart,
    /// The moment or the day on which the event is over.
    pub end: CalendarEventEnd,
    /// Address of the series that this occurrence belongs to.
    pub recurring_event: Option<Uri>,
    /// Those invited, each as far as the provider shows them.
    ///
    /// One person, room or group that was invited.
    pub attendees: Option<Vec<RecordOrUri<Actor>>>,
    /// True if the provider held back part of the guest list.
    pub attendees_omitted: Option<bool>,
    extras: Extras,
}

/// What every [`CalendarEvent`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCalendarEvent {
    /// The event's identifier at the provider; each occurrence of a series has its own.
    pub id: String,
    /// Address that identifies this occurrence of the event.
    pub uri: Uri,
    /// The moment or the day on which the event begins.
    pub start: CalendarEventStart,
    /// The moment or the day on which the event is over.
    pub end: CalendarEventEnd,
}

impl CalendarEvent {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewCalendarEvent) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            summary: None,
            status: None,
            description: None,
            location: None,
            visibility: None,
            start: required.start,
            end: required.end,
            recurring_event: None,
            attendees: None,
            attendees_omitted: None,
            extras: Extras::default(),
        }
    }

    /// The event's headline.
    #[must_use]
    pub fn summary(mut self, summary: impl OptionalValue<String>) -> Self {
        self.summary = summary.into_value();
        self
    }

    /// Whether the event will take place: `confirmed`, `tentative`, or `cancelled`.
    #[must_use]
    pub fn status(mut self, status: impl OptionalValue<CalendarEventStatus>) -> Self {
        self.status = status.into_value();
        self
    }

    /// The agenda or notes attached to the event.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// Where people meet: a room, a postal address, or a call link as text.
    #[must_use]
    pub fn location(mut self, location: impl OptionalValue<String>) -> Self {
        self.location = location.into_value();
        self
    }

    /// Who may read the details: as the calendar says (`default`), anyone (`public`), or those invited (`private`).
    #[must_use]
    pub fn visibility(mut self, visibility: impl OptionalValue<CalendarEventVisibility>) -> Self {
        self.visibility = visibility.into_value();
        self
    }

    /// Address of the series that this occurrence belongs to.
    #[must_use]
    pub fn recurring_event(mut self, recurring_event: impl OptionalValue<Uri>) -> Self {
        self.recurring_event = recurring_event.into_value();
        self
    }

    /// Those invited, each as far as the provider shows them.
    ///
    /// One person, room or group that was invited.
    #[must_use]
    pub fn attendees(mut self, attendees: impl OptionalValue<Vec<RecordOrUri<Actor>>>) -> Self {
        self.attendees = attendees.into_value();
        self
    }

    /// True if the provider held back part of the guest list.
    #[must_use]
    pub fn attendees_omitted(mut self, attendees_omitted: impl OptionalValue<bool>) -> Self {
        self.attendees_omitted = attendees_omitted.into_value();
        self
    }
}

record! {
    CalendarEvent "CalendarEvent" {
        required id "id",
        required uri "self",
        optional summary "summary",
        optional status "status",
        optional description "description",
        optional location "location",
        optional visibility "visibility",
        required start "start",
        required end "end",
        optional recurring_event "recurringEvent",
        optional attendees "attendees",
        optional attendees_omitted "attendeesOmitted",
    }
}

enumeration! {
    /// Whether the event will take place: `confirmed`, `tentative`, or `cancelled`.
    CalendarEventStatus {
        Confirmed "confirmed",
        Tentative "tentative",
        Cancelled "cancelled",
    }
}

enumeration! {
    /// Who may read the details: as the calendar says (`default`), anyone (`public`), or those invited (`private`).
    CalendarEventVisibility {
        Default "default",
        Public "public",
        Private "private",
    }
}

/// The moment or the day on which the event begins.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarEventStart {
    /// First day of an all-day event.
    pub date: Option<DateOrTime>,
    /// First moment of an event that has a time of day.
    pub date_time: Option<DateTime>,
    /// The IANA time zone in which the beginning was entered.
    pub time_zone: String,
    extras: Extras,
}

/// What every [`CalendarEventStart`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCalendarEventStart {
    /// The IANA time zone in which the beginning was entered.
    pub time_zone: String,
}

impl CalendarEventStart {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewCalendarEventStart) -> Self {
        Self { date: None, date_time: None, time_zone: required.time_zone, extras: Extras::default() }
    }

    /// First day of an all-day event.
    #[must_use]
    pub fn date(mut self, date: impl OptionalValue<DateOrTime>) -> Self {
        self.date = date.into_value();
        self
    }

    /// First moment of an event that has a time of day.
    #[must_use]
    pub fn date_time(mut self, date_time: impl OptionalValue<DateTime>) -> Self {
        self.date_time = date_time.into_value();
        self
    }
}

object! {
    CalendarEventStart {
        optional date "date",
        optional date_time "dateTime",
        required time_zone "timeZone",
    }
}

/// The moment or the day on which the event is over.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarEventEnd {
    /// The day after the last day of an all-day event.
    pub date: Option<DateOrTime>,
    /// The moment at which an event that has a time of day is over.
    pub date_time: Option<DateTime>,
    /// The IANA time zone in which the finish was entered.
    pub time_zone: String,
    extras: Extras,
}

/// What every [`CalendarEventEnd`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCalendarEventEnd {
    /// The IANA time zone in which the finish was entered.
    pub time_zone: String,
}

impl CalendarEventEnd {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewCalendarEventEnd) -> Self {
        Self { date: None, date_time: None, time_zone: required.time_zone, extras: Extras::default() }
    }

    /// The day after the last day of an all-day event.
    #[must_use]
    pub fn date(mut self, date: impl OptionalValue<DateOrTime>) -> Self {
        self.date = date.into_value();
        self
    }

    /// The moment at which an event that has a time of day is over.
    #[must_use]
    pub fn date_time(mut self, date_time: impl OptionalValue<DateTime>) -> Self {
        self.date_time = date_time.into_value();
        self
    }
}

object! {
    CalendarEventEnd {
        optional date "date",
        optional date_time "dateTime",
        required time_zone "timeZone",
    }
}
