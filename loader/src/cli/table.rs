//! Cells in columns, for people.

use crate::console::printable;

/// The widest cell, in characters.
const WIDEST: usize = 60;

/// Sets cells in columns, two spaces apart; the columns named are set to the right.
pub(crate) fn table(rows: &[Vec<String>], right: &[usize]) -> String {
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
}
