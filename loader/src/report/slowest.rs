//! The streams that take longest.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::{
    course::Course,
    layout::{Column, more, name, section, table},
    words::{count, duration, per_second},
};

/// More streams than this are not shown.
const MAX_STREAMS: usize = 15;

const COLUMNS: [Column; 6] = [
    ("Stream", ""),
    ("Typical run", "number"),
    ("Longest run", "number"),
    ("Runs", "number"),
    ("Records", "number"),
    ("Records per second", "number"),
];

/// How long the runs of a stream took, in milliseconds.
struct Pace<'a> {
    course: &'a Course<'a>,
    longest: u64,
    median: u64,
    sum: u64,
    records: u64,
}

fn pace<'a>(course: &'a Course<'a>) -> Pace<'a> {
    let mut times: Vec<u64> = course.runs.iter().map(|run| run.duration_milliseconds).collect();
    times.sort_unstable();
    Pace {
        course,
        longest: times.last().copied().unwrap_or(0),
        median: times.get(times.len() / 2).copied().unwrap_or(0),
        sum: times.iter().copied().fold(0, u64::saturating_add),
        records: course.runs.iter().map(|run| run.records.delivered).fold(0, u64::saturating_add),
    }
}

/// The section.
pub(crate) fn slowest(courses: &[Course<'_>]) -> Markup {
    let mut paces: Vec<Pace<'_>> = courses.iter().map(pace).collect();
    paces.sort_by_key(|pace| Reverse((pace.median, pace.longest)));
    let rows: Vec<_> = paces.iter().take(MAX_STREAMS).map(row).collect();
    section(
        "slowest",
        "Slowest streams",
        &html! {
            (table("Streams by how long a run typically takes (the median)", &COLUMNS, &rows))
            (more(paces.len(), MAX_STREAMS, "streams", "runs list"))
        },
    )
}

fn row(pace: &Pace<'_>) -> Vec<Markup> {
    let numbers = [
        duration(pace.median),
        duration(pace.longest),
        count(pace.course.runs.len() as u64),
        count(pace.records),
        per_second(pace.records, pace.sum),
    ];
    let numbers = numbers.into_iter().map(|number| html! { (number) });
    [name(&pace.course.place.to_string())].into_iter().chain(numbers).collect()
}
