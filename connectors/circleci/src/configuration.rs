//! What the operator writes.

use schemars::JsonSchema;
use serde::Deserialize;

/// Reads the builds and jobs of CircleCI projects.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "CircleCI connector", example = serde_json::json!({ "apiToken": "CCIPAT_7Wx2" }))]
pub struct Configuration {
    /// A personal API token, of a user who follows the projects.
    #[schemars(title = "API token", length(min = 1))]
    #[schemars(extend("secret" = true, "errorMessage" = "apiToken must be present"))]
    pub api_token: String,
    /// Where CircleCI is, if not at `https://circleci.com`, as for a server of one's own.
    #[schemars(title = "Base URL", url, example = "https://circleci.example.com")]
    pub base_url: Option<String>,
    /// The HTTP proxy that leads to it.
    #[schemars(title = "Proxy", url, extend("secret" = true), example = "http://proxy.example:3128")]
    pub proxy: Option<String>,
}
