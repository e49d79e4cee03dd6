//! Cutoffs: what comes and what is left out.

use super::*;

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

#[test]
fn many_findings_are_counted_and_the_first_ones_told() {
    let whole = incidents(1..=40);
    let Verdict::Failed(failure) = cut_off(&[cut(&whole, &whole, 30)]) else { panic!("it has to fail") };
    assert_eq!((failure.findings.len(), failure.more), (10, 19));
}
