//! The record type `Component`.
//!
//! Written from `schemas/schemas/records/component.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, record},
};

/// A part of a code base, kept as a set of files that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// The component's identifier in the tool that draws the boundaries.
    pub id: String,
    /// Address that identifies this component.
    pub uri: Uri,
    /// What the part is called, such as `billing`.
    pub name: String,
    /// What the part is responsible for.
    pub description: Option<String>,
    /// When the component was marked out.
    pub created_at: Option<DateTime>,
    /// When its name or its set of files last changed.
    pub updated_at: Option<DateTime>,
    /// When the component was dissolved; left out while it stands.
    pub deleted_at: Option<DateTime>,
    /// The files that make up the component.
    ///
    /// Path of one file, relative to the root of the repository.
    pub files: Vec<String>,
    extras: Extras,
}

/// What every [`Component`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewComponent {
    /// The component's identifier in the tool that draws the boundaries.
    pub id: String,
    /// Address that identifies this component.
    pub uri: Uri,
    /// What the part is called, such as `billing`.
    pub name: String,
    /// The files that make up the component.
    ///
    /// Path of one file, relative to the root of the repository.
    pub files: Vec<String>,
}

impl Component {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewComponent) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: required.name,
            description: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            files: required.files,
            extras: Extras::default(),
        }
    }

    /// What the part is responsible for.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// When the component was marked out.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When its name or its set of files last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the component was dissolved; left out while it stands.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Component "Component" {
        required id "id",
        required uri "self",
        required name "name",
        optional description "description",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
        required files "files",
    }
}
