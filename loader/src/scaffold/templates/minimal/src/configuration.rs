//! What the operator writes.
//!
//! `configuration.schema.json` says the same for the runner, which checks it before it loads this
//! connector. After a change here: `UPDATE_CONFIGURATION_SCHEMA=1 cargo test` writes that file.

use schemars::JsonSchema;
use serde::Deserialize;

/// Reads the deployments that a script has written to a file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Configuration")]
#[schemars(example = serde_json::json!({ "path": "/var/log/deployments.ndjson" }))]
pub struct Configuration {
    /// The file, with one JSON object a line. A relative path starts at the working directory.
    #[schemars(
        title = "Path",
        length(min = 1),
        example = "/var/log/deployments.ndjson"
    )]
    pub path: String,
}
