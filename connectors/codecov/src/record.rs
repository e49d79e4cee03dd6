//! What becomes of a commit.

use connector_interface::Uri;
use serde::Serialize;
use serde_json::Value;

use crate::api::{Commit, Totals};

/// The record of a commit's coverage. Values that come from the API are as it has them: whether they will do is for the
/// record's schema to say, so that one bad commit is refused alone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CoverageTotals<'a> {
    #[serde(rename = "_type")]
    record_type: &'static str,
    #[serde(rename = "self")]
    uri: String,
    repository: &'a Uri,
    commit_oid: &'a str,
    coverage: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    files_count: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_count: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_hit_count: Option<&'a Value>,
}

impl<'a> CoverageTotals<'a> {
    pub(crate) fn new(repository: &'a Uri, commit: &'a Commit, totals: &'a Totals, coverage: Value) -> Self {
        Self {
            record_type: "CoverageTotals",
            uri: format!("{repository}/commits/{}", commit.commitid),
            repository,
            commit_oid: &commit.commitid,
            coverage,
            files_count: totals.f.as_ref(),
            lines_count: totals.n.as_ref(),
            lines_hit_count: totals.h.as_ref(),
        }
    }
}
