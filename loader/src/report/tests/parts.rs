//! Tests of the parts of the page.

use jiff::{SignedDuration, Timestamp};

use super::{histories, month};
use crate::{
    exit_code::ExitCode,
    metrics::samples::{now, run},
    report::{
        Span,
        course::courses,
        kind::{Kind, Tally},
        page,
        timeline::Columns,
        waiting, words,
    },
};

#[test]
fn foreign_texts_are_cut_and_show_what_cannot_be_seen() {
    for (text, most, shown) in [
        ("plain", 10, "plain"),
        ("exactly", 7, "exactly"),
        ("too long", 3, "too…"),
        ("a\nb\tc", 10, "a b c"),
        ("a\0b", 10, "a\\u{0}b"),
        ("\u{1b}[2J", 10, "\\u{1b}[2J"),
        ("a\u{202e}b", 10, "a\\u{202e}b"),
        ("a\u{200b}b\u{feff}", 10, "a\\u{200b}b\\u{feff}"),
        ("ünïcödé 日本 👍", 20, "ünïcödé 日本 👍"),
        ("", 5, ""),
    ] {
        assert_eq!(words::shown(text, most), shown, "{text:?}");
    }
}

#[test]
fn a_connection_that_could_not_be_run_stands_so_until_it_was_run_again() {
    let mut unrun = run("main", "", 60, ExitCode::Configuration);
    (unrun.stream, unrun.lane, unrun.verb) = (None, None, "sync".to_owned());
    let page = page(&[unrun.clone(), run("main", ".", 120, ExitCode::Done)], &month());
    assert!(page.contains("has streams whose last run failed"), "it fails still");
    let page = super::page(&[run("main", ".", 30, ExitCode::Done), unrun], &month());
    assert!(page.contains("All is well"), "it has been mended");
    assert!(page.contains("did not come again"), "it is among the failures all the same");
}

#[test]
fn a_discovery_is_no_stream_and_a_range_that_was_read_once_more_is_not_late() {
    let mut discovery = run("main", "", 31, ExitCode::Done);
    (discovery.stream, discovery.lane, discovery.verb) = (None, None, "discover-streams".to_owned());
    let mut backfill = run("main", ".", 20_000, ExitCode::Done);
    (backfill.lane, backfill.sync) = (Some("backfill 2020..2021".to_owned()), None);
    let page = page(&[run("main", ".", 30, ExitCode::Done), discovery, backfill], &month());
    assert!(page.contains("of its 1 stream: 1 done"), "{page}");
    let (_, waiting) = page.split_once("id=\"waiting\"").unwrap();
    assert!(waiting.contains("There are none."), "{waiting}");
}

#[test]
fn numbers_read_well() {
    for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")] {
        assert_eq!(words::count(number), text);
    }
    for (milliseconds, text) in [
        (0, "0 ms"),
        (999, "999 ms"),
        (1_500, "1.5 s"),
        (59_999, "59.9 s"),
        (150_000, "2 min 30 s"),
        (11_100_000, "3 h 5 min"),
        (360_000_000, "4 d 4 h"),
    ] {
        assert_eq!(words::duration(milliseconds), text);
    }
    for (seconds, text) in [
        (-5, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (7_200, "2 hours"),
        (172_800, "2 days"),
    ] {
        assert_eq!(words::since(now() - SignedDuration::from_secs(seconds), now()), text);
    }
    for (records, milliseconds, text) in [(0, 0, "0.0"), (5, 2_000, "2.5"), (1_000_000, 1_000, "1,000,000")] {
        assert_eq!(words::per_second(records, milliseconds), text);
    }
}

#[test]
fn each_ending_is_done_paused_or_failed() {
    for code in ExitCode::ALL {
        let expected = match code.number() {
            0 => Kind::Done,
            26 | 130 | 143 => Kind::Paused,
            _ => Kind::Failed,
        };
        assert_eq!(Kind::of(&run("main", ".", 5, code)), expected, "{code:?}");
    }
    let mut newer = run("main", ".", 5, ExitCode::Done);
    newer.exit_code = 99;
    assert_eq!(Tally::of([&newer]).worst(), Kind::Failed);
}

#[test]
fn any_span_has_at_most_a_hundred_columns_and_every_time_has_one() {
    let hours = |hours| now() - SignedDuration::from_hours(hours);
    for (since, word, count) in [
        (now(), "hour", 1),
        (hours(24), "hour", 25),
        (hours(720), "day", 31),
        (hours(24 * 365), "week", 53),
        (Timestamp::UNIX_EPOCH, "365 days", 57),
        (Timestamp::MIN, "365 days", 100),
    ] {
        let columns = Columns::of(&Span { since, ..month() });
        assert_eq!((columns.word, columns.count), (word, count), "{since}");
        assert_eq!(columns.column(now()), count - 1);
        for time in [since, Timestamp::MIN, Timestamp::MAX] {
            assert!(columns.column(time) < count);
        }
        assert!(columns.begin(count - 1) <= now());
    }
}

#[test]
fn failures_that_say_the_same_are_told_of_once() {
    let page = page(&histories::mixed(), &month());
    assert_eq!(page.matches("<article").count(), 2);
    let unavailable = page.find("5 times, <strong>lasts</strong>").unwrap();
    let memory = page.find("3 times, <strong>did not come again</strong>").unwrap();
    assert!(unavailable < memory, "what lasts comes first");
}

#[test]
fn the_verdict_is_a_sentence() {
    let done = |name: &str| run(name, ".", 5, ExitCode::Done);
    let failed = |name: &str| run(name, ".", 5, ExitCode::ConnectorError);
    for (runs, sentence) in [
        (vec![done("a")], "each stream of <bdi class=\"name\">a</bdi> was done"),
        (vec![done("a"), done("b")], "each stream of all 2 connections was done"),
        (vec![failed("a"), done("b")], "1 of 2 connections needs a look: <bdi class=\"name\">a</bdi> has"),
        (vec![run("a", ".", 5, ExitCode::Paused)], "Nothing has failed. 1 connection has paused streams"),
        // What failed before and was done since is well.
        (vec![done("a"), run("a", ".", 65, ExitCode::ConnectorError)], "All is well"),
        (["a", "b", "c", "d", "e"].map(failed).to_vec(), "</bdi> and 2 more have"),
    ] {
        let page = page(&runs, &month());
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
}

#[test]
fn a_stream_waits_when_it_is_late_for_its_own_pace_or_its_chain_is_open() {
    let hours = |hours: i64, code| run("main", ".", hours * 60 + 5, code);
    let done = ExitCode::Done;
    for (runs, waits) in [
        (vec![hours(1, done)], false),
        (vec![hours(30, done)], true),
        // Once a week, five days ago.
        (vec![hours(120, done), hours(288, done)], false),
        (vec![hours(400, done), hours(568, done)], true),
        (vec![hours(1, ExitCode::ConnectorError)], true),
        (vec![hours(1, ExitCode::ConnectorError), hours(2, done)], false),
    ] {
        let text = waiting::waiting(&courses(&runs), &month()).into_string();
        assert_eq!(!text.contains("There are none."), waits, "{text}");
    }
    assert!(page(&histories::mixed(), &month()).contains("run 9 of chain <code>0199c1d4-7a1e</code>"));
}

#[test]
fn memory_is_sorted_by_how_near_it_came_and_only_what_is_known_is_told() {
    let mut near = run("main", "near", 5, ExitCode::Done);
    near.memory.peak = Some(950 << 20);
    let mut unknown = run("main", "unknown", 5, ExitCode::Done);
    unknown.memory.peak = None;
    let text =
        crate::report::memory::memory(&courses(&[run("main", "far", 5, ExitCode::Done), near, unknown]));
    let text = text.into_string();
    assert!(text.find("main / near").unwrap() < text.find("main / far").unwrap());
    assert!(text.contains("93 %<strong> near the limit</strong>"), "{text}");
    assert!(!text.contains("unknown"));
}
