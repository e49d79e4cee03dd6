//! What worker and supervisor say to each other: the only thing that the two share.
//!
//! A frame is its length (of what follows, 32 bits, little endian), one byte for its kind, and a payload.
//! The supervisor treats every frame as hostile: a connector shares the worker's address space.

mod admission;
mod decode;
mod inherited;
mod job;
mod rejection;
mod status;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(crate) use crate::state::MAX_CHECKPOINT;
pub(crate) use admission::{Step, StepError, receive_step, send_step};
pub(crate) use decode::{DecodeError, Decoder};
pub(crate) use inherited::{inherit, keep_from_children};
pub(crate) use job::{
    End, FailureReport, FieldProblem, Job, JobError, Scrutiny, Stage, StopAfter, read_job, write_job,
};
pub(crate) use rejection::{BadRecords, MAX_LETTER, RejectedRecord, Rejections};
pub(crate) use status::{Status, StatusError};

/// Descriptor of the frame channel in guardian and worker.
pub(crate) const CHANNEL_FD: i32 = 3;
/// Descriptor of the status page in guardian and worker.
pub(crate) const STATUS_FD: i32 = 4;
/// Descriptor of the connector's file in guardian and worker: a copy in sealed memory.
pub(crate) const LIBRARY_FD: i32 = 5;

/// The exit code of a guardian or worker that could not even begin, or whose own code panicked.
pub(crate) const BROKEN: i32 = crate::exit_code::ExitCode::Bug as i32;

/// The kind of a failure to load a library, beside those of the ABI.
pub(crate) const LOAD_FAILURE: &str = "load";

/// The largest record that is taken, in bytes of JSON.
pub(crate) const MAX_RECORD: usize = 64 * 1024 * 1024;
/// The longest log message or panic text that crosses; the rest is cut off.
pub(crate) const MAX_TEXT: usize = 64 * 1024;
/// The largest payload of a frame that is no record: texts that are cut, written as JSON, and a state.
pub(crate) const MAX_MESSAGE: usize = 4 * 1024 * 1024;
/// The largest frame: a record with its header and time.
pub(crate) const MAX_FRAME: usize = MAX_RECORD + 1024;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// The library is loaded and the connector made. No payload.
    Ready = 1,
    /// A record: length of the time (one byte), the time, then the record's JSON.
    Record = 2,
    /// A state as JSON: everything before it has been produced.
    Checkpoint = 3,
    /// A [`LogLine`] as JSON.
    Log = 4,
    /// A [`PanicReport`] as JSON.
    Panic = 5,
    /// An [`End`] as JSON: the last frame.
    End = 6,
    /// A [`RejectedRecord`] as JSON, to be kept aside.
    Rejected = 7,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Ready,
            2 => Self::Record,
            3 => Self::Checkpoint,
            4 => Self::Log,
            5 => Self::Panic,
            6 => Self::End,
            7 => Self::Rejected,
            _ => return None,
        })
    }
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Level {
    /// Something is lost, or the run cannot go on.
    Error,
    /// Something is odd.
    Warn,
    /// What a person wants to know of a run that goes well.
    Info,
    /// What the author wants to know.
    Debug,
}

/// One line that the connector logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogLine {
    pub(crate) level: Level,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

/// A panic inside the connector, told by its hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PanicReport {
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) file: Option<String>,
    #[serde(default)]
    pub(crate) line: Option<u32>,
    #[serde(default)]
    pub(crate) thread: Option<String>,
    /// As Rust prints it; only where the job asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) backtrace: Option<String>,
}

/// Appends a frame whose payload is at hand.
pub(crate) fn append(buffer: &mut Vec<u8>, kind: Kind, payload: &[u8]) {
    append_header(buffer, kind, payload.len());
    buffer.extend_from_slice(payload);
}

/// Appends a record with the time at which it was extracted (at most 255 bytes, or it is left out).
pub(crate) fn append_record(buffer: &mut Vec<u8>, extracted_at: &str, record: &[u8]) {
    let (length, extracted_at) = match u8::try_from(extracted_at.len()) {
        Ok(length) => (length, extracted_at),
        Err(_) => (0, ""),
    };
    let payload = 1 + extracted_at.len() + record.len();
    buffer.reserve(HEADER + payload);
    append_header(buffer, Kind::Record, payload);
    buffer.push(length);
    buffer.extend_from_slice(extracted_at.as_bytes());
    buffer.extend_from_slice(record);
}

/// Length and kind.
const HEADER: usize = 5;

fn append_header(buffer: &mut Vec<u8>, kind: Kind, payload: usize) {
    // Every caller has capped its payload far below 4 GiB.
    let length = u32::try_from(payload + 1).unwrap_or(u32::MAX);
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.push(kind as u8);
}

/// Takes a record's payload apart again.
pub(crate) fn split_record(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = payload.split_first()?;
    rest.split_at_checked(usize::from(length))
}
