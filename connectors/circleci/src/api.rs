//! What the API answers, as far as it is read.

use connector_interface::{DateTime, Error, Item, Timestamp, Uri, records::Nullable};
use serde::{Deserialize, de::DeserializeOwned};

/// An element of `GET /api/v1.1/projects`.
#[derive(Debug, Deserialize)]
pub(crate) struct FollowedProject {
    pub(crate) vcs_type: String,
    pub(crate) vcs_url: String,
    pub(crate) username: String,
    pub(crate) reponame: String,
}

/// `GET /api/v2/project/<slug>`.
#[derive(Debug, Deserialize)]
pub(crate) struct Project {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) organization_name: String,
    pub(crate) vcs_info: VcsInfo,
}

#[derive(Debug, Deserialize)]
pub(crate) struct VcsInfo {
    pub(crate) vcs_url: Uri,
    pub(crate) default_branch: Option<String>,
}

/// A page of what the API lists: each item is read for itself, so that a bad one spoils no other.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<Item<T>>,
    pub(crate) next_page_token: Option<String>,
}

/// An item of `GET /api/v2/project/<slug>/pipeline`.
#[derive(Debug, Deserialize)]
pub(crate) struct Pipeline {
    pub(crate) id: String,
    pub(crate) created_at: DateTime,
    /// None where it was not started for a commit.
    vcs: Option<Vcs>,
}

#[derive(Debug, Deserialize)]
struct Vcs {
    revision: Option<String>,
}

impl Pipeline {
    /// The commit that it was started for.
    pub(crate) fn revision(&self) -> Result<&str, Error> {
        let revision = self.vcs.as_ref().and_then(|vcs| vcs.revision.as_deref());
        revision
            .ok_or_else(|| Error::new("its pipeline has no vcs.revision: it was not started for a commit"))
    }
}

/// An item of `GET /api/v2/pipeline/<id>/workflow`.
#[derive(Debug, Deserialize)]
pub(crate) struct Workflow {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) created_at: DateTime,
    #[serde(default)]
    pub(crate) stopped_at: Nullable<DateTime>,
}

/// An item of `GET /api/v2/workflow/<id>/job`.
#[derive(Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: String,
    /// An approval has none.
    pub(crate) job_number: Option<u64>,
    /// None before it starts.
    pub(crate) started_at: Option<DateTime>,
    #[serde(default)]
    pub(crate) stopped_at: Nullable<DateTime>,
}

impl Page<Pipeline> {
    /// When its last pipeline was created, of those that say when.
    pub(crate) fn last_created_at(&self) -> Option<Timestamp> {
        self.items.iter().rev().find_map(|pipeline| Some(pipeline.as_ref().ok()?.created_at.timestamp()))
    }
}
