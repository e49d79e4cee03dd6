//! What the source holds, and how the walk through it ends.

use std::{fs, path::PathBuf};

use connector_interface::Error;
use schemars::JsonSchema;
use serde::Deserialize;

/// A connector for tests: it walks the pages of a source that it makes up.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Configuration {
    /// How many items the source holds; the newest has this number, the oldest number 1.
    pub count: u64,
    /// How many of them, the newest ones, have come within the last minute. All others are years old.
    pub recent: u64,
    /// Items on a page; a checkpoint stands after each.
    #[schemars(range(min = 1))]
    pub page_size: u64,
    /// What the source takes to answer.
    pub milliseconds_per_page: u64,
    /// The types of the records, in turn.
    #[schemars(length(min = 1))]
    pub types: Vec<ItemType>,
    /// Letters that make each record longer.
    pub padding: usize,
    /// Streams that the source has.
    pub streams: Vec<String>,
    /// Those of them that nobody has subscribed to.
    pub unsubscribed: Vec<String>,
    /// What the source is asked with; nobody checks it.
    #[schemars(extend("secret" = true))]
    pub api_token: Option<String>,
    /// How a run ends.
    pub ending: Ending,
    /// After how many records of the run it ends so; after the last page without.
    pub end_after: Option<u64>,
    /// A file whose members, spelled as here, take the place of all of these, read for each verb: what a source holds
    /// changes, while a configuration stays the same.
    pub source: Option<PathBuf>,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ItemType {
    /// An incident.
    Incident,
    /// An environment.
    Environment,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Well.
    #[default]
    Done,
    /// With an error of the connector.
    Fail,
    /// Because the source cannot be reached.
    Unavailable,
    /// Paused, to be resumed at once.
    Pause,
    /// By a panic.
    Panic,
    /// By exit code 0, before the verb has returned.
    Exit,
    /// By SIGABRT.
    Abort,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            count: 100,
            recent: 0,
            page_size: 10,
            milliseconds_per_page: 0,
            types: vec![ItemType::Incident, ItemType::Environment],
            padding: 0,
            streams: ["items", "others"].map(str::to_owned).to_vec(),
            unsubscribed: Vec::new(),
            api_token: None,
            ending: Ending::Done,
            end_after: None,
            source: None,
        }
    }
}

impl Configuration {
    /// What the source holds at this moment.
    pub(crate) fn now(&self) -> Result<Self, Error> {
        let Some(path) = &self.source else { return Ok(self.clone()) };
        let read = |path| Ok(serde_json::from_slice(&fs::read(path)?)?);
        read(path).map_err(|error: Error| error.context(path.display()))
    }
}
