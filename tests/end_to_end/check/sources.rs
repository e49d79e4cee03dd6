//! Where connectors read from while they are checked: as large as is wanted, and the same each time.

use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
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

/// What was recorded of a service: its API, a configuration without an address, a cutoff.
pub(super) fn recorded(slug: &str) -> (Source, Value, String) {
    let case = Case::read(slug);
    let api = Arc::new(Api::read(&case.folder));
    let server = MockServer::start(move |request| api.answer(request));
    (server, case.asked.config, case.asked.cutoff.unwrap())
}
