//! What is to be tried, on what.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

/// A connector for tests: it tries what it must not do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configuration {
    /// The attempt, as the connector's own table names it.
    pub attempt: String,
    /// A file, or folder, or socket.
    #[serde(default)]
    pub path: PathBuf,
    /// A process.
    #[serde(default)]
    pub process: i32,
    /// A TCP or UDP port of this machine.
    #[serde(default)]
    pub port: u16,
}
