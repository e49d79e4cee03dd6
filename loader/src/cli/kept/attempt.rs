//! How one run of a chain ended, and whether another is to follow.

use std::time::Duration;

use jiff::Timestamp;

use crate::{exit_code::ExitCode, frame::Level, supervisor::Outcome};

use super::ChainReport;

/// Runs in a row without another checkpoint after which going on makes no sense.
const STALLED: u32 = 2;

/// How one run of a chain ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attempt {
    pub(crate) code: ExitCode,
    /// Records that will not come again: all of a run that is done, of others those before the last durable checkpoint.
    pub(crate) records: u64,
    /// The most memory that was held, in bytes, with file cache.
    pub(crate) peak: Option<u64>,
    /// Runs in a row that came to no new checkpoint, with this one; none where nothing is left of the chain.
    pub(crate) stalled: Option<u32>,
    /// When the source wants to be asked again.
    pub(crate) resume_after: Option<Timestamp>,
    /// Whether somebody wants no more runs.
    pub(crate) is_cancelled: bool,
}

/// What follows a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing.
    Over,
    /// Another run of the chain, at once or at a time.
    GoOn { at: Option<Timestamp> },
    /// Nothing, because it leads nowhere.
    Stalled,
    /// Nothing, because the source wants to be asked much later.
    TooLate { at: Timestamp },
}

impl Attempt {
    pub(super) fn new(code: ExitCode, outcome: &Outcome, chain: Option<&ChainReport>) -> Self {
        let resume_after = outcome.failure.as_ref().and_then(|failure| failure.resume_after.as_ref());
        Self {
            code,
            records: match code {
                ExitCode::Done => outcome.numbers.delivered,
                _ => outcome.numbers.committed.unwrap_or(0),
            },
            peak: outcome.numbers.reading.peak,
            stalled: chain.map(|chain| chain.runs_without_progress),
            resume_after: resume_after.and_then(|time| time.parse().ok()),
            is_cancelled: outcome.signal.is_some(),
        }
    }

    /// Whether it came to a new checkpoint with records before it: one that fails at the same place each time does not.
    pub(crate) fn has_progressed(&self) -> bool {
        self.stalled == Some(0) && self.records > 0
    }

    /// What follows, where a run that has paused is to be gone on from; `longest` is how long the source may ask to wait.
    pub(crate) fn next(&self, longest: Duration) -> Next {
        if self.code != ExitCode::Paused || self.is_cancelled {
            return Next::Over;
        }
        if self.stalled.is_none_or(|runs| runs >= STALLED) {
            return Next::Stalled;
        }
        match self.resume_after.filter(|at| *at > Timestamp::now()) {
            Some(at) if is_later_than(at, longest) => Next::TooLate { at },
            at => Next::GoOn { at },
        }
    }
}

/// Whether a time is further away than so long.
pub(crate) fn is_later_than(time: Timestamp, longest: Duration) -> bool {
    Duration::try_from(time.duration_since(Timestamp::now())).is_ok_and(|left| left > longest)
}

impl Next {
    /// What an operator is told of it.
    pub(crate) fn told(&self) -> Option<(Level, String)> {
        match self {
            Self::Over | Self::GoOn { at: None } => None,
            Self::GoOn { at: Some(at) } => {
                Some((Level::Info, format!("waits until {} before it goes on", at.strftime("%F %TZ"))))
            }
            Self::Stalled => {
                let text = "no further run is made: two in a row came to no new checkpoint";
                Some((Level::Error, text.to_owned()))
            }
            Self::TooLate { at } => {
                let at = at.strftime("%F %TZ");
                Some((
                    Level::Error,
                    format!(
                        "no further run is made: the source wants to be asked again at {at}, which is too late for this command"
                    ),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paused_run_is_gone_on_from_unless_that_leads_nowhere() {
        let paused = Attempt {
            code: ExitCode::Paused,
            records: 1,
            peak: None,
            stalled: Some(0),
            resume_after: None,
            is_cancelled: false,
        };
        let day = Duration::from_secs(24 * 60 * 60);
        let now = Timestamp::now();
        let [soon, late, past] =
            [60, 90_000, -60].map(|seconds| now + jiff::SignedDuration::from_secs(seconds));
        let at = |time| Attempt { resume_after: Some(time), ..paused.clone() };
        for (attempt, next) in [
            (paused.clone(), Next::GoOn { at: None }),
            (Attempt { stalled: Some(1), ..paused.clone() }, Next::GoOn { at: None }),
            (Attempt { stalled: Some(2), ..paused.clone() }, Next::Stalled),
            (Attempt { stalled: None, ..paused.clone() }, Next::Stalled),
            (Attempt { is_cancelled: true, ..paused.clone() }, Next::Over),
            (Attempt { code: ExitCode::Done, ..paused.clone() }, Next::Over),
            (at(soon), Next::GoOn { at: Some(soon) }),
            (at(late), Next::TooLate { at: late }),
            (at(past), Next::GoOn { at: None }),
        ] {
            assert_eq!(attempt.next(day), next, "{attempt:?}");
        }
    }
}
