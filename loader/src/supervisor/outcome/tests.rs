//! Tests of the judgement: what is known of a run, and what is made of it.

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

fn signalled(signal: i32) -> Evidence {
    Evidence { worker: Some(Report::Signalled { signal }), stage: Some(Stage::Verb), ..Evidence::default() }
}

#[test]
fn every_ending_has_its_code_and_its_words() {
    let panic = PanicReport {
        message: "boom".into(),
        file: Some("src/lib.rs".into()),
        line: Some(3),
        thread: None,
        backtrace: None,
    };
    let reading = |oom_kills, oom, refused_processes| Numbers {
        reading: Reading { oom_kills, oom, refused_processes, ..Reading::default() },
        ..Numbers::default()
    };
    let oom = reading(1, 1, 0);
    let process = Process { pid: 7, name: "worker".into(), memory: 800 << 20, ticks: 0 };
    let broken = || {
        let source = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let error = crate::sink::SinkError::new("cannot write to standard output", source);
        Some(IntakeError::Delivery(crate::delivery::DeliveryError::Sink(error)))
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
        (Evidence { end: failure("invalid-record"), ..evidence() }, 21, "gave up on an invalid record: m"),
        (Evidence { end: failure("source-unavailable"), ..evidence() }, 27, "could not reach its source: m"),
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
        (Evidence { stage: Some(Stage::Verb), ..evidence() }, 24, "ended its own process with exit code 0"),
        (Evidence { stage: Some(Stage::ChannelLost), ..evidence() }, 25, "closed the channel"),
        (Evidence { stage: Some(Stage::Bug), ..evidence() }, 70, "could not be run to its end"),
        (Evidence { worker: None, ..evidence() }, 70, "the guardian"),
        (
            Evidence {
                worker: Some(Report::Exited { code: 70 }),
                stage: Some(Stage::Start),
                stderr: vec!["the worker cannot begin: why".into()],
                ..Evidence::default()
            },
            70,
            "the worker cannot begin: why",
        ),
        (
            Evidence { worker: None, intake: torn(), stop: Some(Stop::GuardianLost), ..evidence() },
            70,
            "the guardian",
        ),
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
        (
            Evidence { end: failure("cancelled"), near: Some(Near::Memory), ..evidence() },
            26,
            "paused: it came near the memory limit of 1.0 GiB and stopped in time",
        ),
        (
            Evidence { end: failure("cancelled"), near: Some(Near::Deadline), ..evidence() },
            26,
            "paused: it came near the deadline of 20m 0s",
        ),
        (
            Evidence {
                end: failure("cancelled"),
                near: Some(Near::Memory),
                stop: Some(Stop::Signal(2)),
                ..evidence()
            },
            130,
            "was cancelled by SIGINT",
        ),
        (Evidence { end: done(), near: Some(Near::Deadline), ..evidence() }, 0, "done"),
        (
            Evidence {
                end: failure("cancelled"),
                numbers: Numbers { duration: Duration::from_secs(1200), ..Numbers::default() },
                ..evidence()
            },
            26,
            "paused: it came near the deadline of 20m 0s",
        ),
        (Evidence { stop: Some(Stop::Idle), ..evidence() }, 31, "showed no sign of life for 5m 0s"),
        (
            Evidence { stop: Some(Stop::Processes), numbers: reading(0, 0, 1001), ..evidence() },
            32,
            "was killed: it reached the limit of 512 processes and threads, 1001 more were refused",
        ),
        (
            Evidence { end: failure("connector"), numbers: reading(0, 0, 3), ..evidence() },
            32,
            "failed: m: it reached the limit of 512 processes and threads, 3 more were refused",
        ),
        (Evidence { end: done(), numbers: reading(0, 0, 3), ..evidence() }, 0, "done"),
        (
            Evidence {
                end: Some(End::Failed {
                    stage: Stage::Verb,
                    failure: FailureReport::new("connector", "Too many open files (os error 24)"),
                }),
                ..evidence()
            },
            32,
            "it reached the limit of 1024 open files",
        ),
        (
            Evidence { stop: Some(Stop::Temporary), ..evidence() },
            32,
            "temporary files take more than 1.0 GiB",
        ),
        (signalled(25), 32, "wrote a file of more than 1.0 GiB"),
        (signalled(9), 23, "was killed (SIGKILL), by itself or by somebody outside"),
        (signalled(7), 23, "crashed (SIGBUS)"),
        (
            Evidence { numbers: reading(1, 0, 0), ..signalled(9) },
            30,
            "because the whole system is out of memory",
        ),
        (
            Evidence { numbers: oom.clone(), biggest: Some(vec![process]), ..signalled(9) },
            30,
            "; biggest when last seen: worker (800.0 MiB, process 7)",
        ),
        (
            Evidence { numbers: oom.clone(), ..signalled(9) },
            30,
            "(it grew so fast that nobody was seen near it)",
        ),
        (
            Evidence {
                held_by: Some("watching".into()),
                ..aborted("memory allocation of 67108864 bytes failed")
            },
            30,
            "reached the memory limit",
        ),
        (Evidence { stop: Some(Stop::ChannelClosed), ..evidence() }, 25, "closed the channel to the runner"),
    ];
    for (evidence, code, words) in cases {
        let shown = format!("{evidence:?}");
        let outcome = Outcome::of(evidence);
        assert_eq!(outcome.code as u8, code, "{shown}");
        assert!(outcome.what.contains(words), "{} in {shown}", outcome.what);
    }
}

#[test]
fn a_signal_takes_the_place_of_a_stop_that_was_only_wished_for() {
    for wished in [None, Some(Stop::Planned), Some(Stop::Enough)] {
        let stop = Some(Stop::heard(wished, 2));
        assert_eq!(stop, Some(Stop::Signal(2)), "{wished:?}");
        assert_eq!(Outcome::of(Evidence { stop, ..evidence() }).signal, Some(2));
    }
    for reason in [Stop::Memory, Stop::Deadline, Stop::Intake, Stop::Signal(15)] {
        assert_eq!(Stop::heard(Some(reason), 2), reason);
    }
}
