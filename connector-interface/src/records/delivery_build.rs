//! The record type `DeliveryBuild`.
//!
//! Written from `schemas/schemas/records/delivery-build.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::{DeliveryWorkflow, Repository};
use crate::{
    DateTime, Uri,
    property::{Extras, Nullable, OptionalLink, OptionalValue, RecordOrUri, enumeration, record},
};

/// One run of a delivery pipeline for one commit.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryBuild {
    /// The run's identifier in the CI system.
    pub id: String,
    /// Address that identifies this run in the CI system.
    pub uri: Uri,
    /// The run's number within its project, as people quote it.
    pub number: Option<i64>,
    /// The definition that the run followed.
    pub workflow: Option<RecordOrUri<DeliveryWorkflow>>,
    /// The repository whose code was built.
    pub repository: RecordOrUri<Repository>,
    /// How far the run has come: waiting (`created`), under way (`running`), or ended (`errored`, `complete`,
    /// `canceled`).
    pub state: DeliveryBuildState,
    /// Object name of the commit that was built.
    pub commit_oid: String,
    /// The branch that the run was started for.
    pub branch: Option<String>,
    /// The run's page in the CI system.
    pub html_url: Option<Uri>,
    /// When the run was asked for.
    pub created_at: Option<DateTime>,
    /// When the run last changed its state; null if the CI system does not say.
    pub updated_at: Nullable<DateTime>,
    /// When the run ended; null while it goes on.
    pub finished_at: Nullable<DateTime>,
    /// When the run was removed from the CI system; null or left out while it is kept.
    pub deleted_at: Nullable<DateTime>,
    extras: Extras,
}

/// What every [`DeliveryBuild`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDeliveryBuild {
    /// The run's identifier in the CI system.
    pub id: String,
    /// Address that identifies this run in the CI system.
    pub uri: Uri,
    /// The repository whose code was built.
    pub repository: RecordOrUri<Repository>,
    /// How far the run has come: waiting (`created`), under way (`running`), or ended (`errored`, `complete`,
    /// `canceled`).
    pub state: DeliveryBuildState,
    /// Object name of the commit that was built.
    pub commit_oid: String,
}

impl DeliveryBuild {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewDeliveryBuild) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            number: None,
            workflow: None,
            repository: required.repository,
            state: required.state,
            commit_oid: required.commit_oid,
            branch: None,
            html_url: None,
            created_at: None,
            updated_at: Nullable::Absent,
            finished_at: Nullable::Absent,
            deleted_at: Nullable::Absent,
            extras: Extras::default(),
        }
    }

    /// The run's number within its project, as people quote it.
    #[must_use]
    pub fn number(mut self, number: impl OptionalValue<i64>) -> Self {
        self.number = number.into_value();
        self
    }

    /// The definition that the run followed.
    #[must_use]
    pub fn workflow(mut self, workflow: impl OptionalLink<DeliveryWorkflow>) -> Self {
        self.workflow = workflow.into_link();
        self
    }

    /// The branch that the run was started for.
    #[must_use]
    pub fn branch(mut self, branch: impl OptionalValue<String>) -> Self {
        self.branch = branch.into_value();
        self
    }

    /// The run's page in the CI system.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the run was asked for.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the run last changed its state; null if the CI system does not say.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl Into<Nullable<DateTime>>) -> Self {
        self.updated_at = updated_at.into();
        self
    }

    /// When the run ended; null while it goes on.
    #[must_use]
    pub fn finished_at(mut self, finished_at: impl Into<Nullable<DateTime>>) -> Self {
        self.finished_at = finished_at.into();
        self
    }

    /// When the run was removed from the CI system; null or left out while it is kept.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl Into<Nullable<DateTime>>) -> Self {
        self.deleted_at = deleted_at.into();
        self
    }
}

record! {
    DeliveryBuild "DeliveryBuild" {
        required id "id",
        required uri "self",
        optional number "number",
        optional workflow "workflow",
        required repository "repository",
        required state "state",
        required commit_oid "commitOid",
        optional branch "branch",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        nullable updated_at "updatedAt",
        nullable finished_at "finishedAt",
        nullable deleted_at "deletedAt",
    }
}

enumeration! {
    /// How far the run has come: waiting (`created`), under way (`running`), or ended (`errored`, `complete`,
    /// `canceled`).
    DeliveryBuildState {
        Created "created",
        Running "running",
        Errored "errored",
        Complete "complete",
        Canceled "canceled",
    }
}
