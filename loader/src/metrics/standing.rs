//! What a sync made of each stream: its runs, summed up.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::history::RunRecord;

/// A stream of a connection.
pub(crate) type Place<'a> = (&'a str, &'a str);

/// How a stream stands after a sync.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standing<'a> {
    /// The last run of the sync; it says how the stream ended.
    pub(crate) last: &'a RunRecord,
    /// How many runs of it there were in the sync.
    pub(crate) runs: u64,
    /// The highest attempt among them.
    pub(crate) attempts: u32,
    pub(crate) delivered: u64,
    pub(crate) rejected: u64,
    pub(crate) dead_letters: u64,
    pub(crate) bytes: u64,
    pub(crate) milliseconds: u64,
    /// The highest, in bytes; none where nobody could tell.
    pub(crate) peak: Option<u64>,
    /// When it was last done, in this sync or before; none where that is not known.
    pub(crate) succeeded_at: Option<Timestamp>,
}

impl<'a> Standing<'a> {
    fn new(run: &'a RunRecord) -> Self {
        Standing {
            last: run,
            runs: 0,
            attempts: 0,
            delivered: 0,
            rejected: 0,
            dead_letters: 0,
            bytes: 0,
            milliseconds: 0,
            peak: None,
            succeeded_at: None,
        }
    }

    fn add(&mut self, run: &'a RunRecord) {
        if order(run) > order(self.last) {
            self.last = run;
        }
        self.runs += 1;
        self.attempts = self.attempts.max(run.attempt);
        self.delivered = self.delivered.saturating_add(run.records.delivered);
        self.rejected = self.rejected.saturating_add(run.records.rejected);
        self.dead_letters = self.dead_letters.saturating_add(run.records.dead_letters);
        self.bytes = self.bytes.saturating_add(run.bytes);
        self.milliseconds = self.milliseconds.saturating_add(run.duration_milliseconds);
        self.peak = self.peak.max(run.memory.peak);
    }

    pub(crate) fn is_success(&self) -> bool {
        self.last.exit_code == 0
    }
}

/// Ids of runs sort by time.
fn order(run: &RunRecord) -> (Timestamp, &str) {
    (run.started_at, &run.run)
}

/// Each stream that had a run in the sync, with what came of it. Runs that discover streams are of none.
pub(crate) fn standings<'a>(sync: &str, runs: &'a [RunRecord]) -> BTreeMap<Place<'a>, Standing<'a>> {
    let mut found: BTreeMap<Place<'_>, Standing<'_>> = BTreeMap::new();
    let synced = runs.iter().filter(|run| run.stream.is_some());
    for run in synced.filter(|run| run.sync.as_deref() == Some(sync)) {
        found.entry(place(run)).or_insert_with(|| Standing::new(run)).add(run);
    }
    // A range that was read once more says nothing of what is new.
    let is_sync = |run: &&RunRecord| run.lane.as_deref().is_none_or(|lane| lane == "sync");
    for run in runs.iter().filter(|run| run.exit_code == 0).filter(is_sync) {
        if let Some(standing) = found.get_mut(&place(run)) {
            standing.succeeded_at = standing.succeeded_at.max(end(run));
        }
    }
    found
}

fn place(run: &RunRecord) -> Place<'_> {
    (&run.connection, run.stream.as_deref().unwrap_or_default())
}

fn end(run: &RunRecord) -> Option<Timestamp> {
    let duration = i64::try_from(run.duration_milliseconds).ok()?;
    run.started_at.checked_add(jiff::SignedDuration::from_millis(duration)).ok()
}
