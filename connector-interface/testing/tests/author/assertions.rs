//! Each claim passes where it is so, and says what is wrong where it is not.

use std::panic::AssertUnwindSafe;

use connector_interface::State;
use connector_testing::FakeRunner;
use serde_json::{Value, json};

use crate::{
    numbers::{CUTOFF, branch},
    panic_of,
};

fn produced(records: &[Value]) -> FakeRunner {
    let runner = FakeRunner::new();
    for record in records {
        runner.context().records.produce(record).unwrap();
    }
    runner
}

type Claim = fn(&FakeRunner);

fn incident(id: &str, status: &str) -> Value {
    let uri = format!("https://incidents.example/{id}");
    json!({
        "_type": "Incident", "id": id, "self": uri, "title": "Disk full", "status": status,
        "createdAt": "2020-02-21T12:00:00Z"
    })
}

#[test]
fn what_is_so_can_be_claimed() {
    let runner = produced(&[branch("a"), branch("b")]);
    runner.context().state.set(&State::at(CUTOFF.parse().unwrap())).unwrap();
    runner.assert_produced(&[branch("a"), branch("b")]);
    runner.assert_produced_set(&[branch("b"), branch("a")]);
    runner.assert_all_of_type("Branch");
    runner.assert_no_unknown_properties();
    runner.assert_state_after_records(2);
    runner.assert_nothing_secret("t0p-s3cret");
}

#[test]
fn a_list_that_differs_is_told_by_its_first_difference() {
    let found = [branch("a"), incident("P1", "triggered"), branch("c")];
    let table: [(&[Value], &str); 4] = [
        (
            &[branch("a"), incident("P1", "resolved"), branch("c")],
            "record 1 is not as expected\n  /status: expected \"resolved\", found \"triggered\"\n  expected: {",
        ),
        (&[branch("a"), branch("c")], "\n  the record that is expected here was found at 2\n  expected: {"),
        (
            &[branch("a"), incident("P1", "triggered")],
            "expected 2 records and found 3: record 2 is one too many: {\"_type\":\"Branch\",\"name\":\"c\"}",
        ),
        (
            &[branch("a"), incident("P1", "triggered"), branch("c"), branch("d")],
            "expected 4 records and found 3: record 3 is missing: {\"_type\":\"Branch\",\"name\":\"d\"}",
        ),
    ];
    let runner = produced(&found);
    for (expected, message) in table {
        let told = panic_of(AssertUnwindSafe(|| runner.assert_produced(expected)));
        assert!(told.contains(message), "{told}");
    }
}

#[test]
fn a_set_that_differs_is_told_by_what_is_missing_and_what_is_not_expected() {
    let runner = produced(&[branch("a"), incident("P1", "triggered"), branch("a")]);
    let expected = [incident("P1", "resolved"), branch("a"), branch("b")];
    let told = panic_of(AssertUnwindSafe(|| runner.assert_produced_set(&expected)));
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], "expected 3 records and found 3");
    assert!(lines[1].starts_with("  missing: {\"_type\":\"Incident\""), "{told}");
    let rest = [
        "    but there is this one, with /status: expected \"resolved\", found \"triggered\"",
        "  missing: {\"_type\":\"Branch\",\"name\":\"b\"}",
        "  unexpected: {\"_type\":\"Branch\",\"name\":\"a\"}",
    ];
    assert_eq!(lines[2..], rest);
}

#[test]
fn every_other_claim_says_what_is_there_instead() {
    let runner = produced(&[branch("a"), incident("P1", "triggered")]);
    runner.context().state.set(&State::at(CUTOFF.parse().unwrap())).unwrap();
    let misspelt = produced(&[json!({ "_type": "Branch", "name": "a", "uri_": "x" })]);
    let leaking = FakeRunner::new();
    leaking.context().logger.info("GET /?token=t0p%2Fs3cret");
    let nothing = FakeRunner::new();
    let table: [(&FakeRunner, Claim, &str); 6] = [
        (
            &nothing,
            |runner| runner.assert_all_of_type("Branch"),
            "expected records of type Branch, found no record",
        ),
        (
            &runner,
            |runner| runner.assert_all_of_type("Branch"),
            "expected records of type Branch only, but record 1 is {\"_type\":\"Incident\"",
        ),
        (&misspelt, FakeRunner::assert_no_unknown_properties, "record 0 (Branch) /uri_: "),
        (
            &runner,
            |runner| runner.assert_state_after_records(1),
            "expected a state after 1 records, found states after [2], with 2 records in all",
        ),
        (
            &nothing,
            |runner| runner.assert_state_after_records(0),
            "expected a state after 0 records, found no state, with 0 records in all",
        ),
        (
            &leaking,
            |runner| runner.assert_nothing_secret("t0p/s3cret"),
            "the secret stands in a log line (event 0): INFO GET /?token=[secret] {}",
        ),
    ];
    for (runner, claim, message) in table {
        let told = panic_of(AssertUnwindSafe(|| claim(runner)));
        assert!(told.starts_with(message), "{told}");
    }
}
