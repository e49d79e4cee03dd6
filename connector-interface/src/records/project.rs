//! The record type `Project`.
//!
//! Written from `schemas/schemas/records/project.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, record},
};

/// A named undertaking under which a tracker gathers its issues.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The project's identifier in the tracker.
    pub id: String,
    /// Address that identifies this project in the tracker.
    pub uri: Uri,
    /// What the project is called.
    pub name: Option<String>,
    /// What the project is to achieve.
    pub description: Option<String>,
    /// When the project was opened in the tracker.
    pub created_at: DateTime,
    /// When the project's own details last changed.
    pub updated_at: DateTime,
    /// When the project was removed from the tracker; left out while it is listed.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Project`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewProject {
    /// The project's identifier in the tracker.
    pub id: String,
    /// Address that identifies this project in the tracker.
    pub uri: Uri,
    /// When the project was opened in the tracker.
    pub created_at: DateTime,
    /// When the project's own details last changed.
    pub updated_at: DateTime,
}

impl Project {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewProject) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: None,
            description: None,
            created_at: required.created_at,
            updated_at: required.updated_at,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// What the project is called.
    #[must_use]
    pub fn name(mut self, name: impl OptionalValue<String>) -> Self {
        self.name = name.into_value();
        self
    }

    /// What the project is to achieve.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// When the project was removed from the tracker; left out while it is listed.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Project "Project" {
        required id "id",
        required uri "self",
        optional name "name",
        optional description "description",
        required created_at "createdAt",
        required updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
