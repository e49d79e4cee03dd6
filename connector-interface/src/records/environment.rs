//! The record type `Environment`.
//!
//! Written from `schemas/schemas/records/environment.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, record},
};

/// A place in which deployed code runs, such as staging or production.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// The environment's identifier in the tool that deploys to it.
    pub id: String,
    /// Address that identifies this environment.
    pub uri: Uri,
    /// What the environment is called.
    pub name: String,
    /// What the environment is used for.
    pub description: Option<String>,
    /// True if it is set up for a while only, such as a preview of one pull request.
    pub transient: Option<bool>,
    /// True if it serves the real users.
    pub production: Option<bool>,
    /// The page about the environment, or the address at which it serves.
    pub html_url: Option<Uri>,
    /// When the environment was set up.
    pub created_at: Option<DateTime>,
    /// When its settings last changed.
    pub updated_at: Option<DateTime>,
    /// When the environment was torn down; left out while it stands.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Environment`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEnvironment {
    /// The environment's identifier in the tool that deploys to it.
    pub id: String,
    /// Address that identifies this environment.
    pub uri: Uri,
    /// What the environment is called.
    pub name: String,
}

impl Environment {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewEnvironment) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: required.name,
            description: None,
            transient: None,
            production: None,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// What the environment is used for.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// True if it is set up for a while only, such as a preview of one pull request.
    #[must_use]
    pub fn transient(mut self, transient: impl OptionalValue<bool>) -> Self {
        self.transient = transient.into_value();
        self
    }

    /// True if it serves the real users.
    #[must_use]
    pub fn production(mut self, production: impl OptionalValue<bool>) -> Self {
        self.production = production.into_value();
        self
    }

    /// The page about the environment, or the address at which it serves.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the environment was set up.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When its settings last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the environment was torn down; left out while it stands.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Environment "Environment" {
        required id "id",
        required uri "self",
        required name "name",
        optional description "description",
        optional transient "transient",
        optional production "production",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
