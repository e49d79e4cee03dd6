//! No secret leaves: not through anything that a connector says, and not through the processes.

use std::{fs, thread, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use connector_tests::{Ended, Runner};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustix::process::Signal;
use serde_json::json;

/// With everything that some encoding writes in another way.
const TOKEN: &str = "s3cr3t/+t\"ok\\en ü&=%";

#[track_caller]
fn assert_kept(ended: &Ended) {
    let encoded = utf8_percent_encode(TOKEN, NON_ALPHANUMERIC).to_string();
    let json = json!(TOKEN).to_string();
    // Behind `user:`, base64 begins anew with the second letter of the token.
    let base64 = STANDARD.encode(format!("user:{TOKEN}"))[8..24].to_owned();
    for text in [ended.output(), ended.errors().to_owned()] {
        for form in [TOKEN, &encoded, &json[1..json.len() - 1], &base64, "s3cr3t"] {
            assert!(!text.contains(form), "{form:?} is told: {ended:?}");
        }
    }
}

#[test]
fn a_token_that_a_connector_logs_panics_with_and_returns_leaks_nowhere() {
    for (verb, place, behaviour, code) in [
        ("sync", "sync", "leak", 0),
        ("sync", "sync", "leak-and-fail", 20),
        ("sync", "sync", "leak-and-panic", 22),
        ("sync", "constructor", "leak-and-panic", 22),
        ("sync", "constructor", "leak-and-fail", 20),
        ("sync", "drop", "leak-and-panic", 22),
        ("verify-configuration", "verify", "leak", 10),
        ("verify-configuration", "verify", "leak-and-fail", 20),
        ("discover-streams", "discover", "leak-and-panic", 22),
    ] {
        let configuration = json!({ "behaviour": behaviour, "place": place, "apiToken": TOKEN });
        for format in ["text", "json"] {
            let runner = match verb {
                "sync" => Runner::sync(&configuration),
                verb => Runner::verb(verb, "misbehaving", &configuration),
            };
            let ended = runner.with(["-v", "--log-format", format]).run();
            ended.assert(code, "[secret apiToken]");
            assert_kept(&ended);
        }
    }
}

#[test]
fn a_long_token_is_not_shown_in_part_either() {
    for length in [97, 300, 5_000] {
        let token: String =
            (0..length).map(|at| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[at * 7 % 36])).collect();
        for behaviour in ["leak", "leak-and-fail", "leak-and-panic", "leak-in-records"] {
            let configuration = json!({ "behaviour": behaviour, "apiToken": token });
            let ended = Runner::sync(&configuration).with(["-v"]).run();
            assert!(ended.errors().contains("[secret apiToken]"), "{ended:?}");
            for part in [&token[..24], &token[token.len() - 24..]] {
                assert!(!ended.errors().contains(part), "{part} of {length} bytes is told: {ended:?}");
            }
        }
    }
}

#[test]
fn what_the_sandbox_names_shows_no_secret() {
    let token = "a-token-in-the-name-of-a-file";
    let configuration = json!({ "behaviour": "leak-in-path", "apiToken": token });
    let folder = tempfile::tempdir().unwrap();
    let outcome = folder.path().join("outcome.json");
    for mode in ["trace", "best-effort"] {
        let arguments = ["--sandbox", mode, "--outcome-file", outcome.to_str().unwrap()];
        let ended = Runner::sync(&configuration).with(arguments).run();
        ended.assert(33, "the sandbox denied");
        let outcome = fs::read_to_string(&outcome).unwrap();
        assert!(!ended.errors().contains(token) && !outcome.contains(token), "{ended:?}\n{outcome}");
        assert!(mode != "trace" || outcome.contains("/tmp/of-[secret apiToken]"), "{outcome}");
    }
}

#[test]
fn the_ids_of_discovered_streams_are_masked_in_messages() {
    let configuration = json!({ "behaviour": "leak-in-streams", "apiToken": TOKEN });
    let ended =
        Runner::verb("sync-stream", "misbehaving", &configuration).with(["other", "2020-02-21"]).run();
    ended.assert(2, "the connector discovers no stream with id \"other\"");
    assert_kept(&ended);
}

#[test]
fn a_configuration_that_is_refused_shows_no_value() {
    for configuration in [
        json!({ "apiToken": [TOKEN] }),
        json!({ "apiToken": TOKEN, "count": TOKEN }),
        json!({ "apiToken": TOKEN, "unknown": TOKEN }),
        json!({ "apiToken": TOKEN, "behaviour": TOKEN }),
    ] {
        let ended = Runner::verb("verify-configuration", "misbehaving", &configuration).run();
        ended.assert(10, "does not fit what its connector asks for");
        assert_kept(&ended);
    }
    let cut = json!({ "apiToken": TOKEN }).to_string();
    let cut = &cut[..cut.len() - 2];
    let connector = connector_tests::connector("misbehaving").into_os_string();
    let ended = Runner::new(["verify-configuration".into(), connector, "-".into()]).input(cut).run();
    ended.assert(10, "not JSON");
    assert_kept(&ended);
}

#[test]
fn no_process_has_the_token_in_its_arguments_or_environment() {
    let token = "a-token-without-any-special-letter";
    let configuration = json!({ "behaviour": "hang", "apiToken": token });
    let running = Runner::sync(&configuration).start();
    thread::sleep(Duration::from_secs(1));
    let mut seen = 0;
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let read = |file: &str| fs::read(process.path().join(file)).unwrap_or_default();
        let environment = String::from_utf8_lossy(&read("environ")).into_owned();
        if !environment.contains(running.home().to_str().unwrap()) {
            continue;
        }
        seen += 1;
        let arguments = String::from_utf8_lossy(&read("cmdline")).into_owned();
        assert!(!environment.contains(token) && !arguments.contains(token), "{arguments}");
    }
    running.signal(Signal::TERM);
    running.signal(Signal::TERM);
    assert_eq!(running.wait().code(), Some(143));
    assert!(seen >= 3, "runner, guardian and worker, found {seen}");
}
