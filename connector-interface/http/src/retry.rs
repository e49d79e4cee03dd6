//! Whether a request is made once more, with how long to wait before.

use std::time::Duration;

use crate::settings::Settings;

/// Statuses that a later request may not meet again.
pub(crate) fn is_worth_a_retry(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// What to do after a failure.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Wait(Duration),
    GiveUp,
}

/// The failures of one request so far.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    failures: u32,
    waits: u32,
}

impl Tries {
    /// Requests so far.
    pub(crate) fn made(&self) -> u32 {
        self.failures + self.waits
    }

    /// After a failure where the source said how long to wait. It does not count as an attempt: a source that knows its
    /// limit works.
    pub(crate) fn after_told(&mut self, wait: Duration, settings: &Settings) -> Next {
        self.waits += 1;
        // A source that says 'at once' again and again would be asked in a tight loop.
        if self.waits > settings.rate_limit_waits {
            Next::GiveUp
        } else {
            Next::Wait(wait.max(settings.first_back_off))
        }
    }

    /// After any other failure; `random` is a number from 0 to 1. Full jitter, as in 'Exponential Backoff And Jitter'
    /// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
    pub(crate) fn after_failure(&mut self, random: f64, settings: &Settings) -> Next {
        self.failures += 1;
        if self.failures >= settings.attempts {
            return Next::GiveUp;
        }
        let doubled = 2_u32.saturating_pow(self.failures - 1);
        let most = settings.first_back_off.saturating_mul(doubled).min(settings.longest_back_off);
        Next::Wait(most.mul_f64(random.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_its_cap_and_ends_after_the_attempts() {
        let settings = Settings { attempts: 9, ..Settings::default() };
        let mut tries = Tries::default();
        let waits: Vec<Next> = (0..9).map(|_| tries.after_failure(1.0, &settings)).collect();
        let milliseconds = |number| Next::Wait(Duration::from_millis(number));
        let mut wanted: Vec<Next> =
            [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].into_iter().map(milliseconds).collect();
        wanted.push(Next::GiveUp);
        assert_eq!(waits, wanted);
    }

    #[test]
    fn jitter_takes_any_part_of_the_wait() {
        let wait = |random| Tries::default().after_failure(random, &Settings::default());
        assert_eq!(wait(0.0), Next::Wait(Duration::ZERO));
        assert_eq!(wait(0.5), Next::Wait(Duration::from_millis(250)));
    }

    #[test]
    fn waits_that_were_asked_for_have_a_bound_of_their_own() {
        let settings = Settings::default();
        let mut tries = Tries::default();
        for _ in 0..settings.rate_limit_waits {
            let next = tries.after_told(Duration::from_secs(7), &settings);
            assert_eq!(next, Next::Wait(Duration::from_secs(7)));
        }
        assert_eq!(tries.after_failure(0.0, &settings), Next::Wait(Duration::ZERO));
        assert_eq!(tries.after_told(Duration::ZERO, &settings), Next::GiveUp);
    }

    #[test]
    fn a_source_that_says_at_once_is_not_asked_at_once() {
        let next = Tries::default().after_told(Duration::ZERO, &Settings::default());
        assert_eq!(next, Next::Wait(Duration::from_millis(500)));
    }
}
