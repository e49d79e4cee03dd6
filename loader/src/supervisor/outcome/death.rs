//! A worker that died without a last frame: what it left behind has to tell why.

use signal_hook::consts::{SIGABRT, SIGXFSZ};

use crate::{
    exit_code::ExitCode,
    frame::{BROKEN, PanicReport, Stage},
    guardian::Report,
};

use super::{Evidence, Verdict, words};

/// Not among the signals that can be waited for, and so not among signal-hook's constants.
const SIGKILL: i32 = 9;

const TELL_AUTHOR: &str =
    "this is a bug in the connector, or in a native library that it uses: tell its author";

pub(super) const NO_GUARDIAN: &str =
    "the guardian, which watches the worker, ended before it; perhaps somebody has killed it";

pub(super) fn explain(evidence: &Evidence) -> Verdict {
    match &evidence.worker {
        Some(Report::Exited { code: BROKEN }) if evidence.stage == Some(Stage::Start) => {
            words::bug(&evidence.stderr.join(" / "))
        }
        _ if evidence.stage == Some(Stage::Bug) => words::bug(&evidence.stderr.join(" / ")),
        _ if evidence.stage == Some(Stage::ChannelLost) => {
            words::protocol("it closed the channel to the runner")
        }
        Some(Report::NotStarted { reason }) => {
            words::bug(&format!("the worker could not be started: {reason}"))
        }
        Some(Report::Exited { code }) => exited(*code, evidence),
        Some(Report::Signalled { signal }) => signalled(*signal, evidence),
        Some(Report::Started { .. }) | None => words::bug(NO_GUARDIAN),
    }
}

/// Where in its life the worker was.
fn place(evidence: &Evidence) -> &'static str {
    match evidence.stage {
        Some(Stage::Load) => " while its library was being loaded",
        Some(Stage::Create) => " while the client was being made",
        Some(Stage::Close) => " while the client was being dropped",
        _ => "",
    }
}

fn exited(code: i32, evidence: &Evidence) -> Verdict {
    let what = format!("ended its own process with exit code {code} before it was done{}", place(evidence));
    if evidence.numbers.reading.refused_processes > 0 {
        return words::processes(&evidence.numbers, &what);
    }
    (ExitCode::ConnectorExited, what, "a connector must return, not exit: tell its author")
}

fn signalled(signal: i32, evidence: &Evidence) -> Verdict {
    let said = |text: &str| evidence.stderr.iter().find(|line| line.contains(text));
    let no_memory = said("memory allocation of").filter(|_| signal == SIGABRT);
    match (own_panic(&evidence.panics), no_memory) {
        _ if signal == SIGXFSZ => words::large_file(&evidence.numbers),
        _ if signal == SIGKILL => killed(evidence),
        // Where each process has a limit of its own, an allocation fails before the sum is seen.
        (_, Some(_)) if evidence.held_by.is_some() => words::memory(evidence),
        (_, Some(line)) => crashed(&format!("{line}, "), signal, evidence),
        _ if said("has overflowed its stack").is_some() => crashed("stack overflow, ", signal, evidence),
        (Some(panic), None) if signal == SIGABRT => {
            let what = format!("panicked at {}{}, which aborted it", location(panic), panic.message);
            (ExitCode::ConnectorPanicked, what, TELL_AUTHOR)
        }
        _ => crashed("", signal, evidence),
    }
}

/// The panic to tell of. A second one while unwinding is the standard library's own, which says nothing.
fn own_panic(panics: &[PanicReport]) -> Option<&PanicReport> {
    let is_std = |panic: &&PanicReport| panic.file.as_ref().is_some_and(|file| file.starts_with("/rustc/"));
    panics.iter().rev().find(|panic| !is_std(panic)).or(panics.last())
}

fn killed(evidence: &Evidence) -> Verdict {
    let what = format!("was killed{} (SIGKILL), by itself or by somebody outside", place(evidence));
    (
        ExitCode::ConnectorCrashed,
        what,
        "the kernel's log (`dmesg`) shows whether the system was short of memory; else ask who killed it",
    )
}

fn crashed(why: &str, signal: i32, evidence: &Evidence) -> Verdict {
    let what = format!("crashed{} ({why}{})", place(evidence), signal_name(signal));
    if evidence.numbers.reading.refused_processes > 0 {
        return words::processes(&evidence.numbers, &what);
    }
    (ExitCode::ConnectorCrashed, what, TELL_AUTHOR)
}

fn location(panic: &PanicReport) -> String {
    match (&panic.file, panic.line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        (Some(file), None) => format!("{file}: "),
        (None, _) => String::new(),
    }
}

fn signal_name(signal: i32) -> String {
    match signal_hook::low_level::signal_name(signal) {
        Some(name) => name.to_owned(),
        None => format!("signal {signal}"),
    }
}
