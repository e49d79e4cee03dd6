//! The record type `FileCoverage`.
//!
//! Written from `schemas/schemas/records/file-coverage.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Repository;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, RecordOrUri, record},
};

/// Which lines of one file the tests reached at one commit.
#[derive(Debug, Clone, PartialEq)]
pub struct FileCoverage {
    /// Address that identifies the measurement of this file.
    pub uri: Uri,
    /// The repository that holds the file.
    pub repository: RecordOrUri<Repository>,
    /// Object name of the commit whose tests were run.
    pub commit_oid: String,
    /// The measured file's path, relative to the root of the repository.
    pub file: Option<String>,
    /// One entry a line of the file, from the first to the last.
    ///
    /// How often the line ran; null for a line that cannot run, such as a comment.
    pub line_hits: Vec<Option<i64>>,
    /// Number of files in the report that this measurement was taken from.
    pub files_count: Option<u64>,
    /// The page that shows the file with its reached lines.
    pub html_url: Option<Uri>,
    /// When the measurement arrived at the coverage tool.
    pub created_at: Option<DateTime>,
    /// When the file's numbers were last computed anew.
    pub updated_at: Option<DateTime>,
    /// When the measurement was thrown away; left out while it is kept.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`FileCoverage`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFileCoverage {
    /// Address that identifies the measurement of this file.
    pub uri: Uri,
    /// The repository that holds the file.
    pub repository: RecordOrUri<Repository>,
    /// Object name of the commit whose tests were run.
    pub commit_oid: String,
    /// One entry a line of the file, from the first to the last.
    ///
    /// How often the line ran; null for a line that cannot run, such as a comment.
    pub line_hits: Vec<Option<i64>>,
}

impl FileCoverage {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewFileCoverage) -> Self {
        Self {
            uri: required.uri,
            repository: required.repository,
            commit_oid: required.commit_oid,
            file: None,
            line_hits: required.line_hits,
            files_count: None,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The measured file's path, relative to the root of the repository.
    #[must_use]
    pub fn file(mut self, file: impl OptionalValue<String>) -> Self {
        self.file = file.into_value();
        self
    }

    /// Number of files in the report that this measurement was taken from.
    #[must_use]
    pub fn files_count(mut self, files_count: impl OptionalValue<u64>) -> Self {
        self.files_count = files_count.into_value();
        self
    }

    /// The page that shows the file with its reached lines.
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

    /// When the file's numbers were last computed anew.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the measurement was thrown away; left out while it is kept.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    FileCoverage "FileCoverage" {
        required uri "self",
        required repository "repository",
        required commit_oid "commitOid",
        optional file "file",
        required line_hits "lineHits",
        optional files_count "filesCount",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
