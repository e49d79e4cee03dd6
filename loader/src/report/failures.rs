//! Failures, those that say the same together.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::history::RunRecord;

use super::{
    Span,
    course::{Course, Place},
    kind::Kind,
    layout::{moment_ago, more, name, section},
    words::{counted, shown},
};

/// More groups than this are not shown.
const MAX_GROUPS: usize = 20;
/// More streams than this are not named in a group.
const MAX_STREAMS: usize = 5;
/// The longest message and advice, in characters.
const MAX_TEXT: usize = 600;

/// Failures of a connection that say the same.
struct Group<'a> {
    /// The newest of them.
    last: &'a RunRecord,
    first: &'a RunRecord,
    count: u64,
    /// Each place, with whether its last run is one of the group.
    places: BTreeMap<Place<'a>, bool>,
}

impl Group<'_> {
    /// Whether nothing has come after it in one of its streams.
    fn is_current(&self) -> bool {
        self.places.values().any(|is_last| *is_last)
    }
}

/// What two failures have in common that say the same: numbers and the stream's own id may differ.
fn essence(run: &RunRecord) -> (&str, u8, String) {
    let stream = run.stream.as_deref().filter(|stream| !stream.is_empty());
    let message = stream.map_or_else(|| run.message.clone(), |stream| run.message.replace(stream, "\0"));
    let is_number = |letter: char| letter.is_ascii_digit() || letter == '.' || letter == ',';
    (&run.connection, run.exit_code, message.split(is_number).filter(|part| !part.is_empty()).collect())
}

/// Those that still last come first, then the newest.
fn groups<'a>(runs: &'a [RunRecord], courses: &[Course<'a>]) -> Vec<Group<'a>> {
    let last: BTreeMap<Place<'_>, &str> =
        courses.iter().map(|course| (course.place, course.last.run.as_str())).collect();
    let mut found: BTreeMap<(&str, u8, String), Group<'_>> = BTreeMap::new();
    for run in runs.iter().filter(|run| Kind::of(run) == Kind::Failed) {
        let new = || Group { last: run, first: run, count: 0, places: BTreeMap::new() };
        let group = found.entry(essence(run)).or_insert_with(new);
        (group.first, group.count) = (run, group.count + 1);
        let place = Place::of(run);
        *group.places.entry(place).or_default() |= last.get(&place) == Some(&run.run.as_str());
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by_key(|group| std::cmp::Reverse((group.is_current(), group.last.started_at)));
    found
}

/// The section.
pub(crate) fn failures(runs: &[RunRecord], courses: &[Course<'_>], span: &Span) -> Markup {
    let groups = groups(runs, courses);
    section(
        "failures",
        "Failures",
        &html! {
            @if groups.is_empty() { p { "No run has failed in this span of time." } }
            @else { p.muted { "Those that say the same stand together; those that last come first." } }
            @for group in groups.iter().take(MAX_GROUPS) { (article(group, span)) }
            (more(groups.len(), MAX_GROUPS, "kinds of failures", "runs list --failed"))
        },
    )
}

fn article(group: &Group<'_>, span: &Span) -> Markup {
    let run = group.last;
    let standing = if group.is_current() { "lasts" } else { "did not come again" };
    html! {
        article.failure.lasting[group.is_current()] {
            h3 { (name(&Place::of(run).connection())) ": " (shown(&run.ending, 80)) span.muted { " (exit code " (run.exit_code) ")" } }
            p.message dir="auto" { (shown(&run.message, MAX_TEXT)) }
            @if !run.advice.is_empty() { p dir="auto" { strong { "What to do: " } (shown(&run.advice, MAX_TEXT)) } }
            dl.facts {
                div { dt { "How often" } dd.repeated { (counted(group.count, "time")) ", " strong { (standing) } } }
                div { dt { "Last" } dd { (moment_ago(run.started_at, span.now)) } }
                @if group.count > 1 { div { dt { "First" } dd { (moment_ago(group.first.started_at, span.now)) } } }
                div { dt { (if group.places.len() == 1 { "Stream" } else { "Streams" }) } dd { (streams(group)) } }
                div { dt { "Run" } dd { code { (shown(&run.run, 80)) } } }
            }
        }
    }
}

fn streams(group: &Group<'_>) -> Markup {
    let left = group.places.len().saturating_sub(MAX_STREAMS);
    html! {
        @for (number, place) in group.places.keys().take(MAX_STREAMS).enumerate() {
            @if number > 0 { ", " } (name(&place.stream()))
        }
        @if left > 0 { " and " (left) " more" }
    }
}
