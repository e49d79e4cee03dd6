//! What came of a command.

use std::{fmt, os::unix::process::ExitStatusExt, process::ExitStatus, time::Duration};

use serde_json::Value;

/// A command that has ended.
pub struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) output: Vec<u8>,
    pub(crate) errors: String,
    pub(crate) duration: Duration,
}

impl Ended {
    /// The exit code; none where a signal ended the runner itself.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The signal that ended the runner itself.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// Standard output as text.
    #[must_use]
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.output).into_owned()
    }

    /// Standard error as text.
    #[must_use]
    pub fn errors(&self) -> &str {
        &self.errors
    }

    /// From start to end.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Every line of standard output as JSON.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        let text = self.output();
        let parse = |line: &str| match serde_json::from_str(line) {
            Ok(value) => value,
            Err(error) => panic!("standard output has a line that is not JSON ({error}): {line}"),
        };
        text.lines().map(parse).collect()
    }

    /// The records in the envelopes on standard output, whose sequence must be gapless and whose run must be one.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        let mut run = None;
        let take = |(place, mut envelope): (usize, Value)| {
            assert_eq!(envelope["sequence"], place, "{self:?}");
            assert_eq!(*run.get_or_insert_with(|| envelope["run"].clone()), envelope["run"], "{self:?}");
            envelope["record"].take()
        };
        self.lines().into_iter().enumerate().map(take).collect()
    }

    /// How many records there are, of which the same holds; for more than fit into memory at once.
    #[must_use]
    pub fn count_records(&self) -> usize {
        let mut run = None;
        let lines = self.output.strip_suffix(b"\n").map(|lines| lines.split(|byte| *byte == b'\n'));
        let check = |(place, line): (usize, &[u8])| {
            let envelope: Value = serde_json::from_slice(line).expect("a line of standard output is JSON");
            assert_eq!(envelope["sequence"], place, "{self:?}");
            assert_eq!(*run.get_or_insert_with(|| envelope["run"].clone()), envelope["run"], "{self:?}");
        };
        lines.into_iter().flatten().enumerate().map(check).count()
    }

    /// Checks exit code and message; the message is one that standard error must hold.
    ///
    /// # Panics
    /// Where they are others.
    #[track_caller]
    pub fn assert(&self, code: i32, message: &str) -> &Self {
        assert_eq!(self.code(), Some(code), "expected exit code {code}: {self:?}");
        assert!(self.errors.contains(message), "expected {message:?} on standard error: {self:?}");
        self
    }
}

impl fmt::Debug for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.output().chars().take(2000).collect();
        let Self { status, errors, duration, .. } = self;
        // The last lines tell most.
        let errors = &errors[errors.ceil_char_boundary(errors.len().saturating_sub(20_000))..];
        write!(
            formatter,
            "{status} after {duration:?}\n--- standard output\n{shown}\n--- standard error\n{errors}"
        )
    }
}
