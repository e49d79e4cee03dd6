//! Records: how many, how fast, and of which types.

use std::{cmp::Reverse, collections::BTreeMap};

use maud::{Markup, html};

use crate::history::RunRecord;

use super::{
    Span,
    chart::{Bar, bars, lying},
    layout::{more, name, section, table},
    timeline::{Columns, axis},
    words::{count, counted, per_second, shown},
};

/// More types than this are not shown.
const MAX_TYPES: usize = 15;

/// The section.
pub(crate) fn throughput(runs: &[RunRecord], span: &Span) -> Markup {
    section(
        "throughput",
        "Records",
        &html! {
            (speed(runs))
            (over_time(runs, span))
            (by_type(runs))
        },
    )
}

fn speed(runs: &[RunRecord]) -> Markup {
    let sum = |value: fn(&RunRecord) -> u64| runs.iter().map(value).fold(0, u64::saturating_add);
    let delivered = sum(|run| run.records.delivered);
    let rate = per_second(delivered, sum(|run| run.duration_milliseconds));
    let [rejected, letters] = [sum(|run| run.records.rejected), sum(|run| run.records.dead_letters)];
    html! {
        p {
            strong #records-per-second { (rate) " records per second" } " while a connector ran, "
            (counted(delivered, "record")) " in all. "
            @if rejected > 0 {
                (counted(rejected, "record")) " broke a schema; " (count(letters)) " of them "
                @if letters == 1 { "was" } @else { "were" } " kept aside."
            } @else { "None broke its schema." }
        }
    }
}

fn over_time(runs: &[RunRecord], span: &Span) -> Markup {
    let columns = Columns::of(span);
    let mut sums = vec![0_u64; columns.count];
    for run in runs {
        let sum = &mut sums[columns.column(run.started_at)];
        *sum = sum.saturating_add(run.records.delivered);
    }
    let bar = |(number, sum): (usize, &u64)| Bar {
        title: format!("{}: {}", columns.label(number), counted(*sum, "record")),
        main: *sum,
        ..Bar::default()
    };
    let drawn: Vec<Bar> = sums.iter().enumerate().map(bar).collect();
    let title = format!("Records for each {}", columns.word);
    let most = count(sums.iter().copied().max().unwrap_or(0));
    html! {
        figure {
            figcaption { (title) ", at most " (most) " in one" }
            (bars("records-chart", &title, &format!("At most {most} records in a column."), &drawn))
            (axis(&columns, span))
        }
    }
}

fn by_type(runs: &[RunRecord]) -> Markup {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (record_type, number) in runs.iter().flat_map(|run| &run.types) {
        let sum = sums.entry(record_type).or_default();
        *sum = sum.saturating_add(*number);
    }
    let mut sums: Vec<(&str, u64)> = sums.into_iter().collect();
    sums.sort_by_key(|(_, sum)| Reverse(*sum));
    let most = sums.first().map_or(1, |(_, sum)| (*sum).max(1));
    let row = |(record_type, sum): &(&str, u64)| {
        let share = lying("main", *sum as f64 * 100.0 / most as f64, false);
        vec![name(&shown(record_type, 80)), share, html! { (count(*sum)) }]
    };
    let rows: Vec<_> = sums.iter().take(MAX_TYPES).map(row).collect();
    let heads = [("Type", ""), ("Against the most frequent", "bar"), ("Records", "number")];
    html! {
        @if !rows.is_empty() {
            (table("Records by type", &heads, &rows))
            (more(sums.len(), MAX_TYPES, "types", "runs export"))
        }
    }
}
