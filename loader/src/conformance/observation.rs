//! One run of a connector as it looked from outside.

use std::time::Duration;

use crate::{exit_code::ExitCode, frame::FieldProblem};

/// One run of a connector as it looked from outside. All texts are masked.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    /// How it ended.
    pub(crate) code: ExitCode,
    /// The same in words, without subject.
    pub(crate) what: String,
    /// The kind of the failure that it reported, such as `configuration`; none where it reported none.
    pub(crate) failure: Option<String>,
    /// Whether it came as far as to make its client.
    pub(crate) made: bool,
    /// The verb's answer, JSON.
    pub(crate) answer: Option<String>,
    /// What was delivered, in order.
    pub(crate) records: Vec<Produced>,
    /// What was refused to the connector: the first few, and how many. In a verb that takes no record, each of them.
    pub(crate) rejections: Vec<Rejected>,
    pub(crate) rejected: u64,
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// Lines on its standard output: the first few, and how many.
    pub(crate) stdout: Vec<String>,
    pub(crate) stdout_lines: u64,
    /// Where a secret of the configuration was found, before it was masked.
    pub(crate) leaks: Vec<Leak>,
    /// In bytes, without file cache; none where it cannot be measured.
    pub(crate) peak_memory: Option<u64>,
    /// Calls of the host after the verb had returned.
    pub(crate) late_calls: u64,
    /// From when it was asked to stop to its end; none where it was not asked.
    pub(crate) stopping: Option<Duration>,
}

/// One delivered record, as much of it as is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Produced {
    pub(crate) record_type: &'static str,
    /// Of its canonical JSON: equal for equal records, whatever the order of their keys.
    pub(crate) digest: [u8; 16],
    /// Its `self`.
    pub(crate) uri: Option<Box<str>>,
    /// The times that a cutoff is measured by; none where its type has none, or none of them is there.
    pub(crate) times: Option<Times>,
}

/// When a record happened, in seconds since 1970. What was changed later has two times, and a source may look at either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) oldest: i64,
    pub(crate) newest: i64,
}

/// One refused record.
#[derive(Debug, Clone)]
pub(crate) struct Rejected {
    pub(crate) record_type: Option<String>,
    pub(crate) uri: Option<String>,
    pub(crate) problems: Vec<FieldProblem>,
}

/// One checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// Records of the run before it.
    pub(crate) after: usize,
    /// JSON.
    pub(crate) state: String,
}

/// Where a secret was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leak {
    /// The key of the configuration that holds it.
    pub(crate) key: String,
    /// `a line of the log`, `record 12`, `the state of checkpoint 3`.
    pub(crate) place: String,
    /// The text, masked.
    pub(crate) text: String,
}
