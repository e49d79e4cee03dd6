//! Runs over time.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use crate::history::RunRecord;

use super::{
    Span,
    chart::{Bar, bars},
    kind::{Kind, Tally},
    layout::{moment, section, table},
    words::{count, counted, time},
};

/// More columns than this are hard to tell apart.
const MAX_COLUMNS: i64 = 100;
/// What a column may stand for, in seconds, with its word; the first that gives few enough columns is taken.
const STEPS: [(i64, &str); 5] =
    [(3_600, "hour"), (86_400, "day"), (604_800, "week"), (2_592_000, "30 days"), (31_536_000, "365 days")];

/// How a span is divided into columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Seconds.
    step: i64,
    pub(crate) word: &'static str,
    /// The number of the first column since 1970.
    first: i64,
    pub(crate) count: usize,
}

impl Columns {
    pub(crate) fn of(span: &Span) -> Columns {
        let numbers =
            |step: i64| (span.since.as_second().div_euclid(step), span.now.as_second().div_euclid(step));
        let fits = |(step, _): &&(i64, _)| numbers(*step).1 - numbers(*step).0 < MAX_COLUMNS;
        let (step, word) = STEPS.iter().find(fits).copied().unwrap_or(STEPS[4]);
        let (first, last) = numbers(step);
        // A span of millennia loses its beginning.
        let first = first.clamp(last.saturating_sub(MAX_COLUMNS - 1), last);
        let count = usize::try_from(last - first + 1).unwrap_or(1);
        Columns { step, word, first, count }
    }

    /// Where a time belongs; one before the first or behind the last column is counted there.
    pub(crate) fn column(&self, time: Timestamp) -> usize {
        let number = time.as_second().div_euclid(self.step) - self.first;
        usize::try_from(number).unwrap_or(0).min(self.count - 1)
    }

    /// When a column begins.
    pub(crate) fn begin(&self, column: usize) -> Timestamp {
        let number = i64::try_from(column).unwrap_or(0) + self.first;
        let seconds = number.saturating_mul(self.step);
        Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }

    /// When a column begins, in words.
    pub(crate) fn label(&self, column: usize) -> String {
        let text = time(self.begin(column));
        if self.step < 86_400 { text } else { text.chars().take(10).collect() }
    }
}

/// The section.
pub(crate) fn runs_over_time(runs: &[RunRecord], span: &Span) -> Markup {
    let columns = Columns::of(span);
    let mut tallies = vec![Tally::default(); columns.count];
    for run in runs {
        tallies[columns.column(run.started_at)].add(Kind::of(run));
    }
    let most = tallies.iter().map(|tally| tally.all()).max().unwrap_or(0);
    let title = format!("Runs for each {}", columns.word);
    let description = format!("{}; at most {} in a column.", told(Tally::of(runs)), counted(most, "run"));
    let drawn: Vec<Bar> =
        tallies.iter().enumerate().map(|(number, tally)| bar(&columns, number, *tally)).collect();
    section(
        "runs",
        "Runs over time",
        &html! {
            figure {
                figcaption { (title) ", at most " (count(most)) " in one" }
                (bars("runs-chart", &title, &description, &drawn))
                (axis(&columns, span))
                ul.legend {
                    li { span.swatch.main aria-hidden="true" {} "done" }
                    li { span.swatch.narrow aria-hidden="true" {} "paused (narrow)" }
                    li { span.swatch.below aria-hidden="true" {} "failed (below the line)" }
                }
            }
            details { summary { "As a table" } (as_table(&columns, &tallies)) }
        },
    )
}

fn bar(columns: &Columns, number: usize, tally: Tally) -> Bar {
    let title = format!("{}: {}", columns.label(number), told(tally));
    Bar { title, main: tally.done, narrow: tally.paused, below: tally.failed }
}

/// What stands below a chart.
pub(crate) fn axis(columns: &Columns, span: &Span) -> Markup {
    html! { p.axis-labels { span { (columns.label(0)) } span { (moment(span.now)) } } }
}

/// `3 done, 1 failed`: what there is none of is not told.
pub(crate) fn told(tally: Tally) -> String {
    let parts = [(tally.done, "done"), (tally.paused, "paused"), (tally.failed, "failed")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{} {word}", count(*number)))
        .collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn as_table(columns: &Columns, tallies: &[Tally]) -> Markup {
    let used = tallies.iter().enumerate().rev().filter(|(_, tally)| tally.all() > 0);
    let row = |(number, tally): (usize, &Tally)| {
        let numbers = [tally.done, tally.paused, tally.failed].map(count);
        [columns.label(number)].into_iter().chain(numbers).map(|cell| html! { (cell) }).collect()
    };
    let rows: Vec<Vec<Markup>> = used.map(row).collect();
    let heads = [("Begin", ""), ("Done", "number"), ("Paused", "number"), ("Failed", "number")];
    table(&format!("Runs for each {}", columns.word), &heads, &rows)
}
