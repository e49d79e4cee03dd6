//! C15: with a cutoff nothing older comes, and nothing newer is lost.

use std::collections::HashSet;

use connector_schemas::record_type;
use jiff::Timestamp;

use super::{Observation, Produced, count, ending, named};
use crate::conformance::verdict::{Finding, Verdict};

/// One stream, synced as a whole and with a cutoff.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CutoffTrial<'a> {
    pub(crate) stream: &'a str,
    pub(crate) whole: &'a Observation,
    pub(crate) cut: &'a Observation,
    /// In seconds since 1970.
    pub(crate) cutoff: i64,
}

/// A record, and the sync with its very time as cutoff. Where it does not come, there is one with the second before as well:
/// only a record that comes then is lost by the comparison, and not because its source measures by another time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EdgeTrial<'a> {
    pub(crate) stream: &'a str,
    pub(crate) record: &'a Produced,
    pub(crate) at: &'a Observation,
    pub(crate) before: Option<&'a Observation>,
}

/// The record whose time is a cutoff to be tried: one that has a single time, and is part of no other; from the middle.
pub(crate) fn edge(whole: &Observation) -> Option<(&Produced, i64)> {
    let single = |record: &&Produced| {
        !is_part(record) && record.times.is_some_and(|times| times.oldest == times.newest)
    };
    let mut known: Vec<&Produced> = whole.records.iter().filter(single).collect();
    known.sort_by_key(|record| oldest(record));
    let record = *known.get(known.len() / 2)?;
    Some((record, oldest(record)?))
}

/// Whether a record came in a run.
pub(crate) fn came(record: &Produced, seen: &Observation) -> bool {
    seen.records.iter().any(|other| identity(other) == identity(record))
}

/// A time that has some of the records before it and some behind it: in the middle of the longest pause among the half of
/// them that is neither the oldest nor the newest. None where all happened at once, or none says when.
///
/// In a pause, because sources measure by times that are near the record's and not in it: a build belongs to a pipeline
/// that was started a little earlier.
pub(crate) fn middle_cutoff(whole: &Observation) -> Option<i64> {
    let mut times: Vec<i64> =
        whole.records.iter().filter(|record| !is_part(record)).filter_map(oldest).collect();
    if times.is_empty() {
        times = whole.records.iter().filter_map(oldest).collect();
    }
    times.sort_unstable();
    times.dedup();
    let pauses: Vec<&[i64]> = times.windows(2).collect();
    let middle = &pauses[pauses.len() / 4..pauses.len() - pauses.len() / 4];
    let longest = middle.iter().max_by_key(|pause| pause[1].saturating_sub(pause[0]))?;
    Some(longest[1] - (longest[1] - longest[0]) / 2)
}

/// Judges syncs with a cutoff. A record is older where all of its times are, and newer likewise: a source may look at when
/// a thing was made, or at when it was last changed.
pub(crate) fn cutoff(trials: &[CutoffTrial<'_>], edges: &[EdgeTrial<'_>]) -> Verdict {
    let timed = |trial: &&CutoffTrial<'_>| trial.whole.records.iter().any(|record| record.times.is_some());
    let trials: Vec<_> = trials.iter().filter(timed).collect();
    if trials.is_empty() {
        return Verdict::skipped(
            "no record has one of the times that a cutoff is measured by",
            "fill in the times of your records (`schema TYPE` tells them by `x-cutoff`), or give a configuration whose \
             source holds some; where the type has none, prove the cutoff in the connector's own tests",
        );
    }
    let findings = trials.iter().flat_map(|trial| trial.findings());
    let findings = findings.chain(edges.iter().filter_map(EdgeTrial::finding)).collect();
    Verdict::of(findings, || trials.iter().map(|trial| trial.told()).collect::<Vec<_>>().join("; "))
}

impl CutoffTrial<'_> {
    fn findings(&self) -> Vec<Finding> {
        if let Some(ending) = ending(self.cut) {
            let finding = self.finding("the sync with a cutoff does not end well");
            return vec![finding.expected("a sync that ends well").found(ending)];
        }
        // A source of changed things gives what was changed since then with all its parts, also the older ones.
        let of_changed = self.cut.records.iter().any(|record| !is_part(record) && self.is_spanning(record));
        let older = self.cut.records.iter().filter(|record| self.is_older(record));
        let older = older.filter(|record| !(of_changed && is_part(record)));
        let came: HashSet<Identity<'_>> = self.cut.records.iter().map(identity).collect();
        let newer = self.whole.records.iter().filter(|record| self.is_newer(record) && !is_part(record));
        let lost = newer.filter(|record| !came.contains(&identity(record)));
        let older = older.map(|record| self.too_old(record));
        older.chain(lost.map(|record| self.lost(record))).collect()
    }

    fn is_older(&self, record: &Produced) -> bool {
        record.times.is_some_and(|times| times.newest < self.cutoff)
    }

    fn is_newer(&self, record: &Produced) -> bool {
        record.times.is_some_and(|times| times.oldest >= self.cutoff)
    }

    fn is_spanning(&self, record: &Produced) -> bool {
        record.times.is_some_and(|times| times.oldest < self.cutoff && times.newest >= self.cutoff)
    }

    fn too_old(&self, record: &Produced) -> Finding {
        let finding = self.finding("a record is older than the cutoff").record(named(record));
        let found = record.times.map(|times| time(times.newest)).unwrap_or_default();
        let remedy = "compare each record's time with the cutoff that `sync_stream` is given";
        finding.expected(format!("nothing before {}", time(self.cutoff))).found(found).remedy(remedy)
    }

    fn lost(&self, record: &Produced) -> Finding {
        let finding =
            self.finding("a record that is newer than the cutoff does not come").record(named(record));
        let happened = record.times.map(|times| time(times.oldest)).unwrap_or_default();
        let remedy = "do not stop at the first older record unless the source sorts by that time, and compare with `>=`";
        let expected = format!("what happened since {}: this one did at {happened}", time(self.cutoff));
        finding.expected(expected).found("it comes without a cutoff only").remedy(remedy)
    }

    fn finding(&self, what: &str) -> Finding {
        Finding::new(what).stream(self.stream).moment(format!("with cutoff {}", time(self.cutoff)))
    }

    fn told(&self) -> String {
        let came = self.cut.records.len();
        format!(
            "{} of {} since {}",
            super::grouped(came),
            count(self.whole.records.len(), "record"),
            time(self.cutoff)
        )
    }
}

impl EdgeTrial<'_> {
    fn finding(&self) -> Option<Finding> {
        let at = time(oldest(self.record)?);
        let finding = |what: &str| Finding::new(what).stream(self.stream).moment(format!("with cutoff {at}"));
        if let Some(ending) = ending(self.at) {
            let finding = finding("the sync with a cutoff does not end well");
            return Some(finding.expected("a sync that ends well").found(ending));
        }
        let is_lost = !came(self.record, self.at) && self.before.is_some_and(|seen| came(self.record, seen));
        is_lost.then(|| {
            let finding = finding("a record that is just as new as the cutoff does not come");
            let finding = finding.record(named(self.record)).expected(format!("what happened since {at}"));
            finding
                .found("it comes with the cutoff a second earlier only")
                .remedy("compare with `>=`, not `>`")
        })
    }
}

/// A record is known by its `self`, where it has one: what is changed meanwhile is still the same.
pub(super) type Identity<'a> = (&'static str, Result<&'a str, [u8; 16]>);

pub(super) fn identity(record: &Produced) -> Identity<'_> {
    (record.record_type, record.uri.as_deref().ok_or(record.digest))
}

/// Whether it is a part of another record, which may be what is measured.
fn is_part(record: &Produced) -> bool {
    record_type(record.record_type).is_some_and(|known| known.part_of().is_some())
}

fn oldest(record: &Produced) -> Option<i64> {
    record.times.map(|times| times.oldest)
}

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| format!("{seconds} s"), |time| time.to_string())
}
