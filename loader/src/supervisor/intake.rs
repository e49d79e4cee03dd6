//! Takes a worker's frames, believes none of them, and brings the records to the sink.

#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    fmt::Display,
    io,
    os::unix::net::UnixStream,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, mpsc::SyncSender},
    time::{Duration, Instant},
};

use connector_schemas::record_type;

use crate::{
    delivery::{Delivery, DeliveryError},
    frame::{
        DecodeError, Decoder, End, Kind, LogLine, MAX_CHECKPOINT, MAX_MESSAGE, PanicReport, RejectedRecord,
        split_record,
    },
    sink::{Envelope, Outgoing},
    state::check_state,
};

use super::{
    Event,
    admission::{Admission, AdmissionError},
    flood::Flood,
    letter::LetterHead,
    progress::{Counter, Progress},
    recheck::Recheck,
    scan,
};

/// Checkpoints are committed at most this often, and at least this soon after the last record.
const COMMIT_INTERVAL: Duration = Duration::from_secs(1);

/// Brings the frames of one worker to one sink, on a thread of its own.
pub(crate) struct Intake {
    pub(crate) channel: UnixStream,
    /// None where the worker has been admitted already.
    pub(crate) admission: Option<Admission>,
    pub(crate) envelope: Envelope,
    /// What stands in each letter about a refused record.
    pub(crate) letters: LetterHead,
    /// Where records are to be checked a second time.
    pub(crate) recheck: Option<Recheck>,
    pub(crate) delivery: Delivery,
    pub(crate) events: SyncSender<Event>,
    pub(crate) flood: Arc<Flood>,
    pub(crate) progress: Arc<Progress>,
}

/// Why the intake stopped before the worker closed the channel in good order.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IntakeError {
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error("the frame channel could not be read")]
    Read(#[source] io::Error),
    #[error("the worker sent bytes that are no frame")]
    Decode(#[from] DecodeError),
    #[error("the worker sent {what} that is none: {reason}")]
    Garbled { what: &'static str, reason: String },
    #[error("the worker let a record pass that breaks its schema: {0}")]
    Invalid(String),
    #[error("the channel ended inside a frame, after {bytes} bytes of it")]
    Torn { bytes: usize },
    #[error("the thread that takes the records has panicked")]
    Panicked,
    #[error("the worker sent a frame after its last one")]
    AfterEnd,
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
}

fn garbled(what: &'static str, reason: &dyn Display) -> IntakeError {
    IntakeError::Garbled { what, reason: reason.to_string() }
}

/// What the intake has to remember between frames.
#[derive(Default)]
struct Position {
    received: u64,
    /// Counts what has not been passed on.
    counter: Counter,
    checkpoint: Option<Waiting>,
    last_commit: Option<Instant>,
    ended: bool,
    last: Last,
}

/// What the last record had, as it was found to be right: the next one has mostly the same.
#[derive(Default)]
struct Last {
    time: Vec<u8>,
    record_type: &'static str,
}

impl Position {
    fn is_commit_due(&self) -> bool {
        self.last_commit.is_none_or(|last| last.elapsed() >= COMMIT_INTERVAL)
    }
}

/// The last checkpoint, which is not durable yet; what stands between it and the one before goes with it.
struct Waiting {
    records: u64,
    state: String,
}

impl Intake {
    /// Runs until the channel ends or something is wrong, and says so as the last event.
    pub(crate) fn run(mut self) {
        // A panic here is our own, and nobody else's fault.
        let result =
            panic::catch_unwind(AssertUnwindSafe(|| self.take_all())).unwrap_or(Err(IntakeError::Panicked));
        // A supervisor that has given up waiting needs no more events.
        let _ = self.events.send(Event::IntakeEnded(result, Box::new(self.delivery)));
    }

    fn take_all(&mut self) -> Result<(), IntakeError> {
        if let Some(admission) = self.admission.take()
            && !admission.admit(&self.channel, &self.events)?
        {
            return Ok(());
        }
        self.channel.set_read_timeout(Some(COMMIT_INTERVAL)).map_err(IntakeError::Read)?;
        let mut decoder = Decoder::default();
        let mut position = Position::default();
        loop {
            match decoder.read_from(&mut self.channel) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => break,
                Err(error) => return Err(IntakeError::Read(error)),
            }
            self.progress.begin_wait();
            let outcome = self.take_frames(&mut decoder, &mut position);
            if let Err(failed @ IntakeError::Delivery(_)) = outcome {
                // What can be said of it has been said: the sink takes nothing more.
                return Err(failed);
            }
            self.pass_on(&mut position, false)?;
            self.progress.end_wait();
            outcome?;
        }
        self.pass_on(&mut position, true)?;
        match decoder.unfinished() {
            0 => Ok(()),
            bytes => Err(IntakeError::Torn { bytes }),
        }
    }

    fn take_frames(&mut self, decoder: &mut Decoder, position: &mut Position) -> Result<(), IntakeError> {
        while let Some((kind, payload)) = decoder.next_frame()? {
            if position.ended {
                return Err(IntakeError::AfterEnd);
            }
            check_length(kind, payload)?;
            match kind {
                Kind::Record => self.take_record(payload, position)?,
                Kind::Checkpoint => {
                    let state = check_checkpoint(payload)?.to_owned();
                    self.delivery.note(&state)?;
                    position.checkpoint = Some(Waiting { records: position.received, state });
                }
                Kind::Ready => self.tell(Event::Ready),
                Kind::Log => {
                    let line = read_json::<LogLine>("a log line", payload)?;
                    if self.flood.admits(payload.len()) {
                        self.tell(Event::Log(line));
                    }
                }
                Kind::Panic => {
                    let panic = read_json::<PanicReport>("a panic report", payload)?;
                    if self.flood.admits(payload.len()) {
                        self.tell(Event::Panic(panic));
                    }
                }
                Kind::Rejected => self.keep_aside(payload)?,
                Kind::End => {
                    position.ended = true;
                    self.tell(Event::End(read_json::<End>("an end", payload)?));
                }
            }
        }
        Ok(())
    }

    fn keep_aside(&mut self, payload: &[u8]) -> Result<(), IntakeError> {
        let rejected = read_json::<RejectedRecord>("a rejected record", payload)?;
        check_time(rejected.extracted_at.as_bytes())?;
        match self.delivery.keep_aside(self.letters.letter(&rejected))? {
            true => Ok(()),
            false => Err(garbled("a rejected record", &"no more are to be kept aside")),
        }
    }

    fn take_record(&mut self, payload: &[u8], position: &mut Position) -> Result<(), IntakeError> {
        let (extracted_at, record) =
            split_record(payload).ok_or_else(|| garbled("a record", &"it has no time"))?;
        let extracted_at = position.last.check_time(extracted_at)?;
        let (record, head) = position.last.check_record(record)?;
        if let Some(recheck) = &mut self.recheck {
            recheck.check(record).map_err(IntakeError::Invalid)?;
        }
        let line = self.envelope.line(position.received, extracted_at, record);
        self.delivery.append(&Outgoing {
            line,
            record,
            record_type: head.record_type,
            uri: head.uri.as_deref(),
            sequence: position.received,
            extracted_at,
        })?;
        position.received += 1;
        position.counter.add(head.record_type, line.len());
        Ok(())
    }

    fn commit(&mut self, position: &mut Position, waiting: &Waiting) -> Result<(), IntakeError> {
        self.delivery.commit(&waiting.state, waiting.records)?;
        position.last_commit = Some(Instant::now());
        position.counter.tally.checkpoints += 1;
        self.progress.set_committed(waiting.records);
        Ok(())
    }

    /// Flushes what came with one read, and commits where a checkpoint is due.
    fn pass_on(&mut self, position: &mut Position, last: bool) -> Result<(), IntakeError> {
        let is_due = last || position.is_commit_due();
        match position.checkpoint.take_if(|_| is_due) {
            Some(waiting) => self.commit(position, &waiting)?,
            None if last => self.delivery.settle()?,
            None => self.delivery.flush()?,
        }
        self.progress.set_delivered(position.received);
        self.progress.add(&mut position.counter);
        Ok(())
    }

    fn tell(&self, event: Event) {
        // As in `run`.
        let _ = self.events.send(event);
    }
}

fn read_json<'a, T: serde::Deserialize<'a>>(what: &'static str, payload: &'a [u8]) -> Result<T, IntakeError> {
    serde_json::from_slice(payload).map_err(|error| garbled(what, &error))
}

/// Records may be large; whatever else an honest worker sends, it has cut before.
fn check_length(kind: Kind, payload: &[u8]) -> Result<(), IntakeError> {
    match kind {
        Kind::Record | Kind::Rejected => Ok(()),
        _ if payload.len() <= MAX_MESSAGE => Ok(()),
        _ => Err(garbled("a message", &format_args!("it has {} bytes", payload.len()))),
    }
}

impl Last {
    fn check_time<'a>(&mut self, time: &'a [u8]) -> Result<&'a str, IntakeError> {
        if time == self.time
            && !time.is_empty()
            && let Ok(text) = std::str::from_utf8(time)
        {
            return Ok(text);
        }
        let text = check_time(time)?;
        self.time.clear();
        self.time.extend_from_slice(time);
        Ok(text)
    }

    fn check_record<'a>(&mut self, record: &'a [u8]) -> Result<(&'a str, Head<'a>), IntakeError> {
        let (text, head) = check_record(record, self.record_type)?;
        self.record_type = head.record_type;
        Ok((text, head))
    }
}

/// Exactly one JSON object on one line: it cannot end its envelope early, nor begin another. `last` is a known type.
fn check_record<'a>(record: &'a [u8], last: &'static str) -> Result<(&'a str, Head<'a>), IntakeError> {
    let text = std::str::from_utf8(record).map_err(|error| garbled("a record", &error))?;
    if !text.starts_with('{') {
        return Err(garbled("a record", &"it is not a JSON object"));
    }
    check_one_line(record)?;
    let head = scan::read(text).map_err(|error| garbled("a record", &error))?;
    if head.record_type == last && !last.is_empty() {
        return Ok((text, Head { record_type: last, uri: head.uri }));
    }
    let record_type = record_type(&head.record_type)
        .ok_or_else(|| garbled("a record", &format_args!("its _type {:?} is unknown", head.record_type)))?;
    Ok((text, Head { record_type: record_type.name(), uri: head.uri }))
}

/// What sinks sort records by.
struct Head<'a> {
    record_type: &'static str,
    uri: Option<Cow<'a, str>>,
}

fn check_one_line(record: &[u8]) -> Result<(), IntakeError> {
    // All of them at once: the compiler makes that many bytes an instruction.
    if !record.iter().fold(false, |found, byte| found | (*byte < 0x20)) {
        return Ok(());
    }
    let at = record.iter().position(|byte| *byte < 0x20).unwrap_or_default();
    Err(garbled("a record", &format_args!("byte {at} is a control character")))
}

/// The characters of a time, of which none can end the string that it stands in.
fn check_time(time: &[u8]) -> Result<&str, IntakeError> {
    let text = std::str::from_utf8(time).ok().filter(|text| text.parse::<jiff::Timestamp>().is_ok());
    let text = text
        .filter(|text| text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')));
    text.ok_or_else(|| garbled("a record's time", &String::from_utf8_lossy(time).escape_debug()))
}

fn check_checkpoint(state: &[u8]) -> Result<&str, IntakeError> {
    if state.len() > MAX_CHECKPOINT {
        return Err(garbled("a checkpoint", &format_args!("it has {} bytes", state.len())));
    }
    let value = read_json::<serde_json::Value>("a checkpoint", state)?;
    check_state(&value).map_err(|reason| garbled("a checkpoint", &reason))?;
    std::str::from_utf8(state).map_err(|error| garbled("a checkpoint", &error))
}
