//! Memory: how near each stream came to its limit.

use maud::{Markup, html};

use crate::history::RunRecord;

use super::{
    chart::lying,
    course::Course,
    layout::{more, name, section, table},
    words::bytes,
};

/// More streams than this are not shown.
const MAX_STREAMS: usize = 15;
/// From here on, in percent, a connector is asked to stop.
const NEAR: f64 = 90.0;

/// The run of a stream that came nearest to its limit.
struct Peak<'a> {
    course: &'a Course<'a>,
    run: &'a RunRecord,
    percent: f64,
}

fn percent(run: &RunRecord) -> Option<f64> {
    let peak = run.memory.peak?;
    (run.memory.limit > 0).then(|| peak as f64 * 100.0 / run.memory.limit as f64)
}

/// The highest of each stream, the worst first.
fn peaks<'a>(courses: &'a [Course<'a>]) -> Vec<Peak<'a>> {
    let highest = |course: &'a Course<'a>| {
        let known = course.runs.iter().filter_map(|run| Some(Peak { course, run, percent: percent(run)? }));
        known.max_by(|one, other| one.percent.total_cmp(&other.percent))
    };
    let mut peaks: Vec<Peak<'_>> = courses.iter().filter_map(highest).collect();
    peaks.sort_by(|one, other| other.percent.total_cmp(&one.percent));
    peaks
}

/// The section.
pub(crate) fn memory(courses: &[Course<'_>]) -> Markup {
    let peaks = peaks(courses);
    let rows: Vec<_> = peaks.iter().take(MAX_STREAMS).map(row).collect();
    let heads = [("Stream", ""), ("Share of the limit", "bar"), ("Peak", "number"), ("Limit", "number")];
    section(
        "memory",
        "Memory",
        &html! {
            @if peaks.is_empty() { p { "Nobody could tell how much memory these runs used." } }
            @else {
                p.muted {
                    "The run of each stream that came nearest to its limit, file cache included. The line in each bar is the "
                    "limit; from nine tenths on, without file cache, a connector is asked to stop."
                }
                (table("Peak of memory against the limit", &heads, &rows))
                (more(peaks.len(), MAX_STREAMS, "streams", "runs list"))
            }
        },
    )
}

fn row(peak: &Peak<'_>) -> Vec<Markup> {
    let is_near = peak.percent >= NEAR;
    let share = html! {
        (lying(if is_near { "near" } else { "main" }, peak.percent, true))
        span.bar-words { (format!("{:.0}", peak.percent)) " %" @if is_near { strong { " near the limit" } } }
    };
    let [used, limit] =
        [peak.run.memory.peak.unwrap_or(0), peak.run.memory.limit].map(|size| html! { (bytes(size)) });
    vec![name(&peak.course.place.to_string()), share, used, limit]
}
