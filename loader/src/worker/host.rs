//! What a connector may ask of the worker: to take records, keep state, log, and tell when to stop.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use codeclimate_connector_abi::{
    abi_stable::std_types::{RErr, ROk, RResult, RSlice, RStr, RVec},
    v1::{self, failure_kind, host_call, verb},
};
use connector_schemas::{Checker, RecordError};
use serde_json::{Value, json};

use crate::{
    frame::{
        End, FailureReport, Job, Kind, Level, LogLine, MAX_CHECKPOINT, MAX_LETTER, MAX_RECORD, MAX_TEXT,
        PanicReport, RejectedRecord, Status,
    },
    mask::Masker,
};

use super::{
    clock::Stamp,
    outbox::Outbox,
    refusal::{closed, invalid, invalid_at, over, rejected},
    rejections::Rejected,
    state::read_state,
    stopping::{Stop, Stopping},
};

/// Tags of a line, and the bytes of one.
const MAX_TAGS: usize = 64;
const MAX_TAG: usize = 4 * 1024;
/// Errors of a record that are passed on at the end of a run.
const MAX_ERRORS: usize = 100;
/// How many refused records are told to the operator one by one.
const TOLD_REJECTIONS: u64 = 5;
/// How many are sent along where the run is looked at.
const SENT_REJECTIONS: u64 = 20;

/// Answers a connector's calls for the length of one verb. Lives as long as the process.
pub(crate) struct Services {
    outbox: Arc<Outbox>,
    status: Arc<Status>,
    masker: Masker,
    checker: Checker,
    state: Mutex<Option<String>>,
    permitted: Permitted,
    rejected_records: Rejected,
    debug: bool,
    open: AtomicBool,
    stopping: Option<Stopping>,
    is_scrutinised: bool,
}

/// Which records a verb may produce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permitted {
    None,
    Streams,
    All,
}

type Answer = Result<Vec<u8>, FailureReport>;

impl Services {
    pub(crate) fn new(job: &Job, masker: Masker, outbox: Arc<Outbox>, status: Arc<Status>) -> Self {
        let permitted = match job.verb {
            verb::VERIFY_CONFIGURATION | verb::MIGRATE_STATE => Permitted::None,
            verb::DISCOVER_STREAMS => Permitted::Streams,
            _ => Permitted::All,
        };
        let keeps_state = job.verb == verb::SYNC_STREAM;
        Self {
            outbox,
            status,
            masker,
            checker: Checker::new(),
            state: Mutex::new(job.state.clone().filter(|_| keeps_state)),
            permitted,
            rejected_records: Rejected::new(job.rejections),
            debug: job.debug,
            open: AtomicBool::new(true),
            stopping: job.stop.map(Stopping::new),
            is_scrutinised: job.scrutiny.is_some(),
        }
    }

    /// From now on every record and checkpoint is refused.
    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::Release);
    }

    pub(crate) fn send(&self, kind: Kind, payload: &[u8]) -> bool {
        self.outbox.send(kind, payload)
    }

    pub(crate) fn produce(&self, record: &[u8], extracted_at: &str) -> Result<(), FailureReport> {
        self.check_open()?;
        if self.permitted == Permitted::None {
            let failure = closed("no record may be produced here: the connector is only asked a question");
            if self.is_scrutinised {
                self.tell_rejection(record, extracted_at, &failure);
            }
            return Err(failure);
        }
        if let Err(failure) = self.check_record(record, extracted_at) {
            self.tell_rejection(record, extracted_at, &failure);
            return match self.permitted {
                Permitted::All => self.rejected_records.settle(&self.outbox, record, extracted_at, failure),
                _ => Err(failure),
            };
        }
        if !self.send_record(record, extracted_at) {
            return Err(over());
        }
        if let Some(stopping) = &self.stopping {
            self.stop(stopping.after_record());
        }
        Ok(())
    }

    fn send_record(&self, record: &[u8], extracted_at: &str) -> bool {
        let record = on_one_line(record);
        match extracted_at {
            "" => self.outbox.record(Stamp::now().as_str(), &record),
            given => self.outbox.record(given, &record),
        }
    }

    /// Does what the run was told to do at this place.
    fn stop(&self, stop: Stop) {
        match stop {
            Stop::NotYet => {}
            Stop::Cancel => self.status.cancel(),
            Stop::Kill => {
                self.outbox.wait_until_out();
                super::exit(0);
            }
        }
    }

    fn check_record(&self, record: &[u8], extracted_at: &str) -> Result<(), FailureReport> {
        if record.len() > MAX_RECORD {
            return Err(invalid(format!(
                "a record of {} bytes, where at most {MAX_RECORD} are allowed",
                record.len()
            )));
        }
        if !extracted_at.is_empty()
            && (extracted_at.len() > 64 || extracted_at.parse::<jiff::Timestamp>().is_err())
        {
            return Err(invalid("extractedAt is not an RFC 3339 time such as 2020-02-21T12:00:00Z"));
        }
        let checked = self.checker.check(record).map_err(|error| self.rejected(record, &error))?;
        if self.permitted == Permitted::Streams && checked.record_type().name() != "Stream" {
            let message = format!(
                "discover-streams produces records of type Stream only, found {}",
                checked.record_type().name()
            );
            return Err(invalid_at("/_type", message));
        }
        Ok(())
    }

    /// The refusal shows parts of what it found. A secret among it is masked first: cut in half, nobody could.
    fn rejected(&self, record: &[u8], error: &RecordError) -> FailureReport {
        match self.masker.mask_bytes(record) {
            Cow::Borrowed(_) => rejected(error),
            Cow::Owned(masked) => match self.checker.check(&masked) {
                Err(error) => rejected(&error),
                Ok(_) => invalid("it is wrong in a secret value, which is not shown"),
            },
        }
    }

    /// The text without secrets, at most so many bytes of it.
    fn shown(&self, text: &str, bytes: usize) -> String {
        cut(&self.masker.mask(text), bytes)
    }

    /// The end of the verb in words that are short enough for the last frame.
    pub(crate) fn masked(&self, end: End) -> End {
        let End::Failed { stage, mut failure } = end else { return end };
        failure.message = self.shown(&failure.message, MAX_TEXT);
        failure.errors.truncate(MAX_ERRORS);
        End::Failed { stage, failure }
    }

    /// Counts a refused record, and tells the operator of the first few: the connector may not.
    fn tell_rejection(&self, record: &[u8], extracted_at: &str, failure: &FailureReport) {
        let before = self.status.add_rejected();
        if self.is_scrutinised && before < SENT_REJECTIONS && record.len() <= MAX_LETTER {
            let record = String::from_utf8_lossy(record);
            let letter =
                RejectedRecord { record, extracted_at: sent_time(extracted_at), failure: failure.clone() };
            // Texts always serialise.
            self.outbox.rejected(&serde_json::to_vec(&letter).unwrap_or_default());
        }
        if before >= TOLD_REJECTIONS {
            return;
        }
        let mut tags = BTreeMap::new();
        let parsed: Value = serde_json::from_slice(record).unwrap_or_default();
        for member in ["_type", "id", "self"] {
            tags.extend(parsed[member].as_str().map(|text| (member.to_owned(), self.shown(text, 200))));
        }
        let more = if before + 1 == TOLD_REJECTIONS { " (further ones are counted, not told)" } else { "" };
        let message = format!("record rejected: {}{more}", self.shown(&failure.message, 2000));
        self.send_line(&LogLine { level: Level::Warn, message, tags });
    }

    fn call(&self, kind: u32, payload: &[u8]) -> Answer {
        match kind {
            host_call::STATE_GET => Ok(self.state().clone().unwrap_or_else(|| "null".into()).into_bytes()),
            host_call::STATE_SET => self.set_state(payload),
            host_call::LOG => self.log(payload),
            host_call::CANCELLATION => Ok(self.cancellation()),
            host_call::PANIC => {
                self.tell_panic(payload);
                Ok(Vec::new())
            }
            unknown => Err(FailureReport::new(
                failure_kind::UNSUPPORTED,
                format!("this runner does not offer service number {unknown}"),
            )),
        }
    }

    fn set_state(&self, payload: &[u8]) -> Answer {
        self.check_open()?;
        if payload.len() > MAX_CHECKPOINT {
            let message =
                format!("a state of {} bytes, where at most {MAX_CHECKPOINT} are allowed", payload.len());
            return Err(FailureReport::new(failure_kind::CONNECTOR, message));
        }
        let state = read_state(payload)?;
        if self.permitted == Permitted::All && !self.outbox.checkpoint(state.as_bytes()) {
            return Err(over());
        }
        if let Some(stopping) = &self.stopping {
            self.stop(stopping.after_checkpoint());
        }
        *self.state() = Some(state);
        Ok(Vec::new())
    }

    fn log(&self, payload: &[u8]) -> Answer {
        let line: LogLine = serde_json::from_slice(payload).map_err(|error| {
            FailureReport::new(failure_kind::CONNECTOR, format!("not a log line: {error}"))
        })?;
        if line.level <= Level::Info || self.debug {
            let tags = line.tags.into_iter().take(MAX_TAGS);
            let tags = tags.map(|(key, value)| (self.shown(&key, MAX_TAG), self.shown(&value, MAX_TAG)));
            let message = self.shown(&line.message, MAX_TEXT);
            self.send_line(&LogLine { level: line.level, message, tags: tags.collect() });
        }
        Ok(Vec::new())
    }

    /// What cannot be read is told as it is: a panic is never lost.
    fn tell_panic(&self, payload: &[u8]) {
        let unread = |_| PanicReport {
            message: String::from_utf8_lossy(payload).into_owned(),
            file: None,
            line: None,
            thread: None,
            backtrace: None,
        };
        let panic = serde_json::from_slice(payload).unwrap_or_else(unread);
        let short = |text: String| self.shown(&text, MAX_TAG);
        let panic = PanicReport {
            message: self.shown(&panic.message, MAX_TEXT),
            file: panic.file.map(short),
            thread: panic.thread.map(short),
            line: panic.line,
            backtrace: panic.backtrace.map(|text| self.shown(&text, MAX_TEXT)),
        };
        // The process may be about to abort.
        self.outbox.send_now(Kind::Panic, &serde_json::to_vec(&panic).unwrap_or_default());
    }

    fn send_line(&self, line: &LogLine) {
        // Text and tags always serialise.
        self.send(Kind::Log, &serde_json::to_vec(line).unwrap_or_default());
    }

    fn cancellation(&self) -> Vec<u8> {
        let left = u64::try_from(self.status.time_left().as_millis()).unwrap_or(u64::MAX);
        let cancelled = self.status.is_cancelled() || left == 0;
        json!({ "cancelled": cancelled, "millisecondsLeft": left }).to_string().into_bytes()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_open(&self) -> Result<(), FailureReport> {
        if self.open.load(Ordering::Acquire) {
            return Ok(());
        }
        self.status.add_late();
        Err(over())
    }
}

/// A time that the supervisor takes; what was given may have been what is wrong with the record.
fn sent_time(extracted_at: &str) -> Cow<'static, str> {
    let given = extracted_at.parse::<jiff::Timestamp>().ok();
    Cow::Owned(format!("{:.3}", given.unwrap_or_else(jiff::Timestamp::now)))
}

/// The record without raw control bytes. In JSON that has been checked they stand between tokens only.
fn on_one_line(record: &[u8]) -> Cow<'_, [u8]> {
    // All of them at once: the compiler makes that many bytes an instruction.
    if !record.iter().fold(false, |found, byte| found | (*byte < 0x20)) {
        return Cow::Borrowed(record);
    }
    Cow::Owned(record.iter().copied().filter(|byte| *byte >= 0x20).collect())
}

fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes);
    format!("{}… ({} bytes more)", &text[..end], text.len() - end)
}

/// The services behind the ABI's trait.
pub(crate) struct Host(pub(crate) Arc<Services>);

impl v1::Host for Host {
    fn produce(&self, record: RSlice<'_, u8>, extracted_at: RStr<'_>) -> RResult<(), RVec<u8>> {
        match self.0.produce(record.as_slice(), extracted_at.as_str()) {
            Ok(()) => ROk(()),
            Err(failure) => RErr(failure.to_json().into()),
        }
    }

    fn call(&self, kind: u32, payload: RSlice<'_, u8>) -> RResult<RVec<u8>, RVec<u8>> {
        match self.0.call(kind, payload.as_slice()) {
            Ok(answer) => ROk(answer.into()),
            Err(failure) => RErr(failure.to_json().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_between_tokens_go_and_escaped_ones_stay() {
        let record = b"{\n\t\"name\": \"a\\nb\"\r\n}";
        assert_eq!(&*on_one_line(record), br#"{"name": "a\nb"}"#);
    }

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut("grün", 3), "gr… (3 bytes more)");
        assert_eq!(cut("grün", 5), "grün");
    }
}
