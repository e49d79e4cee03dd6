//! What has not come to an end for long: streams, and chains of runs that are paused.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::{
    Span,
    course::Course,
    kind::Kind,
    layout::{badge, moment_ago, more, name, section, table},
    words::shown,
};

/// More streams than this are not shown.
const MAX_STREAMS: usize = 20;
/// No stream is late before that.
const LEAST: SignedDuration = SignedDuration::from_hours(24);

/// Whether a stream was not done for twice as long as it ever took before, and for a day.
fn is_late(course: &Course<'_>, now: Timestamp) -> bool {
    let Some(done) = course.done_at() else { return true };
    let usual = course.longest_gap().checked_mul(2).unwrap_or(SignedDuration::MAX);
    now.duration_since(done) > usual.max(LEAST)
}

fn is_unfinished(course: &Course<'_>) -> bool {
    course.last.chain.as_ref().is_some_and(|chain| !chain.is_finished)
}

/// The section.
pub(crate) fn waiting(courses: &[Course<'_>], span: &Span) -> Markup {
    let is_sync = |course: &&Course<'_>| course.place.stream.is_some();
    let mut waiting: Vec<&Course<'_>> = courses.iter().filter(is_sync).collect();
    // A range that was read once more is done once.
    let is_repeated = |course: &Course<'_>| course.place.side == "sync";
    waiting.retain(|course| is_unfinished(course) || is_repeated(course) && is_late(course, span.now));
    waiting.sort_by_key(|course| course.done_at());
    let rows: Vec<_> = waiting.iter().take(MAX_STREAMS).map(|course| row(course, span)).collect();
    let heads = [("Stream", ""), ("Last done", ""), ("Last run", ""), ("Unfinished chain", "id")];
    section(
        "waiting",
        "Not finished for long",
        &html! {
            p.muted {
                "Streams that were not done for a day and for twice as long as it took them before, and those with a chain of "
                "runs that is not finished: the next sync goes on with it."
            }
            @if rows.is_empty() { p { "There are none." } }
            @else {
                (table("Streams that wait to be finished, the longest first", &heads, &rows))
                (more(waiting.len(), MAX_STREAMS, "streams", "runs list"))
            }
        },
    )
}

fn row(course: &Course<'_>, span: &Span) -> Vec<Markup> {
    let done = html! {
        @match course.done_at() {
            Some(at) => (moment_ago(at, span.now)),
            None => "not in this span",
        }
    };
    let badge = badge(Kind::of(course.last), &shown(&course.last.ending, 60));
    let last = html! { (badge) " " (moment_ago(course.last.started_at, span.now)) };
    let chain = html! {
        @match course.last.chain.as_ref().filter(|chain| !chain.is_finished) {
            Some(chain) => { "run " (chain.runs) " of chain " code { (shown(&chain.id, 80)) } },
            None => "none",
        }
    };
    vec![name(&course.place.to_string()), done, last, chain]
}
