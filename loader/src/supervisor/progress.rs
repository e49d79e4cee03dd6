//! How far the records of a run have come, told by the intake and read by the supervisor.

use std::{
    collections::BTreeMap,
    mem,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How far the intake has come; read by the supervisor at any time.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    delivered: AtomicU64,
    /// Records before the last committed checkpoint, plus one.
    committed: AtomicU64,
    tally: Mutex<Tally>,
    waits: Waits,
}

/// What was delivered, in more detail than a live line needs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Records of each type.
    pub(crate) types: BTreeMap<&'static str, u64>,
    /// Bytes of their envelopes.
    pub(crate) bytes: u64,
    /// Checkpoints that are durable.
    pub(crate) checkpoints: u64,
}

impl Tally {
    /// Leaves the other one empty, and keeps its memory for what comes.
    fn take_over(&mut self, other: &mut Self) {
        for (record_type, records) in other.types.iter_mut().filter(|(_, records)| **records > 0) {
            *self.types.entry(record_type).or_default() += mem::take(records);
        }
        self.bytes += mem::take(&mut other.bytes);
        self.checkpoints += mem::take(&mut other.checkpoints);
    }
}

/// Counts records into a tally: while they are of one type, in a place of its own.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    pub(crate) tally: Tally,
    record_type: &'static str,
    records: u64,
}

impl Counter {
    /// Counts a record whose envelope has so many bytes.
    pub(crate) fn add(&mut self, record_type: &'static str, bytes: usize) {
        if record_type != self.record_type {
            self.settle();
            self.record_type = record_type;
        }
        self.records += 1;
        self.tally.bytes += bytes as u64;
    }

    fn settle(&mut self) {
        let records = mem::take(&mut self.records);
        if records > 0 {
            *self.tally.types.entry(self.record_type).or_default() += records;
        }
    }
}

/// How long the intake has waited for the sink. While it does, the connector waits too.
#[derive(Debug, Default)]
struct Waits {
    /// Those that are over, in milliseconds.
    over: AtomicU64,
    /// When the one that goes on began, in milliseconds since the intake did, plus one; zero where there is none.
    since: AtomicU64,
    origin: OnceLock<Instant>,
}

/// What a sink may take for what one read brought without being waited for.
const PROMPT: Duration = Duration::from_millis(100);

impl Waits {
    fn now(&self) -> u64 {
        let elapsed = self.origin.get_or_init(Instant::now).elapsed();
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX - 1)
    }

    fn begin(&self) {
        self.since.store(self.now() + 1, Ordering::Relaxed);
    }

    fn end(&self) {
        // In this order, so that what was waited never seems to become less.
        self.over.fetch_add(self.lasting(), Ordering::Release);
        self.since.store(0, Ordering::Release);
    }

    /// What the one that goes on has lasted, if it is long.
    fn lasting(&self) -> u64 {
        let Some(since) = self.since.load(Ordering::Acquire).checked_sub(1) else { return 0 };
        let lasts = self.now().saturating_sub(since);
        if Duration::from_millis(lasts) < PROMPT { 0 } else { lasts }
    }
}

impl Progress {
    /// Records that the sink has taken.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    pub(crate) fn set_delivered(&self, records: u64) {
        self.delivered.store(records, Ordering::Relaxed);
    }

    pub(crate) fn set_committed(&self, records: u64) {
        self.committed.store(records + 1, Ordering::Relaxed);
    }

    /// What has been delivered since the last time; it is empty then.
    pub(crate) fn add(&self, delivered: &mut Counter) {
        delivered.settle();
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).take_over(&mut delivered.tally);
    }

    /// What has been delivered, all in all.
    pub(crate) fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What one read has brought is passed on from now on.
    pub(crate) fn begin_wait(&self) {
        self.waits.begin();
    }

    /// It has been passed on.
    pub(crate) fn end_wait(&self) {
        self.waits.end();
    }

    /// How long the sink has been waited for, so far.
    pub(crate) fn waited(&self) -> Duration {
        let lasting = self.waits.lasting();
        Duration::from_millis(self.waits.over.load(Ordering::Acquire).saturating_add(lasting))
    }

    /// Records before the last checkpoint that is durable.
    pub(crate) fn committed(&self) -> Option<u64> {
        self.committed.load(Ordering::Relaxed).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_counted_once_under_its_type_in_whatever_order_they_come() {
        let (progress, mut counter) = (Progress::default(), Counter::default());
        for (round, types) in [["a", "a", "b"], ["b", "a", "b"], ["c", "c", "c"]].iter().enumerate() {
            types.iter().for_each(|record_type| counter.add(record_type, 10));
            progress.add(&mut counter);
            progress.add(&mut counter);
            assert_eq!(progress.tally().bytes, 30 * (round as u64 + 1));
        }
        assert_eq!(progress.tally().types, BTreeMap::from([("a", 3), ("b", 3), ("c", 3)]));
    }
}
