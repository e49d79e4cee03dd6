//! Observations of runs that never were.

use std::time::Duration;

use super::super::observation::{Checkpoint, Leak, Observation, Produced, Rejected, Times};
use super::Run;
use crate::{exit_code::ExitCode, frame::FieldProblem};

/// A run that came to a good end, with nothing produced.
pub(super) fn done() -> Observation {
    Observation {
        code: ExitCode::Done,
        what: "done".to_owned(),
        made: true,
        answer: None,
        records: Vec::new(),
        rejections: Vec::new(),
        rejected: 0,
        checkpoints: Vec::new(),
        stdout: Vec::new(),
        stdout_lines: 0,
        leaks: Vec::new(),
        peak_memory: None,
        late_calls: 0,
        stopping: None,
        occasion: None,
    }
}

/// A run that ended like this.
pub(super) fn ended(code: ExitCode, what: &str) -> Observation {
    Observation { code, what: what.to_owned(), ..done() }
}

/// A run with incidents of these numbers: each has it for `self` and digest, and happened that many seconds after 1970.
pub(super) fn incidents(numbers: impl IntoIterator<Item = u8>) -> Observation {
    Observation { records: numbers.into_iter().map(incident).collect(), ..done() }
}

pub(super) fn incident(number: u8) -> Produced {
    let seconds = i64::from(number);
    Produced {
        record_type: "Incident",
        digest: [number; 16],
        uri: Some(format!("https://acme.example/{number}").into()),
        times: Some(Times { oldest: seconds, newest: seconds }),
    }
}

/// The run with checkpoints after so many records.
pub(super) fn with_checkpoints(seen: Observation, after: &[usize]) -> Observation {
    let checkpoints =
        after.iter().map(|after| Checkpoint { after: *after, state: "{}".to_owned() }).collect();
    Observation { checkpoints, ..seen }
}

pub(super) fn stopping(seen: Observation, milliseconds: u64) -> Observation {
    Observation { stopping: Some(Duration::from_millis(milliseconds)), ..seen }
}

pub(super) fn leaking(key: &str, place: &str) -> Observation {
    let leak = Leak { key: key.to_owned(), place: place.to_owned(), text: "token=***".to_owned() };
    Observation { leaks: vec![leak], ..done() }
}

pub(super) fn rejecting(pointer: &str, expected: &str, found: &str) -> Observation {
    let problem = FieldProblem {
        pointer: pointer.to_owned(),
        message: format!("expected {expected}, found {found}"),
        expected: expected.to_owned(),
        found: found.to_owned(),
        suggestion: None,
    };
    let rejected = Rejected {
        record_type: Some("Incident".to_owned()),
        uri: Some("https://acme.example/1".to_owned()),
        problems: vec![problem],
    };
    Observation { rejections: vec![rejected], rejected: 1, ..done() }
}

pub(super) fn sync(seen: &Observation) -> Run<'_> {
    Run { verb: "sync-stream", stream: Some("first"), seen }
}
