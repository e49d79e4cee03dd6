//! The record type `DeliveryWorkflow`.
//!
//! Written from `schemas/schemas/records/delivery-workflow.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, record},
};

/// The definition of a delivery pipeline, which its runs follow.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryWorkflow {
    /// The workflow's identifier in the CI system.
    pub id: String,
    /// Address that identifies this workflow in the CI system.
    pub uri: Uri,
    /// What the workflow is called, such as `nightly`.
    pub name: String,
    /// The page that lists the workflow's runs.
    pub html_url: Option<Uri>,
    /// When the workflow was defined.
    pub created_at: Option<DateTime>,
    /// When its definition last changed.
    pub updated_at: Option<DateTime>,
    /// When the workflow was taken out of the pipeline; left out while it is defined.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`DeliveryWorkflow`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDeliveryWorkflow {
    /// The workflow's identifier in the CI system.
    pub id: String,
    /// Address that identifies this workflow in the CI system.
    pub uri: Uri,
    /// What the workflow is called, such as `nightly`.
    pub name: String,
}

impl DeliveryWorkflow {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewDeliveryWorkflow) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: required.name,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The page that lists the workflow's runs.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the workflow was defined.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When its definition last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the workflow was taken out of the pipeline; left out while it is defined.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    DeliveryWorkflow "DeliveryWorkflow" {
        required id "id",
        required uri "self",
        required name "name",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
