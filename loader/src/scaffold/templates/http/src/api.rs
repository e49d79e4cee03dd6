//! What the source answers, and what becomes of it.

use connector_interface::{
    DateTime, Item, Uri,
    records::{self, IncidentStatus, NewIncident},
};
use serde::Deserialize;

/// `GET /v1/account`.
#[derive(Debug, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) url: String,
}

/// `GET /v1/incidents`. An `Item` that cannot be read spoils no other.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) incidents: Vec<Item<Incident>>,
    pub(crate) next_cursor: Option<String>,
}

/// One incident. Members that are not named here are passed over.
#[derive(Debug, Deserialize)]
pub(crate) struct Incident {
    pub(crate) id: String,
    pub(crate) opened_at: DateTime,
    title: String,
    state: String,
    url: Uri,
}

impl Incident {
    /// The record; `codeclimate-connector schema` lists the types, `schema Incident` shows this one.
    ///
    /// Each word of the source is put into a word of the schema. One that nobody knows is no guess:
    /// the incident is left out, with a warning that says why.
    pub(crate) fn record(&self) -> Result<records::Incident, String> {
        let status = match self.state.as_str() {
            "open" => IncidentStatus::Triggered,
            "investigating" => IncidentStatus::Acknowledged,
            "closed" => IncidentStatus::Resolved,
            unknown => return Err(format!("state: {unknown:?} is not known")),
        };
        Ok(records::Incident::new(NewIncident {
            id: self.id.clone(),
            uri: self.url.clone(),
            title: self.title.clone(),
            status,
            created_at: self.opened_at.clone(),
        })
        .html_url(self.url.clone()))
    }
}
