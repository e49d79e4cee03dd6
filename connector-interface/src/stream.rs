//! One source of data that can be synced, as the connector's own discovery produced it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A `Stream` record that `discover_streams` produced earlier, handed back to be synced.
///
/// The runner has checked it against the schema of `Stream`: `id`, `self` and `name` are there. It may
/// have been stored for months in between, or written by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    id: String,
    #[serde(rename = "self")]
    uri: String,
    name: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Stream {
    /// A stream with the three members that every stream has.
    #[must_use]
    pub fn new(id: &str, uri: &str, name: &str) -> Self {
        let mut rest = Map::new();
        rest.insert("_type".to_owned(), Value::from("Stream"));
        Self { id: id.to_owned(), uri: uri.to_owned(), name: name.to_owned(), rest }
    }

    /// What tells this stream from the connector's other ones.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The record's `self`.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Any other member that the connector put into the record, also one outside the schema.
    #[must_use]
    pub fn get(&self, member: &str) -> Option<&Value> {
        self.rest.get(member)
    }

    /// The same stream with one more member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.rest.insert(member.to_owned(), value.into());
        self
    }
}
