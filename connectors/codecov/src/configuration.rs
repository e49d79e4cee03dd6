//! What the operator writes.

use schemars::JsonSchema;
use serde::Deserialize;

/// Reads the coverage of commits from Codecov.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Codecov connector", example = serde_json::json!({ "apiToken": "0bd9e8c2-54f1-4e7a-9d7a" }))]
pub struct Configuration {
    /// An access token of a user who sees the repositories.
    #[schemars(title = "API token", length(min = 1))]
    #[schemars(extend("secret" = true, "errorMessage" = "apiToken must be present"))]
    pub api_token: String,
    /// Where Codecov is, if not at `https://codecov.io`, as for a server of one's own.
    #[schemars(title = "Base URL", url, example = "https://codecov.example.com")]
    pub base_url: Option<String>,
    /// The HTTP proxy that leads to it.
    #[schemars(title = "Proxy", url, extend("secret" = true), example = "http://proxy.example:3128")]
    pub proxy: Option<String>,
}
