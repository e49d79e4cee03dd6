//! What goes out: each kind of record in the shape of its schema.

use connector_interface::{Error, Stream};
use serde::Serialize;

use crate::{
    commit::{Commit, Signature},
    owner::{Owner, owner_and_page},
    repository::{Branch, Repository},
    statistics::Statistics,
    uri::percent_encoded,
};

#[derive(Serialize)]
#[serde(tag = "_type", rename = "Repository", rename_all = "camelCase")]
pub(crate) struct RepositoryRecord<'a> {
    id: &'a str,
    #[serde(rename = "self")]
    uri: &'a str,
    owner: Owner,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    html_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_branch: Option<String>,
}

#[derive(Serialize)]
#[serde(tag = "_type", rename = "Branch")]
pub(crate) struct BranchRecord<'a> {
    name: &'a str,
    repository: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "_type", rename = "Commit")]
pub(crate) struct CommitRecord<'a> {
    id: String,
    #[serde(rename = "self")]
    uri: String,
    oid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<Actor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    committer: Option<Actor>,
    message: std::borrow::Cow<'a, str>,
    tree: String,
    parents: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Statistics>,
}

/// A person as a commit names them.
#[derive(Serialize)]
#[serde(tag = "_type")]
struct Actor {
    id: String,
    #[serde(rename = "self")]
    uri: String,
    name: String,
    email: String,
}

pub(crate) fn stream(repository: &Repository) -> Stream {
    Stream::new(&repository.id, &repository.uri, &repository.name)
        .with("record", repository.uri.as_str())
        .with("recordType", "Repository")
}

pub(crate) fn repository(repository: &Repository) -> Result<RepositoryRecord<'_>, Error> {
    let (owner, html_url) = owner_and_page(&repository.git);
    let default_branch = repository.default_branch()?;
    let Repository { id, uri, name, .. } = repository;
    Ok(RepositoryRecord { id, uri, owner, name, html_url, default_branch })
}

pub(crate) fn branch<'a>(repository: &'a Repository, branch: &'a Branch) -> BranchRecord<'a> {
    BranchRecord { name: &branch.name, repository: &repository.uri }
}

pub(crate) fn commit<'a>(
    repository: &Repository,
    commit: &'a Commit,
    statistics: Option<Statistics>,
) -> Result<CommitRecord<'a>, Error> {
    let oid = commit.id().to_string();
    Ok(CommitRecord {
        id: oid.clone(),
        uri: format!("{}#{oid}", repository.uri),
        oid,
        author: commit.author().map(actor),
        committer: commit.committer().map(actor),
        message: commit.message(),
        tree: commit.tree()?.to_string(),
        parents: commit.parents().iter().map(ToString::to_string).collect(),
        statistics,
    })
}

/// The address tells people apart; those without one are told apart by their name.
fn actor(Signature { name, email }: Signature) -> Actor {
    let id = [&email, &name].into_iter().find(|text| !text.is_empty()).map_or("unknown", |text| text);
    Actor {
        id: id.to_owned(),
        uri: format!("mailto:{}", percent_encoded(id.as_bytes())),
        name: name.into(),
        email: email.into(),
    }
}
