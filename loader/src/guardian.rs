//! The guardian: a tiny process between runner and worker that outlives both.
//!
//! It starts the worker, reports how the worker ended, and holds one end of a lifeline pipe. When the
//! runner is gone, by whatever signal, the lifeline reads EOF; the guardian then kills every process of
//! the run, removes its cgroups and ends. A parent-death signal would not do: it misses grandchildren.

use std::{
    env,
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    os::{
        fd::{OwnedFd, RawFd},
        unix::process::CommandExt,
    },
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Duration,
};

use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{
    Pid, Resource, Rlimit, WaitOptions, getpid, getrlimit, set_child_subreaper, setpriority_process,
    setrlimit, setsid, wait,
};
use rustix::thread::set_name;
use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::{
    cgroup,
    containment::kill_guarded,
    frame::{BROKEN, CHANNEL_FD, LIBRARY_FD, STATUS_FD, inherit, keep_from_children},
    temporary,
};

/// `argv[0]` of a guardian.
pub(crate) const GUARDIAN: &str = "codeclimate-connector-guardian";
/// `argv[0]` of a worker.
pub(crate) const WORKER: &str = "codeclimate-connector-worker";

/// Descriptors of a guardian beside [`CHANNEL_FD`], [`STATUS_FD`] and [`LIBRARY_FD`], which it passes on to the worker.
const LIFELINE_FD: RawFd = 6;
const REPORTS_FD: RawFd = 7;
const FIRST_PROCS_FD: RawFd = 8;

/// The `nice` value of a worker and all that it starts.
const BEHIND_THE_RUNNER: i32 = 5;

/// How long killing and removing may take once the runner is gone.
const LAST_DEADLINE: Duration = Duration::from_secs(30);

/// What a guardian tells the supervisor, a line of JSON each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Report {
    /// The worker runs.
    Started { pid: i32 },
    /// The worker could not be started.
    NotStarted { reason: String },
    /// The worker ended by itself.
    Exited { code: i32 },
    /// The worker was ended by a signal.
    Signalled { signal: i32 },
}

/// The descriptors that a guardian is born with.
pub(crate) struct Descriptors {
    pub(crate) channel: OwnedFd,
    pub(crate) status: OwnedFd,
    pub(crate) library: OwnedFd,
    pub(crate) lifeline: OwnedFd,
    pub(crate) reports: OwnedFd,
    pub(crate) procs: Vec<OwnedFd>,
}

/// What a guardian is to do; its one argument, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// What to kill and remove once the runner is gone; where it is empty, all of the guardian's descendants.
    pub(crate) cgroups: Vec<PathBuf>,
    /// The temporary folder to remove with them.
    pub(crate) temporary_folder: PathBuf,
    /// The limits of the worker.
    pub(crate) limits: ProcessLimits,
    /// How many descriptors of `cgroup.procs` it is born with.
    pub(crate) procs: i32,
}

/// Limits of each process of a run, as `setrlimit` knows them.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct ProcessLimits {
    /// Descriptors.
    pub(crate) open_files: u64,
    /// Bytes of private memory, where no cgroup limits the sum.
    pub(crate) data: Option<u64>,
    /// Processes and threads of the user, where no cgroup limits those of the run. The kernel does not hold root to it.
    pub(crate) processes: Option<u64>,
}

impl ProcessLimits {
    /// Puts them in force for this process and its children. Makes system calls only.
    fn apply(&self) -> io::Result<()> {
        // A core file would hold the configuration.
        let core = (Resource::Core, Some(0));
        let files = (Resource::Nofile, Some(self.open_files));
        let (data, processes) = ((Resource::Data, self.data), (Resource::Nproc, self.processes));
        for (resource, limit) in [core, files, data, processes] {
            if limit.is_some() {
                // A harder limit that is there already stays.
                let maximum = smaller(getrlimit(resource).maximum, limit);
                setrlimit(resource, Rlimit { current: maximum, maximum })?;
            }
        }
        Ok(())
    }
}

/// The smaller of two limits, of which none is no limit.
fn smaller(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The command that starts a guardian.
///
/// # Errors
/// Where a path is not UTF-8.
pub(crate) fn command(descriptors: Descriptors, orders: &Orders) -> io::Result<Command> {
    // The link names this very file even if its path has been replaced since.
    let mut command = Command::new("/proc/self/exe");
    command.arg0(GUARDIAN).arg(serde_json::to_string(orders)?);
    let mut mappings = vec![
        FdMapping { parent_fd: descriptors.channel, child_fd: CHANNEL_FD },
        FdMapping { parent_fd: descriptors.status, child_fd: STATUS_FD },
        FdMapping { parent_fd: descriptors.library, child_fd: LIBRARY_FD },
        FdMapping { parent_fd: descriptors.lifeline, child_fd: LIFELINE_FD },
        FdMapping { parent_fd: descriptors.reports, child_fd: REPORTS_FD },
    ];
    mappings.extend(
        (FIRST_PROCS_FD..)
            .zip(descriptors.procs)
            .map(|(child_fd, parent_fd)| FdMapping { parent_fd, child_fd }),
    );
    command.fd_mappings(mappings).map_err(io::Error::other)?;
    before_exec(&mut command, || Ok(setsid().map(drop)?));
    Ok(command)
}

/// Guards one run, and ends the process.
pub(crate) fn main() -> ! {
    match run() {
        Ok(()) => std::process::exit(0),
        Err(error) => {
            eprintln!("the guardian cannot go on: {}", crate::chain(&*error));
            std::process::exit(BROKEN)
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    // As in the worker.
    set_name(c"connector-guard")?;
    let orders: Orders = serde_json::from_str(&env::args().nth(1).unwrap_or_default())?;
    let last = FIRST_PROCS_FD + orders.procs;
    let inheritance = Inheritance {
        channel: inherit(CHANNEL_FD, "the frame channel")?,
        status: inherit(STATUS_FD, "the status page")?,
        library: inherit(LIBRARY_FD, "the connector's file")?,
    };
    let lifeline = inherit(LIFELINE_FD, "the lifeline")?;
    let mut reports = File::from(inherit(REPORTS_FD, "the pipe for reports")?);
    let procs: Result<Vec<_>, _> =
        (FIRST_PROCS_FD..last).map(|number| inherit(number, "cgroup.procs")).collect();
    keep_from_children()?;
    outlive_signals()?;
    set_child_subreaper(Some(getpid()))?;
    let limits = orders.limits;
    clean_up_after_the_runner(File::from(lifeline), orders)?;
    let started = start_worker(inheritance, procs?, limits);
    // The worker's output ends when the worker does: the guardian must not hold it open.
    let nowhere = File::options().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(&nowhere)?;
    rustix::stdio::dup2_stderr(&nowhere)?;
    match started {
        Ok(pid) => {
            report(&mut reports, &Report::Started { pid: pid.as_raw_nonzero().get() });
            reap(pid, &mut reports);
        }
        Err(error) => report(&mut reports, &Report::NotStarted { reason: error.to_string() }),
    }
    drop(reports);
    // The lifeline thread ends the process.
    loop {
        thread::park();
    }
}

/// A service manager signals every process of a service; this one still has to clean up.
fn outlive_signals() -> io::Result<()> {
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

fn clean_up_after_the_runner(mut lifeline: File, orders: Orders) -> io::Result<()> {
    let watch = move || {
        // Nothing is ever written: whatever ends the read, the runner is gone.
        let _ = lifeline.read(&mut [0]);
        // Nobody is left to be told of a failure; the next runner's sweep finds what stays.
        let removed = kill_guarded(&orders.cgroups, LAST_DEADLINE);
        let _ = temporary::remove(&orders.temporary_folder);
        cgroup::leave_leaf();
        std::process::exit(if removed.is_ok() { 0 } else { BROKEN });
    };
    thread::Builder::new().name("lifeline".into()).spawn(watch)?;
    Ok(())
}

/// The descriptors that a worker is born with.
struct Inheritance {
    channel: OwnedFd,
    status: OwnedFd,
    library: OwnedFd,
}

/// Starts the worker inside its cgroups: it enters them before `exec`, so nothing of it ever runs outside.
fn start_worker(inheritance: Inheritance, procs: Vec<OwnedFd>, limits: ProcessLimits) -> io::Result<Pid> {
    let mut command = Command::new("/proc/self/exe");
    command.arg0(WORKER).stdin(Stdio::null());
    let mappings = vec![
        FdMapping { parent_fd: inheritance.channel, child_fd: CHANNEL_FD },
        FdMapping { parent_fd: inheritance.status, child_fd: STATUS_FD },
        FdMapping { parent_fd: inheritance.library, child_fd: LIBRARY_FD },
    ];
    command.fd_mappings(mappings).map_err(io::Error::other)?;
    before_exec(&mut command, move || {
        setsid()?;
        // Where processors are short, whoever watches comes before whoever is watched.
        setpriority_process(None, BEHIND_THE_RUNNER)?;
        limits.apply()?;
        cgroup::enter(&procs)
    });
    let child = command.spawn()?;
    Pid::from_raw(child.id().cast_signed()).ok_or_else(|| io::Error::other("the worker has no process id"))
}

/// Runs this program inside cgroups, to print its version to nowhere: a proof that they can be entered.
pub(crate) fn run_inside(procs: Vec<OwnedFd>) -> io::Result<ExitStatus> {
    let mut command = Command::new("/proc/self/exe");
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null());
    before_exec(&mut command, move || cgroup::enter(&procs));
    command.status()
}

/// Runs `work` in the child between `fork` and `exec`.
fn before_exec(command: &mut Command, work: impl FnMut() -> io::Result<()> + Send + Sync + 'static) {
    // SAFETY: all callers pass closures that make system calls only: they allocate nothing and take no lock.
    unsafe { command.pre_exec(work) };
}

/// Collects every child, the worker's orphans included, until none is left.
fn reap(worker: Pid, reports: &mut File) {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == worker => {
                if let Some(signal) = status.terminating_signal() {
                    report(reports, &Report::Signalled { signal });
                } else if let Some(code) = status.exit_status() {
                    report(reports, &Report::Exited { code });
                }
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

fn report(reports: &mut File, report: &Report) {
    let mut line = serde_json::to_vec(report).unwrap_or_default();
    line.push(b'\n');
    // A runner that is gone needs no reports.
    let _ = reports.write_all(&line);
}

/// Reads reports until the guardian closes the pipe.
pub(crate) fn read_reports(pipe: File) -> impl Iterator<Item = Report> {
    let lines = BufReader::new(pipe).lines().map_while(Result::ok);
    lines.filter_map(|line| serde_json::from_str(&line).ok())
}
