//! Which misbehaviour is wanted, and where.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Behaviour;

/// A connector for tests: it behaves as it is told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configuration {
    /// What to do.
    #[serde(default)]
    pub behaviour: Behaviour,
    /// In which call to do it.
    #[serde(default)]
    pub place: Place,
    /// How many records, or how much of whatever the behaviour is about.
    #[serde(default = "three")]
    pub count: u64,
    /// A secret to be careless with.
    #[serde(default)]
    #[schemars(extend("secret" = true))]
    pub api_token: String,
}

fn three() -> u64 {
    3
}

/// A call of the client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// `new`.
    Constructor,
    /// `verify_configuration`.
    Verify,
    /// `discover_streams`.
    Discover,
    /// `sync_stream`.
    #[default]
    Sync,
    /// `drop`.
    Drop,
}
