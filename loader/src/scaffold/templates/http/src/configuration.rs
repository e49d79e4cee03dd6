//! What the operator writes.
//!
//! `configuration.schema.json` says the same for the runner, which checks it before it loads this
//! connector. After a change here: `UPDATE_CONFIGURATION_SCHEMA=1 cargo test` writes that file.

use schemars::JsonSchema;
use serde::Deserialize;

/// Reads the incidents of an account.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Configuration")]
#[schemars(example = serde_json::json!({ "apiToken": "not-a-real-token" }))]
pub struct Configuration {
    /// A token that may read the account.
    #[schemars(title = "API token", length(min = 1), extend("secret" = true))]
    pub api_token: String,
    /// Where the API is, if not at `https://api.incidents.example`.
    #[schemars(
        title = "Base URL",
        url,
        example = "https://incidents.internal.example:8443"
    )]
    pub base_url: Option<String>,
}
