//! Records as they came: valid, declared, of a self of their own.

use super::*;

#[test]
fn a_sync_is_valid_where_it_ends_well_and_nothing_is_refused() {
    let good = incidents(0..=2);
    assert_told(&records_valid(&[sync(&good), sync(&good)]), &["passed: 6 records of 1 type"]);
    let refused = records_valid(&[sync(&good), sync(&rejecting("/status", "one of \"a\"", "\"b\""))]);
    assert_told(
        &refused,
        &["failed: a record is refused", "stream first, record Incident https", "at /status", "found \"b\""],
    );
    let failing = records_valid(&[sync(&ended(ExitCode::ConnectorError, "no such page"))]);
    assert_told(&failing, &["failed: the sync does not end well (stream first)", "no such page"]);
}

#[test]
fn every_type_is_declared() {
    let good = incidents([1, 2]);
    assert_told(&types_declared(&[sync(&good)], &ids(&["Incident", "Issue"])), &["passed: Incident"]);
    let undeclared = types_declared(&[sync(&good)], &ids(&["Issue"]));
    assert_told(&undeclared, &["failed", "record Incident", "the declared types: Issue", "found 2 records"]);
}

#[test]
fn every_self_is_unique_within_its_stream_and_type() {
    let good = incidents([1, 2]);
    assert_told(&unique_self(&[sync(&good), sync(&good)]), &["passed: 4 records"]);
    let twice = unique_self(&[sync(&incidents([1, 2, 1]))]);
    assert_told(&twice, &["failed", "Incident https://acme.example/1", "the same record, 2 times"]);
    let other = Produced { digest: [9; 16], ..incident(1) };
    let seen = Observation { records: vec![incident(1), other.clone()], ..done() };
    assert_told(&unique_self(&[sync(&seen)]), &["failed", "different records, 2 times"]);
    let of_another_type = Produced { record_type: "Issue", ..other };
    let seen = Observation { records: vec![incident(1), of_another_type], ..done() };
    assert_told(&unique_self(&[sync(&seen)]), &["passed"]);
    let without = Produced { uri: None, ..incident(1) };
    let seen = Observation { records: vec![without.clone(), without], ..done() };
    assert_told(&unique_self(&[sync(&seen)]), &["passed: 0 records"]);
}

#[test]
fn two_streams_may_have_the_same_record_but_not_two_with_the_same_self() {
    let other = Observation { records: vec![Produced { digest: [9; 16], ..incident(2) }], ..done() };
    let verdict = unique_self(&[sync(&incidents([1, 2])), Run { stream: Some("second"), ..sync(&other) }]);
    let parts = [
        "failed: records of two streams have the same self (stream second, record Incident https://acme.example/2)",
        "a different one in the stream first",
    ];
    assert_told(&verdict, &parts);
}

#[test]
fn where_no_record_came_nothing_is_said_of_records() {
    let empty = done();
    for verdict in [
        records_valid(&[sync(&empty), sync(&empty)]),
        types_declared(&[sync(&empty)], &ids(&["Incident"])),
        unique_self(&[sync(&empty)]),
    ] {
        assert_told(&verdict, &["skipped: no sync produced a record"]);
    }
    let failing = ended(ExitCode::ConnectorError, "no such page");
    assert_told(&records_valid(&[sync(&failing)]), &["failed", "no such page"]);
    assert_told(&records_valid(&[sync(&rejecting("/status", "a", "b"))]), &["failed: a record is refused"]);
}
