//! Holds the processes of one run together: in a cgroup of its own, under the limit that the runner has itself, or,
//! where neither is to be had and that was accepted, by watching them.

use std::{
    collections::BTreeSet,
    io,
    os::fd::OwnedFd,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::process::{getpid, set_child_subreaper};

use crate::{
    cgroup::{CgroupError, CgroupLimits, FileError, KillError, MemoryWatch, OwnLimit, RunCgroup},
    processes::{Process, descendants, is_alive, kill_descendants},
};

/// How limits are to be enforced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Enforcement {
    /// By a cgroup for each run, or not at all: the runner exits with 50 where it can make none.
    #[default]
    Enforced,
    /// By the limit on the runner's own cgroup, as a container has it, which must not be above what is asked for.
    Inherited,
    /// By a cgroup where one can be made; else by limits on each process, and by watching their sum.
    BestEffort,
}

/// Why the processes of a run cannot be held together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContainmentError {
    #[error(transparent)]
    Cgroup(#[from] CgroupError),
    #[error(
        "nothing limits the runner's own memory, so there is no limit to inherit; start the container with one \
         (`docker run --memory ...`, `resources.limits.memory`), or leave `--limits inherited` out"
    )]
    NothingToInherit,
    #[error(
        "the limit to inherit is {found} bytes (in {file}), which is above the {asked} bytes asked for; lower it, or \
         ask for as much with --memory-limit"
    )]
    InheritedTooMuch { found: u64, asked: u64, file: PathBuf },
    #[error(
        "time on processors can only be limited by a cgroup, and none can be made; leave --cpu-limit out, or see what \
         `codeclimate-connector doctor` says"
    )]
    NoProcessorLimit,
    #[error("failed to gather the orphans of the run")]
    Subreaper(#[source] io::Error),
}

/// What a run holds and has met, at one moment.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Bytes held against the limit, without file cache; none where it cannot be read.
    pub(crate) memory: Option<u64>,
    /// The most bytes ever held, with file cache.
    pub(crate) peak: Option<u64>,
    /// Processes that the kernel killed for want of memory.
    pub(crate) oom_kills: u64,
    /// Those of them that this run's own limit is the reason for; more than none on v1 as soon as one was killed.
    pub(crate) oom: u64,
    /// Processes and threads that were refused.
    pub(crate) refused_processes: u64,
    /// Processes, where no cgroup refuses more than are allowed; else 0.
    pub(crate) processes: u64,
}

/// The processes of one run, under their limits. Dropping it kills them.
#[derive(Debug)]
pub(crate) enum Containment {
    Cgroup(RunCgroup),
    Watched(Watched),
}

/// Processes that no cgroup of their own holds together: all that descend from the guardian, to which orphans fall.
#[derive(Debug)]
pub(crate) struct Watched {
    guardian: Option<i32>,
    /// The limit that holds from outside, with the kills that had happened under it before the run.
    inherited: Option<(OwnLimit, u64)>,
    /// Why no cgroup could be made, where that was tried.
    refusal: Option<CgroupError>,
    peak: u64,
}

impl Containment {
    /// Makes what is to hold the run `name`.
    pub(crate) fn create(
        enforcement: Enforcement,
        name: &str,
        limits: &CgroupLimits,
    ) -> Result<Self, ContainmentError> {
        match enforcement {
            Enforcement::Enforced => Ok(Self::Cgroup(RunCgroup::create(name, limits)?)),
            Enforcement::Inherited if limits.processor_percent.is_some() => {
                Err(ContainmentError::NoProcessorLimit)
            }
            Enforcement::Inherited => Watched::inheriting(limits.memory_bytes).map(Self::Watched),
            Enforcement::BestEffort => match RunCgroup::create(name, limits) {
                Ok(cgroup) => Ok(Self::Cgroup(cgroup)),
                Err(_) if limits.processor_percent.is_some() => Err(ContainmentError::NoProcessorLimit),
                Err(refusal) => Watched::new(None, Some(refusal)).map(Self::Watched),
            },
        }
    }

    /// How the limits are held, in a few words for the summary; none where it is the usual way.
    pub(crate) fn described(&self) -> Option<String> {
        match self {
            Self::Cgroup(_) => None,
            Self::Watched(Watched { inherited: Some((limit, _)), .. }) => Some(format!(
                "memory limited from outside, to {} bytes by {}",
                limit.bytes,
                limit.file.display()
            )),
            Self::Watched(Watched { refusal, .. }) => {
                let why = refusal.as_ref().map(|error| crate::chain(error)).unwrap_or_default();
                Some(format!("limits held by watching only, because no cgroup could be made: {why}"))
            }
        }
    }

    /// Whether each process needs a limit of its own, because nothing holds the sum as it grows.
    pub(crate) fn needs_limits_on_each(&self) -> bool {
        matches!(self, Self::Watched(Watched { inherited: None, .. }))
    }

    /// The files through which a process enters, for a child between `fork` and `exec`.
    pub(crate) fn open_procs(&self) -> Result<Vec<OwnedFd>, FileError> {
        match self {
            Self::Cgroup(cgroup) => cgroup.open_procs(),
            Self::Watched(_) => Ok(Vec::new()),
        }
    }

    /// The folders of the run's cgroups, for the guardian to kill and remove.
    pub(crate) fn directories(&self) -> &[PathBuf] {
        match self {
            Self::Cgroup(cgroup) => cgroup.directories(),
            Self::Watched(_) => &[],
        }
    }

    /// Starts the process from which all others descend; `pid` tells which it is.
    pub(crate) fn start_guardian<T, E>(
        &mut self,
        start: impl FnOnce() -> Result<T, E>,
        pid: impl FnOnce(&T) -> i32,
    ) -> Result<T, E> {
        // Whoever kills waits: one that is not in the list yet would be taken for an orphan.
        let mut guardians = guardians();
        let started = start()?;
        let pid = pid(&started);
        guardians.insert(pid);
        if let Self::Watched(watched) = self {
            watched.guardian = Some(pid);
        }
        Ok(started)
    }

    /// What wakes the supervisor near the memory limit; none where there is nothing but looking.
    pub(crate) fn watch_memory(&self, soft_limit: u64) -> Result<Option<MemoryWatch>, CgroupError> {
        match self {
            Self::Cgroup(cgroup) => cgroup.watch_memory(soft_limit).map(Some),
            Self::Watched(_) => Ok(None),
        }
    }

    /// Lets a run grow from its soft limit to its hard one without being slowed down.
    pub(crate) fn lift_soft_limit(&self) {
        if let Self::Cgroup(cgroup) = self {
            // It would only take longer to meet the hard limit.
            let _ = cgroup.lift_soft_limit();
        }
    }

    /// The processes of the run as they are now, `most` of them at most.
    pub(crate) fn processes(&self, most: usize) -> Vec<Process> {
        let pids: BTreeSet<i32> = match self {
            Self::Cgroup(cgroup) => cgroup.pids().unwrap_or_default().into_iter().collect(),
            Self::Watched(watched) => watched.pids(),
        };
        pids.into_iter().take(most).filter_map(Process::look).collect()
    }

    /// What it holds and has met.
    pub(crate) fn read(&mut self) -> Reading {
        match self {
            Self::Cgroup(cgroup) => read_cgroup(cgroup),
            Self::Watched(watched) => watched.read(),
        }
    }

    /// Kills every process of the run, and removes what was made for it.
    pub(crate) fn remove(self, deadline: Duration) -> Result<(), KillError> {
        match self {
            Self::Cgroup(cgroup) => cgroup.remove(deadline),
            Self::Watched(watched) => watched.kill(deadline),
        }
    }
}

fn read_cgroup(cgroup: &RunCgroup) -> Reading {
    let (memory, events) = (cgroup.memory().ok(), cgroup.events().unwrap_or_default());
    Reading {
        memory: memory.as_ref().map(|memory| memory.current_bytes),
        peak: memory.and_then(|memory| memory.peak_bytes),
        oom_kills: events.oom_kills,
        oom: events.oom,
        refused_processes: cgroup.pids_max_hits().unwrap_or_default(),
        processes: 0,
    }
}

impl Watched {
    fn inheriting(asked: u64) -> Result<Self, ContainmentError> {
        let limit = OwnLimit::read()?.ok_or(ContainmentError::NothingToInherit)?;
        if limit.bytes > asked {
            return Err(ContainmentError::InheritedTooMuch { found: limit.bytes, asked, file: limit.file });
        }
        let before = limit.events().map_err(CgroupError::from)?.oom_kills;
        Self::new(Some((limit, before)), None)
    }

    fn new(
        inherited: Option<(OwnLimit, u64)>,
        refusal: Option<CgroupError>,
    ) -> Result<Self, ContainmentError> {
        // Should the guardian be killed, its orphans fall to the runner.
        set_child_subreaper(Some(getpid())).map_err(|error| ContainmentError::Subreaper(error.into()))?;
        Ok(Self { guardian: None, inherited, refusal, peak: 0 })
    }

    /// From whom all processes of the run descend, and whose are not of it; none before there are any.
    ///
    /// The orphans of a guardian that was killed fall to the runner, where those of other runs have guardians still.
    fn family(&self, guardians: &BTreeSet<i32>) -> Option<(i32, BTreeSet<i32>)> {
        let guardian = self.guardian?;
        if is_alive(guardian) {
            return Some((guardian, BTreeSet::new()));
        }
        let others = guardians.iter().copied().filter(|other| *other != guardian);
        Some((getpid().as_raw_nonzero().get(), others.collect()))
    }

    fn pids(&self) -> BTreeSet<i32> {
        let family = self.family(&guardians());
        family.map(|(ancestor, spared)| descendants(ancestor, &spared)).unwrap_or_default()
    }

    fn read(&mut self) -> Reading {
        let pids = self.pids();
        let processes = pids.len() as u64;
        let memory = pids.into_iter().filter_map(Process::look).map(|process| process.memory).sum();
        self.peak = self.peak.max(memory);
        let oom_kills = self
            .inherited
            .as_ref()
            .and_then(|(limit, before)| Some(limit.events().ok()?.oom_kills.saturating_sub(*before)));
        let oom_kills = oom_kills.unwrap_or(0);
        Reading {
            memory: Some(memory),
            peak: Some(self.peak),
            oom_kills,
            oom: oom_kills,
            refused_processes: 0,
            processes,
        }
    }

    fn kill(&self, deadline: Duration) -> Result<(), KillError> {
        let guardians = guardians();
        let Some((ancestor, spared)) = self.family(&guardians) else { return Ok(()) };
        kill_descendants(ancestor, &spared, deadline).map_err(|alive| still_alive(&alive, deadline))
    }
}

/// The guardians that this process has started, by their pids.
fn guardians() -> MutexGuard<'static, BTreeSet<i32>> {
    static GUARDIANS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
    GUARDIANS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A guardian has ended and been waited for: its number may pass to a process of a run.
pub(crate) fn forget_guardian(pid: i32) {
    guardians().remove(&pid);
}

impl Drop for Watched {
    fn drop(&mut self) {
        // The guardian tries again, once the runner is gone.
        let _ = self.kill(Duration::from_secs(2));
    }
}

/// Kills what a guardian guards: its cgroups, or, where it has none, its own descendants.
pub(crate) fn kill_guarded(cgroups: &[PathBuf], deadline: Duration) -> Result<(), KillError> {
    if !cgroups.is_empty() {
        return crate::cgroup::kill_and_remove(cgroups, deadline);
    }
    let own = getpid().as_raw_nonzero().get();
    kill_descendants(own, &BTreeSet::new(), deadline).map_err(|alive| still_alive(&alive, deadline))
}

fn still_alive(alive: &BTreeSet<i32>, deadline: Duration) -> KillError {
    let pids: Vec<String> = alive.iter().map(ToString::to_string).collect();
    KillError::Alive { deadline, pids: pids.join(", ") }
}
