//! What a connector tells the operator.

use std::{collections::BTreeMap, fmt, sync::Arc};

use codeclimate_connector_abi::v1::host_call;
use serde::{Deserialize, Serialize};

use crate::host::SharedHost;

/// How much a line matters. `DEBUG` lines are shown with `-v` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Something is lost, or the run cannot go on.
    Error,
    /// Something is odd, and the operator may want to act.
    Warn,
    /// What a person wants to know of a run that goes well.
    Info,
    /// What the author wants to know.
    Debug,
}

/// Sends lines to the operator, with tags: `key=value` pairs that say what a line is about.
///
/// The macros of the `log` and `tracing` crates arrive at the same place, their fields as tags. Whatever
/// is written to stdout and stderr becomes lines as well. Values of secrets are masked by the runner.
///
/// ```
/// # use connector_testing::FakeRunner;
/// # let logger = FakeRunner::new().context().logger;
/// let logger = logger.with_tag("page", 3);
/// logger.warn("the answer has no incidents");
/// ```
#[derive(Clone)]
pub struct Logger {
    host: SharedHost,
    tags: Arc<BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct Line<'a> {
    level: Level,
    message: &'a str,
    tags: &'a BTreeMap<String, String>,
}

impl Logger {
    pub(crate) fn new(host: SharedHost) -> Self {
        Self { host, tags: Arc::default() }
    }

    /// The same logger with one more tag on every line.
    #[must_use]
    pub fn with_tag(&self, key: &str, value: impl fmt::Display) -> Self {
        let mut tags = BTreeMap::clone(&self.tags);
        tags.insert(key.to_owned(), value.to_string());
        Self { host: Arc::clone(&self.host), tags: Arc::new(tags) }
    }

    /// Logs at level `ERROR`.
    pub fn error(&self, message: impl fmt::Display) {
        self.log(Level::Error, message);
    }

    /// Logs at level `WARN`.
    pub fn warn(&self, message: impl fmt::Display) {
        self.log(Level::Warn, message);
    }

    /// Logs at level `INFO`.
    pub fn info(&self, message: impl fmt::Display) {
        self.log(Level::Info, message);
    }

    /// Logs at level `DEBUG`.
    pub fn debug(&self, message: impl fmt::Display) {
        self.log(Level::Debug, message);
    }

    /// Logs one line. Never fails: a line that cannot be sent is lost.
    pub fn log(&self, level: Level, message: impl fmt::Display) {
        self.send(level, &message.to_string(), &self.tags);
    }

    pub(crate) fn send(&self, level: Level, message: &str, tags: &BTreeMap<String, String>) {
        if let Ok(payload) = serde_json::to_vec(&Line { level, message, tags }) {
            // There is nobody else to tell.
            let _ = self.host.call(host_call::LOG, &payload);
        }
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Logger").field("tags", &self.tags).finish_non_exhaustive()
    }
}
