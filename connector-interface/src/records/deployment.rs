//! The record type `Deployment`.
//!
//! Written from `schemas/schemas/records/deployment.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::{Actor, Environment, Package};
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, record},
};

/// The act of putting a version of the code into an environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// The deployment's identifier in the tool that carried it out.
    pub id: String,
    /// Address that identifies this deployment.
    pub uri: Uri,
    /// Where the version runs now.
    pub environment: Option<RecordOrUri<Environment>>,
    /// Where the version was meant to go at first, if it was moved since.
    pub original_environment: Option<RecordOrUri<Environment>>,
    /// Object name of the commit that was deployed.
    pub commit_oid: Option<String>,
    /// The branch that the deployed commit was taken from.
    pub branch: Option<String>,
    /// The deployed version as people name it, such as `2.14.0`.
    pub version: Option<String>,
    /// What was shipped.
    ///
    /// One artefact that was part of the deployment.
    pub packages: Option<Vec<RecordOrUri<Package>>>,
    /// Whoever started the deployment.
    pub creator: Option<RecordOrUri<Actor>>,
    /// The page about the deployment.
    pub html_url: Option<Uri>,
    /// Address at which the tool tells how the deployment went.
    pub status_url: Option<Uri>,
    /// When the deployment was started.
    pub created_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Deployment`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDeployment {
    /// The deployment's identifier in the tool that carried it out.
    pub id: String,
    /// Address that identifies this deployment.
    pub uri: Uri,
}

impl Deployment {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewDeployment) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            environment: None,
            original_environment: None,
            commit_oid: None,
            branch: None,
            version: None,
            packages: None,
            creator: None,
            html_url: None,
            status_url: None,
            created_at: None,
            extras: Extras::default(),
        }
    }

    /// Where the version runs now.
    #[must_use]
    pub fn environment(mut self, environment: impl OptionalLink<Environment>) -> Self {
        self.environment = environment.into_link();
        self
    }

    /// Where the version was meant to go at first, if it was moved since.
    #[must_use]
    pub fn original_environment(mut self, original_environment: impl OptionalLink<Environment>) -> Self {
        self.original_environment = original_environment.into_link();
        self
    }

    /// Object name of the commit that was deployed.
    #[must_use]
    pub fn commit_oid(mut self, commit_oid: impl OptionalValue<String>) -> Self {
        self.commit_oid = commit_oid.into_value();
        self
    }

    /// The branch that the deployed commit was taken from.
    #[must_use]
    pub fn branch(mut self, branch: impl OptionalValue<String>) -> Self {
        self.branch = branch.into_value();
        self
    }

    /// The deployed version as people name it, such as `2.14.0`.
    #[must_use]
    pub fn version(mut self, version: impl OptionalValue<String>) -> Self {
        self.version = version.into_value();
        self
    }

    /// What was shipped.
    ///
    /// One artefact that was part of the deployment.
    #[must_use]
    pub fn packages(mut self, packages: impl OptionalValue<Vec<RecordOrUri<Package>>>) -> Self {
        self.packages = packages.into_value();
        self
    }

    /// Whoever started the deployment.
    #[must_use]
    pub fn creator(mut self, creator: impl OptionalLink<Actor>) -> Self {
        self.creator = creator.into_link();
        self
    }

    /// The page about the deployment.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// Address at which the tool tells how the deployment went.
    #[must_use]
    pub fn status_url(mut self, status_url: impl OptionalValue<Uri>) -> Self {
        self.status_url = status_url.into_value();
        self
    }

    /// When the deployment was started.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }
}

record! {
    Deployment "Deployment" {
        required id "id",
        required uri "self",
        optional environment "environment",
        optional original_environment "originalEnvironment",
        optional commit_oid "commitOid",
        optional branch "branch",
        optional version "version",
        optional packages "packages",
        optional creator "creator",
        optional html_url "htmlUrl",
        optional status_url "statusUrl",
        optional created_at "createdAt",
    }
}
