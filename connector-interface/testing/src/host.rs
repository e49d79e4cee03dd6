//! Answers a client's calls for the length of one verb, as the real runner's worker does.

use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use connector_interface::{
    __testing::{Failure, Host, host_call},
    State, Timestamp,
};
use connector_schemas::Checker;
use serde_json::{Value, json};

use crate::{
    event::{Event, LogLine},
    memory::Memory,
    refusal::{invalid_at, only_asked, over, rejected, unknown_service, unreadable},
};

/// As in the real runner: the bytes of one record, and of one state.
const MAX_RECORD: usize = 64 * 1024 * 1024;
const MAX_STATE: usize = 1024 * 1024;

/// What a verb may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// A client that a test calls itself: all is permitted.
    Unknown,
    Verify,
    Discover,
    /// A sync, or a backfill.
    Sync,
    SyncEntity,
}

pub(crate) struct FakeHost {
    verb: Verb,
    memory: Arc<Mutex<Memory>>,
    /// The state as the verb sees it.
    state: Mutex<Option<State>>,
    is_over: AtomicBool,
}

impl FakeHost {
    pub(crate) fn new(verb: Verb, memory: Arc<Mutex<Memory>>) -> Self {
        let keeps_state = matches!(verb, Verb::Unknown | Verb::Sync);
        let kept = lock(&memory).initial_state.clone().filter(|_| keeps_state);
        Self { verb, memory, state: Mutex::new(kept), is_over: AtomicBool::new(false) }
    }

    /// From now on every record and state is refused.
    pub(crate) fn close(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    fn check_open(&self) -> Result<(), Failure> {
        if self.is_over.load(Ordering::Acquire) { Err(over()) } else { Ok(()) }
    }

    fn check_record(&self, record: &[u8], extracted_at: &str) -> Result<(), Failure> {
        if record.len() > MAX_RECORD {
            let message =
                format!("a record of {} bytes, where at most {MAX_RECORD} are allowed", record.len());
            return Err(invalid_at("", message));
        }
        if !extracted_at.is_empty() && extracted_at.parse::<Timestamp>().is_err() {
            let message = "extractedAt is not an RFC 3339 time such as 2020-02-21T12:00:00Z";
            return Err(invalid_at("", message));
        }
        let record_type = checker().check(record).map_err(|error| rejected(&error))?.record_type().name();
        if self.verb == Verb::Discover && record_type != "Stream" {
            let message =
                format!("discover-streams produces records of type Stream only, found {record_type}");
            return Err(invalid_at("/_type", message));
        }
        Ok(())
    }

    fn set_state(&self, payload: &[u8]) -> Result<Vec<u8>, Failure> {
        self.check_open()?;
        if payload.len() > MAX_STATE {
            let message =
                format!("a state of {} bytes, where at most {MAX_STATE} are allowed", payload.len());
            return Err(unreadable(message));
        }
        let state: State =
            serde_json::from_slice(payload).map_err(|error| unreadable(format!("not a state: {error}")))?;
        if !matches!(self.verb, Verb::Verify | Verb::Discover) {
            lock(&self.memory).events.push(Event::State(state.clone()));
        }
        *lock(&self.state) = Some(state);
        Ok(Vec::new())
    }

    fn log(&self, payload: &[u8]) -> Result<Vec<u8>, Failure> {
        let line: LogLine = serde_json::from_slice(payload)
            .map_err(|error| unreadable(format!("not a log line: {error}")))?;
        lock(&self.memory).events.push(Event::Log(line));
        Ok(Vec::new())
    }
}

impl Host for FakeHost {
    fn produce(&self, record: &[u8], extracted_at: &str) -> Result<(), Failure> {
        self.check_open()?;
        if self.verb == Verb::Verify {
            return Err(only_asked());
        }
        self.check_record(record, extracted_at)?;
        let record = serde_json::from_slice(record).map_err(|error| invalid_at("", error.to_string()))?;
        lock(&self.memory).events.push(Event::Record(record));
        Ok(())
    }

    fn call(&self, kind: u32, payload: &[u8]) -> Result<Vec<u8>, Failure> {
        let json = |value: &Value| Ok(value.to_string().into_bytes());
        match kind {
            host_call::STATE_GET => json(&json!(*lock(&self.state))),
            host_call::STATE_SET => self.set_state(payload),
            host_call::LOG => self.log(payload),
            host_call::CANCELLATION => json(&lock(&self.memory).answer_cancellation()),
            // A test sees a panic by itself.
            host_call::PANIC => Ok(Vec::new()),
            unknown => Err(unknown_service(unknown)),
        }
    }
}

/// One for the whole process: a type's schema is compiled when its first record is checked.
pub(crate) fn checker() -> &'static Checker {
    static CHECKER: OnceLock<Checker> = OnceLock::new();
    CHECKER.get_or_init(Checker::new)
}

/// What is behind a lock, also after a test's thread has panicked with it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
