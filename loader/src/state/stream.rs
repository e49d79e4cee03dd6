//! What is kept of one stream, and the rules by which it changes. There is no clock and no disk in here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Position;

/// What is kept of one stream.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StreamState {
    /// The slug of the connector that it belongs to.
    pub(crate) connector: String,
    /// How many runs have held the stream: each has a higher one than all before.
    #[serde(default)]
    pub(crate) epoch: u64,
    /// The chain of runs that has not come to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unfinished: Option<Chain>,
    /// The last chain that has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) finished: Option<Finished>,
}

/// Runs that together do one sync.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Chain {
    pub(crate) id: String,
    /// When its first run began: what is newer may have been missed, and is the next chain's.
    pub(crate) started_at: Timestamp,
    /// The earliest data that it reads.
    pub(crate) cutoff: Timestamp,
    /// Runs that have worked on it, with the one at work.
    pub(crate) runs: u32,
    /// Where its records go.
    pub(crate) sink: String,
    /// Where that stood at the last checkpoint, or at the beginning.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) position: Position,
    /// Durable checkpoints.
    #[serde(default)]
    pub(crate) revision: u64,
    /// Records before the last of them.
    #[serde(default)]
    pub(crate) records: u64,
    /// What the connector goes on from; none where it begins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checkpoint: Option<Checkpoint>,
    /// Of the configuration, without its secrets.
    pub(crate) fingerprint: String,
    /// Whether the last run came to another checkpoint than the one it began with.
    #[serde(default)]
    pub(crate) has_progressed: bool,
    /// Runs in a row, up to the one before the last, that did not.
    #[serde(default)]
    pub(crate) stalled: u32,
}

/// What a connector goes on from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Checkpoint {
    /// `{"checkpointTime", "metadata"?}`, as the connector set it.
    pub(crate) state: Value,
    /// When it became durable.
    pub(crate) at: Timestamp,
    /// The version of the connector that set it.
    pub(crate) version: String,
    /// The format of the state, as that version calls it.
    pub(crate) state_format: u32,
}

/// What a chain leaves that has come to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Finished {
    /// The start of its first run: the next sync reads from here, less an overlap.
    pub(crate) read_up_to: Timestamp,
    /// When it came to its end.
    pub(crate) at: Timestamp,
    /// The chain; none where a person has set this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) chain: Option<String>,
    /// The earliest data that it read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cutoff: Option<Timestamp>,
    #[serde(default)]
    pub(crate) records: u64,
    #[serde(default)]
    pub(crate) runs: u32,
    /// The version of the connector; none where a person has set this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// Of the configuration, without its secrets; none where any will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fingerprint: Option<String>,
}

impl Finished {
    /// As a person says, whatever the configuration.
    pub(crate) const fn set_by_hand(read_up_to: Timestamp, at: Timestamp) -> Self {
        Self {
            read_up_to,
            at,
            chain: None,
            cutoff: None,
            records: 0,
            runs: 0,
            version: None,
            fingerprint: None,
        }
    }
}

/// A checkpoint that is to be made durable.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Mark {
    /// How many checkpoints of this chain have been made durable, with this one.
    pub(crate) revision: u64,
    /// What the connector goes on from, JSON.
    pub(crate) state: String,
    /// The version of the connector that set it.
    pub(crate) version: String,
    /// The format of the state, as that version calls it.
    pub(crate) state_format: u32,
    /// Records of the chain before it.
    pub(crate) records: u64,
    /// Whether this is the end of the chain, after which nothing is gone on from.
    pub(crate) is_last: bool,
}
