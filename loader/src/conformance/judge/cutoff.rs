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
pub(crate) fn cutoff(trials: &[CutoffTrial<'_>]) -> Verdict {
    let timed = |trial: &&CutoffTrial<'_>| trial.whole.records.iter().any(|record| record.times.is_some());
    let trials: Vec<_> = trials.iter().filter(timed).collect();
    if trials.is_empty() {
        return Verdict::skipped(
            "no record has one of the times that a cutoff is measured by",
            "fill in the times of your records (`schema TYPE` tells them by `x-cutoff`), or give a configuration whose \
             source holds some; where the type has none, prove the cutoff in the connector's own tests",
        );
    }
    let findings = trials.iter().flat_map(|trial| trial.findings()).collect();
    Verdict::of(findings, || trials.iter().map(|trial| trial.told()).collect::<Vec<_>>().join("; "))
}

impl CutoffTrial<'_> {
    fn findings(&self) -> Vec<Finding> {
        if let Some(ending) = ending(self.cut) {
            let finding = self.finding("the sync with a cutoff does not end well");
            return vec![finding.expected("a sync that ends well").found(ending)];
        }
        let older = self.cut.records.iter().filter(|record| self.is_older(record));
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

/// A record is known by its `self`, where it has one: what is changed meanwhile is still the same.
type Identity<'a> = (&'static str, Result<&'a str, [u8; 16]>);

fn identity(record: &Produced) -> Identity<'_> {
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
