//! The record type `FeatureFlag`.
//!
//! Written from `schemas/schemas/records/feature-flag.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, record},
};

/// A switch that turns part of a program on or off without a deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureFlag {
    /// The flag's identifier in the flag service.
    pub id: String,
    /// Address that identifies this flag in the flag service.
    pub uri: Uri,
    /// The flag's readable name.
    pub name: String,
    /// What the flag answers with, in the service's words, such as `boolean` or `multivariate`.
    pub kind: Option<String>,
    /// The word by which program code asks for the flag.
    pub key: Option<String>,
    /// True if the flag is meant to be removed once its feature is out.
    pub temporary: Option<bool>,
    /// Whoever answers for the flag.
    pub maintainer: Option<RecordOrUri<Actor>>,
    /// The flag's page in the flag service.
    pub html_url: Option<Uri>,
    /// When the flag was set up.
    pub created_at: Option<DateTime>,
    /// When the flag's settings last changed.
    pub updated_at: Option<DateTime>,
    /// When the flag was removed; left out while code may ask for it.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`FeatureFlag`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFeatureFlag {
    /// The flag's identifier in the flag service.
    pub id: String,
    /// Address that identifies this flag in the flag service.
    pub uri: Uri,
    /// The flag's readable name.
    pub name: String,
}

impl FeatureFlag {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewFeatureFlag) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: required.name,
            kind: None,
            key: None,
            temporary: None,
            maintainer: None,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// What the flag answers with, in the service's words, such as `boolean` or `multivariate`.
    #[must_use]
    pub fn kind(mut self, kind: impl OptionalValue<String>) -> Self {
        self.kind = kind.into_value();
        self
    }

    /// The word by which program code asks for the flag.
    #[must_use]
    pub fn key(mut self, key: impl OptionalValue<String>) -> Self {
        self.key = key.into_value();
        self
    }

    /// True if the flag is meant to be removed once its feature is out.
    #[must_use]
    pub fn temporary(mut self, temporary: impl OptionalValue<bool>) -> Self {
        self.temporary = temporary.into_value();
        self
    }

    /// Whoever answers for the flag.
    #[must_use]
    pub fn maintainer(mut self, maintainer: impl OptionalLink<Actor>) -> Self {
        self.maintainer = maintainer.into_link();
        self
    }

    /// The flag's page in the flag service.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the flag was set up.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the flag's settings last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the flag was removed; left out while code may ask for it.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    FeatureFlag "FeatureFlag" {
        required id "id",
        required uri "self",
        required name "name",
        optional kind "kind",
        optional key "key",
        optional temporary "temporary",
        optional maintainer "maintainer",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
