//! Starts a run: its cgroup, its channels, its guardian.

use std::{
    env,
    fs::File,
    io::{self, PipeReader},
    os::{fd::OwnedFd, unix::net::UnixStream},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    pipe::{PipeFlags, pipe_with},
    process::{Pid, PidfdFlags, pidfd_open},
};

use crate::{
    cgroup::{CgroupError, CgroupLimits},
    confinement::Sandbox,
    containment::{Containment, ContainmentError, Enforcement, forget_guardian},
    frame::{Job, JobError, Status, StatusError, write_job},
    guardian::{self, Orders, ProcessLimits},
    processes,
    temporary::{TemporaryError, TemporaryFolder},
};

use super::Run;

/// What a run may use, all processes together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Memory in bytes; swap is not allowed on top.
    pub(crate) memory: u64,
    /// From start to end.
    pub(crate) deadline: Duration,
    /// Without any sign of life.
    pub(crate) idle: Duration,
    /// From the first request to stop until everything is killed.
    pub(crate) grace: Duration,
    /// Processes and threads.
    pub(crate) processes: u64,
    /// Descriptors of each process.
    pub(crate) open_files: u64,
    /// Bytes in the temporary folder.
    pub(crate) temporary: u64,
    /// Time on processors, in hundredths of one; none is no limit.
    pub(crate) processor_percent: Option<u32>,
    /// By what means.
    pub(crate) enforcement: Enforcement,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 1 << 30,
            deadline: Duration::from_secs(20 * 60),
            idle: Duration::from_secs(5 * 60),
            grace: Duration::from_secs(10),
            processes: 512,
            open_files: 1024,
            temporary: 1 << 30,
            processor_percent: None,
            enforcement: Enforcement::default(),
        }
    }
}

impl Limits {
    /// Those that a cgroup holds.
    fn of_cgroup(&self) -> CgroupLimits {
        CgroupLimits {
            memory_bytes: self.memory,
            processes: self.processes,
            processor_percent: self.processor_percent,
        }
    }

    /// From here a run is near its memory limit: nine tenths of it.
    pub(crate) fn soft_memory(&self) -> u64 {
        self.memory / 10 * 9
    }

    /// From here a run is near its deadline: with the grace period left, or half of the time where that is less.
    pub(crate) fn soft_deadline(&self) -> Duration {
        self.deadline.saturating_sub(self.grace.min(self.deadline / 2))
    }
}

/// Why a run could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LaunchError {
    /// The limits cannot be enforced here.
    #[error("cannot hold the connector to its limits on this system")]
    Containment(#[from] ContainmentError),
    /// The private folder for temporary files.
    #[error("cannot start the connector")]
    Temporary(#[from] TemporaryError),
    /// The page shared with the worker.
    #[error("cannot start the connector")]
    Status(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Pipes, processes, threads.
    #[error("cannot start the connector: failed to {what}")]
    System {
        /// What failed.
        what: &'static str,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

impl From<StatusError> for LaunchError {
    fn from(error: StatusError) -> Self {
        Self::Status(Box::new(error))
    }
}

impl From<JobError> for LaunchError {
    fn from(error: JobError) -> Self {
        Self::Status(Box::new(error))
    }
}

impl From<CgroupError> for LaunchError {
    fn from(error: CgroupError) -> Self {
        Self::Containment(error.into())
    }
}

fn failed<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> LaunchError {
    move |source| LaunchError::System { what, source: source.into() }
}

/// A run that has been started.
pub(crate) struct Launched {
    pub(crate) channel: UnixStream,
    pub(crate) stdout: File,
    pub(crate) stderr: File,
    pub(crate) reports: File,
    pub(crate) status: Status,
    pub(crate) containment: Containment,
    pub(crate) temporary: TemporaryFolder,
    pub(crate) guardian: Guardian,
}

/// How long a guardian may take to clean up: a little longer than it allows itself.
const CLEAN_UP: Duration = Duration::from_secs(35);
/// How often a process is looked at that cannot be waited for.
const MOMENT: Duration = Duration::from_millis(2);

/// The guardian's process. Dropping it closes the lifeline, which makes it clean up and end.
pub(crate) struct Guardian {
    process: Child,
    lifeline: Option<OwnedFd>,
}

impl Guardian {
    /// Lets it clean up. For a run whose worker is gone: what was not reported by then never is.
    pub(crate) fn release(&mut self) {
        self.lifeline = None;
    }

    /// Lets it clean up, and waits until it has; one that does not end, because somebody has stopped it, is killed.
    pub(crate) fn dismiss(&mut self) {
        self.release();
        let end = Instant::now() + CLEAN_UP;
        while matches!(self.process.try_wait(), Ok(None)) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                // Stopped, or stuck in the kernel; what it leaves, the next start sweeps.
                let _ = self.process.kill();
                let _ = self.process.wait();
                break;
            }
            wait_for(&self.process, left);
        }
        forget_guardian(self.process.id().cast_signed());
    }
}

/// Waits until a process ends, or for this long at most. Where the kernel has no handles of processes (before Linux
/// 5.3), it waits for a moment.
fn wait_for(process: &Child, most: Duration) {
    let pid = Pid::from_raw(process.id().cast_signed());
    let Some(handle) = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) else {
        return thread::sleep(MOMENT.min(most));
    };
    // Longer than the kernel can be told to is as long as it can.
    let most = Timespec::try_from(most).ok();
    // Whatever ends the wait, the process is looked at next.
    let _ = poll(&mut [PollFd::new(&handle, PollFlags::IN)], most.as_ref());
}

impl Drop for Guardian {
    fn drop(&mut self) {
        self.dismiss();
    }
}

/// What a connector's process may know of the runner's environment.
const PASSED_ON: [&str; 9] =
    ["LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TZ", "USER"];

/// Starts a worker on the run's job; it is inside its limits before it loads anything.
pub(crate) fn launch(run: &Run<'_>) -> Result<Launched, LaunchError> {
    let limits = &run.limits;
    let name = format!("{}-{}", std::process::id(), run.id);
    let mut containment = Containment::create(limits.enforcement, &name, &limits.of_cgroup())?;
    let temporary = TemporaryFolder::create(&name)?;
    if let Some(user) = run.job.rules.user {
        temporary.give_to(user.uid, user.gid)?;
    }
    let (status, status_descriptor) = Status::create()?;
    status.set_time_left(limits.deadline.saturating_sub(run.started.elapsed()));
    let procs = containment.open_procs().map_err(CgroupError::from)?;
    let orders = orders(limits, &containment, &temporary, procs.len());
    let (mut channel, workers_channel) = UnixStream::pair().map_err(failed("make the frame channel"))?;
    let (guardians_lifeline, lifeline) = pipe_with(PipeFlags::CLOEXEC).map_err(failed("make a pipe"))?;
    let (reports, guardians_reports) = pipe_with(PipeFlags::CLOEXEC).map_err(failed("make a pipe"))?;
    let descriptors = guardian::Descriptors {
        channel: workers_channel.into(),
        status: status_descriptor,
        library: run.library.descriptor().map_err(failed("pass on the connector's file"))?,
        lifeline: guardians_lifeline,
        reports: guardians_reports,
        procs,
    };
    let start = || start_guardian(descriptors, &orders, run.job);
    let (process, stdout, stderr) =
        containment.start_guardian(start, |(process, ..)| process.id().cast_signed())?;
    let guardian = Guardian { process, lifeline: Some(lifeline) };
    send_job(&mut channel, run.job)?;
    let reports = File::from(reports);
    Ok(Launched { channel, stdout, stderr, reports, status, containment, temporary, guardian })
}

/// The kernel counts all of a user's threads against its limit, not only those of the run.
fn threads_of_this_user() -> u64 {
    processes::threads_of(rustix::process::getuid().as_raw())
}

fn orders(limits: &Limits, containment: &Containment, temporary: &TemporaryFolder, procs: usize) -> Orders {
    Orders {
        cgroups: containment.directories().to_vec(),
        temporary_folder: temporary.path().to_owned(),
        limits: ProcessLimits {
            open_files: limits.open_files,
            data: Some(limits.memory).filter(|_| containment.needs_limits_on_each()),
            processes: containment.needs_limits_on_each().then(|| limits.processes + threads_of_this_user()),
        },
        procs: i32::try_from(procs).unwrap_or(0),
    }
}

/// Starts the guardian, which starts the worker; gives what the worker will write to stdout and stderr.
fn start_guardian(
    descriptors: guardian::Descriptors,
    orders: &Orders,
    job: &Job,
) -> Result<(Child, File, File), LaunchError> {
    let (stdout, workers_stdout) = io::pipe().map_err(failed("make a pipe"))?;
    let (stderr, workers_stderr) = io::pipe().map_err(failed("make a pipe"))?;
    let mut command = guardian::command(descriptors, orders).map_err(failed("prepare the guardian"))?;
    command.env_clear().envs(PASSED_ON.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    // Without a sandbox it may read the home of its user; within, programs take one that is empty better than one that
    // cannot be opened.
    let home = env::var_os("HOME").filter(|_| job.rules.sandbox == Sandbox::Off);
    command.env("HOME", home.unwrap_or_else(|| orders.temporary_folder.clone().into()));
    command.env("TMPDIR", &orders.temporary_folder);
    if job.sources.is_some() {
        command.env("RUST_BACKTRACE", "1");
    }
    command.stdin(Stdio::null()).stdout(workers_stdout).stderr(workers_stderr);
    let process = command.spawn().map_err(failed("start the guardian"))?;
    // The command goes here with our copies of what it passed on: else nothing would ever read EOF.
    Ok((process, into_file(stdout), into_file(stderr)))
}

/// How long a worker may take to read its job: it does so first of all.
const TAKE_JOB: Duration = Duration::from_secs(30);

/// A worker that is already gone is explained by the supervisor's loop, better than by a broken pipe.
fn send_job(channel: &mut UnixStream, job: &Job) -> Result<(), LaunchError> {
    channel.set_write_timeout(Some(TAKE_JOB)).map_err(failed("prepare the frame channel"))?;
    match write_job(channel, job) {
        Err(JobError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        sent => Ok(sent?),
    }
}

fn into_file(pipe: PipeReader) -> File {
    File::from(OwnedFd::from(pipe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_for_a_process_is_told_of_its_end() {
        let mut process = std::process::Command::new("sleep").arg("0.2").spawn().unwrap();
        wait_for(&process, Duration::ZERO);
        assert!(process.try_wait().unwrap().is_none(), "it was to wait no longer than it was told");
        wait_for(&process, Duration::from_secs(60));
        assert!(process.try_wait().unwrap().is_some());
    }
}
