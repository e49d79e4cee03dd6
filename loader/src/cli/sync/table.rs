//! Tables for people: what came of a sync, and what one would do.

use crate::{
    console::printable,
    supervisor::{bytes, duration},
};

use super::results::{ConnectionEnd, Results, StreamEnd};

/// Rows of streams that are shown; those that went well go first.
const ROWS: usize = 30;
/// The widest cell, in characters.
const WIDEST: usize = 60;

/// Sets cells in columns, two spaces apart; the columns named are set to the right.
pub(super) fn table(rows: &[Vec<String>], right: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let shown: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| short(cell)).collect()).collect();
    let width = |column: usize| {
        let cells = shown.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = widths[column];
            if right.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    shown.iter().map(line).collect()
}

fn short(cell: &str) -> String {
    // Names come from connectors: no cell may begin a line of its own.
    let cell = printable(cell);
    if cell.chars().count() <= WIDEST {
        return cell;
    }
    let kept: String = cell.chars().take(WIDEST - 1).collect();
    format!("{kept}…")
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_in_columns_and_long_ones_are_cut() {
        let rows = [row(["a", "bb", "c"]), row(["dddd", "e", "12"])];
        assert_eq!(table(&rows, &[2]), "a     bb   c\ndddd  e   12\n");
        assert_eq!(table(&[vec!["a\nb".to_owned(), "c".to_owned()]], &[]), "a\\nb  c\n");
        let long = "x".repeat(100);
        assert_eq!(table(&[vec![long]], &[]).chars().count(), WIDEST + 1);
    }
}
