//! Stopped syncs and what went on from them.

use super::*;

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
