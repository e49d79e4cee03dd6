//! The connector against recorded answers, without network or token.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its place is the report")]

use std::env;

use codeclimate_connector_buildkite::{Buildkite, configuration::Configuration};
use connector_interface::{Error, Stream};
use connector_testing::{
    Answer, Cassette, FakeRunner, MockServer, Received, assert_configuration_schema, assert_resumes,
    exit_code,
};
use serde_json::{Value, json};

const CASSETTE: &str = "tests/cassettes/acme.json";
const UPSTREAM: &str = "https://api.buildkite.com";
const CUTOFF: &str = "2000-01-01T00:00:00Z";
const PIPELINES: &str = "https://api.buildkite.com/v2/organizations/acme/pipelines";

fn pipeline(slug: &str, name: &str) -> Stream {
    Stream::new(slug, &format!("{PIPELINES}/{slug}"), name)
}

fn configuration(base_url: &str) -> Value {
    json!({ "apiToken": "not-a-real-token", "organization": "acme", "baseUrl": base_url })
}

fn sync(runner: &FakeRunner, base_url: &str, cutoff: &str) -> Result<(), Error> {
    runner.sync::<Buildkite>(&configuration(base_url), &pipeline("web", "Web"), cutoff)
}

/// A build as the API sends it, with one job, and what is different about it.
fn build(number: u32, created_at: &str, different: Value) -> Value {
    let mut build = json!({
        "id": format!("build-{number}"), "url": format!("{PIPELINES}/web/builds/{number}"), "number": number,
        "state": "passed", "commit": "c0ffee", "branch": "main", "created_at": created_at,
        "pipeline": { "url": format!("{PIPELINES}/web"), "repository": "git@github.com:acme/web.git" },
        "jobs": [{ "id": format!("job-{number}"), "type": "script", "state": "passed" }],
    });
    if let (Value::Object(build), Value::Object(different)) = (&mut build, different) {
        build.extend(different);
    }
    build
}

fn ids(runner: &FakeRunner) -> Vec<String> {
    runner.records().iter().filter_map(|record| Some(record["id"].as_str()?.to_owned())).collect()
}

/// What a source answers to every request.
fn answering(status: u16, body: Value) -> MockServer {
    MockServer::start(move |_: &Received| Answer::json(status, &body))
}

#[test]
fn all_verbs_work_and_no_token_leaves() {
    let token = env::var("API_TOKEN").unwrap_or_else(|_| "not-a-real-token".to_owned());
    let cassette = Cassette::open(CASSETTE).upstream(UPSTREAM).secret(&token);
    let configuration = json!({ "apiToken": token, "organization": "acme", "baseUrl": cassette.base_url() });
    let runner = FakeRunner::new();
    let answer = runner.verify::<Buildkite>(&configuration).unwrap();
    assert!(answer.is_valid(), "{answer:?}");
    let streams = runner.discover::<Buildkite>(&configuration).unwrap();
    assert_eq!(streams, [pipeline("web", "Web"), pipeline("api", "Api")]);

    let [web, api] = [0, 1].map(|stream| {
        let runner = FakeRunner::new();
        runner.sync::<Buildkite>(&configuration, &streams[stream], CUTOFF).unwrap();
        runner.assert_nothing_secret(&token);
        runner
    });
    assert_eq!([web.records().len(), api.records().len()], [10, 2]);
    web.assert_state_after_records(6);
    web.assert_state_after_records(8);

    let runner = FakeRunner::new();
    runner.sync::<Buildkite>(&configuration, &streams[0], "2020-02-20T21:30:00Z").unwrap();
    assert_eq!(runner.records().len(), 3);
    cassette.assert_all_played();
}

#[test]
fn a_build_and_those_of_its_jobs_that_run_a_command_become_records() {
    let cassette = Cassette::replay(CASSETTE);
    let runner = FakeRunner::new();
    sync(&runner, &cassette.base_url(), CUTOFF).unwrap();
    let build = format!("{PIPELINES}/web/builds/12");
    let expected = [
        json!({
            "_type": "DeliveryBuild",
            "id": "b2000000-0000-4000-8000-000000000012",
            "self": build,
            "number": 12,
            "workflow": format!("{PIPELINES}/web"),
            "repository": "https://github.com/acme/web",
            "state": "errored",
            "commitOid": "c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2",
            "branch": "fix/7",
            "htmlUrl": "https://buildkite.com/acme/web/builds/12",
            "createdAt": "2020-02-20T09:00:00.000Z",
            "finishedAt": "2020-02-20T09:05:00.000Z",
        }),
        json!({
            "_type": "DeliveryJob",
            "id": "j2200000-0000-4000-8000-000000000122",
            "self": format!("{build}/jobs/j2200000-0000-4000-8000-000000000122"),
            "build": build,
            "name": "Lint",
            "state": "errored",
            "softFailed": true,
            "htmlUrl": "https://buildkite.com/acme/web/builds/12#j2200000-0000-4000-8000-000000000122",
            "createdAt": "2020-02-20T09:00:00.000Z",
            "finishedAt": "2020-02-20T09:01:00.000Z",
        }),
    ];
    assert_eq!([&runner.records()[3], &runner.records()[5]], [&expected[0], &expected[1]]);
    let jobs = runner.records().into_iter().filter(|record| record["_type"] == "DeliveryJob");
    let names: Vec<_> = jobs.map(|job| job["name"].clone()).collect();
    assert_eq!(names, ["Test", "Lint", "Test", "Lint", "Test", "Test"], "no waiter, question or trigger");
}

#[test]
fn wherever_a_sync_is_stopped_nothing_is_missed() {
    let cassette = Cassette::replay(CASSETTE).repeating();
    assert_resumes::<Buildkite>(&configuration(&cassette.base_url()), &pipeline("web", "Web"), CUTOFF);
}

#[test]
fn builds_are_asked_for_from_the_cutoff_and_none_that_is_older_is_produced() {
    let builds = [build(2, "2020-02-20T00:00:00Z", json!({})), build(1, "2020-02-19T23:59:59Z", json!({}))];
    let server = answering(200, json!(builds));
    let runner = FakeRunner::new();
    sync(&runner, &server.base_url(), "2020-02-20T00:00:00Z").unwrap();
    assert_eq!(ids(&runner), ["build-2", "job-2"]);
    let requests = server.requests();
    assert_eq!(requests[0].query_value("created_from").as_deref(), Some("2020-02-20T00:00:00Z"));
    assert_eq!(requests[0].header("authorization"), Some("Bearer not-a-real-token"));
}

/// Seven builds, two on a page; the fourth and the fifth were created at once, and pages behind the second are too deep.
fn two_pages_at_once(request: &Received) -> Answer {
    let before = request.query_value("created_to").unwrap_or_else(|| "9999".to_owned());
    let page: usize = request.query_value("page").map_or(1, |page| page.parse().unwrap());
    if page > 2 {
        return Answer::json(400, &json!({ "message": "Listing builds this deep is not supported." }));
    }
    let days = [(9, 29), (8, 28), (7, 27), (6, 26), (5, 26), (4, 24), (3, 23)];
    let all = days.map(|(number, day)| build(number, &format!("2020-02-{day}T00:00:00Z"), json!({})));
    let listed = all.into_iter().filter(|build| build["created_at"].as_str() < Some(&before));
    let builds: Vec<Value> = listed.skip(page * 2 - 2).take(2).collect();
    let is_last = builds.iter().any(|build| build["number"] == 3);
    let next = format!("<{}?created_to={before}&page={}>; rel=\"next\"", request.path(), page + 1);
    let answer = Answer::json(200, &json!(builds));
    if is_last { answer } else { answer.header("Link", &next) }
}

#[test]
fn a_walk_that_is_too_deep_goes_on_at_the_build_that_it_came_to() {
    let server = MockServer::start(two_pages_at_once);
    let runner = FakeRunner::new();
    sync(&runner, &server.base_url(), CUTOFF).unwrap();
    let builds: Vec<_> = ids(&runner).into_iter().filter(|id| id.starts_with("build")).collect();
    let expected = ["build-9", "build-8", "build-7", "build-6", "build-5", "build-4", "build-3"];
    assert_eq!(builds, expected);
    assert_resumes::<Buildkite>(&configuration(&server.base_url()), &pipeline("web", "Web"), CUTOFF);
}

#[test]
fn more_builds_in_a_second_than_can_be_listed_end_the_run() {
    let server = MockServer::start(|request: &Received| match request.query_value("page") {
        Some(_) => Answer::json(400, &json!({ "message": "Listing builds this deep is not supported." })),
        None => Answer::json(200, &json!([build(9, "2020-02-20T00:00:00Z", json!({}))])).header(
            "Link",
            &format!(
                "<{}?page=2&{}>; rel=\"next\"",
                request.path(),
                request.query_value("created_to").unwrap_or_default()
            ),
        ),
    });
    let error = sync(&FakeRunner::new(), &server.base_url(), CUTOFF).unwrap_err();
    assert_eq!(exit_code(&error), 20, "{error}");
}

#[test]
fn what_is_bad_is_left_behind_alone_with_the_reason() {
    let at = "2020-02-20T00:00:00Z";
    let job = |state: &str| json!({ "jobs": [{ "id": "job-2", "type": "script", "state": state }] });
    for (different, line, left) in [
        (json!({ "state": "parked" }), r#"left out build build-2 and its jobs: state: "parked" is not"#, 2),
        (json!({ "created_at": "yesterday" }), r#"rejected build "build-2": created_at: "#, 2),
        (
            json!({ "pipeline": { "url": PIPELINES, "repository": "/srv/web.git" } }),
            r#"left out build build-2 and its jobs: repository: "/srv/web.git" is neither"#,
            2,
        ),
        (job("parked"), r#"left out job job-2: state: "parked" is not known"#, 3),
        (json!({ "jobs": [{ "type": "script" }] }), "rejected job", 3),
    ] {
        let server = answering(200, json!([build(2, at, different), build(1, at, json!({}))]));
        let runner = FakeRunner::new();
        sync(&runner, &server.base_url(), CUTOFF).unwrap();
        assert_eq!(runner.records().len(), left, "{line}");
        let log = runner.log();
        assert!(log[0].message.starts_with(line), "{log:?}");
    }
}

#[test]
fn what_the_source_refuses_ends_the_run_with_the_right_exit_code() {
    for (status, code) in [(400, 20), (401, 10), (403, 10), (404, 20), (501, 20)] {
        let error = sync(&FakeRunner::new(), &answering(status, json!({})).base_url(), CUTOFF).unwrap_err();
        assert_eq!(exit_code(&error), code, "{error}");
    }
}

#[test]
fn a_token_without_the_scope_for_builds_is_not_valid() {
    let server = MockServer::start(|request: &Received| match request.path() {
        path if path.ends_with("/builds") => Answer::json(403, &json!({ "message": "Forbidden" })),
        _ => Answer::json(200, &json!([])),
    });
    let answer = FakeRunner::new().verify::<Buildkite>(&configuration(&server.base_url())).unwrap();
    assert!(!answer.is_valid());
}

#[test]
fn an_organization_without_pipelines_is_told() {
    let server = answering(200, json!([]));
    let error = FakeRunner::new().discover::<Buildkite>(&configuration(&server.base_url())).unwrap_err();
    assert_eq!(error.to_string(), "organization: acme has no pipeline that the token may read");
}

/// What becomes of a build whose pipeline clones its code by this: its records, and the first line of the log.
fn cloned_by(clone_url: &str) -> (Vec<Value>, Option<String>) {
    let pipeline = json!({ "url": format!("{PIPELINES}/web"), "repository": clone_url });
    let server = answering(200, json!([build(1, "2020-02-20T00:00:00Z", json!({ "pipeline": pipeline }))]));
    let runner = FakeRunner::new();
    sync(&runner, &server.base_url(), CUTOFF).unwrap();
    let line = runner.log().first().map(|line| line.message.clone());
    (runner.records(), line)
}

#[test]
fn what_git_clones_by_becomes_the_address_of_the_repository() {
    for clone_url in [
        "git@github.com:acme/web.git",
        "github.com:acme/web",
        "ssh://git@github.com:22/acme/web.git",
        "git://github.com/acme/web.git",
        "https://user:pa55@github.com/acme/web.git/",
        "https://github.com/acme/web",
    ] {
        let (records, _) = cloned_by(clone_url);
        assert_eq!(records[0]["repository"], "https://github.com/acme/web", "{clone_url}");
    }
    for clone_url in ["/srv/git/web.git", "file:///srv/git/web.git", "s3://key:pa55@bucket/web", ""] {
        let (records, line) = cloned_by(clone_url);
        let line = line.unwrap();
        assert!(records.is_empty() && line.contains("repository: ") && !line.contains("pa55"), "{line}");
    }
}

#[test]
fn the_schema_file_says_what_the_struct_says() {
    assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
}
