//! What the operator writes.
//!
//! `configuration.schema.json` says the same for the runner, which checks it before it loads this
//! connector. After a change here: `UPDATE_CONFIGURATION_SCHEMA=1 cargo test` writes that file.

use schemars::JsonSchema;
use serde::Deserialize;

/// Reads the builds and jobs of a Buildkite organization.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Buildkite connector")]
#[schemars(example = serde_json::json!({ "apiToken": "bkua_0123456789abcdef", "organization": "acme" }))]
pub struct Configuration {
    /// An API access token with the scopes `read_pipelines` and `read_builds`.
    #[schemars(title = "API access token", length(min = 1), extend("secret" = true))]
    pub api_token: String,
    /// The slug of the organization, as it stands in its address: `acme` in `https://buildkite.com/acme`.
    #[schemars(title = "Organization", length(min = 1), example = &"acme")]
    pub organization: String,
    /// Where the API is, if not at `https://api.buildkite.com`.
    #[schemars(title = "Base URL", url, example = "https://buildkite-proxy.internal.example:8443")]
    pub base_url: Option<String>,
}
