//! Each test of `check` is failed by the connector that breaks it, and only that one.

use std::{fs, path::Path, thread};

use connector_tests::{Ended, connector};
use serde_json::{Value, json};

use super::{Bench, statuses};

const SLUG: &str = "nonconforming";
const TOKEN: &str = "not-a-real-token";

/// The tests, with the fault that the configuration names. What is wrong with the file alone comes behind.
const FAULTS: &[(&str, &str)] = &[
    ("C01", "loads"),
    ("C05", "missing-configuration"),
    ("C06", "wrong-type"),
    ("C07", "empty-configuration"),
    ("C08", "unknown-key"),
    ("C09", "verify"),
    ("C10", "streams"),
    ("C10", "streams-refused"),
    ("C11", "streams-stable"),
    ("C12", "records-valid"),
    ("C13", "types-declared"),
    ("C14", "unique-self"),
    ("C14", "unique-self-across"),
    ("C15", "cutoff"),
    ("C15", "cutoff-exclusive"),
    ("C16", "resume"),
    ("C16", "resume-twice"),
    ("C16", "resume-relative"),
    ("C16", "resume-anew"),
    ("C17", "cancel"),
    ("C17", "deaf"),
    ("C17", "finished-when-cancelled"),
    ("C18", "memory-flat"),
    ("C19", "secrets"),
    ("C20", "stdout"),
    ("C20", "stdout-when-resumed"),
    ("C21", "after-return"),
];

/// A connector with this fault, and all that `check` can be given for it.
fn bench(fault: Option<&str>) -> Bench {
    let configuration = |items: u64| json!({ "apiToken": TOKEN, "items": items, "fault": fault });
    Bench::new(SLUG).with("check.json", &configuration(30)).with("grown.json", &configuration(300))
}

/// The verdicts that are no `passed`, and the whole document.
fn verdicts(bench: &Bench, code: i32, options: &[&str]) -> (Vec<(String, String)>, String) {
    let arguments = ["check.json", "--grown", "grown.json", "--grace", "1s", "--format", "json"];
    let ended = bench.check(&arguments).with(options).run();
    ended.assert(code, "");
    assert_no_token(&ended);
    let odd = statuses(&ended).into_iter().filter(|(_, verdict)| verdict != "passed").collect();
    (odd, ended.output())
}

/// Whatever the connector lets out, `check` does not pass it on.
#[track_caller]
fn assert_no_token(ended: &Ended) {
    let told = format!("{}{}", ended.output(), ended.errors());
    assert!(!told.contains(TOKEN), "{told}");
}

/// That one test failed; others passed, or were not tried because of it.
#[track_caller]
fn assert_only(number: &str, (odd, document): (Vec<(String, String)>, String)) {
    let failed: Vec<&str> =
        odd.iter().filter(|(_, verdict)| verdict == "failed").map(|(number, _)| number.as_str()).collect();
    assert_eq!(failed, [number], "{document}");
    let document: Value = serde_json::from_str(&document).unwrap();
    for row in document["tests"].as_array().unwrap() {
        if row["verdict"] == "skipped" {
            let reason = row["reason"].as_str().unwrap();
            assert!(reason.ends_with("did not pass"), "{number}: {row}");
        }
        if row["number"] == number {
            let finding = &row["findings"][0];
            assert!(finding["what"].is_string() && finding["remedy"].is_string(), "{row}");
        }
    }
}

#[test]
fn the_twin_without_a_fault_conforms() {
    let (odd, document) = verdicts(&bench(None), 0, &[]);
    assert!(odd.is_empty(), "{document}");
}

#[test]
fn each_test_is_failed_by_the_connector_that_breaks_it_and_only_that_one() {
    // Most of the time is spent in waiting for processes.
    let (first, second) = FAULTS.split_at(FAULTS.len() / 2);
    thread::scope(|scope| {
        for faults in [first, second] {
            scope.spawn(move || {
                for (number, fault) in faults {
                    assert_only(number, verdicts(&bench(Some(fault)), 28, &[]));
                }
            });
        }
    });
}

#[test]
fn a_secret_in_what_a_verdict_names_is_masked() {
    let bench = bench(Some("secret-in-self"));
    let (odd, document) = verdicts(&bench, 28, &[]);
    let failed: Vec<&str> = odd.iter().map(|(number, _)| number.as_str()).collect();
    assert_eq!(failed, ["C14", "C19"], "{document}");
    assert!(document.contains("?token=[secret apiToken]"), "{document}");
    let text = bench.check(&["check.json", "--only", "C14", "-v"]).run();
    text.assert(28, "");
    assert_no_token(&text);
    // A name that may hold a secret too is told with the names that there are.
    let absent = bench.check(&["check.json", "--stream", TOKEN]).run();
    absent.assert(2, "[secret apiToken]");
    assert_no_token(&absent);
    assert_eq!(absent.output(), "");
}

/// The twin without a fault, in a file with other bytes in one place.
fn patched(from: &str, to: &str) -> Bench {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(connector(SLUG)).unwrap();
    let mut places = bytes.windows(from.len()).enumerate().filter(|(_, window)| *window == from.as_bytes());
    let place = places.next().map(|(at, _)| at).unwrap();
    bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
    let mut bench = bench(None);
    bench.connector = bench.folder.path().join(Path::new(&connector(SLUG)).file_name().unwrap());
    fs::write(&bench.connector, bytes).unwrap();
    bench
}

#[test]
fn what_a_file_says_badly_of_itself_fails_its_test_alone() {
    assert_only("C02", verdicts(&patched("\"license\":", "\"lycense\":"), 28, &[]));
    assert_only(
        "C03",
        verdicts(&patched("\"description\": \"How many", "\"descriptive\": \"How many"), 28, &[]),
    );
}

#[test]
fn a_connector_that_needs_a_newer_glibc_than_the_floor_is_told() {
    assert_only("C04", verdicts(&bench(None), 28, &["--glibc", "2.2"]));
}
