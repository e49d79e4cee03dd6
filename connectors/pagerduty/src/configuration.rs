//! What the operator writes.

use schemars::JsonSchema;
use serde::Deserialize;

/// Reads the incidents of a PagerDuty account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "PagerDuty connector", example = serde_json::json!({ "apiToken": "y_NbAkKc66ryYTWUXYEu" }))]
pub struct Configuration {
    /// A REST API key of the account. A read-only one is enough.
    #[schemars(title = "API token", length(min = 1))]
    #[schemars(extend("secret" = true, "errorMessage" = "apiToken must be present"))]
    pub api_token: String,
    /// Where the API is, if not at `https://api.pagerduty.com`, as for accounts in the EU.
    #[schemars(title = "Base URL", url, example = "https://api.eu.pagerduty.com")]
    pub base_url: Option<String>,
    /// The HTTP proxy that leads to it.
    #[schemars(title = "Proxy", url, extend("secret" = true), example = "http://proxy.example:3128")]
    pub proxy: Option<String>,
}
