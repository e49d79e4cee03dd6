//! What the source holds, and what becomes of it.

use connector_interface::{
    DateTime, Uri,
    records::{self, NewDeployment},
};
use serde::Deserialize;

/// One line of the file. Members that are not named here are passed over.
#[derive(Debug, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) deployed_at: DateTime,
    id: String,
    version: String,
    commit: String,
    url: Uri,
}

impl Deployment {
    /// The record; `codeclimate-connector schema` lists the types, `schema Deployment` this one.
    pub(crate) fn record(self) -> records::Deployment {
        let required = NewDeployment {
            id: self.id,
            uri: self.url,
        };
        records::Deployment::new(required)
            .version(self.version)
            .commit_oid(self.commit)
            .created_at(self.deployed_at)
    }
}
