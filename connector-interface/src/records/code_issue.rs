//! The record type `CodeIssue`.
//!
//! Written from `schemas/schemas/records/code-issue.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Actor;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalLink, OptionalValue, RecordOrUri, object, record},
};

/// A problem that static analysis found in source code.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeIssue {
    /// The finding's identifier in the analysis tool.
    pub id: String,
    /// Address that identifies this finding in the analysis tool.
    pub uri: Uri,
    /// The rule that raised it, such as `method-complexity`.
    pub check_name: Option<String>,
    /// The finding in one line.
    pub title: String,
    /// The whole explanation that the analyser gives.
    pub message: Option<String>,
    /// The analyser or plugin that raised it.
    pub source: Option<String>,
    /// How serious the tool ranks it, in the tool's own scale.
    pub severity: Option<String>,
    /// Where the finding stands, in the tool's own words, such as `open` or `wontfix`.
    pub status: Option<String>,
    /// The reason someone gave for the current status.
    pub status_details: Option<String>,
    /// When the finding was last moved to another status.
    pub status_updated_at: Option<DateTime>,
    /// Whoever moved the finding to its current status.
    pub status_updated_by: Option<RecordOrUri<Actor>>,
    /// The finding as the tool reported it, unparsed.
    pub raw_details: Option<String>,
    /// The affected file, relative to the root of the repository.
    pub path: Option<String>,
    /// The lines in the file that the finding is about.
    pub location: Option<CodeIssueLocation>,
    /// The tool's guess of the work to mend it, in minutes.
    pub estimated_remediation_minutes: Option<i64>,
    /// The kinds of trouble it belongs to, such as `Complexity` or `Style`.
    ///
    /// The name of one such kind.
    pub categories: Option<Vec<String>>,
    /// The page on which the finding can be read.
    pub html_url: Option<Uri>,
    /// When the analyser first saw the problem.
    pub created_at: Option<DateTime>,
    /// When anything about the finding last changed.
    pub updated_at: Option<DateTime>,
    /// When the finding vanished from the tool; left out while it is listed.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`CodeIssue`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCodeIssue {
    /// The finding's identifier in the analysis tool.
    pub id: String,
    /// Address that identifies this finding in the analysis tool.
    pub uri: Uri,
    /// The finding in one line.
    pub title: String,
}

impl CodeIssue {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewCodeIssue) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            check_name: None,
            title: required.title,
            message: None,
            source: None,
            severity: None,
            status: None,
            status_details: None,
            status_updated_at: None,
            status_updated_by: None,
            raw_details: None,
            path: None,
            location: None,
            estimated_remediation_minutes: None,
            categories: None,
            html_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The rule that raised it, such as `method-complexity`.
    #[must_use]
    pub fn check_name(mut self, check_name: impl OptionalValue<String>) -> Self {
        self.check_name = check_name.into_value();
        self
    }

    /// The whole explanation that the analyser gives.
    #[must_use]
    pub fn message(mut self, message: impl OptionalValue<String>) -> Self {
        self.message = message.into_value();
        self
    }

    /// The analyser or plugin that raised it.
    #[must_use]
    pub fn source(mut self, source: impl OptionalValue<String>) -> Self {
        self.source = source.into_value();
        self
    }

    /// How serious the tool ranks it, in the tool's own scale.
    #[must_use]
    pub fn severity(mut self, severity: impl OptionalValue<String>) -> Self {
        self.severity = severity.into_value();
        self
    }

    /// Where the finding stands, in the tool's own words, such as `open` or `wontfix`.
    #[must_use]
    pub fn status(mut self, status: impl OptionalValue<String>) -> Self {
        self.status = status.into_value();
        self
    }

    /// The reason someone gave for the current status.
    #[must_use]
    pub fn status_details(mut self, status_details: impl OptionalValue<String>) -> Self {
        self.status_details = status_details.into_value();
        self
    }

    /// When the finding was last moved to another status.
    #[must_use]
    pub fn status_updated_at(mut self, status_updated_at: impl OptionalValue<DateTime>) -> Self {
        self.status_updated_at = status_updated_at.into_value();
        self
    }

    /// Whoever moved the finding to its current status.
    #[must_use]
    pub fn status_updated_by(mut self, status_updated_by: impl OptionalLink<Actor>) -> Self {
        self.status_updated_by = status_updated_by.into_link();
        self
    }

    /// The finding as the tool reported it, unparsed.
    #[must_use]
    pub fn raw_details(mut self, raw_details: impl OptionalValue<String>) -> Self {
        self.raw_details = raw_details.into_value();
        self
    }

    /// The affected file, relative to the root of the repository.
    #[must_use]
    pub fn path(mut self, path: impl OptionalValue<String>) -> Self {
        self.path = path.into_value();
        self
    }

    /// The lines in the file that the finding is about.
    #[must_use]
    pub fn location(mut self, location: impl OptionalValue<CodeIssueLocation>) -> Self {
        self.location = location.into_value();
        self
    }

    /// The tool's guess of the work to mend it, in minutes.
    #[must_use]
    pub fn estimated_remediation_minutes(
        mut self,
        estimated_remediation_minutes: impl OptionalValue<i64>,
    ) -> Self {
        self.estimated_remediation_minutes = estimated_remediation_minutes.into_value();
        self
    }

    /// The kinds of trouble it belongs to, such as `Complexity` or `Style`.
    ///
    /// The name of one such kind.
    #[must_use]
    pub fn categories(mut self, categories: impl OptionalValue<Vec<String>>) -> Self {
        self.categories = categories.into_value();
        self
    }

    /// The page on which the finding can be read.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// When the analyser first saw the problem.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When anything about the finding last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the finding vanished from the tool; left out while it is listed.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    CodeIssue "CodeIssue" {
        required id "id",
        required uri "self",
        optional check_name "checkName",
        required title "title",
        optional message "message",
        optional source "source",
        optional severity "severity",
        optional status "status",
        optional status_details "statusDetails",
        optional status_updated_at "statusUpdatedAt",
        optional status_updated_by "statusUpdatedBy",
        optional raw_details "rawDetails",
        optional path "path",
        optional location "location",
        optional estimated_remediation_minutes "estimatedRemediationMinutes",
        optional categories "categories",
        optional html_url "htmlUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

/// The lines in the file that the finding is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CodeIssueLocation {
    /// First affected line, counted from 1.
    pub start: Option<i64>,
    /// Last affected line, counted from 1 and included.
    pub end: Option<i64>,
    extras: Extras,
}

impl CodeIssueLocation {
    /// One without any property yet; the other methods set them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// First affected line, counted from 1.
    #[must_use]
    pub fn start(mut self, start: impl OptionalValue<i64>) -> Self {
        self.start = start.into_value();
        self
    }

    /// Last affected line, counted from 1 and included.
    #[must_use]
    pub fn end(mut self, end: impl OptionalValue<i64>) -> Self {
        self.end = end.into_value();
        self
    }
}

object! {
    CodeIssueLocation {
        optional start "start",
        optional end "end",
    }
}
