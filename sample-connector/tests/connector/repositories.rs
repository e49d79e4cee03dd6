//! What repository, branch and stream records say.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use codeclimate_connector_git::Git;
use connector_interface::Client;
use connector_testing::FakeRunner;
use serde_json::{Value, json};

use crate::fixture::{BEGINNING, Fixture, checked, of_type, stream};

fn discovered(path: &Value) -> (Vec<Value>, Vec<String>) {
    let runner = FakeRunner::new();
    let client: Git = runner.client(json!({ "path": path })).unwrap();
    client.discover_streams().unwrap();
    (checked(runner.records()), runner.log().iter().map(ToString::to_string).collect())
}

#[test]
fn records_come_in_the_order_repository_branches_commits() {
    let records = Fixture::tangled().synced();
    let types: Vec<_> = records.iter().map(|record| record["_type"].as_str().unwrap()).collect();
    assert_eq!(types[..5], ["Repository", "Branch", "Branch", "Branch", "Commit"]);
    let names: Vec<_> = of_type(&records, "Branch").iter().map(|branch| branch["name"].clone()).collect();
    assert_eq!(names, ["main", "old", "topic"]);
    assert!(of_type(&records, "Branch").iter().all(|branch| branch["repository"] == records[0]["self"]));
}

#[test]
fn an_empty_repository_is_a_repository_with_a_default_branch_and_nothing_else() {
    let repository = Fixture::empty();
    repository.git(&["config", "user.name", "Ada"]);
    repository.git(&["config", "user.email", "ada@acme.example"]);
    assert_eq!(
        repository.synced(),
        [json!({
            "_type": "Repository",
            "id": repository.path(),
            "self": format!("file://{}", repository.path()),
            "name": "rocket",
            "owner": { "id": "ada@acme.example", "type": "user", "name": "Ada" },
            "defaultBranch": "main",
        })]
    );
}

#[test]
fn the_owner_comes_from_the_origin_and_its_credentials_go_nowhere() {
    for url in [
        "https://ada:hunter2@git.example/acme/rocket.git",
        "https://hunter2@git.example/acme/rocket.git",
        "https://git.example/acme/rocket.git?token=hunter2",
        "https://hunter2:99999999@git.example/acme/rocket.git",
        "https://ada:12/hunter2@git.example/acme/rocket.git",
        "https://ada:hunter2@git.example:port/acme/rocket.git",
    ] {
        let repository = Fixture::empty().with_commits_at(&[1000]);
        repository.git(&["remote", "add", "origin", url]);
        let runner = FakeRunner::new();
        repository.sync(&runner, BEGINNING).unwrap();
        let told = format!("{:?} {:?}", checked(runner.records()), runner.log());
        assert!(!told.contains("hunter2"), "{told}");
    }
    let repository = Fixture::empty();
    repository.git(&["remote", "add", "origin", "gh:acme/rocket.git"]);
    repository.git(&["config", "url.git@git.example:.insteadOf", "gh:"]);
    let record = &repository.synced()[0];
    assert_eq!(
        record["owner"],
        json!({ "id": "acme", "type": "organization", "name": "acme", "htmlUrl": "https://git.example/acme" })
    );
    assert_eq!(record["htmlUrl"], "https://git.example/acme/rocket");
}

#[test]
fn a_stream_is_named_after_its_folder_whatever_the_folder_is_called() {
    for (folder, name, encoded) in [
        ("rocket", "rocket", "rocket"),
        ("rocket.git", "rocket", "rocket.git"),
        ("a b#c?d%e", "a b#c?d%e", "a%20b%23c%3Fd%25e"),
        ("r\u{f6}cket", "r\u{f6}cket", "r%C3%B6cket"),
    ] {
        let bare = Fixture::made_by(&["init", "--quiet", "--bare", folder], folder);
        let parent = bare.folder.parent().unwrap().to_str().unwrap();
        let (records, log) = discovered(&json!(bare.path()));
        let uri = format!("file://{parent}/{encoded}");
        let expected = json!({
            "_type": "Stream", "id": bare.path(), "self": uri, "name": name, "record": uri, "recordType": "Repository",
        });
        assert_eq!((records, log), (vec![expected], vec![]));
    }
}

#[test]
fn a_folder_whose_name_is_not_utf_8_has_a_uri_of_its_own() {
    let repository = Fixture::empty();
    let folder = repository.folder.with_file_name(OsStr::from_bytes(b"r\xf6cket"));
    std::fs::rename(&repository.folder, &folder).unwrap();
    std::os::unix::fs::symlink(&folder, &repository.folder).unwrap();
    let (records, _) = discovered(&json!(repository.path()));
    assert!(records[0]["self"].as_str().unwrap().ends_with("/r%F6cket"), "{records:?}");
    assert_eq!(records[0]["name"], "r\u{fffd}cket");
}

#[test]
fn each_repository_is_one_stream_however_often_and_however_it_is_named() {
    let repository = Fixture::tangled();
    let lander = Fixture::empty();
    let inside = |name: &str| repository.folder.with_file_name(name).to_str().unwrap().to_owned();
    repository.git(&["worktree", "add", "--quiet", "../linked", "topic"]);
    std::os::unix::fs::symlink(&repository.folder, inside("symlink")).unwrap();
    let dot_git = format!("{}/.git", repository.path());
    let paths = [
        repository.path(),
        &inside("linked"),
        lander.path(),
        &inside("symlink"),
        &dot_git,
        repository.path(),
    ];
    let (records, log) = discovered(&json!(paths));
    let ids: Vec<_> = records.iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [repository.path(), lander.path()]);
    let expected = |path: &str| {
        format!("WARN path: `{path}` is the same repository as `{}`; left out", repository.path())
    };
    assert_eq!(log, [paths[1], paths[3], paths[4], paths[5]].map(expected));
}

#[test]
fn a_linked_worktree_can_be_synced_and_has_the_branches_of_its_repository() {
    let repository = Fixture::tangled();
    repository.git(&["worktree", "add", "--quiet", "../linked", "topic"]);
    let linked = repository.folder.with_file_name("linked");
    let runner = FakeRunner::new();
    let client: Git = runner.client(json!({ "path": linked })).unwrap();
    client.sync_stream(&stream(linked.to_str().unwrap()), BEGINNING.parse().unwrap()).unwrap();
    let records = checked(runner.records());
    assert_eq!(crate::fixture::oids(&records), repository.listed_by_git(&[]));
    assert_eq!((&records[0]["name"], &records[0]["defaultBranch"]), (&json!("linked"), &json!("topic")));
}
