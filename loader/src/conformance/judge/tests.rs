//! Tests of the judgements: what was seen, and what is said of it.

mod cancel;
mod configuration_schema;
mod cutoff;
mod file;
mod records;
mod refusals;
mod resume;

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

/// A configuration of one token, which is required.
fn token_schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["token"],
        "properties": { "token": { "type": "string", "description": "The token.", "secret": true } },
        "examples": [{ "token": "not-a-real-token" }]
    })
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

#[test]
fn counts_read_well() {
    assert_eq!(
        (count(1, "record"), count(18_204, "record")),
        ("1 record".to_owned(), "18,204 records".to_owned())
    );
    assert_eq!((grouped(999), grouped(1_000_000)), ("999".to_owned(), "1,000,000".to_owned()));
}
