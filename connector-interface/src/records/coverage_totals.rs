//! The record type `CoverageTotals`.
//!
//! Written from `schemas/schemas/records/coverage-totals.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Repository;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, Percentage, RecordOrUri, record},
};

/// How much of a repository the tests reached at one commit.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverageTotals {
    /// Address that identifies this measurement in the coverage tool.
    pub uri: Uri,
    /// The repository that was measured.
    pub repository: RecordOrUri<Repository>,
    /// Object name of the commit whose tests were run.
    pub commit_oid: String,
    /// Share of the code that the tests reached, in percent.
    pub coverage: Percentage,
    /// Number of files measured.
    pub files_count: Option<u64>,
    /// Number of lines that could be reached.
    pub lines_count: Option<u64>,
    /// Number of lines that the tests reached.
    pub lines_hit_count: Option<u64>,
    /// Number of lines that no test reached.
    pub lines_missed_count: Option<u64>,
    /// Number of branches in the control flow of the files measured.
    pub branches_count: Option<u64>,
    /// Number of methods or functions in the files measured.
    pub methods_count: Option<u64>,
    /// The report's page.
    pub html_url: Option<Uri>,
    /// When the measurement arrived at the coverage tool.
    pub created_at: Option<DateTime>,
    /// When the totals were last computed anew.
    pub updated_at: Option<DateTime>,
    /// When the report was thrown away; left out while it is kept.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`CoverageTotals`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCoverageTotals {
    /// Address that identifies this measurement in the coverage tool.
    pub uri: Uri,
    /// The repository that was measured.
    pub repository: RecordOrUri<Repository>,
    /// Object name of the commit whose tests were run.
    pub commit_oid: String,
    /// Share of the code that the tests reached, in percent.
    pub coverage: Percentage,
}

impl CoverageTotals {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewCoverageTotals) -> Self {
        Self {
            uri: required.uri,
            repository: required.repository,
            commit_oid: required.commit_oid,
            coverage: required.coverage,
            files_count: None,
            lines_count: None,
            lines_hit_count: None,
            lines_missed_count: None,
            branches_count: None,
            methods_count: None,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// Number of files measured.
    #[must_use]
    pub fn files_count(mut self, files_count: impl OptionalValue<u64>) -> Self {
        self.files_count = files_count.into_value();
        self
    }

    /// Number of lines that could be reached.
    #[must_use]
    pub fn lines_count(mut self, lines_count: impl OptionalValue<u64>) -> Self {
        self.lines_count = lines_count.into_value();
        self
    }

    /// Number of lines that the tests reached.
    #[must_use]
    pub fn lines_hit_count(mut self, lines_hit_count: impl OptionalValue<u64>) -> Self {
        self.lines_hit_count = lines_hit_count.into_value();
        self
    }

    /// Number of lines that no test reached.
    #[must_use]
    pub fn lines_missed_count(mut self, lines_missed_count: impl OptionalValue<u64>) -> Self {
        self.lines_missed_count = lines_missed_count.into_value();
        self
    }

    /// Number of branches in the control flow of the files measured.
    #[must_use]
    pub fn branches_count(mut self, branches_count: impl OptionalValue<u64>) -> Self {
        self.branches_count = branches_count.into_value();
        self
    }

    /// Number of methods or functions in the files measured.
    #[must_use]
    pub fn methods_count(mut self, methods_count: impl OptionalValue<u64>) -> Self {
        self.methods_count = methods_count.into_value();
        self
    }

    /// The report's page.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the measurement arrived at the coverage tool.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the totals were last computed anew.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the report was thrown away; left out while it is kept.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    CoverageTotals "CoverageTotals" {
        required uri "self",
        required repository "repository",
        required commit_oid "commitOid",
        required coverage "coverage",
        optional files_count "filesCount",
        optional lines_count "linesCount",
        optional lines_hit_count "linesHitCount",
        optional lines_missed_count "linesMissedCount",
        optional branches_count "branchesCount",
        optional methods_count "methodsCount",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
