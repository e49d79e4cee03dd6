//! What becomes of the API's answers.

use std::str::FromStr;

use connector_interface::{
    Error, Uri, UriError,
    records::{
        DeliveryBuild, DeliveryJob, DeliveryJobState, NewDeliveryBuild, NewDeliveryJob, NewRepository,
        NewRepositoryOwner, Repository, RepositoryOwner, RepositoryOwnerType,
    },
};

use crate::api::{Job, Pipeline, Project, Workflow};

pub(crate) fn repository(project: &Project) -> Repository {
    let (id, name) = (project.slug.clone(), project.name.clone());
    let (uri, organization) = (project.vcs_info.vcs_url.clone(), project.organization_name.clone());
    let type_ = RepositoryOwnerType::Organization;
    let owner =
        RepositoryOwner::new(NewRepositoryOwner { id: organization.clone(), name: organization, type_ });
    Repository::new(NewRepository { id, uri: uri.clone(), name, owner })
        .html_url(uri)
        .default_branch(project.vcs_info.default_branch.clone())
}

pub(crate) fn build(
    project: &Project,
    pipeline: &Pipeline,
    workflow: &Workflow,
) -> Result<DeliveryBuild, Error> {
    let uri = address(workflow)?;
    let new = NewDeliveryBuild {
        id: workflow.id.clone(),
        uri: uri.clone(),
        repository: project.vcs_info.vcs_url.clone().into(),
        state: state(&workflow.status)?,
        commit_oid: pipeline.revision()?.to_owned(),
    };
    let build = DeliveryBuild::new(new).html_url(uri).created_at(workflow.created_at.clone());
    Ok(build.finished_at(workflow.stopped_at.clone()))
}

pub(crate) fn job(project: &Project, workflow: &Workflow, job: &Job) -> Result<DeliveryJob, Error> {
    let build = address(workflow)?;
    let uri = match job.job_number {
        Some(number) => Uri::encoded(&format!("https://circleci.com/{}/{number}", project.slug))?,
        None => Uri::encoded(&format!("{build}#{}", job.id))?,
    };
    let new = NewDeliveryJob { id: job.id.clone(), uri: uri.clone(), build };
    let record = DeliveryJob::new(new).html_url(uri).name(job.name.clone());
    let record = record.state(state::<DeliveryJobState>(&job.status)?);
    Ok(record.created_at(job.started_at.clone()).finished_at(job.stopped_at.clone()))
}

fn address(workflow: &Workflow) -> Result<Uri, UriError> {
    Uri::encoded(&format!("https://circleci.com/workflow-run/{}", workflow.id))
}

/// The state of a build or a job with this status.
fn state<S: FromStr<Err: std::error::Error + 'static>>(status: &str) -> Result<S, Error> {
    let state = match status {
        "created" | "on_hold" | "blocked" | "queued" | "not_running" => "created",
        "running" | "failing" => "running",
        "success" => "complete",
        "failed" | "error" | "unauthorized" | "infrastructure_fail" | "timedout" => "errored",
        "canceled" | "not_run" => "canceled",
        unknown => return Err(Error::new(format!("unknown status {unknown:?}"))),
    };
    Ok(state.parse()?)
}
