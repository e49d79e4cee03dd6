//! The record type `TestResultTotals`.
//!
//! Written from `schemas/schemas/records/test-result-totals.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::{DeliveryBuild, DeliveryJob};
use crate::{
    Uri,
    property::{Extras, OptionalLink, RecordOrUri, record},
};

/// How many tests ran, and how many failed, in one run of the pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResultTotals {
    /// The summary's identifier in the CI system.
    pub id: String,
    /// Address that identifies this summary.
    pub uri: Uri,
    /// The run that the tests were part of.
    pub build: RecordOrUri<DeliveryBuild>,
    /// The job of that run which executed the tests; left out if the summary is for all jobs.
    pub job: Option<RecordOrUri<DeliveryJob>>,
    /// Number of tests that ran.
    pub total_tests: i64,
    /// Number of tests that did not hold.
    pub tests_failed: i64,
    extras: Extras,
}

/// What every [`TestResultTotals`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTestResultTotals {
    /// The summary's identifier in the CI system.
    pub id: String,
    /// Address that identifies this summary.
    pub uri: Uri,
    /// The run that the tests were part of.
    pub build: RecordOrUri<DeliveryBuild>,
    /// Number of tests that ran.
    pub total_tests: i64,
    /// Number of tests that did not hold.
    pub tests_failed: i64,
}

impl TestResultTotals {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewTestResultTotals) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            build: required.build,
            job: None,
            total_tests: required.total_tests,
            tests_failed: required.tests_failed,
            extras: Extras::default(),
        }
    }

    /// The job of that run which executed the tests; left out if the summary is for all jobs.
    #[must_use]
    pub fn job(mut self, job: impl OptionalLink<DeliveryJob>) -> Self {
        self.job = job.into_link();
        self
    }
}

record! {
    TestResultTotals "TestResultTotals" {
        required id "id",
        required uri "self",
        required build "build",
        optional job "job",
        required total_tests "totalTests",
        required tests_failed "testsFailed",
    }
}
