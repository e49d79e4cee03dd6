//! What a run leaves of its chain.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    history::ChainPart,
    state::{Chain, Finished, Plan},
};

use super::Kept;

/// What a run leaves of its chain, for programs.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChainReport {
    id: String,
    connection: String,
    lane: String,
    is_finished: bool,
    cutoff: Option<Timestamp>,
    runs: u32,
    /// Before the last durable checkpoint, of all runs.
    records: u64,
    /// Runs in a row that came to no other checkpoint, with this one.
    pub(super) runs_without_progress: u32,
}

impl ChainReport {
    pub(crate) fn lane(&self) -> &str {
        &self.lane
    }

    /// Where the run stands in the chain.
    pub(crate) fn part(&self) -> ChainPart {
        ChainPart { id: self.id.clone(), runs: self.runs, is_finished: self.is_finished }
    }

    pub(super) fn finished(kept: &Kept<'_>, plan: &Plan, finished: &Finished) -> Self {
        Self {
            id: plan.chain.id.clone(),
            connection: kept.connection.clone(),
            lane: kept.keep.lane.to_string(),
            is_finished: true,
            cutoff: finished.cutoff,
            runs: finished.runs,
            records: finished.records,
            runs_without_progress: 0,
        }
    }

    pub(super) fn unfinished(kept: &Kept<'_>, chain: &Chain) -> Self {
        Self {
            id: chain.id.clone(),
            connection: kept.connection.clone(),
            lane: kept.keep.lane.to_string(),
            is_finished: false,
            cutoff: Some(chain.cutoff),
            runs: chain.runs,
            records: chain.records,
            runs_without_progress: if chain.has_progressed { 0 } else { chain.stalled.saturating_add(1) },
        }
    }
}
