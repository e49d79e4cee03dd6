//! What the runner tells of a record that it refuses.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// JSON pointer into the record; empty for the record itself.
    pub pointer: String,
    /// The whole complaint in one sentence.
    pub message: String,
    /// What the schema asks for.
    #[serde(default)]
    pub expected: String,
    /// What is there, shortened.
    #[serde(default)]
    pub found: String,
    /// The nearest name that would do, where one is near.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "record" } else { &self.pointer };
        write!(formatter, "{place}: {}", self.message)
    }
}
