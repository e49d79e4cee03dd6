//! Tests of the metrics, through a strict reader of the text format.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt};

use super::{families::MAX_STREAMS, samples::now, samples::run, *};
use crate::exit_code::ExitCode;

/// The series of a text: name and labels as they are written after their escapes are undone.
type Series = BTreeMap<(String, Vec<(String, String)>), f64>;

fn sync() -> SyncSummary {
    SyncSummary {
        id: "s-1".to_owned(),
        started_at: now() - jiff::SignedDuration::from_mins(60),
        duration: Duration::from_millis(90_500),
        exit_code: 27,
        connections: vec![("main".to_owned(), 27)],
    }
}

/// Reads a text as <https://prometheus.io/docs/instrumenting/exposition_formats/> has it, and panics at anything else:
/// HELP, then TYPE, then the samples of one family in one block, no series twice, a line break at the end.
fn read(text: &str) -> Series {
    assert!(text.ends_with('\n') && !text.contains("\n\n"), "{text}");
    let mut series = Series::new();
    let mut families = Vec::new();
    let mut lines = text.split_terminator('\n').peekable();
    while let Some(line) = lines.next() {
        let (name, help) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')).expect(line);
        assert!(!help.is_empty() && !families.contains(&name.to_owned()), "{line}");
        assert_eq!(lines.next(), Some(format!("# TYPE {name} gauge").as_str()));
        families.push(name.to_owned());
        let mut samples = 0;
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            let (labels, value) = read_sample(line.strip_prefix(name).expect(line));
            assert_eq!(series.insert((name.to_owned(), labels), value), None, "twice: {line}");
            samples += 1;
        }
        assert!(samples > 0, "{name} is empty");
    }
    series
}

/// What stands behind the name.
fn read_sample(text: &str) -> (Vec<(String, String)>, f64) {
    let mut labels = Vec::new();
    let mut rest = text;
    if let Some(mut inner) = rest.strip_prefix('{') {
        loop {
            let (name, value) = inner.split_once("=\"").expect(text);
            assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'), "{text}");
            let (value, behind) = read_quoted(value);
            labels.push((name.to_owned(), value));
            if let Some(behind) = behind.strip_prefix('}') {
                rest = behind;
                break;
            }
            inner = behind.strip_prefix(',').expect(text);
        }
    }
    (labels, rest.strip_prefix(' ').expect(text).parse().expect(text))
}

/// A label's value up to its closing quote, and what follows.
fn read_quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices();
    loop {
        match letters.next().expect(text) {
            (place, '"') => return (value, &text[place + 1..]),
            (_, '\\') => value.push(match letters.next().expect(text).1 {
                'n' => '\n',
                same @ ('\\' | '"') => same,
                other => panic!("no escape: {other}"),
            }),
            (_, letter) => value.push(letter),
        }
    }
}

/// The value of a metric of a stream, if there is a series.
fn of_stream(series: &Series, name: &str, connection: &str, stream: &str) -> Option<f64> {
    let labels = [("connection", connection), ("stream", stream)];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    series.get(&(format!("codeclimate_connector_stream_{name}"), labels)).copied()
}

fn of_sync(series: &Series, name: &str) -> Option<f64> {
    series.get(&(format!("codeclimate_connector_sync_{name}"), Vec::new())).copied()
}

#[test]
fn the_runs_of_a_stream_are_summed_up_and_the_last_one_says_how_it_ended() {
    let mut first = run("main", ".", 50, ExitCode::SourceUnavailable);
    first.memory.peak = Some(300 << 20);
    let mut second = run("main", ".", 40, ExitCode::Done);
    second.attempt = 2;
    let series = read(&text(&sync(), &[second, first]).unwrap());
    let end = (now() - jiff::SignedDuration::from_mins(40)).as_second() as f64 + 90.0;
    for (name, value) in [
        ("exit_code", 0.0),
        ("success", 1.0),
        ("last_success_timestamp_seconds", end),
        ("records", 1_800.0),
        ("delivered_bytes", 360_000.0),
        ("rejected_records", 6.0),
        ("dead_letters", 4.0),
        ("duration_seconds", 180.0),
        ("memory_peak_bytes", f64::from(300 << 20)),
        ("memory_limit_bytes", f64::from(1 << 30)),
        ("runs", 2.0),
        ("attempts", 2.0),
    ] {
        assert_eq!(of_stream(&series, name, "main", "."), Some(value), "{name}");
    }
}

#[test]
fn a_sync_says_how_long_it_took_and_how_its_streams_ended() {
    let runs = [
        run("main", "a", 50, ExitCode::Done),
        run("main", "b", 50, ExitCode::Paused),
        run("main", "c", 50, ExitCode::Done),
    ];
    let series = read(&text(&sync(), &runs).unwrap());
    for (name, value) in
        [("exit_code", 27.0), ("success", 0.0), ("duration_seconds", 90.5), ("streams_omitted", 0.0)]
    {
        assert_eq!(of_sync(&series, name), Some(value), "{name}");
    }
    let begin = of_sync(&series, "start_timestamp_seconds").unwrap();
    assert_eq!(of_sync(&series, "end_timestamp_seconds"), Some(begin + 90.5));
    let endings: Vec<_> = series.iter().filter(|((name, _), _)| name.ends_with("sync_streams")).collect();
    let endings: Vec<_> =
        endings.iter().map(|((_, labels), value)| (labels[0].1.as_str(), **value)).collect();
    assert_eq!(endings, [("done", 2.0), ("paused, resumable", 1.0)]);
}

#[test]
fn of_other_syncs_only_the_last_success_is_taken() {
    let mut before = run("main", ".", 1_500, ExitCode::Done);
    before.sync = Some("s-0".to_owned());
    let mut other = run("main", "gone", 1_500, ExitCode::Done);
    other.sync = None;
    let failed = run("main", ".", 50, ExitCode::ConnectorError);
    let series = read(&text(&sync(), &[failed.clone(), before, other]).unwrap());
    assert_eq!(of_stream(&series, "success", "main", "."), Some(0.0));
    assert_eq!(of_stream(&series, "runs", "main", "."), Some(1.0));
    assert!(of_stream(&series, "last_success_timestamp_seconds", "main", ".").is_some());
    assert_eq!(of_stream(&series, "success", "main", "gone"), None);
    let series = read(&text(&sync(), &[failed]).unwrap());
    assert_eq!(of_stream(&series, "last_success_timestamp_seconds", "main", "."), None);
}

#[test]
fn what_nobody_could_tell_has_no_series() {
    let mut unknown = run("main", ".", 50, ExitCode::Done);
    unknown.memory.peak = None;
    let series = read(&text(&sync(), &[unknown]).unwrap());
    assert_eq!(of_stream(&series, "memory_peak_bytes", "main", "."), None);
    assert!(of_stream(&series, "memory_limit_bytes", "main", ".").is_some());
}

#[test]
fn labels_come_back_as_they_were() {
    for name in ["a\"b", "a\\b", "a\nb", "a\\nb", "{x=\"y\"} 1", "", "\u{202e}umlaut ü\t\r\0", "# HELP x y"]
    {
        let series = read(&text(&sync(), &[run(name, name, 50, ExitCode::Done)]).unwrap());
        assert_eq!(of_stream(&series, "success", name, name), Some(1.0), "{name:?}");
    }
}

#[test]
fn long_ids_are_cut_and_stay_apart() {
    let long = "x".repeat(10_000);
    let runs = ["1", "2"].map(|end| run("main", &format!("{long}{end}"), 50, ExitCode::Done));
    let text = text(&sync(), &runs).unwrap();
    assert!(text.lines().all(|line| line.len() < 400));
    let streams = read(&text).keys().filter(|(name, _)| name.ends_with("stream_success")).count();
    assert_eq!(streams, 2);
}

#[test]
fn too_many_streams_have_no_series_of_their_own_and_a_gauge_says_so() {
    for (count, omitted) in [(MAX_STREAMS, 0), (MAX_STREAMS + 1, MAX_STREAMS + 1)] {
        let runs: Vec<_> =
            (0..count).map(|number| run("main", &format!("s{number}"), 50, ExitCode::Done)).collect();
        let series = read(&text(&sync(), &runs).unwrap());
        let streams = series.keys().filter(|(name, _)| name.ends_with("stream_success")).count();
        assert_eq!((streams, of_sync(&series, "streams_omitted")), (count - omitted, Some(omitted as f64)));
        let connection = vec![("connection".to_owned(), "main".to_owned())];
        let records = series.get(&("codeclimate_connector_connection_records".to_owned(), connection));
        assert_eq!(records.copied(), Some(900.0 * count as f64));
    }
}

#[test]
fn a_sync_without_runs_still_has_metrics() {
    let series = read(&text(&sync(), &[]).unwrap());
    assert_eq!(of_sync(&series, "exit_code"), Some(27.0));
}

#[test]
fn the_file_is_for_everybody_and_an_error_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sync.prom");
    write(&path, &sync(), &[run("main", ".", 50, ExitCode::Done)]).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    read(&fs::read_to_string(&path).unwrap());
    let error = write(&folder.path().join("none/sync.prom"), &sync(), &[]).unwrap_err().to_string();
    assert!(error.contains("none/sync.prom"), "{error}");
}
