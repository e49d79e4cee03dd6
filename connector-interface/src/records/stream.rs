//! The record type `Stream`.
//!
//! Written from `schemas/schemas/records/stream.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    Uri,
    property::{Extras, OptionalValue, record},
};

/// A part of an integration's data that an operator can choose to sync, such as one repository.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamRecord {
    /// The stream's identifier, by which an operator names it to the runner.
    pub id: String,
    /// Address that identifies the stream at the integration.
    pub uri: Uri,
    /// What the stream is called in a list to choose from.
    pub name: String,
    /// The page at the integration that shows what the stream holds.
    pub html_url: Option<Uri>,
    /// What syncing the stream brings in.
    pub description: Option<String>,
    /// Address of the record that the stream stands for: the `self` of a Repository, for instance.
    pub record: Option<Uri>,
    /// The type of the record that the stream stands for, such as `Repository`.
    pub record_type: Option<String>,
    /// True if the stream is already chosen for syncing.
    pub subscribed: Option<bool>,
    extras: Extras,
}

/// What every [`StreamRecord`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewStreamRecord {
    /// The stream's identifier, by which an operator names it to the runner.
    pub id: String,
    /// Address that identifies the stream at the integration.
    pub uri: Uri,
    /// What the stream is called in a list to choose from.
    pub name: String,
}

impl StreamRecord {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewStreamRecord) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: required.name,
            html_url: None,
            description: None,
            record: None,
            record_type: None,
            subscribed: None,
            extras: Extras::default(),
        }
    }

    /// The page at the integration that shows what the stream holds.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// What syncing the stream brings in.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// Address of the record that the stream stands for: the `self` of a Repository, for instance.
    #[must_use]
    pub fn record(mut self, record: impl OptionalValue<Uri>) -> Self {
        self.record = record.into_value();
        self
    }

    /// The type of the record that the stream stands for, such as `Repository`.
    #[must_use]
    pub fn record_type(mut self, record_type: impl OptionalValue<String>) -> Self {
        self.record_type = record_type.into_value();
        self
    }

    /// True if the stream is already chosen for syncing.
    #[must_use]
    pub fn subscribed(mut self, subscribed: impl OptionalValue<bool>) -> Self {
        self.subscribed = subscribed.into_value();
        self
    }
}

record! {
    StreamRecord "Stream" {
        required id "id",
        required uri "self",
        required name "name",
        optional html_url "htmlUrl",
        optional description "description",
        optional record "record",
        optional record_type "recordType",
        optional subscribed "subscribed",
    }
}
