//! The record type `Group`.
//!
//! Written from `schemas/schemas/records/group.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, record},
};

/// A named set of people, such as a team.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The group's identifier in the service that keeps it.
    pub id: String,
    /// Address that identifies this group.
    pub uri: Uri,
    /// What the group is called.
    pub name: String,
    /// What the group does.
    pub description: Option<String>,
    /// Those who belong to the group.
    ///
    /// Address of one member: the `self` of an Actor.
    pub members: Option<Vec<Uri>>,
    /// The group's page.
    pub html_url: Option<Uri>,
    /// When the group was formed.
    pub created_at: Option<DateTime>,
    /// When its name or its members last changed.
    pub updated_at: Option<DateTime>,
    /// When the group was disbanded; left out while it exists.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Group`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewGroup {
    /// The group's identifier in the service that keeps it.
    pub id: String,
    /// Address that identifies this group.
    pub uri: Uri,
    /// What the group is called.
    pub name: String,
}

impl Group {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewGroup) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: required.name,
            description: None,
            members: None,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// What the group does.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// Those who belong to the group.
    ///
    /// Address of one member: the `self` of an Actor.
    #[must_use]
    pub fn members(mut self, members: impl OptionalValue<Vec<Uri>>) -> Self {
        self.members = members.into_value();
        self
    }

    /// The group's page.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the group was formed.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When its name or its members last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the group was disbanded; left out while it exists.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Group "Group" {
        required id "id",
        required uri "self",
        required name "name",
        optional description "description",
        optional members "members",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
