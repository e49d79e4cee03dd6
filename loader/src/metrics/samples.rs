//! Runs that are made up, for tests.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    exit_code::ExitCode,
    history::{Checkpoints, ConnectorFile, MemoryUse, RecordCounts, RunRecord},
};

/// When the made-up runs are looked at.
pub(crate) fn now() -> Timestamp {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

/// A run that began so many minutes before [`now`] and took 90 seconds, with 900 records.
pub(crate) fn run(connection: &str, stream: &str, minutes_ago: i64, code: ExitCode) -> RunRecord {
    let started_at = now() - SignedDuration::from_mins(minutes_ago);
    let message = match code {
        ExitCode::Done => "done: 900 records in 90 seconds".to_owned(),
        code => format!("{}: it was looked for with care", code.title()),
    };
    RunRecord {
        run: format!("{:013x}-{connection}-{stream}", started_at.as_millisecond()),
        sync: Some("s-1".to_owned()),
        connection: connection.to_owned(),
        stream: Some(stream.to_owned()),
        lane: Some("sync".to_owned()),
        verb: "sync-stream".to_owned(),
        connector: ConnectorFile {
            slug: "git".to_owned(),
            version: "0.1.0".to_owned(),
            sha256: "0".repeat(64),
        },
        permissions: Vec::new(),
        sandbox: Value::Null,
        sink: Some("folder:records".to_owned()),
        started_at,
        duration_milliseconds: 90_000,
        exit_code: code.number(),
        ending: code.title().to_owned(),
        message,
        advice: if code == ExitCode::Done { String::new() } else { "Run it again.".to_owned() },
        attempt: 1,
        records: RecordCounts { accepted: 900, delivered: 900, rejected: 3, dead_letters: 2 },
        types: BTreeMap::from([("Commit".to_owned(), 600), ("Branch".to_owned(), 300)]),
        bytes: 180_000,
        memory: MemoryUse { limit: 1 << 30, peak: Some(100 << 20) },
        checkpoints: Checkpoints { count: 3, set: Some(900), durable: Some(900) },
        chain: None,
        dead_letters: None,
    }
}
