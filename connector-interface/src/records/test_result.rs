//! The record type `TestResult`.
//!
//! Written from `schemas/schemas/records/test-result.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::{DeliveryBuild, DeliveryJob};
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, enumeration, record},
};

/// How one test fared in one run of the pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResult {
    /// The result's identifier in the CI system.
    pub id: String,
    /// Address that identifies this result.
    pub uri: Uri,
    /// The run in which the test was executed.
    pub build: RecordOrUri<DeliveryBuild>,
    /// The job of that run which executed the test.
    pub job: Option<RecordOrUri<DeliveryJob>>,
    /// Whether the test held.
    pub state: TestResultState,
    /// The file that defines the test, relative to the root of the repository.
    pub file: String,
    /// What the test printed when it failed.
    pub message: Option<String>,
    /// The test's full name, with its suite.
    pub name: String,
    /// When the test was started.
    pub created_at: Option<DateTime>,
    /// When the stored result last changed.
    pub updated_at: Option<DateTime>,
    /// When the test ended.
    pub finished_at: Option<DateTime>,
    /// When the result was discarded; left out while it is kept.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`TestResult`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTestResult {
    /// The result's identifier in the CI system.
    pub id: String,
    /// Address that identifies this result.
    pub uri: Uri,
    /// The run in which the test was executed.
    pub build: RecordOrUri<DeliveryBuild>,
    /// Whether the test held.
    pub state: TestResultState,
    /// The file that defines the test, relative to the root of the repository.
    pub file: String,
    /// The test's full name, with its suite.
    pub name: String,
}

impl TestResult {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewTestResult) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            build: required.build,
            job: None,
            state: required.state,
            file: required.file,
            message: None,
            name: required.name,
            created_at: None,
            updated_at: None,
            finished_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The job of that run which executed the test.
    #[must_use]
    pub fn job(mut self, job: impl OptionalLink<DeliveryJob>) -> Self {
        self.job = job.into_link();
        self
    }

    /// What the test printed when it failed.
    #[must_use]
    pub fn message(mut self, message: impl OptionalValue<String>) -> Self {
        self.message = message.into_value();
        self
    }

    /// When the test was started.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the stored result last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the test ended.
    #[must_use]
    pub fn finished_at(mut self, finished_at: impl OptionalValue<DateTime>) -> Self {
        self.finished_at = finished_at.into_value();
        self
    }

    /// When the result was discarded; left out while it is kept.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    TestResult "TestResult" {
        required id "id",
        required uri "self",
        required build "build",
        optional job "job",
        required state "state",
        required file "file",
        optional message "message",
        required name "name",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional finished_at "finishedAt",
        optional deleted_at "deletedAt",
    }
}

enumeration! {
    /// Whether the test held.
    TestResultState {
        Passed "passed",
        Failed "failed",
    }
}
