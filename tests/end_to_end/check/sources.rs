//! Where connectors read from while they are checked: as large as is wanted, and the same each time.

use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
};

use connector_testing::{Answer, MockServer, Received};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::recorded::{api::Api, case::Case};

pub(super) type Source = MockServer;

/// A repository with so many commits, one an hour.
pub(super) fn history(commits: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    git(&folder, &["init", "--quiet", "--bare", "--initial-branch=main", "."], b"");
    let mut history = String::new();
    for commit in 0..commits {
        let (date, message) = (1_500_000_000 + commit * 3_600, format!("commit {commit}"));
        let length = message.len();
        writeln!(
            history,
            "commit refs/heads/main\ncommitter Ada <ada@acme.example> {date} +0000\ndata {length}\n{message}\n"
        )
        .unwrap();
    }
    git(&folder, &["fast-import", "--quiet"], history.as_bytes());
    folder
}

fn git(folder: &TempDir, arguments: &[&str], input: &[u8]) {
    let mut git = Command::new("git")
        .current_dir(folder.path())
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .args(arguments)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin.take().unwrap().write_all(input).unwrap();
    assert!(git.wait().unwrap().success(), "git {arguments:?}");
}

/// A PagerDuty with so many incidents, one a minute, the newest first.
pub(super) fn incidents(count: usize) -> Source {
    MockServer::start(move |request: &Received| {
        if request.header("Authorization") != Some("Token token=valid-token") {
            return Answer::json(401, &json!({ "error": { "message": "Unauthorized" } }));
        }
        let offset: usize =
            request.query_value("offset").and_then(|text| text.parse().ok()).unwrap_or_default();
        match request.path() {
            "/abilities" => Answer::json(200, &json!({ "abilities": [] })),
            "/incidents" => {
                let last = count.min(offset + 100);
                let page: Vec<Value> = (offset..last).map(|number| incident(count - number)).collect();
                Answer::json(200, &json!({ "incidents": page, "more": last < count }))
            }
            _ => Answer::json(404, &json!({ "error": { "message": "Not found" } })),
        }
    })
}

/// One a minute.
fn time(number: usize) -> String {
    let (hours, minute) = (number / 60, number % 60);
    let (day, hour) = (1 + hours / 24, hours % 24);
    format!("2020-01-{day:02}T{hour:02}:{minute:02}:00Z")
}

pub(super) fn incident(number: usize) -> Value {
    json!({
        "id": format!("P{number}"),
        "self": format!("https://api.pagerduty.example/incidents/P{number}"),
        "html_url": format!("https://acme.pagerduty.example/incidents/P{number}"),
        "incident_number": number,
        "title": format!("incident {number}"),
        "status": "resolved",
        "created_at": time(number),
    })
}

/// A Buildkite with one pipeline and so many builds of it, one a minute, the newest first.
pub(super) fn builds(count: usize) -> Source {
    MockServer::start(move |request: &Received| {
        if request.header("Authorization") != Some("Bearer valid-token") {
            return Answer::json(401, &json!({ "message": "Authentication required." }));
        }
        let pipeline = "https://api.buildkite.example/v2/organizations/acme/pipelines/web";
        match request.path() {
            "/v2/organizations/acme/builds" => Answer::json(200, &json!([])),
            "/v2/organizations/acme/pipelines" => {
                Answer::json(200, &json!([{ "slug": "web", "name": "Web", "url": pipeline }]))
            }
            "/v2/organizations/acme/pipelines/web/builds" => page_of_builds(request, count),
            _ => Answer::json(404, &json!({ "message": "Not Found" })),
        }
    })
}

/// As Buildkite does, lists only so many pages at once, and refuses those behind them.
fn page_of_builds(request: &Received, count: usize) -> Answer {
    let page: usize = request.query_value("page").map_or(1, |page| page.parse().unwrap());
    if page > 10 {
        return Answer::json(400, &json!({ "message": "Listing builds this deep is not supported." }));
    }
    let from = request.query_value("created_from").unwrap_or_default();
    let before = request.query_value("created_to").unwrap_or_else(|| "9999".to_owned());
    let times = (1..=count).rev().map(|number| (number, time(number)));
    let listed: Vec<_> = times.filter(|(_, time)| *time >= from && *time < before).collect();
    let (first, last) = (listed.len().min(page * 100 - 100), listed.len().min(page * 100));
    let builds: Vec<Value> = listed[first..last].iter().map(|(number, time)| build(*number, time)).collect();
    let answer = Answer::json(200, &json!(builds));
    if last == listed.len() {
        return answer;
    }
    let next = format!("page={}&created_from={from}&created_to={before}", page + 1);
    answer.header("Link", &format!("<{}?{next}>; rel=\"next\"", request.path()))
}

fn build(number: usize, created_at: &str) -> Value {
    let pipeline = "https://api.buildkite.example/v2/organizations/acme/pipelines/web";
    json!({
        "id": format!("b{number}"),
        "url": format!("{pipeline}/builds/{number}"),
        "number": number,
        "state": "passed",
        "commit": "c0ffee",
        "branch": "main",
        "created_at": created_at,
        "pipeline": { "url": pipeline, "repository": "git@github.com:acme/web.git" },
        "jobs": [
            { "id": format!("j{number}"), "type": "script", "state": "passed", "created_at": created_at },
            { "id": format!("w{number}"), "type": "waiter" },
        ],
    })
}

/// A CircleCI with one project and so many pipelines of it, one a minute, the newest first, each of one workflow of one job.
pub(super) fn pipelines(count: usize) -> Source {
    MockServer::start(move |request: &Received| {
        if request.header("Circle-Token") != Some("valid-token") {
            return Answer::json(401, &json!({ "message": "You must log in first." }));
        }
        let list = |items: Vec<Value>, next: Option<String>| {
            Answer::json(200, &json!({ "items": items, "next_page_token": next }))
        };
        let address = "https://github.com/acme/web";
        match request.path().split('/').skip(2).collect::<Vec<_>>()[..] {
            ["v2", "me"] => Answer::json(200, &json!({ "id": "ada" })),
            ["v1.1", "projects"] => Answer::json(
                200,
                &json!([{ "vcs_type": "github", "vcs_url": address, "username": "acme", "reponame": "web" }]),
            ),
            ["v2", "project", "gh", "acme", "web"] => Answer::json(
                200,
                &json!({
                    "slug": "gh/acme/web", "name": "web", "organization_name": "acme",
                    "vcs_info": { "vcs_url": address, "default_branch": "main" },
                }),
            ),
            ["v2", "project", "gh", "acme", "web", "pipeline"] => {
                let first: usize =
                    request.query_value("page-token").map_or(0, |token| token.parse().unwrap());
                let last = count.min(first + 20);
                let items = (first..last).map(|at| count - at).map(pipeline).collect();
                list(items, (last < count).then(|| last.to_string()))
            }
            ["v2", "pipeline", number, "workflow"] => list(vec![workflow(number)], None),
            ["v2", "workflow", number, "job"] => list(vec![job(number)], None),
            _ => Answer::json(404, &json!({ "message": "Not found" })),
        }
    })
}

fn pipeline(number: usize) -> Value {
    json!({ "id": number.to_string(), "created_at": time(number), "vcs": { "revision": "c0ffee" } })
}

fn workflow(number: &str) -> Value {
    let at = time(number.parse().unwrap());
    json!({ "id": number, "status": "success", "created_at": at, "stopped_at": at })
}

fn job(number: &str) -> Value {
    let number: usize = number.parse().unwrap();
    let at = time(number);
    json!({
        "id": number.to_string(), "name": "test", "status": "success", "job_number": number,
        "started_at": at, "stopped_at": at,
    })
}

/// A Codecov with one repository and so many commits of it, one a minute, the newest first.
pub(super) fn coverage(count: usize) -> Source {
    MockServer::start(move |request: &Received| {
        if request.header("Authorization") != Some("token valid-token") {
            return Answer::json(401, &json!({ "detail": "Invalid token." }));
        }
        match request.path() {
            "/api/gh" => {
                Answer::json(200, &json!({ "teams": [{ "username": "acme", "repos": [{ "name": "web" }] }] }))
            }
            "/api/gh/acme/web/commits" => {
                let page: usize = request.query_value("page").unwrap().parse().unwrap();
                let (first, last) = (count.min(page * 100 - 100), count.min(page * 100));
                let commits: Vec<Value> = (first..last).map(|at| covered(count - at)).collect();
                Answer::json(200, &json!({ "commits": commits }))
            }
            _ => Answer::json(404, &json!({ "detail": "Not found." })),
        }
    })
}

fn covered(number: usize) -> Value {
    let totals = json!({ "c": "87.5", "f": 4, "n": 8, "h": 7 });
    json!({ "commitid": format!("{number:040x}"), "timestamp": time(number), "totals": totals })
}

/// What was recorded of a service, and how it was asked.
pub(super) struct Recorded {
    pub(super) tape: Value,
    pub(super) configuration: Value,
    /// Its id.
    pub(super) stream: String,
    pub(super) cutoff: String,
}

/// The recorded case of a connector, as a cassette.
pub(super) fn recorded(slug: &str) -> Recorded {
    let case = Case::read(slug);
    let mut exchanges = Api::read(&case.folder).exchanges();
    exchanges.push(second_page_of_workflows());
    Recorded {
        tape: json!({ "upstream": "https://recorded.example", "exchanges": exchanges }),
        configuration: case.asked.config,
        stream: case.asked.stream.unwrap()["id"].as_str().unwrap().to_owned(),
        cutoff: case.asked.cutoff.unwrap(),
    }
}

/// The connector for CircleCI asks for one page more than the implementation before it did; there is none.
fn second_page_of_workflows() -> Value {
    let path = "/api/v2/pipeline/93e3feba-a120-4b20-aa3a-534e9fa8fd58/workflow";
    json!({
        "request": { "method": "GET", "path": path, "query": [["page-token", "ignored-second-page"]] },
        "response": { "status": 404, "body": { "message": "Not found" } },
    })
}
