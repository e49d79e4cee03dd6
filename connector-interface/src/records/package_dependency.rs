//! The record type `PackageDependency`.
//!
//! Written from `schemas/schemas/records/package-dependency.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Package;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, enumeration, record},
};

/// The fact that one package needs another.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageDependency {
    /// The dependency's identifier in the tool that lists it.
    pub id: String,
    /// Address that identifies this dependency.
    pub uri: Uri,
    /// The package that needs the other.
    pub package: Option<RecordOrUri<Package>>,
    /// The package that is needed, as its name and version requirement.
    pub dependency: Option<String>,
    /// Whether it is needed to run (`production`) or only to work on the package (`development`).
    pub kind: Option<PackageDependencyKind>,
    /// When the dependency was first seen.
    pub created_at: Option<DateTime>,
    /// When its requirement last changed.
    pub updated_at: Option<DateTime>,
    /// When the dependency was dropped; left out while it is needed.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`PackageDependency`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPackageDependency {
    /// The dependency's identifier in the tool that lists it.
    pub id: String,
    /// Address that identifies this dependency.
    pub uri: Uri,
}

impl PackageDependency {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewPackageDependency) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            package: None,
            dependency: None,
            kind: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The package that needs the other.
    #[must_use]
    pub fn package(mut self, package: impl OptionalLink<Package>) -> Self {
        self.package = package.into_link();
        self
    }

    /// The package that is needed, as its name and version requirement.
    #[must_use]
    pub fn dependency(mut self, dependency: impl OptionalValue<String>) -> Self {
        self.dependency = dependency.into_value();
        self
    }

    /// Whether it is needed to run (`production`) or only to work on the package (`development`).
    #[must_use]
    pub fn kind(mut self, kind: impl OptionalValue<PackageDependencyKind>) -> Self {
        self.kind = kind.into_value();
        self
    }

    /// When the dependency was first seen.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When its requirement last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the dependency was dropped; left out while it is needed.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    PackageDependency "PackageDependency" {
        required id "id",
        required uri "self",
        optional package "package",
        optional dependency "dependency",
        optional kind "kind",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

enumeration! {
    /// Whether it is needed to run (`production`) or only to work on the package (`development`).
    PackageDependencyKind {
        Development "development",
        Production "production",
    }
}
