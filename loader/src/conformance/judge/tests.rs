//! Tests of the judgements: what was seen, and what is said of it.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};

use super::fixture::{
    done, ended, incident, incidents, leaking, rejecting, stopping, sync, with_checkpoints,
};
use super::*;
use crate::{
    conformance::{Test, Times, Verdict, bad_configurations, bad_configurations::BadConfiguration},
    elf::NeededVersion,
    examination::{Examination, Facts, GlibcVersion},
    note::{AbiVersion, Note, PanicStrategy},
};

/// What a verdict says, in one word and the first of its texts.
fn told(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Passed { detail } => format!("passed: {detail}"),
        Verdict::Skipped { reason, .. } => format!("skipped: {reason}"),
        Verdict::Failed(failure) => {
            let findings = failure.findings.iter().map(|finding| {
                assert!(!finding.what.ends_with('.') && !finding.what.is_empty(), "{finding:?}");
                format!(
                    "{} ({}) expected {}, found {}",
                    finding.what, finding.place, finding.expected, finding.found
                )
            });
            format!("failed: {}", findings.collect::<Vec<_>>().join(" | "))
        }
    }
}

#[track_caller]
fn assert_told(verdict: &Verdict, parts: &[&str]) {
    let told = told(verdict);
    for part in parts {
        assert!(told.contains(part), "{part:?} is not in {told:?}");
    }
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn a_library_loads_where_its_client_is_made_or_refuses_its_configuration() {
    let never = |code, what: &str| Observation { made: false, ..ended(code, what) };
    assert_told(&loads(&done()), &["passed"]);
    assert_told(&loads(&ended(ExitCode::ConnectorError, "later")), &["passed"]);
    assert_told(&loads(&never(ExitCode::Configuration, "no token")), &["passed"]);
    let panicked = loads(&never(ExitCode::ConnectorPanicked, "panicked at lib.rs:7"));
    assert_told(&panicked, &["failed: no client was made", "panicked at lib.rs:7", "exit code 22"]);
    for later in [
        verify(&never(ExitCode::ConnectorPanicked, "")),
        streams(&never(ExitCode::ConnectorPanicked, ""), &[]),
    ] {
        assert_told(&later, &["skipped: C01 loads did not pass"]);
    }
    assert_told(&loads(&never(ExitCode::ConnectorUnusable, "no symbol")), &["failed", "no symbol"]);
}

#[test]
fn verifying_accepts_and_produces_nothing() {
    assert_told(&verify(&done()), &["passed"]);
    let refused = verify(&ended(ExitCode::Configuration, "the token is wrong"));
    assert_told(&refused, &["failed", "not found valid", "the token is wrong"]);
    assert_told(
        &verify(&incidents([1, 2])),
        &["failed", "(record Incident https://acme.example/1)", "found 2 records"],
    );
    assert_told(&verify(&rejecting("", "no record", "one")), &["failed", "found 1 record"]);
}

#[test]
fn streams_are_there_and_told_apart() {
    assert_told(&streams(&done(), &ids(&["a", "b"])), &["passed: 2 streams"]);
    assert_told(&streams(&done(), &[]), &["failed: no stream is found"]);
    assert_told(&streams(&done(), &ids(&["a", "b", "a"])), &["failed", "(stream a)", "found 2 streams"]);
    assert_told(&streams(&done(), &ids(&["a", ""])), &["failed: a stream has an empty id"]);
    assert_told(&streams(&ended(ExitCode::SourceUnavailable, "no answer"), &[]), &["failed", "no answer"]);
}

#[test]
fn a_record_that_is_refused_in_the_discovery_is_told() {
    let refused = rejecting("/self", "a URI", "nothing");
    let told =
        "failed: a record is refused (record Incident https://acme.example/1, at /self, in discover-streams)";
    assert_told(&streams(&refused, &ids(&["a", "b"])), &[told]);
    assert_told(&streams(&refused, &[]), &[told]);
}

#[test]
fn streams_are_the_same_each_time_in_whatever_order() {
    let (first, turned, other) = (incidents([1, 2]), incidents([2, 1]), incidents([1, 3]));
    let (two, same) = (ids(&["a", "b"]), ids(&["b", "a"]));
    assert_told(&streams_stable((&first, &two), (&turned, &same)), &["passed: 2 streams twice"]);
    let gone = streams_stable((&first, &two), (&first, &ids(&["a", "c"])));
    assert_told(&gone, &["failed", "(stream b)", "first time only", "(stream c)", "second time only"]);
    assert_told(
        &streams_stable((&first, &two), (&other, &two)),
        &["failed: a stream is described in two ways"],
    );
    let failing = ended(ExitCode::ConnectorError, "too many requests");
    assert_told(&streams_stable((&first, &two), (&failing, &[])), &["failed", "too many requests"]);
}

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

fn cut_off(trials: &[CutoffTrial<'_>]) -> Verdict {
    cutoff(trials, &[])
}

fn cut<'a>(whole: &'a Observation, cut: &'a Observation, at: i64) -> CutoffTrial<'a> {
    CutoffTrial { stream: "first", whole, cut, cutoff: at }
}

#[test]
fn with_a_cutoff_nothing_older_comes_and_nothing_newer_is_lost() {
    let whole = incidents(1..=10);
    let good = cut_off(&[cut(&whole, &incidents(6..=10), 6)]);
    assert_told(&good, &["passed: 5 of 10 records since 1970-01-01T00:00:06Z"]);
    let older = cut_off(&[cut(&whole, &incidents(5..=10), 6)]);
    assert_told(
        &older,
        &["failed: a record is older than the cutoff", "example/5", "found 1970-01-01T00:00:05Z"],
    );
    let lost = cut_off(&[cut(&whole, &incidents(7..=10), 6)]);
    assert_told(&lost, &["failed: a record that is newer than the cutoff does not come", "example/6,"]);
    let failing = ended(ExitCode::ConnectorError, "no such page");
    assert_told(&cut_off(&[cut(&whole, &failing, 6)]), &["failed", "no such page"]);
}

#[test]
fn a_source_may_measure_by_any_of_the_times_of_a_record() {
    let changed = Produced { times: Some(Times { oldest: 2, newest: 8 }), ..incident(2) };
    let whole = Observation { records: vec![changed.clone(), incident(9)], ..done() };
    let with = Observation { records: vec![changed, incident(9)], ..done() };
    for came in [with, incidents([9])] {
        assert_told(&cut_off(&[cut(&whole, &came, 5)]), &["passed"]);
    }
}

#[test]
fn a_part_may_be_left_out_with_its_whole_but_must_not_be_older() {
    let job = |number| Produced { record_type: "DeliveryJob", ..incident(number) };
    let whole = Observation { records: vec![job(3), job(9)], ..done() };
    assert_told(&cut_off(&[cut(&whole, &done(), 5)]), &["passed: 0 of 2"]);
    assert_told(&cut_off(&[cut(&whole, &whole, 5)]), &["failed: a record is older", "DeliveryJob"]);
}

#[test]
fn a_source_of_changed_things_gives_what_was_changed_with_its_older_parts() {
    let changed = Produced { times: Some(Times { oldest: 2, newest: 8 }), ..incident(2) };
    let comment = Produced { record_type: "IssueComment", ..incident(3) };
    let with = |records: &[Produced]| Observation { records: records.to_vec(), ..done() };
    let whole = with(&[changed.clone(), comment.clone()]);
    assert_told(&cut_off(&[cut(&whole, &whole, 5)]), &["passed: 2 of 2"]);
    let of_none = with(&[comment.clone(), incident(9)]);
    assert_told(&cut_off(&[cut(&whole, &of_none, 5)]), &["failed: a record is older", "IssueComment"]);
    let other = with(&[changed, incident(3)]);
    assert_told(&cut_off(&[cut(&whole, &other, 5)]), &["failed: a record is older", "Incident"]);
}

#[test]
fn a_record_that_is_just_as_new_as_the_cutoff_comes() {
    let whole = incidents(1..=9);
    let changed = Produced { times: Some(Times { oldest: 2, newest: 8 }), ..incident(2) };
    let (record, at) = edge(&whole).unwrap();
    assert_eq!((record, at), (&incident(5), 5));
    assert!(edge(&Observation { records: vec![changed], ..done() }).is_none());
    let (good, lost, failing) = (incidents(5..=9), incidents(6..=9), ended(ExitCode::ConnectorError, "boom"));
    let cases = [
        (&good, None, "passed"),
        (
            &lost,
            Some(&good),
            "failed: a record that is just as new as the cutoff does not come (stream first, record Incident https://acme.example/5",
        ),
        // It is measured by another time, which may be earlier.
        (&lost, Some(&lost), "passed"),
        (&failing, None, "failed: the sync with a cutoff does not end well"),
    ];
    for (at, before, expected) in cases {
        let edge = EdgeTrial { stream: "first", record, at, before };
        assert_told(&cutoff(&[cut(&whole, &good, 5)], &[edge]), &[expected]);
    }
}

#[test]
fn records_without_times_cannot_be_cut_off() {
    let whole = Observation { records: vec![Produced { times: None, ..incident(1) }], ..done() };
    assert_told(&cut_off(&[cut(&whole, &done(), 5)]), &["skipped: no record has one of the times"]);
    assert_told(&cut_off(&[cut(&done(), &done(), 5)]), &["skipped"]);
}

#[test]
fn the_middle_is_in_the_longest_pause_between_the_older_and_the_newer_half() {
    let table: [(&[u8], Option<i64>); 7] = [
        (&[], None),
        (&[5, 5], None),
        (&[1, 3], Some(2)),
        (&[3, 1], Some(2)),
        (&[1, 2], Some(2)),
        (&[1, 100, 101, 120, 121, 250], Some(111)),
        (&[1, 2, 3, 4, 5, 6, 7, 8, 200], Some(3)),
    ];
    for (numbers, expected) in table {
        let middle = middle_cutoff(&incidents(numbers.iter().copied()));
        match (middle, expected) {
            (Some(middle), Some(3)) => assert!((3..=7).contains(&middle), "{middle}"),
            _ => assert_eq!(middle, expected, "{numbers:?}"),
        }
    }
}

fn trial<'a>(
    whole: &'a Observation,
    stopped: &'a Observation,
    resumed: Option<&'a Observation>,
) -> ResumeTrial<'a> {
    ResumeTrial { stream: "first", whole, checkpoint: 1, stop: Stop::Killed, stopped, resumed, second: None }
}

#[test]
fn a_stopped_sync_that_goes_on_has_the_records_of_the_whole() {
    let whole = with_checkpoints(incidents(1..=6), &[2, 4]);
    // What came behind the last checkpoint is gone.
    let stopped = with_checkpoints(incidents(1..=3), &[2]);
    let cases = [
        (incidents(3..=6), "passed: stopped 1 times, after 1 of 2 checkpoints"),
        // A few again do no harm.
        (incidents(2..=6), "passed"),
        (incidents(4..=6), "failed: records are missing"),
        (incidents(3..=7), "failed: a sync that goes on produces what the whole one does not"),
        (ended(ExitCode::ConnectorError, "unknown cursor"), "failed: a sync that goes on does not end well"),
    ];
    for (resumed, expected) in cases {
        assert_told(&resume(&[sync(&whole)], &[trial(&whole, &stopped, Some(&resumed))]), &[expected]);
    }
    let missing = incidents(5..=6);
    let verdict = resume(&[sync(&whole)], &[trial(&whole, &stopped, Some(&missing))]);
    let parts = [
        "stream first, record Incident https://acme.example/3, killed after checkpoint 1 of 2",
        "2 records that differ",
    ];
    assert_told(&verdict, &parts);
}

#[test]
fn a_sync_that_begins_anew_from_all_states_but_the_last_is_told_and_one_that_reads_a_page_again_is_not() {
    let whole = with_checkpoints(incidents(1..=6), &[2, 4, 6]);
    let stopped = [2u8, 4, 6].map(|last| with_checkpoints(incidents(1..=last), &[usize::from(last)]));
    let anew = "failed: a sync that goes on produces everything again";
    let cases: [(&[usize], [Observation; 3], &str); 5] = [
        (&[0, 1, 2], [incidents(1..=6), incidents(1..=6), incidents(1..=6)], anew),
        (&[0, 1, 2], [incidents(1..=6), incidents(1..=6), done()], anew),
        (&[0, 1, 2], [incidents(1..=6), incidents(3..=6), incidents(5..=6)], "passed"),
        // Behind one place only, or of one page only: it cannot be told from reading the last page again.
        (&[0], [incidents(1..=6), done(), done()], "passed"),
        (&[2], [done(), done(), incidents(1..=6)], "passed"),
    ];
    for (places, resumed, expected) in cases {
        let trials = places.iter().map(|place| trial(&whole, &stopped[*place], Some(&resumed[*place])));
        assert_told(&resume(&[sync(&whole)], &trials.collect::<Vec<_>>()), &[expected]);
    }
}

#[test]
fn a_sync_that_has_gone_on_can_be_gone_on_with_again() {
    let whole = with_checkpoints(incidents(1..=6), &[2, 4]);
    let stopped = with_checkpoints(incidents(1..=2), &[2]);
    let resumed = with_checkpoints(incidents(3..=6), &[2]);
    let cases = [
        (incidents(5..=6), "passed"),
        (incidents(3..=6), "passed"),
        (incidents(6..=6), "failed: records are missing"),
        (incidents(2..=6), "failed: a state of a sync that goes on leads back behind where it began"),
        (incidents(5..=7), "failed: a sync that goes on produces what the whole one does not"),
        (
            ended(ExitCode::ConnectorError, "unknown cursor"),
            "failed: a sync that goes on for the second time does not end well (stream first, killed after checkpoint \
             1 of 2, gone on with, and again from the state after its record 2)",
        ),
    ];
    for (seen, expected) in cases {
        let second = Some(SecondHop { kept: 2, seen: &seen });
        let trial = ResumeTrial { second, ..trial(&whole, &stopped, Some(&resumed)) };
        assert_told(&resume(&[sync(&whole)], &[trial]), &[expected]);
    }
}

#[test]
fn a_record_with_other_contents_each_time_is_not_told_as_lost() {
    let whole = with_checkpoints(incidents(1..=3), &[1, 2]);
    let stopped = with_checkpoints(incidents([1]), &[1]);
    let changed = Produced { digest: [9; 16], ..incident(2) };
    let resumed = Observation { records: vec![changed, incident(3)], ..done() };
    let verdict = told(&resume(&[sync(&whole)], &[trial(&whole, &stopped, Some(&resumed))]));
    assert!(verdict.starts_with("failed: the same record has other contents each time"), "{verdict}");
    assert!(!verdict.contains(" | "), "{verdict}");
}

#[test]
fn a_sync_that_says_it_is_finished_when_it_was_stopped_has_left_nothing_out() {
    let whole = with_checkpoints(incidents(1..=6), &[2, 4]);
    let all = with_checkpoints(incidents(1..=6), &[2, 4]);
    assert_told(&resume(&[sync(&whole)], &[trial(&whole, &all, None)]), &["passed"]);
    let less = with_checkpoints(incidents(1..=5), &[2, 4]);
    let verdict = resume(&[sync(&whole)], &[trial(&whole, &less, None)]);
    assert_told(&verdict, &["failed: asked to stop, the sync says that it is finished", "example/6"]);
}

#[test]
fn a_small_sync_needs_no_checkpoint_and_a_large_one_does() {
    let small = incidents(1..=6);
    assert_told(&resume(&[sync(&small)], &[]), &["skipped: no checkpoint is set within 6 records"]);
    let large = incidents((0..1_000).map(|number| u8::try_from(number % 250).unwrap()));
    assert_told(&resume(&[sync(&large)], &[]), &["failed: no checkpoint is set", "found 1,000 records"]);
    assert_told(&resume(&[], &[]), &["skipped"]);
}

fn asked<'a>(whole: &'a Observation, after: usize, seen: &'a Observation) -> CancelTrial<'a> {
    CancelTrial { stream: "first", whole, after, seen, grace: Duration::from_secs(5) }
}

#[test]
fn a_cancelled_sync_ends_in_good_order_within_the_grace_period() {
    let whole = incidents(1..=6);
    let cases = [
        (stopping(ended(ExitCode::Paused, "stopped"), 20), "passed: asked 1 time, gone after 20ms at most"),
        (
            stopping(ended(ExitCode::Deadline, "did not stop"), 5_000),
            "failed: asked to stop, the sync goes on (stream first, after 3 of 6 records)",
        ),
        (stopping(ended(ExitCode::Paused, "stopped"), 5_001), "failed: asked to stop, the sync goes on"),
        (stopping(ended(ExitCode::ConnectorPanicked, "boom"), 20), "failed: asked to stop, the sync fails"),
    ];
    for (seen, expected) in cases {
        assert_told(&cancel(&[asked(&whole, 3, &seen)]), &[expected]);
    }
}

#[test]
fn a_cancelled_sync_that_says_it_is_finished_has_everything_and_could_not_have_looked_before() {
    let pages = with_checkpoints(incidents(1..=6), &[2, 4, 6]);
    let page = with_checkpoints(incidents(1..=6), &[6, 6]);
    let many = incidents((0..1_003).map(|number| u8::try_from(number % 250).unwrap()));
    let left_out =
        "failed: asked to stop, the sync says that it is finished, and has left out records (stream first";
    let unheard = "failed: asked to stop, the sync goes on to its end";
    let nothing = "skipped: every sync had come to its end";
    let cases = [
        (&pages, 0, done(), left_out),
        (&pages, 3, incidents(1..=3), left_out),
        (&pages, 0, pages.clone(), unheard),
        // Checkpoints may be set more often than anybody looks.
        (&pages, 3, pages.clone(), nothing),
        (&page, 0, page.clone(), nothing),
        (&many, 3, many.clone(), unheard),
        (&many, 4, many.clone(), nothing),
        (&done(), 0, done(), nothing),
    ];
    for (whole, after, seen, expected) in cases {
        assert_told(&cancel(&[asked(whole, after, &seen)]), &[expected]);
    }
    let obeyed = stopping(ended(ExitCode::Paused, "stopped"), 20);
    let both = cancel(&[asked(&page, 0, &obeyed), asked(&page, 3, &page)]);
    assert_told(&both, &["passed: asked 2 times, stopped 1 time of them, gone after 20ms at most"]);
}

#[test]
fn memory_may_grow_by_a_half_and_a_little() {
    const MEBIBYTE: u64 = 1 << 20;
    let size = |records, mebibytes: u64| Size { records, peak: Some(mebibytes * MEBIBYTE) };
    let cases = [
        (size(100, 20), size(1_000, 46), "passed: 20.0 MiB for 100 records, 46.0 MiB for 1,000 records"),
        (size(100, 20), size(1_000, 47), "failed: memory grows with the data () expected at most 46.0 MiB"),
        (size(100, 20), size(1_000, 46), "; that proves little, as 29.6 KiB for each record more"),
        (size(100, 20), size(1_000, 10), "passed: 20.0 MiB for 100 records, 10.0 MiB for 1,000 records"),
        (size(100, 20), size(299, 10), "skipped: the grown configuration gives 299 records in place of 100"),
        (size(100, 20), Size { records: 1_000, peak: None }, "skipped: memory cannot be measured"),
    ];
    for (given, grown, expected) in cases {
        assert_told(&memory_flat(given, grown), &[expected]);
    }
}

#[test]
fn secrets_lines_and_late_calls_are_told_with_their_run() {
    let (good, leaky) = (done(), leaking("apiToken", "a line of the log"));
    assert_told(&secrets(&[sync(&good)], 1), &["passed: 1 secret in 1 run"]);
    assert_told(&secrets(&[sync(&leaky)], 0), &["skipped"]);
    let verdict = secrets(&[sync(&good), sync(&leaky)], 1);
    assert_told(
        &verdict,
        &["failed: a secret comes out in a line of the log (stream first, key apiToken)", "token=***"],
    );

    let loud = Observation { stdout: vec!["hello".to_owned()], stdout_lines: 1_200, ..done() };
    assert_told(&stdout(&[sync(&good)]), &["passed"]);
    let verdict = stdout(&[Run { verb: "verify-configuration", stream: None, seen: &loud }]);
    assert_told(&verdict, &["(in verify-configuration)", "found 1,200 lines, the first \"hello\""]);

    let late = Observation { late_calls: 3, ..done() };
    assert_told(&after_return(&[sync(&good)]), &["passed: 1 run"]);
    assert_told(
        &after_return(&[sync(&good), sync(&late)]),
        &["failed: something is still at work", "found 3 late calls"],
    );
}

fn token_schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["token"],
        "properties": { "token": { "type": "string", "description": "The token.", "secret": true } },
        "examples": [{ "token": "not-a-real-token" }]
    })
}

fn bad(test: Test, schema: &Value) -> BadConfiguration {
    let valid = [("token".to_owned(), json!("t"))].into_iter().collect();
    bad_configurations(test, schema, &valid).pop().unwrap()
}

#[test]
fn a_bad_configuration_is_refused_by_schema_and_connector_by_the_name_of_its_key() {
    let lax =
        json!({ "type": "object", "required": ["token"], "properties": { "token": { "type": "string" } } });
    let mut silent = token_schema();
    silent["properties"]["token"]["errorMessage"] = json!("something is missing");
    let named = || ended(ExitCode::Configuration, "refused: missing field `token`, unexpectedKey");
    let cases = [
        (Test::MissingConfiguration, token_schema(), named(), "passed: 1 bad configuration refused"),
        (Test::WrongType, token_schema(), named(), "passed"),
        (Test::UnknownKey, token_schema(), named(), "passed"),
        (
            Test::UnknownKey,
            lax,
            named(),
            "failed: a configuration with the unknown key \"unexpectedKey\": the schema accepts it",
        ),
        (
            Test::MissingConfiguration,
            silent,
            named(),
            "failed: a configuration without \"token\": the schema does not name the key",
        ),
        (
            Test::MissingConfiguration,
            token_schema(),
            ended(ExitCode::Configuration, "bad"),
            "the connector does not name the key (key token)",
        ),
        (
            Test::MissingConfiguration,
            token_schema(),
            ended(ExitCode::Configuration, ""),
            "refuses it without a word",
        ),
        (Test::MissingConfiguration, token_schema(), done(), "the connector accepts it"),
        (
            Test::MissingConfiguration,
            token_schema(),
            ended(ExitCode::ConnectorPanicked, "token"),
            "does not refuse it in good order",
        ),
        (
            Test::WrongType,
            token_schema(),
            ended(ExitCode::Deadline, "hangs"),
            "failed: a configuration with 17 for \"token\": the connector does not",
        ),
    ];
    for (test, schema, seen, expected) in cases {
        let bad = bad(test, &schema);
        assert_told(&refusals(&schema, &[RefusalTrial { bad: &bad, seen: &seen }], 1), &[expected]);
    }
}

#[test]
fn a_key_is_named_as_a_word_of_the_messages_and_not_inside_of_another() {
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["id"], "properties": { "id": { "type": "string" } }
    });
    let valid = [("id".to_owned(), json!("7"))].into_iter().collect();
    let bad = bad_configurations(Test::MissingConfiguration, &schema, &valid).pop().unwrap();
    let answered = |message: &str| Observation {
        answer: Some(json!({ "isValid": false, "errorMessages": [message] }).to_string()),
        ..ended(ExitCode::Configuration, &format!("the configuration does not work: {message}"))
    };
    for (seen, expected) in [
        (answered("id: must be there"), "passed"),
        (answered("expected \"id\""), "passed"),
        (answered("it is invalid"), "the connector does not name the key (key id)"),
        (answered("client_id and id-token"), "the connector does not name the key"),
        (answered(""), "refuses it without a word"),
        (ended(ExitCode::Configuration, "missing field `id`"), "passed"),
        (ended(ExitCode::Configuration, "invalid"), "the connector does not name the key"),
    ] {
        assert_told(&refusals(&schema, &[RefusalTrial { bad: &bad, seen: &seen }], 1), &[expected]);
    }
}

#[test]
fn an_empty_text_is_refused_by_schema_or_connector() {
    let mut strict = token_schema();
    strict["properties"]["token"]["minLength"] = json!(1);
    let cases = [
        (strict.clone(), done(), "passed: 1 of 3 bad configurations refused"),
        (token_schema(), ended(ExitCode::Configuration, "401 Unauthorized"), "passed"),
        (token_schema(), done(), "failed: a configuration with an empty \"token\": the connector accepts it"),
        (strict, ended(ExitCode::ConnectorCrashed, "SIGSEGV"), "failed"),
    ];
    for (schema, seen, expected) in cases {
        let bad = bad(Test::EmptyConfiguration, &schema);
        assert_told(&refusals(&schema, &[RefusalTrial { bad: &bad, seen: &seen }], 3), &[expected]);
    }
}

/// The token's schema with one thing changed.
fn changed(pointer: &str, value: Value) -> Value {
    let mut schema = token_schema();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    schema.pointer_mut(parent).unwrap()[name] = value;
    schema
}

#[test]
fn a_configuration_schema_describes_marks_refuses_and_has_an_example() {
    let token = "/properties/token";
    let cases = [
        (token_schema(), "passed: 1 key, 1 of them secret"),
        (changed("/type", json!(7)), "failed: it is not a valid JSON Schema"),
        (changed("/type", Value::Null), "failed: it is not a valid JSON Schema"),
        (changed("/type", json!(["object", "null"])), "failed: it is not the schema of an object"),
        (changed("/additionalProperties", json!(true)), "failed: it lets keys pass that it does not know"),
        (changed("/additionalProperties", json!({})), "failed: it lets keys pass"),
        (changed(&format!("{token}/description"), json!("")), "failed: a key has no description (key token)"),
        (
            changed(&format!("{token}/secret"), Value::Null),
            "failed: a key sounds like a secret, and is not marked as one (key token)",
        ),
        (changed(&format!("{token}/secret"), json!(false)), "passed: 1 key, 0 of them secret"),
        (changed("/examples", json!([])), "failed: it has no example"),
        (
            changed("/examples", json!([{ "token": "t" }, {}])),
            "failed: example 2 does not fit it () expected a valid configuration, found the configuration: expected the key \"token\"",
        ),
        (changed("/examples", json!(["t"])), "failed: example 1"),
    ];
    for (schema, expected) in cases {
        assert_told(&configuration_schema(&schema), &[expected]);
    }
}

#[test]
fn inner_keys_are_described_and_secret_with_what_holds_them() {
    let inner = json!({
        "description": "An account.",
        "secret": true,
        "type": "object",
        "properties": { "password": { "type": "string", "description": "The password." }, "name": { "type": "string" } }
    });
    let verdict = configuration_schema(&changed("/properties/account", inner));
    assert_eq!(told(&verdict).matches("sounds like").count(), 0, "{}", told(&verdict));
    assert_told(&verdict, &["failed: a key has no description (key account.name)"]);
}

#[test]
fn lists_and_maps_of_secrets_are_marked_at_the_key_or_at_what_they_hold() {
    let text = json!({ "type": "string" });
    let secret = json!({ "type": "string", "secret": true });
    let list = |items: &Value| json!({ "description": "Tokens.", "type": "array", "items": items });
    let map = |values: &Value| json!({ "description": "Tokens.", "type": ["object", "null"], "additionalProperties": values });
    let account =
        json!({ "type": "object", "properties": { "password": { "type": "string", "description": "It." } } });
    let unmarked = "failed: a key sounds like a secret, and is not marked as one";
    for (schema, expected) in [
        (list(&text), unmarked),
        (map(&text), unmarked),
        (json!({ "description": "Tokens.", "anyOf": [map(&text), { "type": "null" }] }), unmarked),
        (list(&secret), "passed: 2 keys, 2 of them secret"),
        (map(&secret), "passed: 2 keys, 2 of them secret"),
        (map(&account), "(key tokens.*.password)"),
        (list(&json!({ "type": "integer" })), "passed: 2 keys, 1 of them secret"),
    ] {
        assert_told(&configuration_schema(&changed("/properties/tokens", schema)), &[expected]);
    }
}

fn examination() -> Examination {
    let note = Note {
        slug: "two-words".parse().unwrap(),
        version: "0.1.0".to_owned(),
        abi: AbiVersion { major: 1, minor: 0, patch: 0 },
        panic: PanicStrategy::Unwind,
        description: Some("Reads.".to_owned()),
        homepage: None,
        license: Some("MIT".to_owned()),
        record_types: ids(&["Incident"]),
        permissions: vec!["connect:token".parse().unwrap()],
        state_format: 1,
        rustc: None,
        target: None,
        sdk: None,
        configuration_schema: token_schema(),
    };
    let path = Path::new("/tmp/libcodeclimate_connector_two_words.so").to_owned();
    Examination { path, facts: None, note: Some(note), problems: Vec::new() }
}

#[test]
fn a_file_says_all_about_itself() {
    let change = |change: fn(&mut Examination, &mut Note)| {
        let mut examination = examination();
        let mut note = examination.note.take().unwrap();
        change(&mut examination, &mut note);
        examination.note = Some(note);
        metadata(&examination)
    };
    assert_told(&change(|_, _| {}), &["passed: two-words 0.1.0, Incident"]);
    assert_told(
        &change(|file, _| file.path = "other.so".into()),
        &[
            "failed: the file is not named after its slug",
            "expected libcodeclimate_connector_two_words.so, found other.so",
        ],
    );
    assert_told(
        &change(|_, note| note.version = "1.0".to_owned()),
        &["failed: the version is not a semantic version (key version)", "\"1.0\""],
    );
    assert_told(&change(|_, note| note.description = None), &["failed: there is no description"]);
    assert_told(&change(|_, note| note.license = Some(" ".to_owned())), &["failed: there is no license"]);
    assert_told(&change(|_, note| note.record_types.clear()), &["failed: no record type is declared"]);
    assert_told(
        &change(|_, note| note.record_types.push("Incidnt".to_owned())),
        &["failed: a declared record type is not known", "\"Incidnt\""],
    );
    assert_told(
        &change(|_, note| note.permissions = vec!["connect:url".parse().unwrap()]),
        &["failed: a permission names a key", "connect:url"],
    );
    assert_told(&change(|_, note| note.state_format = 0), &["failed: the format of states is 0"]);
    let unread = Examination { note: None, ..examination() };
    assert_told(&metadata(&unread), &["failed: the file says nothing about itself"]);
}

#[test]
fn no_newer_glibc_is_needed_than_the_floor() {
    let facts = |glibc: Option<&str>, version: &str| Facts {
        glibc: glibc.and_then(GlibcVersion::parse),
        versions: vec![NeededVersion { library: "libc.so.6".to_owned(), version: version.to_owned() }],
        ..Facts::default()
    };
    assert_told(&glibc(&facts(Some("2.34"), "GLIBC_2.34"), GLIBC_FLOOR), &["passed: needs 2.34"]);
    assert_told(&glibc(&facts(None, ""), GLIBC_FLOOR), &["passed"]);
    let newer = glibc(&facts(Some("2.39"), "GLIBC_2.39"), GLIBC_FLOOR);
    assert_told(
        &newer,
        &["failed: it needs glibc 2.39", "expected nothing newer than 2.34, found GLIBC_2.39"],
    );
    let musl = Facts { libc: Some(crate::examination::Libc::Musl), ..Facts::default() };
    assert_told(&glibc(&musl, GLIBC_FLOOR), &["failed: it is linked with musl"]);
}

#[test]
fn many_findings_are_counted_and_the_first_ones_told() {
    let whole = incidents(1..=40);
    let Verdict::Failed(failure) = cut_off(&[cut(&whole, &whole, 30)]) else { panic!("it has to fail") };
    assert_eq!((failure.findings.len(), failure.more), (10, 19));
}

#[test]
fn counts_read_well() {
    assert_eq!(
        (count(1, "record"), count(18_204, "record")),
        ("1 record".to_owned(), "18,204 records".to_owned())
    );
    assert_eq!((grouped(999), grouped(1_000_000)), ("999".to_owned(), "1,000,000".to_owned()));
}
