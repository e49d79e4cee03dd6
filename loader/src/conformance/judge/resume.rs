//! C16: a sync that is stopped and gone on with gives the same records.

use std::collections::HashSet;

use super::{
    Observation, Produced, count,
    cutoff::{Identity, identity},
    ending, grouped, named,
};
use crate::{
    conformance::verdict::{Finding, Verdict},
    exit_code::ExitCode,
};

/// A sync of this size without a checkpoint begins anew too often to be let pass.
const MANY_RECORDS: usize = 1_000;

/// How a run was stopped behind a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Cancelled,
    Killed,
}

/// A stream that was stopped behind a checkpoint, and gone on with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResumeTrial<'a> {
    pub(crate) stream: &'a str,
    /// As one run.
    pub(crate) whole: &'a Observation,
    /// Behind which checkpoint it was stopped, from 1.
    pub(crate) checkpoint: usize,
    pub(crate) stop: Stop,
    pub(crate) stopped: &'a Observation,
    /// The run that went on; none where the stopped one had come to its end.
    pub(crate) resumed: Option<&'a Observation>,
    /// Where the run that went on was itself gone on with, from one of its states.
    pub(crate) second: Option<SecondHop<'a>>,
}

/// A run that went on from a state of a run that had gone on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SecondHop<'a> {
    /// The records before that state.
    pub(crate) kept: usize,
    pub(crate) seen: &'a Observation,
}

/// Judges the trials. `wholes` are all syncs, also those that have no checkpoint to be stopped at.
pub(crate) fn resume(wholes: &[super::Run<'_>], trials: &[ResumeTrial<'_>]) -> Verdict {
    let mut findings: Vec<Finding> = wholes.iter().filter_map(without_checkpoint).collect();
    findings.extend(trials.iter().flat_map(ResumeTrial::findings));
    if findings.is_empty() {
        findings.extend(wholes.iter().filter_map(|run| always_anew(run, trials)));
    }
    if findings.is_empty() && trials.is_empty() {
        let records: usize = wholes.iter().map(|run| run.seen.records.len()).sum();
        return Verdict::skipped(
            format!("no checkpoint is set within {}", count(records, "record")),
            "give a configuration with so much data that one is set, or call `context.state.set(..)` after each page",
        );
    }
    Verdict::of(findings, || told(wholes, trials))
}

fn told(wholes: &[super::Run<'_>], trials: &[ResumeTrial<'_>]) -> String {
    let all: usize = wholes.iter().map(|run| run.seen.checkpoints.len()).sum();
    let tried: HashSet<(&str, usize)> = trials.iter().map(|trial| (trial.stream, trial.checkpoint)).collect();
    let of = if tried.len() < all { format!("{} of ", grouped(tried.len())) } else { String::new() };
    format!("stopped {} times, after {of}{}", grouped(trials.len()), count(all, "checkpoint"))
}

fn without_checkpoint(run: &super::Run<'_>) -> Option<Finding> {
    let records = run.seen.records.len();
    (run.seen.checkpoints.is_empty() && records >= MANY_RECORDS).then(|| {
        let finding =
            Finding::new("no checkpoint is set: a sync that is stopped begins anew, again and again");
        let remedy = "call `context.state.set(..)` after each page";
        run.place(
            finding.expected("a checkpoint now and then").found(count(records, "record")).remedy(remedy),
        )
    })
}

/// Where checkpoints lie behind different numbers of records, one run that goes on must be shorter than the whole. From the
/// last one that is easy: it is also asked of those that still have something behind them.
fn always_anew(run: &super::Run<'_>, trials: &[ResumeTrial<'_>]) -> Option<Finding> {
    let whole = run.seen.records.len();
    let of_run = trials.iter().filter(|trial| Some(trial.stream) == run.stream && !trial.kept().is_empty());
    let resumed: Vec<(usize, usize)> =
        of_run.filter_map(|trial| Some((trial.kept().len(), trial.resumed?.records.len()))).collect();
    let inner: Vec<(usize, usize)> = resumed.iter().copied().filter(|(kept, _)| *kept < whole).collect();
    [resumed, inner].iter().find(|runs| begin_anew(runs, whole)).map(|runs| {
        let finding =
            Finding::new("a sync that goes on produces everything again, from whichever checkpoint");
        let finding = finding.expected(format!("fewer than the {} of the whole", count(whole, "record")));
        let found = count(runs.iter().map(|(_, records)| *records).min().unwrap_or_default(), "record");
        run.place(finding.found(found).remedy("read `context.state.get()` first thing in `sync_stream`"))
    })
}

/// Whether all of these runs, known by what was kept and what came, began anew. One alone may have read a page again.
fn begin_anew(runs: &[(usize, usize)], whole: usize) -> bool {
    let places: HashSet<usize> = runs.iter().map(|(kept, _)| *kept).collect();
    places.len() > 1 && runs.iter().all(|(_, records)| *records >= whole)
}

impl ResumeTrial<'_> {
    fn findings(&self) -> Vec<Finding> {
        let Some(resumed) = self.resumed else { return self.ended_early() };
        if let Some(ending) = ending(resumed) {
            let finding = self.finding("a sync that goes on does not end well");
            let remedy = "begin anew, and say so, where the place of the state is no longer known";
            return vec![finding.expected("a sync that ends well").found(ending).remedy(remedy)];
        }
        let findings = self.compared(self.kept(), resumed);
        if findings.is_empty() { self.second_findings(resumed) } else { findings }
    }

    /// What is wrong with a run that went on, as these records were kept.
    fn compared<'r>(&'r self, kept: &'r [Produced], resumed: &'r Observation) -> Vec<Finding> {
        let got = || kept.iter().chain(&resumed.records);
        let (known, wanted) = (identities(got()), identities(&self.whole.records));
        let digests = digests(&self.whole.records);
        let missing = self.whole.records.iter().filter(|record| !known.contains(&identity(record)));
        let made_up = resumed.records.iter().filter(|record| !wanted.contains(&identity(record)));
        let is_changed =
            |record: &&Produced| wanted.contains(&identity(record)) && !digests.contains(&record.digest);
        let changed = resumed.records.iter().filter(is_changed);
        let missing = self.told("records are missing from a sync that was stopped and gone on with", missing);
        let made_up = self.told("a sync that goes on produces what the whole one does not", made_up);
        let changed = self.told("the same record has other contents each time", changed);
        let findings = [(missing, TOO_EARLY), (made_up, OTHER), (changed, CHANGED)];
        findings.into_iter().filter_map(|(finding, remedy)| Some(finding?.remedy(remedy))).collect()
    }

    /// The same once more: states of a run that goes on are often counted from its own beginning.
    fn second_findings(&self, resumed: &Observation) -> Vec<Finding> {
        let Some(second) = self.second else { return Vec::new() };
        let again = |mut finding: Finding| {
            let moment = finding.place.moment.unwrap_or_default();
            finding.place.moment = Some(format!(
                "{moment}, gone on with, and again from the state after its record {}",
                grouped(second.kept)
            ));
            finding.remedy(COUNTED)
        };
        if let Some(ending) = ending(second.seen) {
            let finding = self.finding("a sync that goes on for the second time does not end well");
            return vec![again(finding.expected("a sync that ends well").found(ending))];
        }
        let kept = [self.kept(), &resumed.records[..second.kept.min(resumed.records.len())]].concat();
        let findings: Vec<Finding> = self.compared(&kept, second.seen).into_iter().map(again).collect();
        let (records, before) = (second.seen.records.len(), resumed.records.len());
        if findings.is_empty() && records > before {
            let finding = self.finding("a state of a sync that goes on leads back behind where it began");
            let expected = format!("at most the {} that it had before it", count(before, "record"));
            return vec![again(finding.expected(expected).found(count(records, "record")))];
        }
        findings
    }

    /// It was to be stopped, and says that it has come to its end.
    fn ended_early(&self) -> Vec<Finding> {
        if self.stopped.code != ExitCode::Done {
            return Vec::new();
        }
        let got = identities(&self.stopped.records);
        let missing = self.whole.records.iter().filter(|record| !got.contains(&identity(record)));
        let finding =
            self.told("asked to stop, the sync says that it is finished, and has left out records", missing);
        let remedy = "pass the error of `context.cancellation.check()?` on rather than return `Ok`";
        finding.map(|finding| finding.remedy(remedy)).into_iter().collect()
    }

    /// What lasts of the stopped run: the records before its last checkpoint.
    fn kept(&self) -> &[Produced] {
        let after = self.stopped.checkpoints.last().map_or(0, |checkpoint| checkpoint.after);
        &self.stopped.records[..after.min(self.stopped.records.len())]
    }

    /// One finding for all records: how many, and the first of them.
    fn told<'r>(&self, what: &str, records: impl Iterator<Item = &'r Produced>) -> Option<Finding> {
        let records: Vec<&Produced> = records.collect();
        let first = records.first()?;
        let whole = count(self.whole.records.len(), "record");
        let finding =
            self.finding(what).record(named(first)).expected(format!("the {whole} of the whole sync"));
        Some(
            finding
                .found(format!("{} that differ, of which this is the first", count(records.len(), "record"))),
        )
    }

    fn finding(&self, what: &str) -> Finding {
        let how = match self.stop {
            Stop::Cancelled => "asked to stop",
            Stop::Killed => "killed",
        };
        let of = self.whole.checkpoints.len();
        let moment = format!("{how} after checkpoint {} of {}", self.checkpoint, grouped(of));
        Finding::new(what).stream(self.stream).moment(moment)
    }
}

const TOO_EARLY: &str =
    "set a state only after every record before it has been produced, and go on with the first behind it";
const OTHER: &str = "give back from a state exactly what the sync would have gone on with";

const CHANGED: &str = "take times and texts from the source, never from the clock or by chance; where the source itself changes \
                       meanwhile, record it into a cassette";
const COUNTED: &str = "set states that count from where the source begins, or from what the state before says, not from where \
                       this run did";

fn identities<'r>(records: impl IntoIterator<Item = &'r Produced>) -> HashSet<Identity<'r>> {
    records.into_iter().map(identity).collect()
}

fn digests(records: &[Produced]) -> HashSet<[u8; 16]> {
    records.iter().map(|record| record.digest).collect()
}
