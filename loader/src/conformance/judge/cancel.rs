//! C17: when asked to stop, it stops within the grace period.

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use super::{Observation, Produced, count, cutoff::identity, ending, grouped, named};
use crate::{
    conformance::verdict::{Finding, Verdict},
    exit_code::ExitCode,
    supervisor::duration,
};

/// Whoever produces so many records after it was asked has not looked; a page is seldom larger.
const MANY_RECORDS: usize = 1_000;
/// Whoever comes to so many checkpoints, though it was asked before it began, has not looked between two pages.
const PAGES: usize = 2;

/// A sync that was asked to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CancelTrial<'a> {
    pub(crate) stream: &'a str,
    /// As one run that nobody asked to stop.
    pub(crate) whole: &'a Observation,
    /// After how many records it was asked; 0 is before it began.
    pub(crate) after: usize,
    pub(crate) seen: &'a Observation,
    pub(crate) grace: Duration,
}

/// Judges the trials. One that came to its end with all records, and could have done so before it looked, proves nothing.
pub(crate) fn cancel(trials: &[CancelTrial<'_>]) -> Verdict {
    let findings: Vec<Finding> = trials.iter().filter_map(CancelTrial::finding).collect();
    let obeyed: Vec<_> = trials.iter().filter(|trial| trial.seen.code != ExitCode::Done).collect();
    if findings.is_empty() && obeyed.is_empty() {
        return Verdict::skipped(
            "every sync had come to its end, with all its records, before it can be expected to look whether to stop",
            "give a configuration with more data: two pages at least, with a checkpoint after each",
        );
    }
    let slowest = obeyed.iter().filter_map(|trial| trial.seen.stopping).max().unwrap_or_default();
    Verdict::of(findings, || {
        let of = if obeyed.len() < trials.len() {
            format!(", stopped {} of them", count(obeyed.len(), "time"))
        } else {
            String::new()
        };
        format!("asked {}{of}, gone after {} at most", count(trials.len(), "time"), duration(slowest))
    })
}

impl CancelTrial<'_> {
    fn finding(&self) -> Option<Finding> {
        let took = self.seen.stopping.unwrap_or_default();
        if took > self.grace || self.seen.code == ExitCode::Deadline {
            let expected = format!("its end within {}", duration(self.grace));
            let finding = self.told("asked to stop, the sync goes on").expected(expected);
            return Some(finding.found(format!("still running after {}", duration(took))).remedy(LISTEN));
        }
        match self.seen.code {
            ExitCode::Done => self.left_out().or_else(|| self.unheard()),
            ExitCode::Paused | ExitCode::Interrupted | ExitCode::Terminated => None,
            _ => {
                let finding = self.told("asked to stop, the sync fails").expected("an end in good order");
                Some(finding.found(ending(self.seen)?).remedy(PASS_ON))
            }
        }
    }

    /// It says that it has come to its end, which the runner believes.
    fn left_out(&self) -> Option<Finding> {
        let came: HashSet<_> = self.seen.records.iter().map(identity).collect();
        let missing = self.whole.records.iter().filter(|record| !came.contains(&identity(record)));
        let missing: Vec<&Produced> = missing.collect();
        let finding = self.told("asked to stop, the sync says that it is finished, and has left out records");
        let finding = finding.record(named(missing.first()?));
        let found = format!("{} fewer, of which this is the first", count(missing.len(), "record"));
        let whole = count(self.whole.records.len(), "record");
        Some(finding.expected(format!("an end as cancelled, or all {whole}")).found(found).remedy(PASS_ON))
    }

    /// It was asked long before its end, and produced everything. A source of one page may be read before anybody looks.
    fn unheard(&self) -> Option<Finding> {
        let records = self.seen.records.len().saturating_sub(self.after);
        let places: BTreeSet<usize> =
            self.seen.checkpoints.iter().map(|checkpoint| checkpoint.after).collect();
        let pages = if self.after == 0 { places.len() } else { 0 };
        (pages >= PAGES || records >= MANY_RECORDS).then(|| {
            let finding = self.told("asked to stop, the sync goes on to its end").expected("no further page");
            let found = match pages {
                0 => format!("{} more", count(records, "record")),
                _ => format!("{} more, with checkpoints at {pages} places", count(records, "record")),
            };
            finding.found(found).remedy(LISTEN)
        })
    }

    fn told(&self, what: &str) -> Finding {
        let moment = match self.after {
            0 => "before it began".to_owned(),
            after => {
                format!("after {} of {}", grouped(after), count(self.whole.records.len(), "record"))
            }
        };
        Finding::new(what).stream(self.stream).moment(moment)
    }
}

const LISTEN: &str =
    "call `context.cancellation.check()?` in each loop, and sleep with `context.cancellation.sleep(..)`";
const PASS_ON: &str =
    "pass the error of `context.cancellation.check()?` on as it is; `Ok` means that all was read";
