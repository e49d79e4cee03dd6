//! One run of a connector as it looked from outside.

use std::time::Duration;

use connector_schemas::RecordType;
use jiff::Timestamp;
use serde_json::Value;

use crate::{exit_code::ExitCode, frame::FieldProblem};

/// One run of a connector as it looked from outside. The texts are masked, but for what is compared: names and states.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    /// How it ended.
    pub(crate) code: ExitCode,
    /// The same in words, without subject.
    pub(crate) what: String,
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
    /// What is special about it, such as `when asked to stop`.
    pub(crate) occasion: Option<&'static str>,
}

impl Observation {
    /// The same run, with no more than what must not come out of any.
    pub(crate) fn output_alone(&self) -> Observation {
        Observation {
            code: self.code,
            what: String::new(),
            made: self.made,
            answer: None,
            records: Vec::new(),
            rejections: Vec::new(),
            rejected: self.rejected,
            checkpoints: Vec::new(),
            stdout: self.stdout.first().cloned().into_iter().collect(),
            stdout_lines: self.stdout_lines,
            leaks: self.leaks.clone(),
            peak_memory: None,
            late_calls: self.late_calls,
            stopping: None,
            occasion: self.occasion,
        }
    }
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

impl Times {
    /// The times in a record of this type.
    pub(crate) fn of(record_type: &RecordType, record: &Value) -> Option<Times> {
        let written = record_type.cutoff_times().filter_map(|name| record.get(name)?.as_str());
        let seconds: Vec<i64> =
            written.filter_map(|text| Some(text.parse::<Timestamp>().ok()?.as_second())).collect();
        Some(Times { oldest: *seconds.iter().min()?, newest: *seconds.iter().max()? })
    }
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

#[cfg(test)]
mod tests {
    use connector_schemas::record_type;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_times_of_a_record_are_its_oldest_and_its_newest() {
        let table = [
            ("Incident", json!({ "createdAt": "1970-01-01T00:00:10Z" }), Some((10, 10))),
            (
                "Incident",
                json!({ "createdAt": "1970-01-01 00:00:10Z", "updatedAt": "1970-01-01T01:00:20+01:00" }),
                Some((10, 20)),
            ),
            ("Incident", json!({ "resolvedAt": "1970-01-01T00:00:10Z" }), None),
            ("Incident", json!({ "createdAt": 10 }), None),
            ("Repository", json!({ "createdAt": "1970-01-01T00:00:10Z" }), None),
        ];
        for (name, record, expected) in table {
            let times = Times::of(record_type(name).unwrap(), &record);
            assert_eq!(times.map(|times| (times.oldest, times.newest)), expected, "{record}");
        }
    }
}
