//! Cells in columns, for people.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::console::printable;

/// The widest cell, in columns of a terminal.
const WIDEST: usize = 60;

/// What stands between two columns, in columns of a terminal.
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
        cells.map(|cell| cell.width()).max().unwrap_or(0)
    };
    (0..columns).map(width).collect()
}

fn set(shown: &[Vec<String>], widths: &[usize], right: &[usize]) -> String {
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let gap = " ".repeat(widths[column].saturating_sub(cell.width()));
            if right.contains(&column) { gap + cell } else { format!("{cell}{gap}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    shown.iter().map(line).collect()
}

fn short(cell: &str, widest: usize) -> String {
    let cell = harmless(cell);
    if cell.width() <= widest {
        return cell;
    }
    let mut room = widest.saturating_sub(1);
    let fits = |character: &char| {
        let left = room.checked_sub(character.width().unwrap_or(0));
        left.map(|left| room = left).is_some()
    };
    let kept: String = cell.chars().take_while(fits).collect();
    format!("{kept}…")
}

/// How wide a cell is that is not cut.
pub(crate) fn width_of(cell: &str) -> usize {
    harmless(cell).width()
}

/// Names come from connectors: no cell may begin a line, jump to a column, or turn the direction of what follows.
fn harmless(cell: &str) -> String {
    let mut shown = String::with_capacity(cell.len());
    for character in printable(cell).chars() {
        match character {
            '\t' => shown.push_str("\\t"),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                shown.extend(character.escape_unicode());
            }
            character => shown.push(character),
        }
    }
    shown
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
        assert_eq!(
            table(&[cells(["漢字", "b"]), cells(["e\u{301}", "b"])], &[]),
            "漢字  b\ne\u{301}     b\n"
        );
        assert_eq!(table(&[cells(["a\tb\u{202e}c"])], &[]), "a\\tb\\u{202e}c\n");
        let long = "x".repeat(100);
        assert_eq!(table(&[vec![long]], &[]).chars().count(), WIDEST + 1);
    }

    #[test]
    fn the_widest_columns_give_way_until_the_lines_fit() {
        let rows = [cells(["id", "message"]), cells(["1", "a long way to say it"])];
        assert_eq!(fitted(&rows, 12), "id  message\n1   a long …\n");
        assert_eq!(fitted(&rows, 80), "id  message\n1   a long way to say it\n");
        assert_eq!(fitted(&rows, 1), "…  …\n1  …\n");
        // Half of a wide letter is not shown.
        assert_eq!(fitted(&[cells(["漢字漢字"])], 6), "漢字…\n");
    }
}
