//! Tests of the cutoff.

use std::error::Error;

use proptest::prelude::*;

use super::*;

const NOW: &str = "2024-06-15T12:00:00Z";

fn read(text: &str) -> Result<Timestamp, CutoffError> {
    parse_cutoff(text, NOW.parse().unwrap())
}

#[test]
fn dates_times_and_ages_are_read() {
    let table = [
        ("2020-02-21", "2020-02-21T00:00:00Z"),
        ("2020-02-29", "2020-02-29T00:00:00Z"),
        (" 2020-02-21\n", "2020-02-21T00:00:00Z"),
        ("2020-02-21T12:30:00Z", "2020-02-21T12:30:00Z"),
        ("2020-02-21t12:30:00z", "2020-02-21T12:30:00Z"),
        ("2020-02-21 12:30:00Z", "2020-02-21T12:30:00Z"),
        ("2020-02-21T12:30:00.25Z", "2020-02-21T12:30:00.25Z"),
        ("2020-02-21T12:30:00+02:00", "2020-02-21T10:30:00Z"),
        ("2020-02-21 12:30:00-08:00", "2020-02-21T20:30:00Z"),
        ("30m", "2024-06-15T11:30:00Z"),
        ("12h", "2024-06-15T00:00:00Z"),
        ("90d", "2024-03-17T12:00:00Z"),
        ("2w", "2024-06-01T12:00:00Z"),
        ("0d", NOW),
        // Already the date of the day at UTC+14, the first place on Earth to see it.
        ("2024-06-16", "2024-06-16T00:00:00Z"),
        ("2024-06-16T02:00:00Z", "2024-06-16T02:00:00Z"),
    ];
    for (text, expected) in table {
        let expected: Timestamp = expected.parse().unwrap();
        assert_eq!(read(text).as_ref().ok(), Some(&expected), "{text}: {:?}", read(text));
    }
}

#[test]
fn everything_else_is_refused_with_the_reason_and_an_example() {
    let table = [
        ("", "is empty; write a date such as 2020-02-21"),
        ("  ", "is empty; write a date such as 2020-02-21"),
        (
            "2020",
            "\"2020\" is only a year, which could mean its start or its end; write a whole date such as 2020-01-01",
        ),
        (
            "2020-02",
            "\"2020-02\" is only a month, which could mean its start or its end; write a whole date such as 2020-02-01",
        ),
        ("2020-02-30", "does not exist: month 2 of 2020 has the days 1 to 29; write"),
        ("2021-02-29", "does not exist: month 2 of 2021 has the days 1 to 28; write"),
        ("2020-13-01", "does not exist: months go from 01 to 12, not 13; write"),
        ("2020-00-10", "does not exist: months go from 01 to 12, not 00; write"),
        ("2020-01-00", "does not exist: month 1 of 2020 has the days 1 to 31; write"),
        ("2020-02-30T10:00:00Z", "does not exist: month 2 of 2020 has the days 1 to 29; write"),
        (
            "2020-02-21T12:00:00",
            "has no offset from UTC, so it could be any of some forty moments; write 2020-02-21T12:00:00Z for UTC",
        ),
        ("2020-02-21 12:00", "has no offset from UTC"),
        (
            "2020-02-21T25:00:00Z",
            "what follows is not a time; write a time such as 2020-02-21T12:00:00Z, or 2020-02-21 alone",
        ),
        ("2020-02-21T", "what follows is not a time; write"),
        ("2020-02-21T12:00:00Z[Europe/Berlin]", "what follows is not a time; write"),
        ("2020-02-21garbage", "what follows is not a time; write"),
        ("-90d", "\"-90d\" is a negative age, but an age already counts back from now; write 90d"),
        ("90", "is a number without a unit; write an age in w, d, h or m"),
        ("90y", "is a number with the unknown unit \"y\"; write an age in w, d, h or m"),
        ("90D", "with the unknown unit \"D\""),
        ("99999999999999999999d", "goes back further than any calendar; write a date such as 1970-01-01"),
        ("9999999w", "goes back further than any calendar"),
        ("2024-06-17", "lies in the future (now is 2024-06-15T12:00:00Z)"),
        ("2024-06-16T02:00:01Z", "lies in the future"),
        ("9999-12-31", "lies in the future"),
        (
            "yesterday",
            "is neither a date, nor a time, nor an age; write for example 2020-02-21, 2020-02-21T12:00:00Z or 90d",
        ),
        ("20200221", "is a number without a unit"),
        ("21.02.2020", "is neither a date"),
        ("2020/02/21", "is neither a date"),
        ("2020-W05-1", "is neither a date"),
        ("+-d", "is neither a date"),
        ("1.5d", "is neither a date"),
        ("ä020-02-21", "is neither a date"),
        ("２０２０-02-21", "is neither a date"),
    ];
    for (text, expected) in table {
        let error = read(text).expect_err(text);
        let message = error.to_string();
        assert!(message.contains(expected), "{text}: {message}");
        assert_eq!(error.exit_code(), ExitCode::Usage);
    }
}

#[test]
fn the_cause_of_a_wrong_time_is_kept_apart() {
    let error = read("2020-02-21T25:00:00Z").unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert!(!cause.is_empty() && !error.to_string().contains(&cause), "{error}: {cause}");
}

#[test]
fn a_long_text_is_shown_shortened() {
    let message = read(&"x".repeat(5000)).unwrap_err().to_string();
    assert!(message.len() < 300, "{message}");
}

proptest! {
    #[test]
    fn no_text_panics_and_no_cutoff_lies_far_ahead(text in "[-+0-9TZ:dwhm. \\[\\]é]{0,30}") {
        if let Ok(cutoff) = read(&text) {
            let now: Timestamp = NOW.parse().unwrap();
            prop_assert!(cutoff.duration_since(now) <= SignedDuration::from_hours(AHEAD_HOURS));
        }
    }

    #[test]
    fn every_age_is_that_long_before_now(number in 0_i64..10_000, unit in 0_usize..4) {
        let (letter, seconds) = [("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)][unit];
        let now: Timestamp = NOW.parse().unwrap();
        let cutoff = read(&format!("{number}{letter}")).unwrap();
        prop_assert_eq!(now.duration_since(cutoff), SignedDuration::from_secs(number * seconds));
    }
}
