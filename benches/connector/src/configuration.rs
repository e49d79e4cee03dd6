//! What is produced, and how.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A connector for benchmarks: it produces records as fast as it is let.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Configuration {
    /// Records of one sync, over all threads.
    pub records: u64,
    /// The record, always the same. Without it, incidents of 343 bytes that differ in their number.
    pub record: Option<Map<String, Value>>,
    /// What a record is before it is produced.
    pub form: Form,
    /// Threads that produce at the same time.
    #[schemars(range(min = 1, max = 64))]
    pub threads: u64,
    /// Records between two checkpoints; with several threads there is one at the end.
    #[schemars(range(min = 1))]
    pub checkpoint_every: u64,
    /// Streams that can be synced.
    #[schemars(range(min = 1))]
    pub streams: u64,
    /// Milliseconds between two records of a thread.
    pub pause: u64,
}

/// What a record is before it is produced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Bytes of JSON, as a source sends them.
    #[default]
    Json,
    /// A `Value` that is made for each record.
    Value,
    /// An `Incident` that is made for each record; `record` does not count.
    Typed,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            records: 1_000_000,
            record: None,
            form: Form::Json,
            threads: 1,
            checkpoint_every: 10_000,
            streams: 1,
            pause: 0,
        }
    }
}
