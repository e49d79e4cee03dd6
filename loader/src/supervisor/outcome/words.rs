//! The sentence of each ending, with what to do about it.

use std::io;

use codeclimate_connector_abi::v1::failure_kind;

use crate::{
    delivery::DeliveryError,
    exit_code::ExitCode,
    frame::{FailureReport, LOAD_FAILURE, Stage},
    processes::Process,
};

use super::{AdmissionError, Evidence, Near, Numbers, Verdict, bytes, duration};

/// Records, or how far they go, could not be kept.
pub(crate) fn not_kept(error: &DeliveryError) -> Verdict {
    if let DeliveryError::Sink(error) = error
        && error.source.kind() == io::ErrorKind::BrokenPipe
    {
        let what = "stopped: whoever read the records has closed the pipe";
        return (ExitCode::OutputFailed, what.to_owned(), "");
    }
    let advice = match error {
        DeliveryError::Sink(_) => "make room, or send the records elsewhere, and run again",
        _ => "see to the data folder, and run again",
    };
    (ExitCode::OutputFailed, format!("stopped: {}", crate::chain(error)), advice)
}

/// The connector is done, and whoever takes its records is not.
pub(super) fn sink_stuck() -> Verdict {
    let what = "was done, but not all of its records could be written within 5 minutes";
    (ExitCode::OutputFailed, what.to_owned(), "see to whatever takes the records, and run again")
}

/// Nothing of the connector has run.
pub(super) fn not_admitted(error: &AdmissionError) -> Verdict {
    let what = format!("was not loaded: {}", crate::chain(error));
    match error {
        AdmissionError::NoLibrary(_) => {
            (ExitCode::ConnectorUnusable, what, "make room in memory for its file, and run again")
        }
        AdmissionError::NotConfined(_) => {
            (ExitCode::Unenforceable, what, "`codeclimate-connector doctor` shows what this system can do")
        }
        AdmissionError::Step(_) | AdmissionError::Thread(_) => bug(&crate::chain(error)),
    }
}

pub(super) fn memory(evidence: &Evidence) -> Verdict {
    let (reading, limit) = (&evidence.numbers.reading, bytes(evidence.numbers.limits.memory));
    if reading.oom_kills > 0 && reading.oom == 0 {
        let what = format!(
            "was killed because the whole system is out of memory; its own limit of {limit} was not reached"
        );
        return (ExitCode::MemoryLimit, what, "free memory on this machine, or run fewer things at once");
    }
    let what = format!("was killed: it reached the memory limit of {limit}{}", biggest(evidence));
    (
        ExitCode::MemoryLimit,
        what,
        "raise --memory-limit if that is too low for this source; if memory grows with the data, the connector \
         should produce page by page",
    )
}

/// Who held the memory when that was last looked at.
fn biggest(evidence: &Evidence) -> String {
    let Some(biggest) = evidence.biggest.as_ref().filter(|biggest| !biggest.is_empty()) else {
        return " (it grew so fast that nobody was seen near it)".to_owned();
    };
    let one =
        |process: &Process| format!("{} ({}, process {})", process.name, bytes(process.memory), process.pid);
    format!("; biggest when last seen: {}", biggest.iter().map(one).collect::<Vec<_>>().join(", "))
}

pub(super) fn deadline(numbers: &Numbers) -> Verdict {
    let what = format!("was killed: it was not done after {}", duration(numbers.limits.deadline));
    (
        ExitCode::Deadline,
        what,
        "raise --deadline, or ask for less with a later cutoff; if it hangs, run again with -v",
    )
}

pub(super) fn idle(numbers: &Numbers) -> Verdict {
    let idle = duration(numbers.limits.idle);
    let what = format!(
        "was killed: it showed no sign of life for {idle}: no record, no line, no work of a processor"
    );
    (
        ExitCode::Deadline,
        what,
        "it hangs: run again with -v, and tell its author; raise --idle-timeout if its source is that slow",
    )
}

pub(super) fn processes(numbers: &Numbers, what: &str) -> Verdict {
    let (refused, limit) = (numbers.reading.refused_processes, numbers.limits.processes);
    let what = match refused {
        0 => format!("{what}: it reached the limit of {limit} processes"),
        _ => format!(
            "{what}: it reached the limit of {limit} processes and threads, {refused} more were refused"
        ),
    };
    (
        ExitCode::OtherLimit,
        what,
        "it forks without end, or needs --process-limit raised: ask its author which",
    )
}

pub(super) fn open_files(numbers: &Numbers, message: &str) -> Verdict {
    let what = format!("failed: it reached the limit of {} open files: {message}", numbers.limits.open_files);
    (
        ExitCode::OtherLimit,
        what,
        "it forgets to close files, or needs --open-file-limit raised: ask its author which",
    )
}

pub(super) fn temporary(numbers: &Numbers) -> Verdict {
    let what = format!("was killed: its temporary files take more than {}", bytes(numbers.limits.temporary));
    (
        ExitCode::OtherLimit,
        what,
        "raise --temporary-limit if its source needs that much; else tell its author",
    )
}

pub(super) fn large_file(numbers: &Numbers) -> Verdict {
    let what = format!("was killed: it wrote a file of more than {}", bytes(numbers.limits.temporary));
    (
        ExitCode::OtherLimit,
        what,
        "raise --temporary-limit if its source needs that much; else tell its author",
    )
}

pub(super) fn cancelled(signal: i32) -> Verdict {
    let (code, name) = match signal {
        signal_hook::consts::SIGTERM => (ExitCode::Terminated, "SIGTERM"),
        _ => (ExitCode::Interrupted, "SIGINT"),
    };
    (code, format!("was cancelled by {name}"), "run again")
}

/// It was asked to stop at a place of the run, and did.
pub(super) fn stopped_as_planned() -> Verdict {
    (ExitCode::Paused, "stopped when it was asked to".to_owned(), "run again")
}

/// It was asked to stop at a place of the run, and was killed in the end, or died before.
pub(super) fn ignored_the_request(evidence: &Evidence) -> Verdict {
    if evidence.stopping.is_none_or(|stopping| stopping < evidence.numbers.limits.grace) {
        return super::death::explain(evidence);
    }
    let grace = duration(evidence.numbers.limits.grace);
    (
        ExitCode::Deadline,
        format!("was killed: it was asked to stop, and went on for more than {grace}"),
        "a connector asks `context.cancellation.check()?` in each of its loops; tell its author",
    )
}

pub(super) fn paused_near(evidence: &Evidence) -> Verdict {
    let limits = &evidence.numbers.limits;
    let (limit, advice) = match evidence.near {
        Some(Near::Memory) => (
            format!("memory limit of {}", bytes(limits.memory)),
            "run again; if it pauses at the same place, raise --memory-limit",
        ),
        _ => (format!("deadline of {}", duration(limits.deadline)), "run again, or raise --deadline"),
    };
    (ExitCode::Paused, format!("paused: it came near the {limit} and stopped in time"), advice)
}

pub(super) fn protocol(reason: &str) -> Verdict {
    let what = format!("was stopped: {reason}");
    (
        ExitCode::Protocol,
        what,
        "the connector disturbs the channel to the runner; tell its author, with the output of a run with -v",
    )
}

pub(super) fn bug(what: &str) -> Verdict {
    (
        ExitCode::Bug,
        format!("could not be run to its end by the runner: {what}"),
        "please report this, with the output of a run with -v",
    )
}

pub(super) fn failed(stage: Stage, failure: &FailureReport) -> Verdict {
    let message = &failure.message;
    let (code, what, advice) = match failure.kind.as_str() {
        LOAD_FAILURE => (
            ExitCode::ConnectorUnusable,
            format!("could not be loaded: {message}"),
            "ask the author for a build for this system",
        ),
        failure_kind::CONFIGURATION => (
            ExitCode::Configuration,
            format!("refused its configuration: {message}"),
            "mend the configuration; verify-configuration shows whether it works",
        ),
        failure_kind::INVALID_RECORD => (
            ExitCode::InvalidRecords,
            format!("gave up on an invalid record: {message}"),
            "the connector's author has to mend this; the record never left the runner",
        ),
        failure_kind::SOURCE_UNAVAILABLE => {
            (ExitCode::SourceUnavailable, format!("could not reach its source: {message}"), "run again later")
        }
        failure_kind::PAUSED => {
            let when = failure.resume_after.as_ref().map(|time| format!(", to be resumed after {time}"));
            (ExitCode::Paused, format!("paused: {message}{}", when.unwrap_or_default()), "run again")
        }
        failure_kind::UNSUPPORTED => (ExitCode::Usage, message.clone(), ""),
        failure_kind::PANIC => (
            ExitCode::ConnectorPanicked,
            format!("panicked at {message}"),
            "this is a bug in the connector: tell its author",
        ),
        _ => (
            ExitCode::ConnectorError,
            format!("failed: {message}"),
            "mend what the message names; if it makes no sense, send it to the connector's author",
        ),
    };
    let closing = if stage == Stage::Close { " (while the client was dropped)" } else { "" };
    (code, format!("{what}{closing}"), advice)
}
