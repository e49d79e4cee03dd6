//! What a client did, in the order in which the runner got to know of it.

use std::{collections::BTreeMap, fmt};

use connector_interface::{Level, State};
use serde::Deserialize;
use serde_json::Value;

/// One thing that a client did.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// It produced a record, which is valid.
    Record(Value),
    /// It set a state.
    State(State),
    /// It logged a line.
    Log(LogLine),
}

impl Event {
    pub(crate) fn as_record(&self) -> Option<&Value> {
        if let Self::Record(record) = self { Some(record) } else { None }
    }

    pub(crate) fn as_state(&self) -> Option<&State> {
        if let Self::State(state) = self { Some(state) } else { None }
    }

    pub(crate) fn as_log(&self) -> Option<&LogLine> {
        if let Self::Log(line) = self { Some(line) } else { None }
    }
}

/// A line that a client logged. It can be compared with a text: `"WARN the answer is empty"`.
///
/// ```
/// # use connector_testing::FakeRunner;
/// let runner = FakeRunner::new();
/// runner.context().logger.with_tag("page", 3).warn("the answer is empty");
/// assert_eq!(runner.log(), ["WARN the answer is empty"]);
/// assert_eq!(runner.log()[0].tags["page"], "3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// The text, without tags.
    pub message: String,
    /// What the line is about.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

impl LogLine {
    fn level_name(&self) -> &'static str {
        match self.level {
            Level::Error => "ERROR",
            Level::Warn => "WARN",
            Level::Info => "INFO",
            Level::Debug => "DEBUG",
        }
    }
}

/// `LEVEL message`, without the tags.
impl fmt::Display for LogLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.level_name(), self.message)
    }
}

impl PartialEq<str> for LogLine {
    fn eq(&self, text: &str) -> bool {
        text.split_once(' ') == Some((self.level_name(), &self.message))
    }
}

impl PartialEq<&str> for LogLine {
    fn eq(&self, text: &&str) -> bool {
        *self == **text
    }
}

impl PartialEq<String> for LogLine {
    fn eq(&self, text: &String) -> bool {
        *self == **text
    }
}
