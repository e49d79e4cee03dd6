//! The record type `IssuePriority`.
//!
//! Written from `schemas/schemas/records/issue-priority.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Project;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, RecordOrUri, record},
};

/// One level of urgency that a project gives to its issues.
#[derive(Debug, Clone, PartialEq)]
pub struct IssuePriority {
    /// The level's identifier in the tracker.
    pub id: String,
    /// Address that identifies this level.
    pub uri: Uri,
    /// The project that uses the level.
    pub project: RecordOrUri<Project>,
    /// The picture that marks issues of this level.
    pub icon_url: Option<Uri>,
    /// What the level is called, such as `Blocker`.
    pub name: Option<String>,
    /// The colour that marks issues of this level, as the tracker writes it.
    pub status_color: Option<String>,
    /// When to choose this level.
    pub description: Option<String>,
    /// When the level was introduced.
    pub created_at: DateTime,
    /// When the level was last renamed or restyled.
    pub updated_at: DateTime,
    /// When the level was abolished; left out while it can be chosen.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`IssuePriority`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewIssuePriority {
    /// The level's identifier in the tracker.
    pub id: String,
    /// Address that identifies this level.
    pub uri: Uri,
    /// The project that uses the level.
    pub project: RecordOrUri<Project>,
    /// When the level was introduced.
    pub created_at: DateTime,
    /// When the level was last renamed or restyled.
    pub updated_at: DateTime,
}

impl IssuePriority {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewIssuePriority) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            project: required.project,
            icon_url: None,
            name: None,
            status_color: None,
            description: None,
            created_at: required.created_at,
            updated_at: required.updated_at,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The picture that marks issues of this level.
    #[must_use]
    pub fn icon_url(mut self, icon_url: impl OptionalValue<Uri>) -> Self {
        self.icon_url = icon_url.into_value();
        self
    }

    /// What the level is called, such as `Blocker`.
    #[must_use]
    pub fn name(mut self, name: impl OptionalValue<String>) -> Self {
        self.name = name.into_value();
        self
    }

    /// The colour that marks issues of this level, as the tracker writes it.
    #[must_use]
    pub fn status_color(mut self, status_color: impl OptionalValue<String>) -> Self {
        self.status_color = status_color.into_value();
        self
    }

    /// When to choose this level.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// When the level was abolished; left out while it can be chosen.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    IssuePriority "IssuePriority" {
        required id "id",
        required uri "self",
        required project "project",
        optional icon_url "iconUrl",
        optional name "name",
        optional status_color "statusColor",
        optional description "description",
        required created_at "createdAt",
        required updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
