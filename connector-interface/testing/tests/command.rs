//! The command that records and replays without a test.

#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a failing test is to panic")]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use connector_testing::{Answer, MockServer, Received};
use serde_json::{Value, json};

struct Running(Child, String);

fn start(arguments: &[&str], file: &Path) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-cassette"));
    command.args(arguments).arg(file).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut base = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut base).unwrap();
    Running(child, base.trim().to_owned())
}

impl Running {
    fn get(&self, target: &str) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(format!("{}{target}", self.1)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// Closes its standard input, and waits.
    fn end(mut self) -> (bool, String) {
        drop(self.0.stdin.take());
        let output = self.0.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    }
}

#[test]
fn traffic_is_recorded_without_the_secrets_of_a_configuration_and_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let (tape, config, schema) =
        (folder.path().join("x.json"), folder.path().join("c.json"), folder.path().join("s.json"));
    std::fs::write(&config, json!({ "apiToken": "t0p-s3cret", "team": "rockets" }).to_string()).unwrap();
    let properties = json!({ "properties": { "apiToken": { "secret": true }, "team": {} } });
    std::fs::write(&schema, properties.to_string()).unwrap();
    let (config, schema) = (config.to_str().unwrap(), schema.to_str().unwrap());
    let upstream = MockServer::start(|request: &Received| Answer::json(200, &request.target()));
    let table: [(&[&str], &str); 3] = [
        (&["--secret", "apiToken"], "\"\\\"/rockets?token=[secret]\\\"\""),
        (&["--schema", schema], "\"\\\"/rockets?token=[secret]\\\"\""),
        (&[], "\"\\\"/[secret]?token=[secret]\\\"\""),
    ];
    for (which, body) in table {
        let base = upstream.base_url();
        let mut arguments = vec!["--upstream", &base, "--config", config];
        arguments.extend(which);
        arguments.push("--record");
        let recording = start(&arguments, &tape);
        assert_eq!(recording.get("/rockets?token=t0p-s3cret").0, 200);
        assert_eq!(recording.end(), (true, String::new()));
        let text = std::fs::read_to_string(&tape).unwrap();
        let written: Value = serde_json::from_str(&text).unwrap();
        let found = &written["exchanges"][0]["response"]["body"];
        assert_eq!(found.to_string(), body, "{which:?}");
    }

    let replaying = start(&["--config", config, "--replay"], &tape);
    assert_eq!(replaying.get("/rockets?token=t0p-s3cret").0, 200);
    assert_eq!(replaying.get("/rockets").0, 501);
    let (succeeded, said) = replaying.end();
    assert!(!succeeded && said.contains("has no exchange left for GET /[secret]\n"), "{said}");
}

#[test]
fn what_cannot_be_recorded_well_is_refused_before_the_file_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (tape, config, schema) =
        (folder.path().join("x.json"), folder.path().join("c.json"), folder.path().join("s.json"));
    std::fs::write(&tape, "what was recorded before").unwrap();
    std::fs::write(&config, json!({ "apiToken": "t0p-s3cret", "pin": "1234" }).to_string()).unwrap();
    std::fs::write(&schema, json!({ "properties": { "other": { "secret": true } } }).to_string()).unwrap();
    let (config, schema) = (config.to_str().unwrap(), schema.to_str().unwrap());
    let nothing_marked = format!("{schema} marks no secret that {config} has");
    let unknown = format!("{config} has no text or number at a key \"typo\"");
    let bare = folder.path().join("bare.json");
    std::fs::write(&bare, json!({ "url": "https://x.example", "team": "us" }).to_string()).unwrap();
    let table: [(&[&str], &str); 6] = [
        (
            &["--config", bare.to_str().unwrap()],
            "the configuration holds nothing like a secret: say --no-secrets in its place",
        ),
        (&["--config", config, "--secret", "typo"], &unknown),
        (
            &["--config", config, "--secret", "pin"],
            "a secret with fewer than 6 bytes would be found in ordinary words",
        ),
        (&["--config", config, "--schema", schema], &nothing_marked),
        (
            &[],
            "name the configuration whose secrets are replaced, with --config FILE, or say --no-secrets where nothing \
             that is recorded is secret",
        ),
        (&["--no-secrets"], &format!("{} is not written: nothing was asked", tape.display())),
    ];
    for (arguments, message) in table {
        let mut all = arguments.to_vec();
        all.extend(["--upstream", "https://x.example", "--record"]);
        assert_eq!(start(&all, &tape).end(), (false, format!("error: {message}\n")));
        assert_eq!(std::fs::read_to_string(&tape).unwrap(), "what was recorded before");
    }
}

#[test]
fn what_a_person_does_wrong_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let good = write("good.json", &json!({ "upstream": "http://a.example", "exchanges": [] }).to_string());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (arguments, file, words) in [
        (vec!["--replay"], folder.path().join("none.json"), "cannot read the cassette"),
        (vec!["--replay"], write("bad.json", "{\"exchanges\": 7}"), "is no cassette"),
        (vec!["--port", &port, "--replay"], good, "cannot listen on port"),
    ] {
        let (success, told) = start(&arguments, &file).end();
        assert!(!success && told.starts_with("error: ") && told.contains(words), "{words}: {told}");
        assert!(!told.contains("panicked"), "{told}");
    }
}
