//! C17: when asked to stop, it stops within the grace period.

use std::time::Duration;

use super::{Observation, count, ending};
use crate::{
    conformance::verdict::{Finding, Verdict},
    exit_code::ExitCode,
    supervisor::duration,
};

/// A sync that was asked to stop.
#[derive(Debug, Clone)]
pub(crate) struct CancelTrial<'a> {
    pub(crate) stream: &'a str,
    /// `after 10 of 1,000 records`.
    pub(crate) moment: String,
    pub(crate) seen: &'a Observation,
    pub(crate) grace: Duration,
}

/// Judges the trials. One that came to its end before it was asked proves nothing.
pub(crate) fn cancel(trials: &[CancelTrial<'_>]) -> Verdict {
    let asked: Vec<_> = trials.iter().filter(|trial| trial.seen.stopping.is_some()).collect();
    if asked.is_empty() {
        return Verdict::skipped(
            "every sync had come to its end before it was asked to stop",
            "give a configuration with more data",
        );
    }
    let slowest = asked.iter().filter_map(|trial| trial.seen.stopping).max().unwrap_or_default();
    let findings = asked.iter().filter_map(|trial| trial.finding()).collect();
    Verdict::of(findings, || {
        format!("asked {}, gone after {} at most", count(asked.len(), "time"), duration(slowest))
    })
}

impl CancelTrial<'_> {
    fn finding(&self) -> Option<Finding> {
        let took = self.seen.stopping.unwrap_or_default();
        let finding = |what: &str| Finding::new(what).stream(self.stream).moment(&*self.moment);
        if took > self.grace || self.seen.code == ExitCode::Deadline {
            let expected = format!("its end within {}", duration(self.grace));
            let finding = finding("asked to stop, the sync goes on").expected(expected);
            let remedy = "call `context.cancellation.check()?` in each loop, and sleep with `context.cancellation.sleep(..)`";
            return Some(finding.found(format!("still running after {}", duration(took))).remedy(remedy));
        }
        if is_orderly(self.seen.code) {
            return None;
        }
        let finding = finding("asked to stop, the sync fails").expected("an end in good order");
        let remedy = "pass the error of `context.cancellation.check()?` on as it is";
        Some(finding.found(ending(self.seen)?).remedy(remedy))
    }
}

const fn is_orderly(code: ExitCode) -> bool {
    matches!(code, ExitCode::Done | ExitCode::Paused | ExitCode::Interrupted | ExitCode::Terminated)
}
