//! Carries out what is to become of records that break their schema.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::frame::{BadRecords, FailureReport, MAX_LETTER, RejectedRecord, Rejections};

use super::outbox::Outbox;

/// The policy of a run, and how far it has been made use of.
pub(crate) struct Rejected {
    policy: Rejections,
    kept_aside: AtomicU64,
}

impl Rejected {
    pub(crate) fn new(policy: Rejections) -> Self {
        Self { policy, kept_aside: AtomicU64::new(0) }
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
            let message = format!("{} (and {most} records are dead letters already)", failure.message);
            return Err(FailureReport { message, ..failure });
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
