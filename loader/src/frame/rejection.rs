//! What becomes of records that break their schema.

use std::borrow::Cow;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::FailureReport;

/// What is done with a record that breaks its schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BadRecords {
    /// The connector gets the errors, and decides.
    #[default]
    Fail,
    /// It is kept aside with its errors, and the connector goes on; once too many are, the connector gets the errors.
    DeadLetter,
    /// It is dropped with a warning, and the connector goes on.
    Warn,
}

/// The policy of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rejections {
    pub(crate) policy: BadRecords,
    /// How many are kept aside at most.
    pub(crate) most: u64,
}

/// The largest record that is kept aside, in bytes: as JSON text it still fits into a frame.
pub(crate) const MAX_LETTER: usize = 8 * 1024 * 1024;

/// A refused record on its way to be kept aside.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RejectedRecord<'a> {
    /// As it was produced; what is no UTF-8 has been replaced.
    #[serde(borrow)]
    pub(crate) record: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) extracted_at: Cow<'a, str>,
    pub(crate) failure: FailureReport,
}
