//! The record type `Application`.
//!
//! Written from `schemas/schemas/records/application.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, record},
};

/// A program or service that a team runs, as an inventory or a monitoring tool knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// The application's identifier in the tool that lists it.
    pub id: String,
    /// Address that identifies this application in that tool.
    pub uri: Uri,
    /// The name the team calls the application by.
    pub name: String,
    /// What the application does, in the words of those who run it.
    pub description: Option<String>,
    /// When the application was entered into the tool.
    pub created_at: Option<DateTime>,
    /// When its entry was last edited.
    pub updated_at: Option<DateTime>,
    /// When the application was retired from the tool; left out while it is listed.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Application`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewApplication {
    /// The application's identifier in the tool that lists it.
    pub id: String,
    /// Address that identifies this application in that tool.
    pub uri: Uri,
    /// The name the team calls the application by.
    pub name: String,
}

impl Application {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewApplication) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: required.name,
            description: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// What the application does, in the words of those who run it.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// When the application was entered into the tool.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When its entry was last edited.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the application was retired from the tool; left out while it is listed.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Application "Application" {
        required id "id",
        required uri "self",
        required name "name",
        optional description "description",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
