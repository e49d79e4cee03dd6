//! Runs as a table for people.

use std::time::Duration;

use super::super::table::table as set;
use crate::{
    console::printable,
    history::RunRecord,
    supervisor::{bytes, duration},
};

const HEAD: [&str; 8] =
    ["STARTED", "CONNECTION", "STREAM", "ENDING", "RECORDS", "PEAK MEMORY", "TOOK", "RUN"];
/// Numbers stand below each other.
const RIGHT: [usize; 1] = [4];
/// The longest name that is shown whole, in characters.
const LONGEST: usize = 40;
/// What is shown of an id at least: it holds the time to the millisecond.
const SHORT: usize = 13;

/// A line for each run, below a line with the names of the columns.
pub(super) fn table(runs: &[RunRecord]) -> String {
    let length = distinct_length(runs);
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    rows.extend(runs.iter().map(|run| row(run, length)));
    set(&rows, &RIGHT)
}

fn row(run: &RunRecord, length: usize) -> Vec<String> {
    vec![
        run.started_at.strftime("%F %TZ").to_string(),
        shortened(&run.connection),
        shortened(&subject(run)),
        shortened(&ending(run)),
        run.records.delivered.to_string(),
        memory(run),
        duration(Duration::from_millis(run.duration_milliseconds)),
        printable(run.run.get(..length).unwrap_or(&run.run)),
    ]
}

/// The stream, and what of it, where that is not all that is new; the command, where there is no stream.
fn subject(run: &RunRecord) -> String {
    match (&run.stream, run.lane.as_deref()) {
        (None, _) => format!("({})", run.verb),
        (Some(stream), None | Some("sync")) => stream.clone(),
        (Some(stream), Some(lane)) => format!("{stream} ({lane})"),
    }
}

fn ending(run: &RunRecord) -> String {
    match run.attempt {
        0 | 1 => run.ending.clone(),
        attempt => format!("{}, attempt {attempt}", run.ending),
    }
}

fn memory(run: &RunRecord) -> String {
    let peak = run.memory.peak.map_or_else(|| "?".to_owned(), bytes);
    format!("{peak} of {}", bytes(run.memory.limit))
}

fn shortened(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// How much of each id is needed to tell all of them apart.
fn distinct_length(runs: &[RunRecord]) -> usize {
    let mut ids: Vec<&str> = runs.iter().map(|run| run.run.as_str()).collect();
    ids.sort_unstable();
    let common =
        |pair: &[&str]| pair[0].bytes().zip(pair[1].bytes()).take_while(|(one, other)| one == other).count();
    ids.windows(2).map(|pair| common(pair) + 1).max().unwrap_or(0).max(SHORT)
}
