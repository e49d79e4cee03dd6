//! How a run ended: one pure decision over all that is known of it.

mod death;
mod denied;
#[cfg(test)]
mod tests;
mod units;
mod words;

use std::time::Duration;

use codeclimate_connector_abi::v1::failure_kind;
use serde_json::value::RawValue;

use crate::{
    confinement::{Fences, Rules},
    containment::Reading,
    delivery::DeliveryError,
    exit_code::ExitCode,
    frame::{End, FailureReport, PanicReport, Stage},
    guardian::Report,
    processes::Process,
};

use super::{
    admission::AdmissionError,
    denials::{self, Denial},
    intake::IntakeError,
    launch::Limits,
    progress::Tally,
};

pub(crate) use denied::{hint as denial_hint, list as list_denials};
pub(crate) use units::{bytes, duration, records};

/// Why the supervisor ended the run before the worker did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The memory limit was passed, or a process was killed for want of memory.
    Memory,
    /// The deadline passed.
    Deadline,
    /// There was no sign of life for too long.
    Idle,
    /// More processes were refused than any honest connector asks for.
    Processes,
    /// The temporary folder holds too much.
    Temporary,
    /// SIGINT or SIGTERM came; the number of the signal.
    Signal(i32),
    /// Whoever wanted the run had enough of it.
    Enough,
    /// The channel or the sink failed; the reason is in [`Evidence::intake`].
    Intake,
    /// The last frame was in, and the worker did not go.
    Lingered,
    /// The channel was closed without a last frame, and the worker went on.
    ChannelClosed,
    /// The guardian ended before the worker, so that nobody watches that any more.
    GuardianLost,
    /// The worker has asked the connector to stop, as its job says.
    Planned,
}

impl Stop {
    /// The reason from a signal on: what was only wished for gives way to somebody who wants the end.
    pub(crate) fn heard(reason: Option<Stop>, signal: i32) -> Stop {
        match reason {
            None | Some(Stop::Planned | Stop::Enough) => Stop::Signal(signal),
            Some(reason) => reason,
        }
    }
}

/// A limit that the connector was warned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Near {
    Memory,
    Deadline,
}

/// Everything that is known of a run that is over. No clock, disk or process is needed to judge it.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) stop: Option<Stop>,
    /// The limit near which the connector was asked to stop.
    pub(crate) near: Option<Near>,
    /// The biggest processes at that moment; none where there was none.
    pub(crate) biggest: Option<Vec<Process>>,
    /// None where the guardian ended first.
    pub(crate) worker: Option<Report>,
    pub(crate) end: Option<End>,
    pub(crate) intake: Option<IntakeError>,
    pub(crate) panics: Vec<PanicReport>,
    pub(crate) stage: Option<Stage>,
    /// The last lines of stderr, masked.
    pub(crate) stderr: Vec<String>,
    /// How the limits were held, where that was not the usual way.
    pub(crate) held_by: Option<String>,
    /// The fences around the worker; none where it did not come that far.
    pub(crate) fences: Option<Fences>,
    /// What they denied, as far as that is known.
    pub(crate) denials: Vec<Denial>,
    /// What was granted, and how it was to be held.
    pub(crate) rules: Option<Rules>,
    /// Lines of the connector that were not shown.
    pub(crate) held_back: u64,
    /// Whether the sink was given up while it still held up records.
    pub(crate) is_sink_stuck: bool,
    /// From the first request to stop to the last frame, or to the end without one.
    pub(crate) stopping: Option<Duration>,
    /// Whether the client was made.
    pub(crate) is_made: bool,
    /// Records and states after the verb had returned.
    pub(crate) late_calls: u64,
    pub(crate) numbers: Numbers,
}

/// The figures of a run.
#[derive(Debug, Default, Clone)]
pub(crate) struct Numbers {
    /// Records that the worker has checked and taken.
    pub(crate) accepted: u64,
    /// Records that have left the worker.
    pub(crate) sent: u64,
    /// Records that the sink has taken.
    pub(crate) delivered: u64,
    /// Records that were refused to the connector.
    pub(crate) rejected: u64,
    /// What was delivered, in detail. Empty until the run is over.
    pub(crate) tally: Tally,
    /// Records before the last checkpoint that the connector set.
    pub(crate) checkpoint: Option<u64>,
    /// Records before the last checkpoint that is durable.
    pub(crate) committed: Option<u64>,
    pub(crate) limits: Limits,
    pub(crate) reading: Reading,
    pub(crate) duration: Duration,
    /// How long of that the sink was waited for, as far as that is not held against the deadline.
    pub(crate) waited: Duration,
}

impl Numbers {
    /// What counts for the deadline.
    pub(crate) fn counted(&self) -> Duration {
        self.duration.saturating_sub(self.waited)
    }
}

/// How a run ended, in words still to be masked: only what a connector says of its failure, and what was denied, have been.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: ExitCode,
    /// What happened, without subject: 'panicked at src/lib.rs:3: boom'.
    pub(crate) what: String,
    /// What to do next; empty where there is nothing to do.
    pub(crate) advice: String,
    /// The verb's answer, where it gave one.
    pub(crate) answer: Option<Box<RawValue>>,
    pub(crate) failure: Option<FailureReport>,
    /// SIGINT or SIGTERM, where one came during the run, however that ended.
    pub(crate) signal: Option<i32>,
    /// How the limits were held, where that was not the usual way.
    pub(crate) held_by: Option<String>,
    /// The fences around the worker; none where it did not come that far.
    pub(crate) fences: Option<Fences>,
    /// What they denied, as far as that is known.
    pub(crate) denials: Vec<Denial>,
    pub(crate) numbers: Numbers,
    /// From the first request to stop to the end; none where it was not asked.
    pub(crate) stopping: Option<Duration>,
    /// Whether the client was made.
    pub(crate) is_made: bool,
    /// Records and states that came after the verb had returned.
    pub(crate) late_calls: u64,
    /// What is kept of the stream, in words; none where no state is.
    pub(crate) kept: Option<String>,
}

/// A judgement: exit code, what happened, what to do.
type Verdict = (ExitCode, String, &'static str);

impl Outcome {
    /// Judges a run. The order is that of certainty: what the kernel says comes before what the connector says.
    pub(crate) fn of(evidence: Evidence) -> Self {
        let (code, what, advice) = judge(&evidence);
        let (code, what, advice) = denied::weighed((code, what, advice.to_owned()), &evidence);
        let (answer, failure) = match evidence.end {
            Some(End::Done { answer }) => (answer, None),
            Some(End::Failed { failure, .. }) => (None, Some(failure)),
            None => (None, None),
        };
        let signal = match evidence.stop {
            Some(Stop::Signal(signal)) => Some(signal),
            _ => None,
        };
        let Evidence { held_by, fences, denials, numbers, stopping, is_made, late_calls, .. } = evidence;
        Self {
            code,
            what,
            advice,
            answer,
            failure,
            signal,
            held_by,
            fences,
            denials,
            numbers,
            stopping,
            is_made,
            late_calls,
            kept: None,
        }
    }

    /// The same run, done, where the operator does not want records to be rejected.
    pub(crate) fn failed_if_rejected(mut self) -> Self {
        if self.code == ExitCode::Done && self.numbers.rejected > 0 {
            self.code = ExitCode::InvalidRecords;
            "was done, but records were rejected, and --fail-on-rejected was given"
                .clone_into(&mut self.what);
            "the rejected records are told above; the connector's author has to mend them"
                .clone_into(&mut self.advice);
        }
        self
    }

    /// The same run, of which records or state could not be kept at its end.
    pub(crate) fn not_kept(mut self, error: &DeliveryError) -> Self {
        let (code, what, advice) = words::not_kept(error);
        (self.code, self.what, self.advice) = (code, what, advice.to_owned());
        self
    }

    /// The same run, done, as a step of a command that somebody cancelled meanwhile.
    pub(crate) fn cancelled_if_asked(mut self) -> Self {
        if let (ExitCode::Done, Some(signal)) = (self.code, self.signal) {
            let (code, what, advice) = words::cancelled(signal);
            (self.code, self.what, self.advice) = (code, what, advice.to_owned());
        }
        self
    }
}

fn judge(evidence: &Evidence) -> Verdict {
    if let Some(IntakeError::Delivery(error)) = &evidence.intake {
        return words::not_kept(error);
    }
    if let Some(IntakeError::Panicked) = &evidence.intake {
        return words::bug("the thread that takes the records has panicked");
    }
    if let Some(IntakeError::Admission(error)) = &evidence.intake {
        return words::not_admitted(error);
    }
    if evidence.stop == Some(Stop::Memory) || evidence.numbers.reading.oom_kills > 0 {
        return words::memory(evidence);
    }
    if let (None | Some(Stop::Lingered), Some(error)) = (evidence.stop, &evidence.intake) {
        return words::protocol(&crate::chain(error));
    }
    match (&evidence.end, evidence.stop) {
        (_, Some(Stop::Deadline)) => words::deadline(&evidence.numbers),
        (_, Some(Stop::Idle)) => words::idle(&evidence.numbers),
        (_, Some(Stop::Processes)) => words::processes(&evidence.numbers, "was killed"),
        (_, Some(Stop::Temporary)) => words::temporary(&evidence.numbers),
        (_, Some(Stop::Intake)) => {
            words::protocol(&evidence.intake.as_ref().map(|error| crate::chain(error)).unwrap_or_default())
        }
        (Some(_), Some(Stop::Signal(signal))) if evidence.is_sink_stuck => words::cancelled(signal),
        (Some(End::Done { .. }), _) if evidence.is_sink_stuck => words::sink_stuck(),
        (Some(End::Done { .. }), _) => match &evidence.intake {
            Some(error) => words::protocol(&crate::chain(error)),
            None => (ExitCode::Done, "done".to_owned(), ""),
        },
        (Some(End::Failed { failure, .. }), Some(Stop::Signal(signal))) if gave_in(failure) => {
            words::cancelled(signal)
        }
        (Some(End::Failed { failure, .. }), Some(Stop::Enough)) if gave_in(failure) => {
            (ExitCode::Done, "stopped when it was asked to".to_owned(), "")
        }
        (Some(End::Failed { failure, .. }), Some(Stop::Planned)) if gave_in(failure) => {
            words::stopped_as_planned()
        }
        (None, Some(Stop::Planned | Stop::Enough)) => words::ignored_the_request(evidence),
        (Some(End::Failed { failure, .. }), _) if gave_in(failure) && was_near(evidence) => {
            words::paused_near(evidence)
        }
        (Some(End::Failed { stage, failure }), _) => failed(*stage, failure, &evidence.numbers),
        (None, Some(Stop::Signal(signal))) => words::cancelled(signal),
        (None, Some(Stop::GuardianLost)) => words::bug(death::NO_GUARDIAN),
        (None, Some(Stop::ChannelClosed)) => words::protocol("it closed the channel to the runner"),
        (None, _) => death::explain(evidence),
    }
}

/// Whether a failure is that of a connector which was asked to stop.
fn gave_in(failure: &FailureReport) -> bool {
    matches!(failure.kind.as_str(), failure_kind::CANCELLED | failure_kind::CLOSED)
}

/// Whether a limit was near. A connector that sees no time left may stop before it has been asked to.
fn was_near(evidence: &Evidence) -> bool {
    evidence.near.is_some() || evidence.numbers.counted() >= evidence.numbers.limits.soft_deadline()
}

/// What a connector says of its own failure, unless a limit that it met says more.
fn failed(stage: Stage, failure: &FailureReport, numbers: &Numbers) -> Verdict {
    let is_own_fault = matches!(failure.kind.as_str(), failure_kind::CONNECTOR | failure_kind::PANIC);
    let message = &failure.message;
    // Where no cgroup refuses processes, and counts what it refused, the user's own limit does.
    let is_refused = numbers.reading.processes > 0 && message.contains(TRY_AGAIN);
    if is_own_fault && (numbers.reading.refused_processes > 0 || is_refused) {
        return words::processes(numbers, &format!("failed: {message}"));
    }
    if is_own_fault && message.contains(TOO_MANY_FILES) {
        return words::open_files(numbers, message);
    }
    words::failed(stage, failure)
}

/// As Rust shows EAGAIN, the answer to a `fork` too many.
const TRY_AGAIN: &str = "(os error 11)";
/// As Rust shows EMFILE.
const TOO_MANY_FILES: &str = "(os error 24)";
