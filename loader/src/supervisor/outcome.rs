//! How a run ended: one pure decision over all that is known of it.

use std::time::Duration;

use codeclimate_connector_abi::v1::failure_kind;
use serde_json::value::RawValue;

use crate::{
    exit_code::ExitCode,
    frame::{End, FailureReport, LOAD_FAILURE, PanicReport, Stage},
    guardian::Report,
};

use super::intake::IntakeError;

/// Why the supervisor ended the run before the worker did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A process of the run was killed by the kernel for want of memory.
    Memory,
    /// The deadline passed.
    Deadline,
    /// SIGINT or SIGTERM came; the number of the signal.
    Signal(i32),
    /// The channel or the sink failed; the reason is in [`Evidence::intake`].
    Intake,
    /// The last frame was in, and the worker did not go.
    Lingered,
}

/// Everything that is known of a run that is over. No clock, disk or process is needed to judge it.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) stop: Option<Stop>,
    /// None where the guardian ended first.
    pub(crate) worker: Option<Report>,
    pub(crate) end: Option<End>,
    pub(crate) intake: Option<IntakeError>,
    pub(crate) panics: Vec<PanicReport>,
    pub(crate) stage: Option<Stage>,
    /// The last lines of stderr, masked.
    pub(crate) stderr: Vec<String>,
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
    /// Records before the last checkpoint that the connector set.
    pub(crate) checkpoint: Option<u64>,
    /// Records before the last checkpoint that is durable.
    pub(crate) committed: Option<u64>,
    pub(crate) memory_limit: u64,
    pub(crate) memory_peak: Option<u64>,
    pub(crate) oom_kills: u64,
    pub(crate) duration: Duration,
    pub(crate) deadline: Duration,
}

/// How a run ended, in words still to be masked.
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
    pub(crate) numbers: Numbers,
}

/// A judgement: exit code, what happened, what to do.
type Verdict = (ExitCode, String, &'static str);

impl Outcome {
    /// Judges a run. The order is that of certainty: what the kernel says comes before what the connector says.
    pub(crate) fn of(evidence: Evidence) -> Self {
        let (code, what, advice) = judge(&evidence);
        let (answer, failure) = match evidence.end {
            Some(End::Done { answer }) => (answer, None),
            Some(End::Failed { failure, .. }) => (None, Some(failure)),
            None => (None, None),
        };
        Self { code, what, advice: advice.to_owned(), answer, failure, numbers: evidence.numbers }
    }
}

fn judge(evidence: &Evidence) -> Verdict {
    if let Some(IntakeError::Sink { name, source }) = &evidence.intake {
        return sink_failed(name, source);
    }
    if evidence.stop == Some(Stop::Memory) || evidence.numbers.oom_kills > 0 {
        return memory(&evidence.numbers);
    }
    if let (None | Some(Stop::Lingered), Some(error)) = (evidence.stop, &evidence.intake) {
        return protocol(&crate::chain(error));
    }
    match (&evidence.end, evidence.stop) {
        (Some(End::Done { .. }), None | Some(Stop::Lingered | Stop::Signal(_))) => {
            (ExitCode::Done, "done".to_owned(), "")
        }
        (Some(End::Failed { stage, failure }), Some(Stop::Signal(signal))) if gave_in(failure) => {
            let _ = stage;
            cancelled(signal)
        }
        (Some(End::Failed { stage, failure }), None | Some(Stop::Lingered | Stop::Signal(_))) => {
            failed(*stage, failure)
        }
        (_, Some(Stop::Deadline)) => deadline(&evidence.numbers),
        (_, Some(Stop::Signal(signal))) => cancelled(signal),
        (_, Some(Stop::Intake)) => {
            protocol(&evidence.intake.as_ref().map(|error| crate::chain(error)).unwrap_or_default())
        }
        (_, _) => died(evidence),
    }
}

fn gave_in(failure: &FailureReport) -> bool {
    matches!(failure.kind.as_str(), failure_kind::CANCELLED | failure_kind::CLOSED)
}

fn sink_failed(name: &str, cause: &std::io::Error) -> Verdict {
    if cause.kind() == std::io::ErrorKind::BrokenPipe {
        return (
            ExitCode::OutputFailed,
            "stopped: whoever read the records has closed the pipe".to_owned(),
            "",
        );
    }
    let what = format!("stopped: the records could not be written to {name}: {cause}");
    (ExitCode::OutputFailed, what, "make room, or send the records elsewhere, and run again")
}

fn memory(numbers: &Numbers) -> Verdict {
    let what = format!("was killed: it reached the memory limit of {}", bytes(numbers.memory_limit));
    (
        ExitCode::MemoryLimit,
        what,
        "raise --memory-limit if that is too low for this source; if memory grows with the data, the connector \
         should produce page by page",
    )
}

fn deadline(numbers: &Numbers) -> Verdict {
    let what = format!("was killed: it was not done after {}", duration(numbers.deadline));
    (
        ExitCode::Deadline,
        what,
        "raise --deadline, or ask for less with a later cutoff; if it hangs, run again with -v",
    )
}

fn cancelled(signal: i32) -> Verdict {
    let (code, name) = match signal {
        signal_hook::consts::SIGTERM => (ExitCode::Terminated, "SIGTERM"),
        _ => (ExitCode::Interrupted, "SIGINT"),
    };
    (code, format!("was cancelled by {name}"), "run again")
}

fn protocol(reason: &str) -> Verdict {
    let what = format!("was stopped: {reason}");
    (
        ExitCode::Protocol,
        what,
        "the connector disturbs the channel to the runner; tell its author, with the output of a run with -v",
    )
}

fn failed(stage: Stage, failure: &FailureReport) -> Verdict {
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
        _ => (ExitCode::ConnectorError, format!("failed: {message}"), ""),
    };
    let closing = if stage == Stage::Close { " (while the client was dropped)" } else { "" };
    (code, format!("{what}{closing}"), advice)
}

/// There is no last frame: what the worker left behind has to tell.
fn died(evidence: &Evidence) -> Verdict {
    let place = match evidence.stage {
        Some(Stage::Load) => " while its library was being loaded",
        Some(Stage::Create) => " while the client was being made",
        Some(Stage::Close) => " while the client was being dropped",
        _ => "",
    };
    match &evidence.worker {
        _ if evidence.stage == Some(Stage::Bug) => bug(&evidence.stderr.join(" / ")),
        _ if evidence.stage == Some(Stage::ChannelLost) => protocol("it closed the channel to the runner"),
        Some(Report::NotStarted { reason }) => bug(&format!("the worker could not be started: {reason}")),
        Some(Report::Exited { code }) => (
            ExitCode::ConnectorExited,
            format!("ended its own process with exit code {code} before it was done{place}"),
            "a connector must return, not exit: tell its author",
        ),
        Some(Report::Signalled { signal }) => crashed(*signal, place, evidence),
        Some(Report::Started { .. }) | None => bug("the guardian, which watches the worker, ended before it"),
    }
}

fn bug(what: &str) -> Verdict {
    (
        ExitCode::Bug,
        format!("could not be run to its end by the runner: {what}"),
        "please report this, with the output of a run with -v",
    )
}

fn crashed(signal: i32, place: &str, evidence: &Evidence) -> Verdict {
    let said = |text: &str| evidence.stderr.iter().find(|line| line.contains(text));
    let advice = "this is a bug in the connector, or in a native library that it uses: tell its author";
    if let (Some(panic), true) = (evidence.panics.last(), signal == SIGABRT) {
        let what = format!("panicked at {}{}, which aborted it", location(panic), panic.message);
        return (ExitCode::ConnectorPanicked, what, advice);
    }
    let why = if said("has overflowed its stack").is_some() {
        "stack overflow, ".to_owned()
    } else if let Some(line) = said("memory allocation of") {
        format!("{line}, ")
    } else {
        String::new()
    };
    (ExitCode::ConnectorCrashed, format!("crashed{place} ({why}{})", signal_name(signal)), advice)
}

fn location(panic: &PanicReport) -> String {
    match (&panic.file, panic.line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        (Some(file), None) => format!("{file}: "),
        (None, _) => String::new(),
    }
}

const SIGABRT: i32 = signal_hook::consts::SIGABRT;

fn signal_name(signal: i32) -> String {
    match signal_hook::low_level::signal_name(signal) {
        Some(name) => name.to_owned(),
        None => format!("signal {signal}"),
    }
}

/// Records as people count them: `1 record`, `3 records`.
pub(crate) fn records(count: u64) -> String {
    let noun = if count == 1 { "record" } else { "records" };
    format!("{count} {noun}")
}

/// A size for people.
pub(crate) fn bytes(count: u64) -> String {
    bytesize::ByteSize::b(count).display().iec().to_string()
}

/// A duration for people: `350ms`, `2.1s`, `3m 20s`.
pub(crate) fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0..1_000 => format!("{milliseconds}ms"),
        1_000..60_000 => format!("{:.1}s", duration.as_secs_f64()),
        _ => format!("{}m {}s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: &str) -> Option<End> {
        Some(End::Failed { stage: Stage::Verb, failure: FailureReport::new(kind, "m") })
    }

    fn done() -> Option<End> {
        Some(End::Done { answer: None })
    }

    fn evidence() -> Evidence {
        Evidence { worker: Some(Report::Exited { code: 0 }), stage: Some(Stage::End), ..Evidence::default() }
    }

    fn aborted(stderr: &str) -> Evidence {
        Evidence {
            worker: Some(Report::Signalled { signal: 6 }),
            stage: Some(Stage::Verb),
            stderr: vec![stderr.to_owned()],
            ..Evidence::default()
        }
    }

    #[test]
    fn every_ending_has_its_code_and_its_words() {
        let panic = PanicReport {
            message: "boom".into(),
            file: Some("src/lib.rs".into()),
            line: Some(3),
            thread: None,
        };
        let oom = Numbers { oom_kills: 1, memory_limit: 1 << 30, ..Numbers::default() };
        let broken = || {
            let source = std::io::ErrorKind::BrokenPipe.into();
            Some(IntakeError::Sink { name: "standard output", source })
        };
        let torn = || Some(IntakeError::Torn { bytes: 3 });
        let cases = [
            (Evidence { end: done(), ..evidence() }, 0, "done"),
            (Evidence { end: done(), stop: Some(Stop::Lingered), ..evidence() }, 0, "done"),
            (Evidence { end: done(), stop: Some(Stop::Signal(2)), ..evidence() }, 0, "done"),
            (
                Evidence { end: done(), numbers: oom.clone(), ..evidence() },
                30,
                "was killed: it reached the memory limit of 1.0 GiB",
            ),
            (
                Evidence { end: done(), intake: broken(), stop: Some(Stop::Intake), ..evidence() },
                40,
                "has closed the pipe",
            ),
            (Evidence { end: done(), intake: torn(), ..evidence() }, 25, "inside a frame, after 3 bytes"),
            (
                Evidence { intake: torn(), stop: Some(Stop::Intake), ..evidence() },
                25,
                "inside a frame, after 3 bytes",
            ),
            (Evidence { intake: torn(), stop: Some(Stop::Deadline), ..evidence() }, 31, "was not done after"),
            (Evidence { end: failure("connector"), ..evidence() }, 20, "failed: m"),
            (Evidence { end: failure("from-the-future"), ..evidence() }, 20, "failed: m"),
            (Evidence { end: failure("configuration"), ..evidence() }, 10, "refused its configuration: m"),
            (
                Evidence { end: failure("invalid-record"), ..evidence() },
                21,
                "gave up on an invalid record: m",
            ),
            (
                Evidence { end: failure("source-unavailable"), ..evidence() },
                27,
                "could not reach its source: m",
            ),
            (Evidence { end: failure("paused"), ..evidence() }, 26, "paused: m"),
            (Evidence { end: failure("unsupported"), ..evidence() }, 2, "m"),
            (Evidence { end: failure("panic"), ..evidence() }, 22, "panicked at m"),
            (Evidence { end: failure("load"), ..evidence() }, 12, "could not be loaded: m"),
            (
                Evidence { end: failure("cancelled"), stop: Some(Stop::Signal(2)), ..evidence() },
                130,
                "was cancelled by SIGINT",
            ),
            (Evidence { end: failure("panic"), stop: Some(Stop::Signal(2)), ..evidence() }, 22, "panicked"),
            (Evidence { stop: Some(Stop::Signal(15)), ..evidence() }, 143, "was cancelled by SIGTERM"),
            (Evidence { stop: Some(Stop::Deadline), ..evidence() }, 31, "was killed: it was not done after"),
            (
                Evidence { stage: Some(Stage::Verb), ..evidence() },
                24,
                "ended its own process with exit code 0",
            ),
            (Evidence { stage: Some(Stage::ChannelLost), ..evidence() }, 25, "closed the channel"),
            (Evidence { stage: Some(Stage::Bug), ..evidence() }, 70, "could not be run to its end"),
            (Evidence { worker: None, ..evidence() }, 70, "the guardian"),
            (
                Evidence { worker: Some(Report::NotStarted { reason: "EAGAIN".into() }), ..evidence() },
                70,
                "EAGAIN",
            ),
            (aborted(""), 23, "crashed (SIGABRT)"),
            (aborted("thread 'main' has overflowed its stack"), 23, "stack overflow, SIGABRT"),
            (
                aborted("memory allocation of 67108864 bytes failed"),
                23,
                "memory allocation of 67108864 bytes failed, SIGABRT",
            ),
            (
                Evidence { panics: vec![panic], ..aborted("") },
                22,
                "panicked at src/lib.rs:3: boom, which aborted it",
            ),
            (
                Evidence {
                    worker: Some(Report::Signalled { signal: 11 }),
                    stage: Some(Stage::Load),
                    ..Evidence::default()
                },
                23,
                "crashed while its library was being loaded (SIGSEGV)",
            ),
        ];
        for (evidence, code, words) in cases {
            let shown = format!("{evidence:?}");
            let outcome = Outcome::of(evidence);
            assert_eq!(outcome.code as u8, code, "{shown}");
            assert!(outcome.what.contains(words), "{} in {shown}", outcome.what);
        }
    }

    #[test]
    fn sizes_and_durations_read_well() {
        assert_eq!(bytes(1 << 30), "1.0 GiB");
        let cases = [(350, "350ms"), (2_100, "2.1s"), (200_000, "3m 20s")];
        for (milliseconds, text) in cases {
            assert_eq!(duration(Duration::from_millis(milliseconds)), text);
        }
    }
}
