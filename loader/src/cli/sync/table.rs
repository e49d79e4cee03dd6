//! Tables for people: what came of a sync, and what one would do.

use crate::supervisor::{bytes, duration};

use super::{
    super::table::table,
    results::{ConnectionEnd, Results, StreamEnd},
};

/// Rows of streams that are shown; those that went well go first.
const ROWS: usize = 30;

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(ToOwned::to_owned).to_vec()
}

/// What came of a sync, worst first where there are many streams.
pub(super) fn ended(results: &Results) -> String {
    let mut streams: Vec<&StreamEnd> = results.streams.iter().collect();
    streams.sort_by_key(|end| (end.exit_code == crate::exit_code::ExitCode::Done, end.connection));
    let mut rows = vec![row(["connection", "stream", "ending", "records", "runs", "peak memory", "time"])];
    rows.extend(streams.iter().take(ROWS).map(|end| stream_row(end, &results.connections)));
    let mut text = table(&rows, &[3, 4, 5, 6]);
    if streams.len() > ROWS {
        text.push_str(&format!("and {} more: `codeclimate-connector runs list`\n", streams.len() - ROWS));
    }
    let without: Vec<_> =
        results.connections.iter().filter(|end| end.done + end.paused + end.failed == 0).collect();
    if !without.is_empty() {
        let mut rows = vec![row(["connection", "ending"])];
        rows.extend(without.iter().map(|end| vec![end.name.clone(), ending(end.exit_code)]));
        text.push_str(&table(&rows, &[]));
    }
    text
}

fn stream_row(end: &StreamEnd, connections: &[ConnectionEnd]) -> Vec<String> {
    vec![
        connections[end.connection].name.clone(),
        end.stream.clone(),
        ending(end.exit_code),
        end.records.to_string(),
        end.runs.to_string(),
        end.peak_memory.map(bytes).unwrap_or_default(),
        duration(end.duration),
    ]
}

/// The number, and what it means.
fn ending(code: crate::exit_code::ExitCode) -> String {
    format!("{:>3} {}", code.number(), code.title())
}
