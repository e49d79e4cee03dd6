//! What becomes of the API's answers.

use std::str::FromStr;

use connector_interface::{
    Uri, UriError,
    records::{
        DeliveryBuild, DeliveryJob, DeliveryJobState, NewDeliveryBuild, NewDeliveryJob, NewRepository,
        NewRepositoryOwner, Repository, RepositoryOwner, RepositoryOwnerType,
    },
};

use crate::api::{Job, Project, Workflow};

pub(crate) fn repository(project: &Project) -> Repository {
    let uri = &project.vcs_info.vcs_url;
    let owner = RepositoryOwner::new(NewRepositoryOwner {
        id: project.organization_name.clone(),
        name: project.organization_name.clone(),
        type_: RepositoryOwnerType::Organization,
    });
    Repository::new(NewRepository {
        id: project.slug.clone(),
        uri: uri.clone(),
        name: project.name.clone(),
        owner,
    })
    .html_url(uri.clone())
    .default_branch(project.vcs_info.default_branch.clone())
}

/// None where CircleCI has a status that it did not have when this was written.
pub(crate) fn build(
    project: &Project,
    revision: &str,
    workflow: &Workflow,
) -> Result<Option<DeliveryBuild>, UriError> {
    let Some(state) = state(&workflow.status) else { return Ok(None) };
    let uri = address(workflow)?;
    let build = DeliveryBuild::new(NewDeliveryBuild {
        id: workflow.id.clone(),
        uri: uri.clone(),
        repository: project.vcs_info.vcs_url.clone().into(),
        state,
        commit_oid: revision.to_owned(),
    });
    let build = build.html_url(uri).created_at(workflow.created_at.clone());
    Ok(Some(build.finished_at(workflow.stopped_at.clone())))
}

/// As [`build`].
pub(crate) fn job(
    project: &Project,
    workflow: &Workflow,
    job: &Job,
) -> Result<Option<DeliveryJob>, UriError> {
    let Some(state) = state::<DeliveryJobState>(&job.status) else { return Ok(None) };
    let build = address(workflow)?;
    let uri = match job.job_number {
        Some(number) => Uri::encoded(&format!("https://circleci.com/{}/{number}", project.slug))?,
        None => Uri::encoded(&format!("{build}#{}", job.id))?,
    };
    let new = NewDeliveryJob { id: job.id.clone(), uri: uri.clone(), build };
    let record = DeliveryJob::new(new).html_url(uri).name(job.name.clone()).state(state);
    Ok(Some(record.created_at(job.started_at.clone()).finished_at(job.stopped_at.clone())))
}

fn address(workflow: &Workflow) -> Result<Uri, UriError> {
    Uri::encoded(&format!("https://circleci.com/workflow-run/{}", workflow.id))
}

/// The state of a build or a job with this status.
fn state<S: FromStr>(status: &str) -> Option<S> {
    let state = match status {
        "created" | "on_hold" | "blocked" | "queued" | "not_running" => "created",
        "running" | "failing" => "running",
        "success" => "complete",
        "failed" | "error" | "unauthorized" | "infrastructure_fail" | "timedout" => "errored",
        "canceled" | "not_run" => "canceled",
        _ => return None,
    };
    state.parse().ok()
}
