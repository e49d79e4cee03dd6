//! The record type `DeliveryJob`.
//!
//! Written from `schemas/schemas/records/delivery-job.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, Nullable, OptionalValue, enumeration, record},
};

/// One job within a run of a delivery pipeline, such as `test` or `deploy`.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryJob {
    /// The job's identifier in the CI system.
    pub id: String,
    /// Address that identifies this execution of the job.
    pub uri: Uri,
    /// Address of the run that the job is part of: the `self` of a DeliveryBuild.
    pub build: Uri,
    /// What the pipeline's definition calls the job.
    pub name: Option<String>,
    /// What the job is there for.
    pub description: Option<String>,
    /// How far the job has come: waiting (`created`), under way (`running`), or ended (`errored`, `complete`,
    /// `canceled`).
    pub state: Option<DeliveryJobState>,
    /// The page with the job's output.
    pub html_url: Option<Uri>,
    /// When the job was scheduled or started.
    pub created_at: Option<DateTime>,
    /// When the job last changed its state; null if the CI system does not say.
    pub updated_at: Nullable<DateTime>,
    /// When the job ended; null while it goes on.
    pub finished_at: Nullable<DateTime>,
    /// When the job was removed from the CI system; null or left out while it is kept.
    pub deleted_at: Nullable<DateTime>,
    extras: Extras,
}

/// What every [`DeliveryJob`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDeliveryJob {
    /// The job's identifier in the CI system.
    pub id: String,
    /// Address that identifies this execution of the job.
    pub uri: Uri,
    /// Address of the run that the job is part of: the `self` of a DeliveryBuild.
    pub build: Uri,
}

impl DeliveryJob {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewDeliveryJob) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            build: required.build,
            name: None,
            description: None,
            state: None,
            html_url: None,
            created_at: None,
            updated_at: Nullable::Absent,
            finished_at: Nullable::Absent,
            deleted_at: Nullable::Absent,
            extras: Extras::default(),
        }
    }

    /// What the pipeline's definition calls the job.
    #[must_use]
    pub fn name(mut self, name: impl OptionalValue<String>) -> Self {
        self.name = name.into_value();
        self
    }

    /// What the job is there for.
    #[must_use]
    pub fn description(mut self, description: impl OptionalValue<String>) -> Self {
        self.description = description.into_value();
        self
    }

    /// How far the job has come: waiting (`created`), under way (`running`), or ended (`errored`, `complete`,
    /// `canceled`).
    #[must_use]
    pub fn state(mut self, state: impl OptionalValue<DeliveryJobState>) -> Self {
        self.state = state.into_value();
        self
    }

    /// The page with the job's output.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the job was scheduled or started.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the job last changed its state; null if the CI system does not say.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl Into<Nullable<DateTime>>) -> Self {
        self.updated_at = updated_at.into();
        self
    }

    /// When the job ended; null while it goes on.
    #[must_use]
    pub fn finished_at(mut self, finished_at: impl Into<Nullable<DateTime>>) -> Self {
        self.finished_at = finished_at.into();
        self
    }

    /// When the job was removed from the CI system; null or left out while it is kept.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl Into<Nullable<DateTime>>) -> Self {
        self.deleted_at = deleted_at.into();
        self
    }
}

record! {
    DeliveryJob "DeliveryJob" {
        required id "id",
        required uri "self",
        required build "build",
        optional name "name",
        optional description "description",
        optional state "state",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        nullable updated_at "updatedAt",
        nullable finished_at "finishedAt",
        nullable deleted_at "deletedAt",
    }
}

enumeration! {
    /// How far the job has come: waiting (`created`), under way (`running`), or ended (`errored`, `complete`,
    /// `canceled`).
    DeliveryJobState {
        Created "created",
        Running "running",
        Errored "errored",
        Complete "complete",
        Canceled "canceled",
    }
}
