//! A failure as it crosses to and from the runner: the JSON that the ABI crate describes.

use codeclimate_connector_abi::v1::failure_kind;
use serde::{Deserialize, Serialize};

use crate::field_error::FieldError;

/// Why something was refused, or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// One of the names in the ABI crate's `failure_kind`.
    pub kind: String,
    /// One sentence for a person.
    pub message: String,
    /// For an invalid record: all that is wrong with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// For a pause: the RFC 3339 time before which another run is in vain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_after: Option<String>,
}

impl Failure {
    /// A failure with a kind and a message only.
    pub fn new(kind: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), message: message.into(), errors: Vec::new(), resume_after: None }
    }

    /// Reads a failure; bytes that are not one become a failure that quotes them.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_else(|_| {
            let text = String::from_utf8_lossy(bytes);
            Self::new(
                failure_kind::CONNECTOR,
                format!("the runner failed with an answer that is not JSON: {text}"),
            )
        })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // A struct of strings always serialises; an empty failure would still be a failure.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
