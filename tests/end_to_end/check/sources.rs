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

pub(super) fn incident(number: usize) -> Value {
    let minutes = number % 60;
    let hours = number / 60;
    let (day, hour) = (1 + hours / 24, hours % 24);
    json!({
        "id": format!("P{number}"),
        "self": format!("https://api.pagerduty.example/incidents/P{number}"),
        "html_url": format!("https://acme.pagerduty.example/incidents/P{number}"),
        "incident_number": number,
        "title": format!("incident {number}"),
        "status": "resolved",
        "created_at": format!("2020-01-{day:02}T{hour:02}:{minutes:02}:00Z"),
    })
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
