//! How a command of the real runner ended.

use std::{os::unix::process::ExitStatusExt, path::Path, process::Output};

use serde_json::Value;

use crate::{
    assertions::claim,
    comparison::{compare_lists, compare_sets},
    secret::Secret,
};

/// What a run came to, with all that it wrote.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Run {
    /// What `codeclimate-connector explain` has a paragraph for. Where a signal killed the runner, 128 with its number.
    pub exit_code: i32,
    /// The records on standard output.
    pub records: Vec<Value>,
    /// The same with all that is around them: run, sequence, connector, stream, time.
    pub envelopes: Vec<Value>,
    /// The lines of standard output that are no envelopes: the answer of `verify-configuration`, and of other commands.
    pub answer: String,
    /// The lines for people, from standard error.
    pub log: String,
    /// How it ended, as `--outcome-file` has it: `exitCode`, `ending`, `message`, `records`, `checkpoint`, `denied` and
    /// more. `null` where the run came to nothing.
    pub outcome: Value,
}

impl Run {
    pub(super) fn of(output: &Output) -> Self {
        let (mut envelopes, mut answer) = (Vec::new(), String::new());
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            match serde_json::from_str::<Value>(line) {
                Ok(envelope) if envelope["record"].is_object() => envelopes.push(envelope),
                _ => answer.extend([line, "\n"]),
            }
        }
        let signal = || output.status.signal().map_or(-1, |signal| 128 + signal);
        Self {
            exit_code: output.status.code().unwrap_or_else(signal),
            records: envelopes.iter().map(|envelope| envelope["record"].clone()).collect(),
            envelopes,
            answer,
            log: String::from_utf8_lossy(&output.stderr).into_owned(),
            outcome: Value::Null,
        }
    }

    /// It ended with this exit code.
    ///
    /// # Panics
    /// Shows how it ended, and its lines.
    #[track_caller]
    pub fn assert_exit_code(&self, expected: i32) {
        assert!(
            self.exit_code == expected,
            "expected exit code {expected}, found {}; the runner said:\n{}",
            self.exit_code,
            self.log
        );
    }

    /// As [`FakeRunner::assert_produced`](crate::FakeRunner::assert_produced).
    ///
    /// # Panics
    /// Names the first record that is another, and every place where it is.
    #[track_caller]
    pub fn assert_produced(&self, expected: &[Value]) {
        claim(compare_lists(expected, &self.records));
    }

    /// As [`FakeRunner::assert_produced_set`](crate::FakeRunner::assert_produced_set).
    ///
    /// # Panics
    /// Names the records that are missing, and those that are not expected.
    #[track_caller]
    pub fn assert_produced_set(&self, expected: &[Value]) {
        claim(compare_sets(expected, &self.records));
    }

    /// This secret stands nowhere in what was written, in none of its forms.
    ///
    /// # Panics
    /// Tells where it stands. An empty secret is none.
    #[track_caller]
    pub fn assert_nothing_secret(&self, secret: &str) {
        claim(self.nothing_secret(secret));
    }

    fn nothing_secret(&self, secret: &str) -> Result<(), String> {
        let secret =
            Secret::new(secret).ok_or("an empty secret would be everywhere: give the one to look for")?;
        let envelopes = self.envelopes.iter().map(|envelope| ("records", envelope.to_string()));
        let texts = [
            ("answer", self.answer.clone()),
            ("log", self.log.clone()),
            ("outcome", self.outcome.to_string()),
        ];
        match envelopes.chain(texts).find(|(_, text)| secret.is_in(text.as_bytes())) {
            Some((place, text)) => {
                let shown = String::from_utf8_lossy(&secret.replaced_in(text.as_bytes())).into_owned();
                Err(format!("the secret stands in the {place}: {shown}"))
            }
            None => Ok(()),
        }
    }
}

/// What the runner wrote to its outcome file, if it came as far.
pub(super) fn read_outcome(file: &Path) -> Value {
    std::fs::read(file).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}
