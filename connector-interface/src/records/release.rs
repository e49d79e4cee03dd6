//! The record type `Release`.
//!
//! Written from `schemas/schemas/records/release.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Package;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, record},
};

/// A package's step into a stage in which others may use it.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// The release's identifier in the tool that made it.
    pub id: String,
    /// Address that identifies this release.
    pub uri: Uri,
    /// What was released.
    pub package: Option<RecordOrUri<Package>>,
    /// The stage it was released to, by name or by the `self` of a ReleaseStage.
    pub release_stage: Option<String>,
    /// The page with the release notes.
    pub html_url: Option<Uri>,
    /// When the release was made.
    pub created_at: Option<DateTime>,
    /// When the release or its notes last changed.
    pub updated_at: Option<DateTime>,
    /// When the release was called back; left out while it stands.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Release`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRelease {
    /// The release's identifier in the tool that made it.
    pub id: String,
    /// Address that identifies this release.
    pub uri: Uri,
}

impl Release {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewRelease) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            package: None,
            release_stage: None,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// What was released.
    #[must_use]
    pub fn package(mut self, package: impl OptionalLink<Package>) -> Self {
        self.package = package.into_link();
        self
    }

    /// The stage it was released to, by name or by the `self` of a ReleaseStage.
    #[must_use]
    pub fn release_stage(mut self, release_stage: impl OptionalValue<String>) -> Self {
        self.release_stage = release_stage.into_value();
        self
    }

    /// The page with the release notes.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the release was made.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the release or its notes last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the release was called back; left out while it stands.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Release "Release" {
        required id "id",
        required uri "self",
        optional package "package",
        optional release_stage "releaseStage",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
