//! One page of HTML that tells an operator how the runs went.
//!
//! A pure function from runs to text. The page needs no network, no script and no other file. Whatever comes from a
//! connector is escaped, cut to a length and rid of characters that cannot be seen.

mod chart;
mod course;
mod failures;
mod kind;
mod layout;
mod memory;
mod slowest;
#[cfg(test)]
mod tests;
mod throughput;
mod timeline;
mod verdict;
mod waiting;
mod words;

use jiff::Timestamp;

use crate::history::RunRecord;

/// What a page is about.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// No run before this is told of.
    pub(crate) since: Timestamp,
    pub(crate) now: Timestamp,
    /// The connection that was asked for; none where all were.
    pub(crate) connection: Option<String>,
}

/// The page about these runs, which are sorted by time, the newest first.
pub(crate) fn page(runs: &[RunRecord], span: &Span) -> String {
    let courses = course::courses(runs);
    let sections = if runs.is_empty() {
        vec![verdict::nothing(span)]
    } else {
        vec![
            verdict::verdict(runs, &courses, span),
            failures::failures(runs, &courses, span),
            timeline::runs_over_time(runs, span),
            memory::memory(&courses),
            throughput::throughput(runs, span),
            slowest::slowest(&courses),
            waiting::waiting(&courses, span),
        ]
    };
    layout::document(&sections, runs.len(), span).into_string()
}
