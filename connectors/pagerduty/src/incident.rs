//! An incident, from the API's members to the record's.

use connector_interface::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One page of `GET /incidents`.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) incidents: Vec<Incident>,
    #[serde(default)]
    pub(crate) more: bool,
}

impl Page {
    /// When its last incident was created, of those that say when.
    pub(crate) fn last_created_at(&self) -> Option<Timestamp> {
        self.incidents.iter().rev().find_map(Incident::created_at)
    }
}

/// Members keep their values and change their names. Whether a value will do is for the record's schema to say: one bad
/// incident is refused alone.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Incident {
    #[serde(rename = "_type", skip_deserializing, default = "incident")]
    record_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    uri: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Value>,
    #[serde(
        rename(deserialize = "incident_number", serialize = "number"),
        skip_serializing_if = "Option::is_none"
    )]
    number: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Value>,
    #[serde(
        rename(deserialize = "created_at", serialize = "createdAt"),
        skip_serializing_if = "Option::is_none"
    )]
    created_at: Option<Value>,
    #[serde(
        rename(deserialize = "html_url", serialize = "htmlUrl"),
        skip_serializing_if = "Option::is_none"
    )]
    html_url: Option<Value>,
}

fn incident() -> &'static str {
    "Incident"
}

impl Incident {
    /// None where the incident does not say when it was created, or not in a way that can be read.
    pub(crate) fn created_at(&self) -> Option<Timestamp> {
        self.created_at.as_ref()?.as_str()?.parse().ok()
    }

    /// What people know it by.
    pub(crate) fn name(&self) -> String {
        format!("incident {}", self.id.as_ref().unwrap_or(&Value::Null))
    }
}
