//! Which runs are asked for.

use jiff::Timestamp;
use rusqlite::types::Value;

use crate::exit_code::ExitCode;

/// What runs must be like. Without any of it, all are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Began then or later.
    pub(crate) since: Option<Timestamp>,
    /// Began earlier.
    pub(crate) until: Option<Timestamp>,
    pub(crate) connection: Option<String>,
    /// The id of the stream.
    pub(crate) stream: Option<String>,
    /// The id of the `sync` command that made them.
    pub(crate) sync: Option<String>,
    /// Ended neither well, nor paused, nor cancelled.
    pub(crate) is_failed: bool,
    /// Ended with one of these; with any, where there are none.
    pub(crate) exit_codes: Vec<ExitCode>,
    /// No more than so many, the newest.
    pub(crate) limit: Option<u64>,
}

impl Filter {
    /// What stands in a query behind the name of the table, with its parameters.
    pub(super) fn clauses(&self) -> (String, Vec<Value>) {
        let milliseconds = |time: Timestamp| Value::from(time.as_millisecond());
        let text = |text: &String| Value::from(text.clone());
        let compared = [
            ("started_at >= ?", self.since.map(milliseconds)),
            ("started_at < ?", self.until.map(milliseconds)),
            ("connection = ?", self.connection.as_ref().map(text)),
            ("stream = ?", self.stream.as_ref().map(text)),
            ("sync = ?", self.sync.as_ref().map(text)),
        ];
        let mut conditions = vec!["1".to_owned()];
        let mut parameters = Vec::new();
        for (condition, value) in compared {
            let Some(value) = value else { continue };
            conditions.push(condition.to_owned());
            parameters.push(value);
        }
        conditions.extend(self.is_failed.then(|| format!("exit_code NOT IN ({})", numbers(&fine()))));
        let is_limited = !self.exit_codes.is_empty();
        conditions.extend(is_limited.then(|| format!("exit_code IN ({})", numbers(&self.exit_codes))));
        parameters.push(Value::from(self.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1)));
        let conditions = conditions.join(" AND ");
        (format!("WHERE {conditions} ORDER BY started_at DESC, run DESC LIMIT ?"), parameters)
    }
}

/// Endings that an operator need not look at.
fn fine() -> Vec<ExitCode> {
    ExitCode::ALL.into_iter().filter(|code| !code.is_failure()).collect()
}

fn numbers(codes: &[ExitCode]) -> String {
    let numbers: Vec<String> = codes.iter().map(|code| code.number().to_string()).collect();
    numbers.join(", ")
}
