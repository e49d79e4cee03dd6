//! The client against a server of the test's own.

use codeclimate_connector_circleci::{CircleCi, configuration::Configuration};
use connector_interface::{Error, State, Stream};
use connector_testing::{
    Answer, FakeRunner, MockServer, Received, assert_configuration_schema, assert_resumes,
};
use serde_json::{Value, json};

const CUTOFF: &str = "2020-01-15T00:00:00Z";

fn project() -> Stream {
    Stream::new("gh/acme/rocket", "https://github.com/acme/rocket", "acme/rocket")
}

fn pipeline(id: &str, created_at: &str) -> Value {
    json!({ "id": id, "created_at": created_at, "vcs": { "revision": format!("commit-of-{id}") } })
}

fn workflow(id: &str, status: &str) -> Value {
    json!({ "id": id, "status": status, "created_at": "2020-02-20T10:00:00.120Z", "stopped_at": null })
}

fn job(id: &str, status: &str, number: Option<u64>) -> Value {
    let mut job = json!({ "id": id, "name": id, "status": status, "started_at": "2020-02-20T10:01:00Z" });
    if let Some(number) = number {
        job["job_number"] = number.into();
    }
    job
}

fn configuration(server: &MockServer) -> Value {
    json!({ "apiToken": "a-token-of-the-user", "baseUrl": server.base_url() })
}

fn sync(runner: &FakeRunner, server: &MockServer) -> Result<(), Error> {
    runner.sync::<CircleCi>(configuration(server), &project(), CUTOFF)
}

/// Answers from a table: a path with its token, and the items with the next token.
fn serving(table: Vec<(&'static str, Vec<Value>, Option<&'static str>)>) -> MockServer {
    MockServer::start(move |request: &Received| {
        if request.target() == "/api/v2/project/gh/acme/rocket" {
            let vcs_info = json!({ "vcs_url": "https://github.com/acme/rocket", "default_branch": "main" });
            return Answer::json(
                200,
                &json!({
                    "slug": "gh/acme/rocket", "name": "rocket", "organization_name": "acme", "vcs_info": vcs_info,
                }),
            );
        }
        match table.iter().find(|(target, ..)| request.target() == *target) {
            Some((_, items, next)) => Answer::json(200, &json!({ "items": items, "next_page_token": next })),
            None => Answer::json(404, &json!({ "message": "Not found" })),
        }
    })
}

/// Three pages of pipelines, with workflows and jobs on pages of their own.
fn three_pages() -> MockServer {
    let pipelines = "/api/v2/project/gh/acme/rocket/pipeline";
    serving(vec![
        (
            pipelines,
            vec![pipeline("old", "2019-02-20T10:00:00Z"), pipeline("p1", "2020-02-20T10:00:00Z")],
            Some("t 2"),
        ),
        (
            "/api/v2/project/gh/acme/rocket/pipeline?page-token=t+2",
            vec![pipeline("p2", "2020-02-19T10:00:00Z")],
            Some("t3"),
        ),
        (
            "/api/v2/project/gh/acme/rocket/pipeline?page-token=t3",
            vec![pipeline("p3", "2020-01-14T00:00:00Z")],
            Some("t4"),
        ),
        ("/api/v2/pipeline/p1/workflow", vec![workflow("w1", "success")], Some("more")),
        ("/api/v2/pipeline/p1/workflow?page-token=more", vec![workflow("w2", "failing")], None),
        ("/api/v2/pipeline/p2/workflow", vec![workflow("w3", "not_run")], None),
        ("/api/v2/workflow/w1/job", vec![job("j1", "success", Some(1))], Some("more")),
        (
            "/api/v2/workflow/w1/job?page-token=more",
            vec![
                job("j2", "timedout", Some(2)),
                json!({ "id": "j3", "name": "j3", "status": "on_hold", "started_at": null }),
            ],
            None,
        ),
        ("/api/v2/workflow/w2/job", vec![job("j4", "on_hold", None)], None),
        ("/api/v2/workflow/w3/job", vec![], None),
    ])
}

fn states_by_id(runner: &FakeRunner) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    runner.records().iter().skip(1).map(|record| (text(&record["id"]), text(&record["state"]))).collect()
}

#[test]
fn every_page_of_pipelines_workflows_and_jobs_is_read() {
    let server = three_pages();
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();
    let expected = [
        ("w1", "complete"),
        ("w2", "running"),
        ("j1", "complete"),
        ("j2", "errored"),
        ("j4", "created"),
        ("w3", "canceled"),
    ];
    assert_eq!(states_by_id(&runner), expected.map(|(id, state)| (id.to_owned(), state.to_owned())));
    runner.assert_state_after_records(6);
    runner.assert_state_after_records(7);
    let tokens: Vec<_> =
        runner.states().iter().map(|state| state.metadata["nextPageToken"].clone()).collect();
    assert_eq!(tokens, [json!("t 2"), json!("t3"), Value::Null]);
    assert!(!server.requests().iter().any(|request| request.target().contains("old")));
    runner.assert_nothing_secret("a-token-of-the-user");
}

#[test]
fn times_go_out_as_they_came_and_a_job_without_a_number_has_the_address_of_its_workflow() {
    let runner = FakeRunner::new();
    sync(&runner, &three_pages()).unwrap();
    let records = runner.records();
    let found = |id: &str| records.iter().find(|record| record["id"] == id).unwrap();
    assert_eq!(found("w1")["createdAt"], "2020-02-20T10:00:00.120Z");
    assert_eq!(found("w1")["finishedAt"], Value::Null);
    assert!(found("w1").get("finishedAt").is_some() && found("j1").get("finishedAt").is_none());
    assert_eq!(found("j1")["self"], "https://circleci.com/gh/acme/rocket/1");
    assert_eq!(found("j4")["self"], "https://circleci.com/workflow-run/w2#j4");
    assert_eq!(found("j4")["build"], "https://circleci.com/workflow-run/w2");
}

#[test]
fn wherever_a_sync_is_stopped_nothing_is_missed() {
    assert_resumes::<CircleCi>(&configuration(&three_pages()), &project(), CUTOFF);
}

#[test]
fn a_page_that_is_gone_begins_anew() {
    let state = State::at(CUTOFF.parse().unwrap()).with("nextPageToken", "forgotten");
    let runner = FakeRunner::new().with_state(state);
    sync(&runner, &three_pages()).unwrap();
    assert_eq!(runner.records().len(), 7);
    let warning = "WARN the page of the last run is gone (GET ";
    assert!(runner.log()[0].to_string().starts_with(warning), "{:?}", runner.log());
}

#[test]
fn a_page_of_workflows_that_is_gone_does_not_keep_back_those_before_it() {
    let server = serving(vec![
        ("/api/v2/project/gh/acme/rocket/pipeline", vec![pipeline("p1", "2020-02-20T10:00:00Z")], None),
        ("/api/v2/pipeline/p1/workflow", vec![workflow("w1", "success")], Some("gone")),
        ("/api/v2/workflow/w1/job", vec![job("j1", "success", Some(1))], None),
    ]);
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();
    assert_eq!(runner.records().len(), 3);
    let warning = "WARN left out page 2 of pipeline/p1/workflow: GET ";
    assert!(runner.log()[0].to_string().starts_with(warning), "{:?}", runner.log());
}

#[test]
fn a_pipeline_that_was_not_started_for_a_commit_has_no_builds_and_still_dates_its_page() {
    let manual = json!({ "id": "p1", "created_at": "2020-01-14T00:00:00Z", "vcs": {} });
    let scheduled = json!({ "id": "p2", "created_at": "2020-02-20T10:00:00Z" });
    let server = serving(vec![
        ("/api/v2/project/gh/acme/rocket/pipeline", vec![scheduled, manual], Some("never asked for")),
        ("/api/v2/pipeline/p2/workflow", vec![workflow("w1", "success")], None),
        ("/api/v2/workflow/w1/job", vec![], None),
    ]);
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();
    assert_eq!((runner.records().len(), server.requests().len()), (1, 4));
    let line = "WARN left out workflow w1: its pipeline has no vcs.revision: it was not started for a commit";
    assert_eq!(runner.log()[0], line);
}

#[test]
fn what_is_bad_is_left_out_alone() {
    let pipelines = "/api/v2/project/gh/acme/rocket/pipeline";
    let created = "2020-02-20T10:00:00Z";
    let mut undated = workflow("w3", "success");
    undated["created_at"] = json!("soon");
    let server = serving(vec![
        (
            pipelines,
            vec![
                json!({ "id": "p0", "created_at": null, "vcs": { "revision": "x" } }),
                pipeline("p1", created),
            ],
            None,
        ),
        (
            "/api/v2/pipeline/p1/workflow",
            vec![workflow("w1", "success"), workflow("w2", "pondering"), undated],
            None,
        ),
        ("/api/v2/workflow/w1/job", vec![job("j1", "lost", Some(1)), job("j2", "success", Some(2))], None),
        ("/api/v2/workflow/w2/job", vec![], None),
    ]);
    let runner = FakeRunner::new();
    sync(&runner, &server).unwrap();
    let ids: Vec<_> = states_by_id(&runner).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["w1", "j2"]);
    let log: Vec<_> = runner.log().iter().map(ToString::to_string).collect();
    for line in [
        "WARN rejected pipeline \"p0\": created_at: ",
        "WARN rejected workflow \"w3\": created_at: \"soon\" is not a time",
        "WARN left out workflow w2: unknown status \"pondering\"",
        "WARN left out job j1: unknown status \"lost\"",
        "WARN completed with 2 rejected records, and 2 left out",
    ] {
        assert!(log.iter().any(|found| found.starts_with(line)), "expected {line}, found {log:?}");
    }
}

#[test]
fn projects_of_other_hosts_are_left_out() {
    let server = MockServer::start(|_: &Received| {
        let project = |vcs_type: &str| json!({ "vcs_type": vcs_type, "vcs_url": format!("https://{vcs_type}.com/acme/x"), "username": "acme", "reponame": "x" });
        Answer::json(200, &json!([project("github"), project("gitlab"), project("bitbucket")]))
    });
    let runner = FakeRunner::new();
    let streams = runner.discover::<CircleCi>(configuration(&server)).unwrap();
    assert_eq!(streams.iter().map(Stream::id).collect::<Vec<_>>(), ["gh/acme/x", "bb/acme/x"]);
    assert_eq!(runner.log()[0], "WARN left out acme/x: unknown vcs_type \"gitlab\"");
}

#[test]
fn the_schema_file_says_what_the_struct_says() {
    assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
}
