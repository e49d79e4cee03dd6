//! How things stand now, in a sentence; then by connection.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::history::RunRecord;

use super::{
    Span,
    course::Course,
    kind::{Kind, Tally},
    layout::{badge, moment_ago, more, name, section, table},
    timeline::told,
    words::{bytes, count, counted, since},
};

/// More connections than this are not shown.
const MAX_CONNECTIONS: usize = 20;
/// More names than this do not fit in a sentence.
const MAX_NAMES: usize = 3;

/// What is said where there are no runs.
pub(crate) fn nothing(span: &Span) -> Markup {
    section(
        "verdict",
        "How it stands",
        &html! {
            p.verdict {
                "No run is remembered "
                @if span.connection.is_some() { "of this connection " }
                "in this span of time."
            }
            ul {
                li { "Where runs were made longer ago, look further back: " code { "report --since 365d" } "." }
                li { "Where they are kept elsewhere, name that folder: " code { "report --data-folder FOLDER" } "." }
                @if span.connection.is_some() {
                    li { "Names of connections are those that " code { "runs list" } " shows." }
                }
                li { "Where there were none yet, make one: " code { "codeclimate-connector sync" } ", and come back." }
            }
        },
    )
}

/// One connection, with how the last run of each of its streams ended.
struct Standing<'a> {
    course: &'a Course<'a>,
    last: &'a RunRecord,
    tally: Tally,
}

fn standings<'a>(courses: &'a [Course<'a>]) -> Vec<Standing<'a>> {
    let mut found: BTreeMap<&str, Standing<'_>> = BTreeMap::new();
    for course in courses {
        let new = || Standing { course, last: course.last, tally: Tally::default() };
        let standing = found.entry(course.place.connection).or_insert_with(new);
        standing.tally.add(Kind::of(course.last));
        if course.last.started_at > standing.last.started_at {
            standing.last = course.last;
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    // What is worse comes first; the sort keeps the names' order.
    found.sort_by_key(|standing| std::cmp::Reverse(standing.tally.worst()));
    found
}

/// The section.
pub(crate) fn verdict(runs: &[RunRecord], courses: &[Course<'_>], span: &Span) -> Markup {
    let standings = standings(courses);
    let worst = Tally::of(courses.iter().map(|course| course.last)).worst();
    section(
        "verdict",
        "How it stands",
        &html! {
            p class={ "verdict " (worst.word()) } {
                span.sign aria-hidden="true" { (worst.sign()) } span { (sentence(&standings)) }
            }
            @if let Some(text) = last_sync(runs, span) { p { (text) } }
            (counts(runs))
            (by_connection(&standings, span))
        },
    )
}

/// The verdict itself.
fn sentence(standings: &[Standing<'_>]) -> Markup {
    let all = standings.len() as u64;
    let in_kind = |kind| standings.iter().filter(move |standing| standing.tally.worst() == kind);
    let [failed, paused] = [Kind::Failed, Kind::Paused].map(|kind| in_kind(kind).count() as u64);
    html! {
        @if failed > 0 {
            (count(failed)) " of " (counted(all, "connection")) @if failed == 1 { " needs" } @else { " need" }
            " a look: " (names(in_kind(Kind::Failed)))
            @if failed == 1 { " has" } @else { " have" } " streams whose last run failed."
            @if paused > 0 { " " (paused_sentence(paused)) }
        } @else if paused > 0 {
            "Nothing has failed. " (paused_sentence(paused))
        } @else if all == 1 {
            "All is well: each stream of " (names(in_kind(Kind::Done))) " was done at its last run."
        } @else {
            "All is well: each stream of all " (count(all)) " connections was done at its last run."
        }
    }
}

fn paused_sentence(paused: u64) -> Markup {
    let verb = if paused == 1 { "has" } else { "have" };
    html! { (counted(paused, "connection")) " " (verb) " paused streams, which the next sync goes on with." }
}

fn names<'a>(standings: impl Iterator<Item = &'a Standing<'a>>) -> Markup {
    let names: Vec<String> = standings.map(|standing| standing.course.place.connection()).collect();
    let left = names.len().saturating_sub(MAX_NAMES);
    html! {
        @for (number, text) in names.iter().take(MAX_NAMES).enumerate() {
            @if number > 0 { ", " } (name(text))
        }
        @if left > 0 { " and " (left) " more" }
    }
}

/// How the last command ended that made several runs.
fn last_sync(runs: &[RunRecord], span: &Span) -> Option<String> {
    let sync = runs.iter().find_map(|run| run.sync.as_deref())?;
    let mut last: BTreeMap<_, &RunRecord> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.sync.as_deref() == Some(sync)) {
        last.entry(super::course::Place::of(run)).or_insert(run);
    }
    let begin =
        runs.iter().filter(|run| run.sync.as_deref() == Some(sync)).map(|run| run.started_at).min()?;
    // A discovery is no stream, but a sync that came no further has nothing else.
    let streams = last.into_values().filter(|run| run.stream.is_some() || Kind::of(run) == Kind::Failed);
    let tally = Tally::of(streams);
    let ago = since(begin, span.now);
    Some(format!(
        "The last sync began {ago} ago; of its {}: {}.",
        counted(tally.all(), "stream"),
        told(tally)
    ))
}

/// The numbers of the whole span.
fn counts(runs: &[RunRecord]) -> Markup {
    let tally = Tally::of(runs);
    let delivered = runs.iter().fold(0, |sum: u64, run| sum.saturating_add(run.records.delivered));
    let size = runs.iter().fold(0, |sum: u64, run| sum.saturating_add(run.bytes));
    let numbers = [
        ("runs", "Runs", count(tally.all())),
        ("done", "Done", count(tally.done)),
        ("paused", "Paused", count(tally.paused)),
        ("failed", "Failed", count(tally.failed)),
        ("records", "Records", count(delivered)),
        ("bytes", "Delivered", bytes(size)),
    ];
    html! {
        dl.counts {
            @for (id, term, value) in numbers { div { dt { (term) } dd id={ "count-" (id) } { (value) } } }
        }
    }
}

fn by_connection(standings: &[Standing<'_>], span: &Span) -> Markup {
    let rows: Vec<_> = standings.iter().take(MAX_CONNECTIONS).map(|standing| row(standing, span)).collect();
    let heads = [("Connection", ""), ("Stands", ""), ("Streams by their last run", ""), ("Last run", "")];
    html! {
        (table("How each connection stands now", &heads, &rows))
        (more(standings.len(), MAX_CONNECTIONS, "connections", "runs list"))
    }
}

fn row(standing: &Standing<'_>, span: &Span) -> Vec<Markup> {
    let kind = standing.tally.worst();
    vec![
        name(&standing.course.place.connection()),
        badge(kind, kind.word()),
        html! { (told(standing.tally)) },
        moment_ago(standing.last.started_at, span.now),
    ]
}
