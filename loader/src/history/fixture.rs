//! Runs for tests.

use std::collections::BTreeMap;

use super::*;
use crate::confinement::Fences;
use jiff::{Timestamp, ToSpan};

/// So many minutes after midnight.
pub(crate) fn at(minutes: i64) -> Timestamp {
    "2026-01-31T00:00:00Z".parse::<Timestamp>().unwrap() + minutes.minutes()
}

/// A run that ended well.
pub(crate) fn run(id: &str, minutes: i64) -> RunRecord {
    RunRecord {
        run: id.to_owned(),
        sync: Some("sync-1".to_owned()),
        connection: "main".to_owned(),
        stream: Some("a".to_owned()),
        lane: Some("sync".to_owned()),
        verb: "sync-stream".to_owned(),
        connector: ConnectorFile {
            slug: "git".to_owned(),
            version: "0.1.0".to_owned(),
            sha256: "ab".repeat(32),
        },
        permissions: vec!["read:/repository".to_owned()],
        sandbox: serde_json::to_value(Fences { files: true, system_calls: true, ..Fences::default() })
            .unwrap(),
        sink: Some("folder:/data/records".to_owned()),
        started_at: at(minutes),
        duration_milliseconds: 61_500,
        exit_code: 0,
        ending: "done".to_owned(),
        message: "git is done".to_owned(),
        advice: String::new(),
        attempt: 1,
        records: RecordCounts { accepted: 12, delivered: 12, rejected: 0, dead_letters: 0 },
        types: BTreeMap::from([("Branch".to_owned(), 2), ("Commit".to_owned(), 10)]),
        bytes: 4_096,
        memory: MemoryUse { limit: 1 << 30, peak: Some(64 << 20) },
        checkpoints: Checkpoints { count: 1, set: Some(12), durable: Some(12) },
        chain: Some(ChainPart { id: id.to_owned(), runs: 1, is_finished: true }),
        dead_letters: None,
    }
}

/// A run that did not end well.
pub(crate) fn failed_run(id: &str, minutes: i64) -> RunRecord {
    RunRecord {
        exit_code: 30,
        ending: "memory limit".to_owned(),
        message: "git was killed: it took more than its memory limit of 1 GiB".to_owned(),
        advice: "raise --memory-limit".to_owned(),
        attempt: 2,
        records: RecordCounts { accepted: 900, delivered: 890, rejected: 2, dead_letters: 3 },
        memory: MemoryUse { limit: 1 << 30, peak: Some(1 << 30) },
        checkpoints: Checkpoints { count: 3, set: Some(850), durable: Some(800) },
        chain: Some(ChainPart { id: id.to_owned(), runs: 2, is_finished: false }),
        dead_letters: Some(format!("/data/dead-letters/main/a/{id}.ndjson").into()),
        ..run(id, minutes)
    }
}
