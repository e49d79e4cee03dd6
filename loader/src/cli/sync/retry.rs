//! Whether a run that failed is tried again, and when.

use std::time::Duration;

use crate::exit_code::ExitCode;

/// The longest time between two attempts.
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// How many times longer each wait is than the one before.
const FACTOR: u32 = 4;

/// How often, and how soon.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retries {
    /// Attempts after the first one.
    pub(super) most: u32,
    /// Before the second attempt.
    pub(super) first_wait: Duration,
}

impl Retries {
    /// How long to wait before the next attempt, after so many in a row that failed without progress; none where there is
    /// to be none.
    pub(super) fn wait(&self, code: ExitCode, failed: u32) -> Option<Duration> {
        if !code.is_worth_another_try() || failed > self.most {
            return None;
        }
        let factor = FACTOR.saturating_pow(failed.saturating_sub(1));
        Some(self.first_wait.saturating_mul(factor).min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_until_there_have_been_enough_attempts() {
        let retries = Retries { most: 5, first_wait: Duration::from_secs(5) };
        let waits: Vec<_> = (1..=6).map(|failed| retries.wait(ExitCode::SourceUnavailable, failed)).collect();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(waits, [seconds(5), seconds(20), seconds(80), seconds(300), seconds(300), None]);
        assert_eq!(Retries { most: 0, ..retries }.wait(ExitCode::ConnectorCrashed, 1), None);
        assert_eq!(
            Retries { most: u32::MAX, ..retries }.wait(ExitCode::ConnectorCrashed, u32::MAX),
            Some(LONGEST)
        );
    }

    #[test]
    fn what_would_fail_again_is_not_tried_again() {
        let retries = Retries { most: 5, first_wait: Duration::from_secs(5) };
        for code in
            [ExitCode::Configuration, ExitCode::InvalidRecords, ExitCode::ConnectorPanicked, ExitCode::Done]
        {
            assert_eq!(retries.wait(code, 1), None, "{code:?}");
        }
    }
}
