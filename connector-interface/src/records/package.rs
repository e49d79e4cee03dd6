//! The record type `Package`.
//!
//! Written from `schemas/schemas/records/package.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, enumeration, record},
};

/// A published piece of software in one version, such as a gem or an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The package's identifier in its registry.
    pub id: String,
    /// Address that identifies this package.
    pub uri: Uri,
    /// The name under which it is published.
    pub name: Option<String>,
    /// The published version.
    pub version: Option<String>,
    /// The licence it is published under, best as an SPDX expression.
    pub license: Option<String>,
    /// The kind of registry it belongs to.
    pub package_type: Option<PackageType>,
    /// Whoever published it.
    pub creator: Option<RecordOrUri<Actor>>,
    /// When it was published.
    pub created_at: Option<DateTime>,
    /// When its entry in the registry last changed.
    pub updated_at: Option<DateTime>,
    /// When it was withdrawn from the registry; left out while it can be fetched.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Package`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPackage {
    /// The package's identifier in its registry.
    pub id: String,
    /// Address that identifies this package.
    pub uri: Uri,
}

impl Package {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewPackage) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: None,
            version: None,
            license: None,
            package_type: None,
            creator: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The name under which it is published.
    #[must_use]
    pub fn name(mut self, name: impl OptionalValue<String>) -> Self {
        self.name = name.into_value();
        self
    }

    /// The published version.
    #[must_use]
    pub fn version(mut self, version: impl OptionalValue<String>) -> Self {
        self.version = version.into_value();
        self
    }

    /// The licence it is published under, best as an SPDX expression.
    #[must_use]
    pub fn license(mut self, license: impl OptionalValue<String>) -> Self {
        self.license = license.into_value();
        self
    }

    /// The kind of registry it belongs to.
    #[must_use]
    pub fn package_type(mut self, package_type: impl OptionalValue<PackageType>) -> Self {
        self.package_type = package_type.into_value();
        self
    }

    /// Whoever published it.
    #[must_use]
    pub fn creator(mut self, creator: impl OptionalLink<Actor>) -> Self {
        self.creator = creator.into_link();
        self
    }

    /// When it was published.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When its entry in the registry last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When it was withdrawn from the registry; left out while it can be fetched.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Package "Package" {
        required id "id",
        required uri "self",
        optional name "name",
        optional version "version",
        optional license "license",
        optional package_type "packageType",
        optional creator "creator",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

enumeration! {
    /// The kind of registry it belongs to.
    PackageType {
        Gem "gem",
        Docker "docker",
    }
}
