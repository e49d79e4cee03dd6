//! An incident, from the API's members to the record's.

use connector_interface::{Item, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Incidents on a page; the API allows no more.
pub(crate) const LIMIT: usize = 100;

/// One page of `GET /incidents`.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) incidents: Vec<Item<Incident>>,
    #[serde(default)]
    more: bool,
}

impl Page {
    /// How far the next page is behind this one; 0 where there is none.
    pub(crate) fn step(&self) -> usize {
        if self.more && !self.incidents.is_empty() { LIMIT } else { 0 }
    }

    /// When its last incident was created, of those that say when.
    pub(crate) fn last_created_at(&self) -> Option<Timestamp> {
        self.incidents.iter().rev().find_map(|incident| incident.as_ref().ok()?.created_at())
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
