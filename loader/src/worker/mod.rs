//! The worker: one process that runs one verb of one connector, then reports its end.
//!
//! It is the runner's own binary, executed again inside the run's cgroup. Whatever the connector does to
//! this process, the supervisor is another one. It leaves by `_exit`: the connector's destructors at exit
//! and of its threads never run.

mod admission;
mod clock;
mod host;
mod library;
mod outbox;
mod refusal;
mod rejections;
#[cfg(test)]
mod round_trip;
mod state;
mod stopping;

use std::{
    ffi::c_int,
    os::unix::net::UnixStream,
    panic,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Duration,
};

use codeclimate_connector_abi::{
    abi_stable::{
        sabi_trait::TD_Opaque,
        std_types::{RSlice, RVec},
    },
    v1::{ConnectorBox, Host_TO, failure_kind, verb},
};
use rustix::thread::set_name;
use serde_json::value::RawValue;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::frame::{
    BROKEN, CHANNEL_FD, End, FailureReport, Job, Kind, LIBRARY_FD, LOAD_FAILURE, STATUS_FD, Scrutiny, Stage,
    Status, StopAfter, inherit, keep_from_children, read_job,
};
use crate::mask::Masker;
use crate::sealed::{Image, Sealed};

use host::Host;
use library::Library;

pub(crate) use host::Services;
pub(crate) use outbox::Outbox;

/// Runs the job that waits in the channel, and ends the process.
pub(crate) fn main() -> ! {
    match run() {
        Ok(()) => exit(0),
        Err(error) => {
            // Nobody else is listening yet: the line reaches the supervisor as the worker's last output.
            eprintln!("the worker cannot begin: {}", crate::chain(&*error));
            exit(BROKEN)
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    // What `ps` and the kernel's log call the process; else it would be `exe`, after the link that was executed.
    set_name(c"connector-work")?;
    let mut channel = UnixStream::from(inherit(CHANNEL_FD, "the frame channel")?);
    let status = Arc::new(Status::map(inherit(STATUS_FD, "the status page")?)?);
    let checked = Sealed::of(inherit(LIBRARY_FD, "the connector's file")?)?;
    report_own_panics(&status);
    keep_from_children()?;
    be_killed_first();
    leave_signals_to_the_runner()?;
    let job = read_job(&mut channel)?;
    // Before there is any other thread: what is confined is this one and those that it starts.
    let Some(library) = admission::copy_and_confine(&channel, &job, checked)? else { return Ok(()) };
    end_with_the_supervisor(channel.try_clone()?)?;
    let mut outbox = Outbox::start(channel, Arc::clone(&status))?;
    if job.scrutiny.is_some() {
        outbox = outbox.keeping_every_checkpoint();
    }
    let outbox = Arc::new(outbox);
    if job.stop == Some(StopAfter::CancelAtRecord(0)) {
        status.cancel();
    }
    let masker = Masker::of(&job.secrets)?;
    let services = Arc::new(Services::new(&job, masker, Arc::clone(&outbox), Arc::clone(&status)));
    Ok(finish(job, &library.image()?, &services, &status, &outbox)?)
}

/// Does the verb and sends its end.
fn finish(
    job: Job,
    image: &Image,
    services: &Arc<Services>,
    status: &Status,
    outbox: &Outbox,
) -> serde_json::Result<()> {
    let end = services.masked(do_verb(job, image, services, status));
    status.set_stage(Stage::End);
    services.close();
    outbox.finish(&serde_json::to_vec(&end)?);
    Ok(())
}

/// Does the job in this very process, without any fence, for an author with a debugger; the other end of the channel gets the
/// frames. The library stays loaded.
///
/// # Errors
/// Where it cannot even begin; all else is in the last frame.
pub(crate) fn run_here(
    job: Job,
    channel: UnixStream,
    status: &Arc<Status>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let outbox = Arc::new(Outbox::start(channel, Arc::clone(status))?);
    let masker = Masker::of(&job.secrets)?;
    let services = Arc::new(Services::new(&job, masker, Arc::clone(&outbox), Arc::clone(status)));
    let image = Image::in_place(&job.connector);
    Ok(finish(job, &image, &services, status, &outbox)?)
}

/// Under a shortage of memory for the whole system, or the container, the kernel takes this process before the runner.
fn be_killed_first() {
    // A container may have `/proc` read-only; the limits hold all the same.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// A service manager that stops a service signals all its processes, which in a delegated cgroup are the worker too.
/// The runner asks the connector to stop in good order; the worker must live that long.
fn leave_signals_to_the_runner() -> std::io::Result<()> {
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        // A handler, and not 'ignored', because that would be passed on to what the connector executes.
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

fn do_verb(job: Job, image: &Image, services: &Arc<Services>, status: &Status) -> End {
    status.set_stage(Stage::Load);
    let module = match Library::open(&job.connector, image).and_then(|library| library.root_module()) {
        Ok(module) => module,
        Err(error) => return failed(Stage::Load, FailureReport::new(LOAD_FAILURE, crate::chain(&error))),
    };
    status.set_stage(Stage::Create);
    let host = Host_TO::from_value(Host(Arc::clone(services)), TD_Opaque);
    let configuration = job.configuration.into_iter().map(|(key, json)| (key.into(), json.into())).collect();
    let connector = match module.create()(configuration, host).into_result() {
        Ok(connector) => connector,
        Err(failure) => return failed(Stage::Create, FailureReport::from_json(&failure)),
    };
    services.send(Kind::Ready, b"");
    status.set_stage(Stage::Verb);
    let scrutiny = job.scrutiny.unwrap_or_default();
    let answer = if scrutiny.creates_only {
        Ok(RVec::new())
    } else {
        connector.call(job.verb, RSlice::from_slice(job.payload.as_bytes())).into_result()
    };
    services.close();
    linger(scrutiny);
    status.set_stage(Stage::Close);
    close(connector, answer)
}

/// Waits for what a connector does behind the back of its verb: nobody can tell when that would be.
fn linger(scrutiny: Scrutiny) {
    if scrutiny.linger_milliseconds > 0 {
        thread::sleep(Duration::from_millis(scrutiny.linger_milliseconds));
    }
}

/// Drops the client; a panic while it drops spoils a verb that went well.
fn close(connector: ConnectorBox, answer: Result<RVec<u8>, RVec<u8>>) -> End {
    let closed = connector.call(verb::CLOSE, RSlice::EMPTY).into_result();
    // Its vtable lies in a library that is never unloaded; the client inside is gone already.
    std::mem::forget(connector);
    match (answer, closed) {
        (Err(failure), _) => failed(Stage::Verb, FailureReport::from_json(&failure)),
        (Ok(_), Err(failure)) => failed(Stage::Close, FailureReport::from_json(&failure)),
        (Ok(answer), Ok(_)) => done(&answer),
    }
}

fn done(answer: &[u8]) -> End {
    if answer.is_empty() {
        return End::Done { answer: None };
    }
    match serde_json::from_slice::<Box<RawValue>>(answer) {
        Ok(answer) => End::Done { answer: Some(answer) },
        Err(error) => {
            let message = format!("the connector's answer is not JSON: {error}");
            failed(Stage::Verb, FailureReport::new(failure_kind::CONNECTOR, message))
        }
    }
}

fn failed(stage: Stage, failure: FailureReport) -> End {
    End::Failed { stage, failure }
}

/// A panic in the worker's own code is a bug in the runner, on whichever thread it happens: the connector
/// has a standard library, and a panic hook, of its own.
fn report_own_panics(status: &Arc<Status>) {
    let status = Arc::clone(status);
    panic::set_hook(Box::new(move |info| {
        status.set_stage(Stage::Bug);
        eprintln!("the worker panicked: {info}");
        exit(BROKEN);
    }));
}

/// Ends this process when the supervisor's end of the channel is gone, even if guardian and cgroup failed.
fn end_with_the_supervisor(channel: UnixStream) -> std::io::Result<()> {
    use std::io::Read as _;
    let watch = move || {
        let mut channel = channel;
        // The supervisor sends nothing after the job: anything but an error is the end of it. An error
        // means that the connector closed the descriptor, which the outbox reports.
        if channel.read(&mut [0]).is_ok() {
            exit(0);
        }
    };
    thread::Builder::new().name("lifeline".into()).spawn(watch)?;
    Ok(())
}

/// Ends the process at once: no destructor, no `atexit` handler.
pub(crate) fn exit(code: c_int) -> ! {
    // SAFETY: `_exit` may be called at any time on any thread.
    unsafe { libc::_exit(code) }
}
