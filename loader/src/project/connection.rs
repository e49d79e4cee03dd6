//! Reads one connection, or what all of them have by default.

use std::path::Path;

use serde_json::Map;

use super::key::{Described, Key, Section};
use super::keys::{
    self, IDENTITY_KEYS, LIMIT_KEYS, LIMITS, PERMISSION_KEYS, PERMISSION_TABLE, SYNC_KEYS, belongs, names,
};
use super::report::Report;
use super::{ConfigurationOf, Connection, Permissions, Selection};
use crate::confinement::Sandbox;
use crate::frame::Rejections;
use crate::sink::Destination;
use crate::supervisor::Limits;

/// Reads a connection of the project file `project`. None where the report tells why.
pub(super) fn connection(
    project: &Path,
    name: &str,
    section: &Section<'_>,
    report: &mut Report<'_>,
) -> Option<Connection> {
    refuse_unknown(section, &[IDENTITY_KEYS, SYNC_KEYS], report);
    let line = report.position(section.offset).0;
    // Everything is read, whatever is wrong before it.
    let connector = section.read(&keys::CONNECTOR_KEY, report);
    let configuration = configuration(section, report);
    let Settings { sync, limits, permissions } = Settings::read(section, report);
    let (sync, limits, permissions) = (sync?, limits?, permissions?);
    Some(Connection {
        name: name.to_owned(),
        connector: connector?,
        project: project.to_owned(),
        line,
        configuration: configuration?,
        streams: sync.streams,
        cutoff: sync.cutoff,
        overlap: sync.overlap,
        destination: sync.destination,
        rejections: sync.rejections,
        retries: sync.retries,
        retry_wait: sync.retry_wait,
        longest_wait: sync.longest_wait,
        accepts_changes: sync.accepts_changes,
        fails_on_rejected: sync.fails_on_rejected,
        limits,
        permissions,
    })
}

/// Tells what is wrong with the defaults, which no connection tells again.
pub(super) fn check_defaults(defaults: &Section<'_>, report: &mut Report<'_>) {
    refuse_unknown(defaults, &[SYNC_KEYS], report);
    Settings::read(defaults, report);
}

fn refuse_unknown(section: &Section<'_>, lists: &[&[&'static dyn Described]], report: &mut Report<'_>) {
    let known = [&names(lists)[..], &[LIMITS, PERMISSION_TABLE]].concat();
    section.refuse_others(&known, &|name| belongs(name, &section.place), report);
}

fn configuration(section: &Section<'_>, report: &mut Report<'_>) -> Option<ConfigurationOf> {
    let inline = section.own(&keys::CONFIGURATION);
    let Some(file) = section.own(&keys::CONFIGURATION_FILE) else {
        return match inline {
            Some(_) => section.read_optional(&keys::CONFIGURATION, report).map(ConfigurationOf::Inline),
            None => Some(ConfigurationOf::Inline(Map::new())),
        };
    };
    if inline.is_some() {
        let advice = "keep one of the two";
        report.add(file.offset, &file.place, "either configuration or configuration-file", "both", advice);
        section.read_optional(&keys::CONFIGURATION, report);
    }
    section.read_optional(&keys::CONFIGURATION_FILE, report).map(ConfigurationOf::File)
}

/// What a connection may have from the defaults. None where the report tells why.
struct Settings {
    sync: Option<Sync>,
    limits: Option<Limits>,
    permissions: Option<Permissions>,
}

/// How streams are synced.
struct Sync {
    streams: Selection,
    cutoff: Option<String>,
    overlap: jiff::SignedDuration,
    destination: Destination,
    rejections: Rejections,
    retries: u32,
    retry_wait: std::time::Duration,
    longest_wait: std::time::Duration,
    accepts_changes: bool,
    fails_on_rejected: bool,
}

impl Settings {
    fn read(section: &Section<'_>, report: &mut Report<'_>) -> Self {
        Self {
            sync: Sync::read(section, report),
            limits: limits(&section.below(LIMITS, report), report),
            permissions: permissions(&section.below(PERMISSION_TABLE, report), report),
        }
    }
}

impl Sync {
    fn read(section: &Section<'_>, report: &mut Report<'_>) -> Option<Self> {
        let streams = selection(section, report);
        let cutoff = section.read_optional(&keys::CUTOFF_KEY, report);
        let overlap = section.read(&keys::OVERLAP_KEY, report);
        let destination = destination(section, report);
        let policy = section.read(&keys::BAD_RECORDS, report);
        let most = section.read(&keys::MAX_DEAD_LETTERS, report);
        let retries = section.read(&keys::RETRIES, report);
        let retry_wait = section.read(&keys::RETRY_WAIT, report);
        let longest_wait = section.read(&keys::LONGEST_WAIT, report);
        let accepts_changes = section.read(&keys::ACCEPT_CHANGED, report);
        let fails_on_rejected = section.read(&keys::FAIL_ON_REJECTED, report);
        Some(Self {
            streams: streams?,
            cutoff,
            overlap: overlap?,
            destination: destination?,
            rejections: Rejections { policy: policy?, most: most? },
            retries: u32::try_from(retries?).ok()?,
            retry_wait: retry_wait?,
            longest_wait: longest_wait?,
            accepts_changes: accepts_changes?,
            fails_on_rejected: fails_on_rejected?,
        })
    }
}

fn selection(section: &Section<'_>, report: &mut Report<'_>) -> Option<Selection> {
    let streams = section.read(&keys::STREAMS_KEY, report);
    let excluded = section.read(&keys::EXCLUDE_STREAMS, report);
    let selection = Selection::new(&streams?, &excluded?);
    selection
        .map_err(|error| {
            let place = format!("{}.{}", section.place, keys::STREAMS_KEY.name);
            report.add(section.offset, &place, "fewer or shorter globs", &error.to_string(), "");
        })
        .ok()
}

fn destination(section: &Section<'_>, report: &mut Report<'_>) -> Option<Destination> {
    let sink = section.read(&keys::SINK_KEY, report);
    let rotate = section.read(&keys::ROTATE, report);
    let compress = section.read(&keys::COMPRESS, report);
    let sink = sink?;
    if !sink.is_folder() {
        refuse_of_files(section, &keys::ROTATE, rotate.is_some(), report);
        refuse_of_files(section, &keys::COMPRESS, compress == Some(true), report);
    }
    Some(sink.with_files(Some(rotate?), compress?))
}

/// What is about files, beside a sink that has none. From the defaults it is for the connections that have.
fn refuse_of_files<K>(section: &Section<'_>, key: &Key<K>, is_meant: bool, report: &mut Report<'_>) {
    if let Some(found) = section.own(key).filter(|_| is_meant) {
        let advice = "leave it out, or write sink = \"folder:PATH\"";
        report.add(
            found.offset,
            &found.place,
            "a folder as sink",
            "another sink, which has no such files",
            advice,
        );
    }
}

fn limits(section: &Section<'_>, report: &mut Report<'_>) -> Option<Limits> {
    section.refuse_others(&names(&[LIMIT_KEYS]), &|name| belongs(name, &section.place), report);
    let memory = section.read(&keys::MEMORY_KEY, report);
    let deadline = section.read(&keys::DEADLINE, report);
    let idle = section.read(&keys::IDLE_TIMEOUT, report);
    let grace = section.read(&keys::GRACE, report);
    let processes = section.read(&keys::PROCESSES, report);
    let open_files = section.read(&keys::OPEN_FILES, report);
    let temporary = section.read(&keys::TEMPORARY, report);
    let processor_percent = section.read_optional(&keys::CPU, report);
    let enforcement = section.read(&keys::MEANS, report);
    Some(Limits {
        memory: memory?,
        deadline: deadline?,
        idle: idle?,
        grace: grace?,
        processes: processes?,
        open_files: open_files?,
        temporary: temporary?,
        processor_percent,
        enforcement: enforcement?,
    })
}

fn permissions(section: &Section<'_>, report: &mut Report<'_>) -> Option<Permissions> {
    section.refuse_others(&names(&[PERMISSION_KEYS]), &|name| belongs(name, &section.place), report);
    let sandbox = section.read(&keys::SANDBOX, report);
    let allow = section.read(&keys::ALLOW, report);
    let deny = section.read(&keys::DENY, report);
    let user = section.read_optional(&keys::USER_KEY, report);
    let check_twice = section.read(&keys::CHECK_TWICE, report);
    let locked = section.read(&keys::LOCKED, report);
    let lock_file = section.read_optional(&keys::LOCK_FILE_KEY, report);
    let (allow, locked, sandbox) = (allow?, locked?, sandbox?);
    if locked {
        refuse_unlocked(section, !allow.is_empty(), sandbox == Sandbox::Off, report);
    }
    Some(Permissions { sandbox, allow, deny: deny?, user, check_twice: check_twice?, locked, lock_file })
}

/// What a lock file would not hold. Where all of it comes from the defaults, it is told there.
fn refuse_unlocked(section: &Section<'_>, allows: bool, is_off: bool, report: &mut Report<'_>) {
    let locked = section.own(&keys::LOCKED);
    if let Some(found) = section.own(&keys::ALLOW).or(locked.clone()).filter(|_| allows) {
        let advice = "`locked` grants what the lock file says and no more; leave one of them out";
        report.add(found.offset, &found.place, "either allow or locked", "both", advice);
    }
    if let Some(found) = section.own(&keys::SANDBOX).or(locked).filter(|_| is_off) {
        let advice = "without a sandbox nobody is held to the lock file; leave one of them out";
        report.add(found.offset, &found.place, "a sandbox beside locked", "\"off\"", advice);
    }
}
