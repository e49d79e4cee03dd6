//! All keys of a project file: the one place that reading, the JSON Schema, the manual and `init` take them from.

use super::key::{Described, Key};
use super::kind::{Choice, Count, Flag, Inline, Processors};
use super::text::{
    ALLOWANCES, CONNECTOR, CUTOFF, DURATION, EXCLUDED, MEMORY, OVERLAP, PATH, PATHS, PERMISSIONS, SINK, SIZE,
    STREAMS, Text, Texts, USER,
};
use crate::confinement::Sandbox;
use crate::containment::Enforcement;
use crate::frame::BadRecords;
use crate::typed::LARGEST_COUNT;

/// Declares keys, and the list of them.
macro_rules! keys {
    ($(#[$about:meta])* $list:ident: $($name:ident: $type:ty = $key:literal, $kind:expr, $default:literal, $description:literal;)+) => {
        $(pub(super) const $name: Key<$type> =
            Key { name: $key, kind: $kind, default: $default, description: $description };)+
        $(#[$about])*
        pub(super) const $list: &[&dyn Described] = &[$(&$name),+];
    };
}

/// The tables inside the file.
pub(super) const DEFAULTS: &str = "defaults";
pub(super) const CONNECTIONS: &str = "connections";
/// The tables inside a connection, and inside the defaults.
pub(super) const LIMITS: &str = "limits";
pub(super) const PERMISSION_TABLE: &str = "permissions";

keys! {
    /// Those at the top of the file.
    ROOT_KEYS:
    DATA_FOLDER: Text<std::path::PathBuf> = "data-folder", PATH, "",
        "The folder for what outlives a run: states, history, records that were kept aside. Without it, the user's data \
         folder; --data-folder comes before both, and other commands have to be told of it with that.";
    JOBS: Count = "jobs", Count { least: 1, most: 1000 }, "2", "How many streams are synced at a time.";
    METRICS: Text<std::path::PathBuf> = "metrics", PATH, "",
        "A file for Prometheus, in its text format, which is written after each sync.";
    CONNECTOR_PATH: Texts<std::path::PathBuf> = "connector-path", PATHS, "[]",
        "Folders in which connectors are looked for first.";
}

keys! {
    /// Those that only a connection has.
    IDENTITY_KEYS:
    CONNECTOR_KEY: Text<String> = "connector", CONNECTOR, "",
        "The connector: its slug, or the path of its .so file. Every connection has one.";
    CONFIGURATION: Inline = "configuration", Inline, "",
        "The configuration of the connector. A value that its schema marks as secret is never written here, but named: \
         env:NAME is what the variable of the environment NAME holds, file:PATH is what stands in the file. Nothing is \
         configured without this key and configuration-file.";
    CONFIGURATION_FILE: Text<std::path::PathBuf> = "configuration-file", PATH, "",
        "A file that holds the configuration as a JSON object, in the place of the key configuration. Secrets are named \
         in it likewise.";
}

keys! {
    /// Those that a connection may have, and the defaults too.
    SYNC_KEYS:
    STREAMS_KEY: Texts<globset::Glob> = "streams", STREAMS, "[\"*\"]",
        "The streams that are synced: globs over their ids. `*` stands for any characters, also for /.";
    EXCLUDE_STREAMS: Texts<globset::Glob> = "exclude-streams", EXCLUDED, "[]", "Globs over the ids of streams that are left out.";
    CUTOFF_KEY: Text<String> = "cutoff", CUTOFF, "",
        "The earliest data wanted: a date (2024-01-31), a time (2024-01-31T12:00:00Z) or an age (90d). The first sync of a \
         stream needs one; later ones read what is new, and nothing older.";
    OVERLAP_KEY: Text<jiff::SignedDuration> = "overlap", OVERLAP, "\"1h\"",
        "How much is read twice, for data that arrives late: the next sync begins so long before the last one did.";
    SINK_KEY: Text<crate::sink::Destination> = "sink", SINK, "\"folder:records\"",
        "Where the records go: stdout, folder:PATH or sqlite:FILE.";
    ROTATE: Text<u64> = "rotate", SIZE, "\"256MiB\"",
        "The size at which files of a folder are full; the next record begins another.";
    COMPRESS: Flag = "compress", Flag, "false", "Whether the files of a folder are compressed with zstd.";
    BAD_RECORDS: Choice<BadRecords> = "bad-records", Choice::new(), "\"fail\"",
        "What becomes of records that break their schema: fail gives the errors to the connector, which decides; \
         dead-letter keeps them aside; warn drops them.";
    MAX_DEAD_LETTERS: Count = "max-dead-letters", Count { least: 0, most: LARGEST_COUNT }, "1000",
        "With dead-letter, how many are kept aside in a run; after that, the connector gets the errors.";
    RETRIES: Count = "retries", Count { least: 0, most: 100 }, "3",
        "How many further attempts follow a crash, or a source that is unavailable.";
    RETRY_WAIT: Text<std::time::Duration> = "retry-wait", DURATION, "\"5s\"",
        "How long is waited before the second attempt; each wait after that is four times as long, up to 5 minutes.";
    LONGEST_WAIT: Text<std::time::Duration> = "longest-wait", DURATION, "\"1h\"",
        "How long a source may ask to wait before the sync goes on. Where it asks for longer, the next sync goes on.";
    ACCEPT_CHANGED: Flag = "accept-changed-configuration", Flag, "false",
        "Whether a sync goes on from its state though the configuration has changed since.";
    FAIL_ON_REJECTED: Flag = "fail-on-rejected", Flag, "false",
        "Whether records that were rejected to the connector make the sync fail even if the connector went on.";
}

keys! {
    /// Those of `limits`.
    LIMIT_KEYS:
    MEMORY_KEY: Text<u64> = "memory", MEMORY, "\"1GiB\"", "Memory of all processes of the connector together.";
    DEADLINE: Text<std::time::Duration> = "deadline", DURATION, "\"20m\"", "When the connector is killed.";
    IDLE_TIMEOUT: Text<std::time::Duration> = "idle-timeout", DURATION, "\"5m\"",
        "When a connector is killed that shows no sign of life: no record, no line, no work of a processor.";
    GRACE: Text<std::time::Duration> = "grace", DURATION, "\"10s\"", "How long a connector that was asked to stop may take.";
    PROCESSES: Count = "processes", Count { least: 16, most: LARGEST_COUNT }, "512",
        "Processes and threads of the connector, all together.";
    OPEN_FILES: Count = "open-files", Count { least: 64, most: LARGEST_COUNT }, "1024",
        "Open files of each process of the connector.";
    TEMPORARY: Text<u64> = "temporary", SIZE, "\"1GiB\"", "Temporary files of the connector, all together.";
    CPU: Processors = "cpu", Processors, "",
        "Time on processors of the connector, all processes together: 0.5 is half of one. No limit without it.";
    MEANS: Choice<Enforcement> = "means", Choice::new(), "\"enforced\"",
        "By what means the limits are held: enforced by a cgroup, inherited from the container, or best-effort.";
}

keys! {
    /// Those of `permissions`.
    PERMISSION_KEYS:
    SANDBOX: Choice<Sandbox> = "sandbox", Choice::new(), "\"best-effort\"",
        "How much of a sandbox there must be: required is all of it, best-effort what the kernel has, trace names what is \
         denied, off is for connectors that are trusted.";
    ALLOW: Texts<crate::grant::Allowance> = "allow", ALLOWANCES, "[]",
        "More than the connector asks for: network, exec, connect:PORT, read:PATH, write:PATH.";
    DENY: Texts<crate::permission::Permission> = "deny", PERMISSIONS, "[]",
        "Some of what the connector asks for, as `inspect` shows it.";
    USER_KEY: Text<String> = "user", USER, "",
        "The user that the connector runs as, a name or UID:GID. Only root can make it another.";
    CHECK_TWICE: Flag = "check-twice", Flag, "false",
        "Whether each record is checked a second time, in the runner, which the connector cannot reach.";
    LOCKED: Flag = "locked", Flag, "false",
        "Whether the connector runs only as the lock file pins it: the same file, with what it was granted.";
    LOCK_FILE_KEY: Text<std::path::PathBuf> = "lock-file", PATH, "",
        "The lock file, which must be there. Without this key codeclimate-connector.lock counts, where there is one.";
}

/// Where a key belongs that stands in a table that lacks it; `place` is that table.
pub(super) fn belongs(name: &str, place: &str) -> Option<String> {
    let has = |keys: &[&dyn Described]| keys.iter().any(|key| key.name() == name);
    let in_connection = if place == DEFAULTS { DEFAULTS } else { "connections.NAME" };
    if has(ROOT_KEYS) {
        Some("write it at the top of the file, above the first table in brackets".to_owned())
    } else if has(IDENTITY_KEYS) {
        Some("write it under [connections.NAME]; each connection has its own".to_owned())
    } else if has(SYNC_KEYS) {
        Some(format!("write it under [{in_connection}]"))
    } else if has(LIMIT_KEYS) {
        Some(format!("write it under [{in_connection}.{LIMITS}]"))
    } else if has(PERMISSION_KEYS) {
        Some(format!("write it under [{in_connection}.{PERMISSION_TABLE}]"))
    } else {
        None
    }
}

/// The names of keys.
pub(super) fn names(lists: &[&[&'static dyn Described]]) -> Vec<&'static str> {
    lists.iter().flat_map(|list| list.iter()).map(|key| key.name()).collect()
}
