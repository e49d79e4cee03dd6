//! Cells in columns, for people.

use crate::console::printable;

/// The widest cell, in characters.
const WIDEST: usize = 60;

/// What stands between two columns, in characters.
pub(crate) const GAP: usize = 2;

/// Sets cells in columns, two spaces apart; the columns named are set to the right.
pub(crate) fn table(rows: &[Vec<String>], right: &[usize]) -> String {
    let shown = shortened(rows, |_| WIDEST);
    set(&shown, &widths(&shown), right)
}

/// The same with the widest columns cut until no line is longer than `width`, as far as a letter is left of each.
pub(crate) fn fitted(rows: &[Vec<String>], width: usize) -> String {
    let mut widths = widths(&shortened(rows, |_| WIDEST));
    let gaps = widths.len().saturating_sub(1) * GAP;
    while widths.iter().sum::<usize>() + gaps > width {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > 1) else { break };
        *widest -= 1;
    }
    set(&shortened(rows, |column| widths[column]), &widths, &[])
}

fn shortened(rows: &[Vec<String>], widest: impl Fn(usize) -> usize) -> Vec<Vec<String>> {
    let row = |row: &Vec<String>| {
        row.iter().enumerate().map(|(column, cell)| short(cell, widest(column))).collect()
    };
    rows.iter().map(row).collect()
}

fn widths(shown: &[Vec<String>]) -> Vec<usize> {
    let columns = shown.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = shown.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    (0..columns).map(width).collect()
}

fn set(shown: &[Vec<String>], widths: &[usize], right: &[usize]) -> String {
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = widths[column];
            if right.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    shown.iter().map(line).collect()
}

fn short(cell: &str, widest: usize) -> String {
    // Names come from connectors: no cell may begin a line of its own.
    let cell = printable(cell);
    if cell.chars().count() <= widest {
        return cell;
    }
    let kept: String = cell.chars().take(widest.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
        cells.map(ToOwned::to_owned).to_vec()
    }

    #[test]
    fn cells_stand_in_columns_and_long_ones_are_cut() {
        let rows = [cells(["a", "bb", "c"]), cells(["dddd", "e", "12"])];
        assert_eq!(table(&rows, &[2]), "a     bb   c\ndddd  e   12\n");
        assert_eq!(table(&[vec!["a\nb".to_owned(), "c".to_owned()]], &[]), "a\\nb  c\n");
        let long = "x".repeat(100);
        assert_eq!(table(&[vec![long]], &[]).chars().count(), WIDEST + 1);
    }

    #[test]
    fn the_widest_columns_give_way_until_the_lines_fit() {
        let rows = [cells(["id", "message"]), cells(["1", "a long way to say it"])];
        assert_eq!(fitted(&rows, 12), "id  message\n1   a long …\n");
        assert_eq!(fitted(&rows, 80), "id  message\n1   a long way to say it\n");
        assert_eq!(fitted(&rows, 1), "…  …\n1  …\n");
    }
}
