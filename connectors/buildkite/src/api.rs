//! What Buildkite answers, and the records that become of it.

use connector_interface::{
    DateTime, Item, Uri,
    records::{
        DeliveryBuild, DeliveryBuildState, DeliveryJob, DeliveryJobState, NewDeliveryBuild, NewDeliveryJob,
    },
};
use serde::Deserialize;

use crate::repository;

/// One of `GET /v2/organizations/{organization}/pipelines`.
#[derive(Debug, Deserialize)]
pub(crate) struct Pipeline {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) url: Uri,
}

/// One of `GET /v2/organizations/{organization}/pipelines/{slug}/builds`, with its jobs.
#[derive(Debug, Deserialize)]
pub(crate) struct Build {
    pub(crate) id: String,
    pub(crate) url: Uri,
    pub(crate) created_at: DateTime,
    /// An `Item` that cannot be read spoils no other.
    #[serde(default)]
    pub(crate) jobs: Vec<Item<Job>>,
    web_url: Option<Uri>,
    number: Option<i64>,
    state: String,
    commit: String,
    branch: Option<String>,
    finished_at: Option<DateTime>,
    pipeline: BuildPipeline,
}

/// The pipeline, as a build knows it.
#[derive(Debug, Deserialize)]
struct BuildPipeline {
    url: Uri,
    repository: String,
}

/// A step of a build. Those that run no command, such as `waiter`, have little more than a type.
#[derive(Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    #[serde(rename = "type")]
    kind: String,
    name: Option<String>,
    state: Option<String>,
    web_url: Option<Uri>,
    created_at: Option<DateTime>,
    finished_at: Option<DateTime>,
    soft_failed: Option<bool>,
}

impl Build {
    /// The record, or why there is none.
    pub(crate) fn record(&self) -> Result<DeliveryBuild, String> {
        let state = match self.state.as_str() {
            "creating" | "scheduled" | "waiting" => DeliveryBuildState::Created,
            "running" | "blocked" | "failing" | "canceling" => DeliveryBuildState::Running,
            "passed" => DeliveryBuildState::Complete,
            "failed" | "waiting_failed" => DeliveryBuildState::Errored,
            "canceled" | "skipped" | "not_run" => DeliveryBuildState::Canceled,
            unknown => return Err(format!("state: {unknown:?} is not known")),
        };
        let repository = repository::address(&self.pipeline.repository)?;
        Ok(DeliveryBuild::new(NewDeliveryBuild {
            id: self.id.clone(),
            uri: self.url.clone(),
            repository: repository.into(),
            state,
            commit_oid: self.commit.clone(),
        })
        .number(self.number)
        .workflow(self.pipeline.url.clone())
        .branch(self.branch.clone())
        .html_url(self.web_url.clone())
        .created_at(self.created_at.clone())
        .finished_at(self.finished_at.clone()))
    }
}

impl Job {
    /// Whether it runs a command; the others wait, ask a person, or begin another build.
    pub(crate) fn is_script(&self) -> bool {
        self.kind == "script"
    }

    /// The record, or why there is none.
    pub(crate) fn record(&self, build: &Uri) -> Result<DeliveryJob, String> {
        let state = self.state.as_deref().map(job_state).transpose()?;
        let record = DeliveryJob::new(NewDeliveryJob {
            id: self.id.clone(),
            uri: build.with_segment("jobs").with_segment(&self.id),
            build: build.clone(),
        })
        .name(self.name.clone())
        .state(state)
        .html_url(self.web_url.clone())
        .created_at(self.created_at.clone())
        .finished_at(self.finished_at.clone());
        match self.soft_failed {
            Some(soft_failed) => record.with("softFailed", soft_failed).map_err(|error| error.to_string()),
            None => Ok(record),
        }
    }
}

fn job_state(word: &str) -> Result<DeliveryJobState, String> {
    Ok(match word {
        "pending" | "waiting" | "blocked" | "unblocked" | "limiting" | "limited" | "scheduled"
        | "assigned" | "accepted" => DeliveryJobState::Created,
        "running" | "canceling" | "timing_out" => DeliveryJobState::Running,
        "passed" => DeliveryJobState::Complete,
        "failed" | "timed_out" | "expired" | "waiting_failed" | "blocked_failed" | "unblocked_failed" => {
            DeliveryJobState::Errored
        }
        "canceled" | "skipped" | "broken" => DeliveryJobState::Canceled,
        unknown => return Err(format!("state: {unknown:?} is not known")),
    })
}
