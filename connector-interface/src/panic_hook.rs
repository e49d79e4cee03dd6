//! Tells the runner of every panic as it happens, with its place.

use std::{
    any::Any,
    backtrace::{Backtrace, BacktraceStatus},
    cell::RefCell,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    thread,
};

use codeclimate_connector_abi::v1::{failure_kind, host_call};
use serde::Serialize;

use crate::{error::Error, failure::Failure, host::SharedHost};

thread_local! {
    /// `file:line: message` of this thread's last panic, for whoever catches it.
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

#[derive(Serialize)]
struct Panic<'a> {
    message: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    thread: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backtrace: Option<String>,
}

/// Replaces the panic hook of this library, which has its own: the runner's is another one.
pub(crate) fn install(host: SharedHost) {
    panic::set_hook(Box::new(move |info| report(&host, info)));
}

fn report(host: &SharedHost, info: &PanicHookInfo<'_>) {
    let message = text_of(info.payload());
    let location = info.location();
    let current = thread::current();
    let panic = Panic {
        message: &message,
        file: location.map(panic::Location::file),
        line: location.map(panic::Location::line),
        thread: current.name(),
        backtrace: backtrace(),
    };
    let place = location.map(|place| format!("{}:{}: ", place.file(), place.line())).unwrap_or_default();
    // During a thread's teardown the slot may be gone; the runner is still told.
    let _ = LAST_PANIC.try_with(|slot| slot.replace(Some(format!("{place}{message}"))));
    if let Ok(payload) = serde_json::to_vec(&panic) {
        let _ = host.call(host_call::PANIC, &payload);
    }
}

/// The way to the panic, where `RUST_BACKTRACE` asks for it: `dev` does, no other run.
fn backtrace() -> Option<String> {
    let backtrace = Backtrace::capture();
    (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string())
}

/// Runs `work`; a panic inside becomes a failure of its kind.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Failure> {
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(Error::into_failure),
        Err(payload) => Err(caught(payload)),
    }
}

fn caught(payload: Box<dyn Any + Send>) -> Failure {
    let remembered = LAST_PANIC.try_with(RefCell::take).ok().flatten();
    let message = remembered.unwrap_or_else(|| text_of(&*payload));
    // Dropping the payload may panic as well, and nothing would catch that.
    std::mem::forget(payload);
    Failure::new(failure_kind::PANIC, message)
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(a panic whose payload is not text)".to_owned())
}
