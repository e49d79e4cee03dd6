//! Carries out what is to become of records that break their schema.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::frame::{BadRecords, FailureReport, Kind, Level, LogLine, MAX_LETTER, RejectedRecord, Rejections};

use super::outbox::Outbox;

/// The policy of a run, and how far it has been made use of.
pub(crate) struct Rejected {
    policy: Rejections,
    kept_aside: AtomicU64,
    is_full_told: AtomicBool,
}

fn full(most: u64) -> LogLine {
    let message = format!(
        "no more records are kept aside: {most} are, which is --max-dead-letters; from here on the connector decides"
    );
    LogLine { level: Level::Warn, message, tags: BTreeMap::new() }
}

impl Rejected {
    pub(crate) fn new(policy: Rejections) -> Self {
        Self { policy, kept_aside: AtomicU64::new(0), is_full_told: AtomicBool::new(false) }
    }

    /// Decides on a record: an error is for the connector, and without one it goes on.
    pub(crate) fn settle(
        &self,
        outbox: &Outbox,
        record: &[u8],
        extracted_at: &str,
        failure: FailureReport,
    ) -> Result<(), FailureReport> {
        match self.policy.policy {
            BadRecords::Fail => Err(failure),
            BadRecords::Warn => Ok(()),
            BadRecords::DeadLetter => self.keep_aside(outbox, record, extracted_at, failure),
        }
    }

    fn keep_aside(
        &self,
        outbox: &Outbox,
        record: &[u8],
        extracted_at: &str,
        failure: FailureReport,
    ) -> Result<(), FailureReport> {
        if record.len() > MAX_LETTER {
            return Err(failure);
        }
        let most = self.policy.most;
        let taken = self.kept_aside.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |kept| {
            Some(kept + 1).filter(|kept| *kept <= most)
        });
        if taken.is_err() {
            if !self.is_full_told.swap(true, Ordering::Relaxed) {
                outbox.send(Kind::Log, &serde_json::to_vec(&full(most)).unwrap_or_default());
            }
            return Err(failure);
        }
        let record = String::from_utf8_lossy(record);
        let extracted_at = match extracted_at {
            "" => Cow::Owned(format!("{:.3}", jiff::Timestamp::now())),
            given => Cow::Borrowed(given),
        };
        let letter = RejectedRecord { record, extracted_at, failure };
        // Texts always serialise.
        if outbox.rejected(&serde_json::to_vec(&letter).unwrap_or_default()) {
            Ok(())
        } else {
            Err(super::refusal::over())
        }
    }
}
