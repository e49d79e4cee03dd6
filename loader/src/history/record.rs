//! What is remembered of one run.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One run, as it is remembered. Its texts are without secrets. Members are added, never changed or removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunRecord {
    /// The id of the run: a UUID that sorts by time.
    pub(crate) run: String,
    /// The id of the `sync` command that made it; none where the run was a command of its own.
    pub(crate) sync: Option<String>,
    /// The name of the connection.
    pub(crate) connection: String,
    /// The id of the stream; none where streams were discovered.
    pub(crate) stream: Option<String>,
    /// `sync`, or the range that was read once more; none where no state is kept.
    pub(crate) lane: Option<String>,
    /// `sync-stream`, `discover-streams`...
    pub(crate) verb: String,
    pub(crate) connector: ConnectorFile,
    /// What it was granted, as `inspect` writes permissions.
    pub(crate) permissions: Vec<String>,
    /// The fences around it, as in the outcome file; null where it did not come that far.
    pub(crate) sandbox: serde_json::Value,
    /// Where its records went, as `--sink` names it; none where nobody wanted them.
    pub(crate) sink: Option<String>,
    pub(crate) started_at: Timestamp,
    pub(crate) duration_milliseconds: u64,
    pub(crate) exit_code: u8,
    /// A few words for the exit code.
    pub(crate) ending: String,
    /// The sentence that the operator read.
    pub(crate) message: String,
    /// What to do next; empty where there is nothing to do.
    pub(crate) advice: String,
    /// Which attempt it was, from 1: a run that crashed, or whose source was unavailable, is tried again.
    pub(crate) attempt: u32,
    pub(crate) records: RecordCounts,
    /// Records that were delivered, by type.
    pub(crate) types: BTreeMap<String, u64>,
    /// Of the envelopes that were delivered.
    pub(crate) bytes: u64,
    pub(crate) memory: MemoryUse,
    pub(crate) checkpoints: Checkpoints,
    /// The chain of runs that it belongs to; none where no state is kept.
    pub(crate) chain: Option<ChainPart>,
    /// The file with refused records that were kept aside; none where there are none.
    pub(crate) dead_letters: Option<PathBuf>,
}

/// The file of a connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectorFile {
    pub(crate) slug: String,
    pub(crate) version: String,
    /// In hexadecimal.
    pub(crate) sha256: String,
}

/// Records of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordCounts {
    pub(crate) accepted: u64,
    pub(crate) delivered: u64,
    /// Refused to the connector.
    pub(crate) rejected: u64,
    /// Refused, and kept aside.
    pub(crate) dead_letters: u64,
}

/// In bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemoryUse {
    pub(crate) limit: u64,
    /// With file cache; none where nobody could tell.
    pub(crate) peak: Option<u64>,
}

/// Of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checkpoints {
    /// Those that became durable.
    pub(crate) count: u64,
    /// Records before the last one that the connector set; none where it set none.
    pub(crate) set: Option<u64>,
    /// Records before the last one that is durable.
    pub(crate) durable: Option<u64>,
}

/// Where a run stands in its chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChainPart {
    /// The id of its first run.
    pub(crate) id: String,
    /// Which run of the chain it was, from 1.
    pub(crate) runs: u32,
    pub(crate) is_finished: bool,
}
