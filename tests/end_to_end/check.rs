//! `check`: the connectors of this repository conform, and each option does what it says.

mod sources;
mod twins;

use std::path::{Path, PathBuf};

use connector_tests::{Ended, Runner, connector};
use serde_json::{Value, json};
use tempfile::TempDir;

use sources::{Recorded, Source, builds, coverage, history, incidents, pipelines, recorded};

/// A folder with configurations, and a connector.
struct Bench {
    folder: TempDir,
    connector: PathBuf,
}

impl Bench {
    fn new(slug: &str) -> Self {
        Self { folder: TempDir::new().unwrap(), connector: connector(slug) }
    }

    fn with(self, name: &str, configuration: &Value) -> Self {
        std::fs::write(self.folder.path().join(name), configuration.to_string()).unwrap();
        self
    }

    fn check(&self, arguments: &[&str]) -> Runner {
        Runner::new(["check"]).with([&self.connector]).with(arguments).folder(self.folder.path())
    }
}

fn statuses(ended: &Ended) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&ended.output()).unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = document["tests"].as_array().unwrap();
    rows.iter().map(|row| (text(row, "number"), text(row, "verdict"))).collect()
}

/// Every test passes; none is skipped but those.
#[track_caller]
fn assert_conforms(ended: &Ended, skipped: &[&str]) {
    ended.assert(0, "");
    let found = statuses(ended);
    assert_eq!(found.len(), 21, "{ended:?}");
    for (number, verdict) in found {
        let expected = if skipped.contains(&&*number) { "skipped" } else { "passed" };
        assert_eq!(verdict, expected, "{number}: {}", ended.output());
    }
}

#[test]
fn the_git_connector_conforms() {
    let (few, many) = (history(1_200), history(12_000));
    let bench = Bench::new("git")
        .with("check.json", &json!({ "path": few.path() }))
        .with("grown.json", &json!({ "path": many.path() }));
    let ended = bench.check(&["check.json", "--grown", "grown.json", "--format", "json"]).run();
    // A commit tells no time in its record, and the configuration holds no secret.
    assert_conforms(&ended, &["C15", "C19"]);
}

/// A connector for a service that takes a token, with ten times as much behind a second address.
fn of_service(slug: &str, few: &Source, many: &Source) -> Ended {
    let configuration = |source: &Source| json!({ "apiToken": "valid-token", "baseUrl": source.base_url() });
    let bench =
        Bench::new(slug).with("check.json", &configuration(few)).with("grown.json", &configuration(many));
    bench.check(&["check.json", "--grown", "grown.json", "--format", "json"]).run()
}

#[test]
fn the_pagerduty_connector_conforms() {
    assert_conforms(&of_service("pagerduty", &incidents(350), &incidents(3_500)), &[]);
}

#[test]
fn the_circleci_connector_conforms() {
    assert_conforms(&of_service("circleci", &pipelines(60), &pipelines(600)), &[]);
}

#[test]
fn the_codecov_connector_conforms() {
    // Coverage tells no time in its record.
    assert_conforms(&of_service("codecov", &coverage(350), &coverage(3_500)), &["C15"]);
}

#[test]
fn the_buildkite_connector_conforms_beyond_what_the_source_lists_at_once() {
    let (few, many) = (builds(350), builds(3_500));
    let mut configuration = json!({ "apiToken": "valid-token", "organization": "acme" });
    let mut bench = Bench::new("buildkite");
    for (name, source) in [("check.json", &few), ("grown.json", &many)] {
        configuration["baseUrl"] = json!(source.base_url());
        bench = bench.with(name, &configuration);
    }
    assert_conforms(&bench.check(&["check.json", "--grown", "grown.json", "--format", "json"]).run(), &[]);
}

/// As the guide shows it: with what lies beside its sources.
#[test]
fn the_cassette_of_the_buildkite_connector_is_enough_for_every_test_but_memory() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../connectors/buildkite"));
    let check =
        Runner::new(["check"]).with([connector("buildkite")]).with(["check.json", "--format", "json"]);
    assert_conforms(&check.folder(folder).run(), &["C18"]);
}

#[test]
fn the_circleci_and_codecov_connectors_conform_as_far_as_was_recorded_of_them() {
    for slug in ["circleci", "codecov"] {
        let Recorded { tape, mut configuration, stream, cutoff } = recorded(slug);
        configuration["baseUrl"] = json!("cassette:tape.json");
        let bench = Bench::new(slug).with("check.json", &configuration).with("tape.json", &tape);
        let options = ["check.json", "--stream", &stream, "--cutoff", &cutoff, "--format", "json"];
        let ended = bench.check(&options).run();
        ended.assert(0, "");
        // Ten times as much, and in Codecov's case another cutoff, was not recorded.
        let skipped = statuses(&ended).into_iter().filter(|(_, verdict)| verdict == "skipped");
        assert!(
            skipped.map(|(number, _)| number).all(|number| number == "C18" || number == "C15"),
            "{ended:?}"
        );
    }
}

#[test]
fn without_a_configuration_only_what_needs_none_is_tried() {
    let ended = Bench::new("pagerduty").check(&["--format", "json"]).run();
    let skipped: Vec<String> = (9..=21).map(|number| format!("C{number:02}")).collect();
    assert_conforms(&ended, &skipped.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn one_test_can_be_chosen_and_a_seed_chooses_the_checkpoints() {
    let few = history(6_000);
    let bench = Bench::new("git").with("check.json", &json!({ "path": few.path() }));
    let resume = bench.check(&["check.json", "--only", "resume", "--seed", "7"]).run();
    resume.assert(0, "");
    let output = resume.output();
    assert!(output.starts_with("ok   C16 resume"), "{output}");
    assert!(output.contains("6 of 13 checkpoints") && output.contains("seed 7"), "{output}");
    let unknown = bench.check(&["check.json", "--only", "resumes"]).run();
    unknown.assert(2, "did you mean \"resume\"?");
}

#[test]
fn what_keeps_a_connector_from_being_checked_has_the_exit_code_that_it_has_elsewhere() {
    let bench = Bench::new("git")
        .with("bad.json", &json!({ "pathh": "." }))
        .with("check.json", &json!({ "path": "." }));
    bench.check(&["bad.json"]).run().assert(10, "pathh");
    Runner::new(["check", "absent-slug"]).run().assert(11, "absent-slug");
    std::fs::write(bench.folder.path().join("libcodeclimate_connector_x.so"), "no library").unwrap();
    let no_connector =
        Runner::new(["check", "./libcodeclimate_connector_x.so"]).folder(bench.folder.path()).run();
    no_connector.assert(12, "");
    let absent = json!({ "apiToken": "valid-token", "baseUrl": "cassette:absent.json" });
    let bench = Bench::new("pagerduty").with("check.json", &absent);
    bench.check(&["check.json"]).run().assert(10, "/baseUrl: cannot read the cassette");
}

#[test]
fn a_cassette_stands_in_for_the_source_and_what_it_does_not_know_is_told() {
    let page = json!({ "incidents": [sources::incident(1)], "more": false });
    let exchange = |path: &str, query: Value, body: Value| {
        json!({ "request": { "method": "GET", "path": path, "query": query },
                "response": { "status": 200, "headers": { "content-type": "application/json" }, "body": body } })
    };
    let query = json!([["limit", "100"], ["offset", "0"]]);
    let exchanges = |with_verification: bool| {
        let verification = exchange("/abilities", json!([]), json!({ "abilities": [] }));
        let mut exchanges = vec![exchange("/incidents", query.clone(), page.clone())];
        exchanges.extend(with_verification.then_some(verification));
        json!({ "upstream": "https://api.pagerduty.com", "exchanges": exchanges })
    };
    let configuration = json!({ "apiToken": "not-a-real-token", "baseUrl": "cassette:tape.json" });
    let bench =
        Bench::new("pagerduty").with("check.json", &configuration).with("tape.json", &exchanges(true));
    bench.check(&["check.json"]).run().assert(0, "");
    let bench = bench.with("tape.json", &exchanges(false));
    let ended = bench.check(&["check.json", "--only", "verify"]).run();
    ended.assert(28, "");
    assert!(
        ended.output().contains("GET /abilities") && ended.output().contains("RECORD_CASSETTES=1"),
        "{ended:?}"
    );
}

#[test]
fn the_first_signal_ends_it() {
    let few = history(6_000);
    let bench = Bench::new("git").with("check.json", &json!({ "path": few.path() }));
    let running = bench.check(&["check.json", "--only", "resume"]).start();
    // While it makes its runs, of which there are dozens.
    while running.worker_by_now().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    running.signal(rustix::process::Signal::INT);
    running.wait().assert(130, "");
}
