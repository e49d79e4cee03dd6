//! Syncs that were asked to stop.

use super::*;

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
