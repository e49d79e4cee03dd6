//! The record type `ReleaseStage`.
//!
//! Written from `schemas/schemas/records/release-stage.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, record},
};

/// A channel through which releases reach their users, such as beta or stable.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseStage {
    /// The stage's identifier in the tool that releases.
    pub id: String,
    /// Address that identifies this stage.
    pub uri: Uri,
    /// Address of the registry that serves the stage.
    pub package_repository: Option<Uri>,
    /// What the stage is called, such as `stable`.
    pub channel: Option<String>,
    /// The page that lists what the stage offers.
    pub html_url: Option<Uri>,
    /// When the stage was opened.
    pub created_at: Option<DateTime>,
    /// When its settings last changed.
    pub updated_at: Option<DateTime>,
    /// When the stage was closed; left out while it serves.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`ReleaseStage`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReleaseStage {
    /// The stage's identifier in the tool that releases.
    pub id: String,
    /// Address that identifies this stage.
    pub uri: Uri,
}

impl ReleaseStage {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewReleaseStage) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            package_repository: None,
            channel: None,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// Address of the registry that serves the stage.
    #[must_use]
    pub fn package_repository(mut self, package_repository: impl OptionalValue<Uri>) -> Self {
        self.package_repository = package_repository.into_value();
        self
    }

    /// What the stage is called, such as `stable`.
    #[must_use]
    pub fn channel(mut self, channel: impl OptionalValue<String>) -> Self {
        self.channel = channel.into_value();
        self
    }

    /// The page that lists what the stage offers.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the stage was opened.
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

    /// When the stage was closed; left out while it serves.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    ReleaseStage "ReleaseStage" {
        required id "id",
        required uri "self",
        optional package_repository "packageRepository",
        optional channel "channel",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
