//! The numbers of a client, with their defaults.

use std::time::Duration;

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Requests for one answer, at most, waits that the source asked for aside.
    pub(crate) attempts: u32,
    /// Waits that the source asked for, at most, for one answer.
    pub(crate) rate_limit_waits: u32,
    pub(crate) first_back_off: Duration,
    pub(crate) longest_back_off: Duration,
    pub(crate) concurrency: usize,
    pub(crate) connect_timeout: Duration,
    pub(crate) head_timeout: Duration,
    pub(crate) answer_timeout: Duration,
    pub(crate) most_body_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attempts: 5,
            rate_limit_waits: 20,
            first_back_off: Duration::from_millis(500),
            longest_back_off: Duration::from_secs(30),
            concurrency: 8,
            connect_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(60),
            answer_timeout: Duration::from_secs(5 * 60),
            most_body_bytes: 64 * 1024 * 1024,
        }
    }
}
