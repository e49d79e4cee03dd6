//! One cgroup per run: made with its limits, read while the connector works, killed and removed at its end.
//!
//! ```text
//! <base>/codeclimate-connector/<pid>-<run>     the connector's processes, with their limits
//! <base>/runner-<pid>                          the runner itself, where v2 wants it out of the way
//! ```
//!
//! The base is the mount's root for root on v2, the runner's own cgroup where it was delegated, and the runner's own
//! cgroup of each controller on v1. `cgroups-rs` writes the limits. It also guesses where cgroups are mounted and drops
//! several errors, so places are found here, and every limit is read back.

mod files;
mod kill;
mod layout;
mod leaf;
mod limits;
mod own;
mod parse;
mod place;
mod pressure;
#[cfg(test)]
mod real;
mod remedy;
mod sweep;
mod v1;
mod v2;

use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use self::files::Action;
pub use self::files::FileError;
pub use self::kill::{KillError, kill_and_remove};
use self::layout::{Hierarchy, Layout, Version};
pub use self::leaf::leave_leaf;
pub use self::own::OwnLimit;
pub use self::pressure::MemoryWatch;
pub use self::remedy::Remedy;
pub use self::sweep::{Leftovers, remove_leftovers};

/// How long dropping a [`RunCgroup`] may take when it was not removed before.
const DROP_DEADLINE: Duration = Duration::from_secs(2);

/// What the processes of one run may use together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CgroupLimits {
    /// Memory in bytes, rounded down to whole pages by the kernel; swap is not allowed on top.
    pub memory_bytes: u64,
    /// Processes and threads.
    pub processes: u64,
    /// Time on processors, in hundredths of one; none is no limit.
    pub processor_percent: Option<u32>,
}

/// What a run uses of its memory, all in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryReading {
    /// Held against the limit: anonymous and shared memory, and the kernel's own, without the file cache that the kernel
    /// takes back before it kills.
    pub current_bytes: u64,
    /// The most that was ever charged, *with* file cache; none before Linux 5.19 on v2.
    pub peak_bytes: Option<u64>,
    /// The limit as the kernel took it.
    pub limit_bytes: u64,
}

/// How often a run met its memory limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemoryEvents {
    /// Processes killed by the kernel for want of memory.
    pub oom_kills: u64,
    /// Times that reclaim did not help and a kill was due; v1 does not count them apart and repeats the kills.
    pub oom: u64,
    /// Times that an allocation met the limit, also those that reclaiming file cache satisfied; on v1 at least so many.
    pub max: u64,
}

/// Why a run has no cgroup with the limits asked for.
#[derive(Debug, thiserror::Error)]
pub enum CgroupError {
    /// The kernel lacks the controller, or nothing shows it to this process.
    #[error(
        "no cgroup hierarchy with the {controller} controller is mounted; mount one, for example with `mount -t cgroup2 none /sys/fs/cgroup`"
    )]
    NotMounted {
        /// `memory` or `pids`.
        controller: &'static str,
    },
    /// The hierarchy is there, but no place in it may be used.
    #[error("no cgroup can be made for the connector in {tried}; {remedy}")]
    Refused {
        /// Every cgroup tried, joined by `or`.
        tried: String,
        /// What would grant one.
        remedy: Remedy,
        /// What the last one tried answered.
        source: Box<CgroupError>,
    },
    /// The parent of a v2 cgroup keeps controllers to itself.
    #[error("{directory} does not hand down the controllers {missing}")]
    NotDelegated {
        /// The cgroup whose `cgroup.controllers` lacks them.
        directory: PathBuf,
        /// Their names.
        missing: String,
    },
    /// A v2 cgroup cannot have both processes and limited children.
    #[error(
        "{directory} holds other processes than the runner ({pids}), so its controllers cannot be enabled for children"
    )]
    Busy {
        /// The cgroup with the processes.
        directory: PathBuf,
        /// Their ids, joined by commas.
        pids: String,
    },
    /// The kernel accepted a limit and keeps another.
    #[error("{file} holds `{found}` after `{wanted}` was written; the limit is not in force")]
    NotApplied {
        /// The limit's file.
        file: PathBuf,
        /// What was written.
        wanted: String,
        /// What was read back.
        found: String,
    },
    /// The caller's mistake: left-overs could not be recognised later.
    #[error("`{name}` does not name a run: expected `<runner's pid>-<run id>` without `/`")]
    Name {
        /// What was given.
        name: String,
    },
    /// A file of the hierarchy could not be used.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The cgroup of one run. Dropping it kills what is still inside, then removes it.
#[derive(Debug)]
pub struct RunCgroup {
    made: Made,
    version: Version,
    memory: PathBuf,
    pids: PathBuf,
    limit_bytes: u64,
}

impl RunCgroup {
    /// Makes the cgroup `name`, which must be `<runner's pid>-<run id>`, with `limits` in force.
    ///
    /// On v2 without root this moves the whole runner into a leaf beside it; see [`leave_leaf`].
    ///
    /// # Errors
    /// Says what is missing, and the commands that would grant it. Nothing is left behind.
    pub fn create(name: &str, limits: &CgroupLimits) -> Result<RunCgroup, CgroupError> {
        if parse::runner_pid(name).is_none() {
            return Err(CgroupError::Name { name: name.to_owned() });
        }
        let mut made = Made::default();
        let (layout, places) = {
            let _still = leaf::stand_still();
            let layout = Layout::read()?;
            let places = made.place(&layout, name, limits.processor_percent.is_some())?;
            (layout, places)
        };
        let Places { memory, pids, cpu } = places;
        let version = layout.memory.version;
        let limit_bytes = match version {
            Version::V1 => v1::limit_memory(&memory, limits.memory_bytes)?,
            Version::V2 => v2::limit_memory(&memory, limits.memory_bytes)?,
        };
        limits::limit_processes(&pids, limits.processes)?;
        if let (Some(directory), Some(percent)) = (cpu, limits.processor_percent) {
            limits::limit_processors(&directory, percent)?;
        }
        Ok(RunCgroup { made, version, memory, pids, limit_bytes })
    }

    /// Opens the file of every hierarchy through which a process enters, close-on-exec: hand them to [`enter`] in the child.
    ///
    /// On v1 that is `tasks`, through which a thread enters: a child between `fork` and `exec` has but one. Through
    /// `cgroup.procs` the kernel would first wait until no process anywhere forks or ends, for about ten milliseconds. v2
    /// knows no other way.
    ///
    /// # Errors
    /// Names the file that could not be opened.
    pub fn open_procs(&self) -> Result<Vec<OwnedFd>, FileError> {
        let open = |directory: &PathBuf| {
            let threads = directory.join("tasks");
            let path = if threads.exists() { threads } else { directory.join("cgroup.procs") };
            let file = OpenOptions::new().write(true).open(&path);
            file.map(OwnedFd::from).map_err(|source| FileError::new(Action::Open, &path, source))
        };
        self.directories().iter().map(open).collect()
    }

    /// One folder for each hierarchy: all that a guardian needs for [`kill_and_remove`].
    pub fn directories(&self) -> &[PathBuf] {
        &self.made.directories
    }

    /// The memory held now, its peak and its limit.
    ///
    /// # Errors
    /// Names the file that could not be read.
    pub fn memory(&self) -> Result<MemoryReading, FileError> {
        let (current_bytes, peak_bytes) = match self.version {
            Version::V1 => v1::memory(&self.memory)?,
            Version::V2 => v2::memory(&self.memory)?,
        };
        Ok(MemoryReading { current_bytes, peak_bytes, limit_bytes: self.limit_bytes })
    }

    /// How often the memory limit was met since the cgroup was made.
    ///
    /// # Errors
    /// Names the file that could not be read, also where a kernel older than 4.13 does not count kills.
    pub fn events(&self) -> Result<MemoryEvents, FileError> {
        match self.version {
            Version::V1 => v1::events(&self.memory),
            Version::V2 => v2::events(&self.memory),
        }
    }

    /// The ids of the processes alive in the run, also in cgroups that the connector made inside.
    ///
    /// # Errors
    /// Names the file that could not be read.
    pub fn pids(&self) -> Result<Vec<i32>, FileError> {
        kill::pids(self.directories()).map(|found| found.into_iter().collect())
    }

    /// The processes and threads alive, as counted against the limit.
    ///
    /// # Errors
    /// Names the file that could not be read.
    pub fn processes(&self) -> Result<u64, FileError> {
        files::read_number(&self.pids.join("pids.current"))
    }

    /// How often a `fork` or a new thread was refused by the limit.
    ///
    /// # Errors
    /// Names the file that could not be read.
    pub fn pids_max_hits(&self) -> Result<u64, FileError> {
        limits::keyed(&self.pids.join("pids.events"), "max")
    }

    /// Kills every process of the run and removes its cgroups, within `deadline`.
    ///
    /// # Errors
    /// Names the processes that outlived the deadline, or the folder that could not be removed.
    pub fn remove(mut self, deadline: Duration) -> Result<(), KillError> {
        self.made.remove(deadline)
    }
}

/// Moves the calling process, which has one thread, into every cgroup of `procs`; they come from [`RunCgroup::open_procs`].
///
/// For a child between `fork` and `exec`: it only makes system calls and allocates nothing.
///
/// # Errors
/// What the kernel answered; the child must not go on.
pub fn enter<Fd: AsFd>(procs: &[Fd]) -> io::Result<()> {
    for hierarchy in procs {
        rustix::io::write(hierarchy, b"0\n")?;
    }
    Ok(())
}

/// Folders that go away again unless they are removed in good order before.
#[derive(Debug, Default)]
struct Made {
    directories: Vec<PathBuf>,
    /// Held as long as the runner lives, so that no sweep takes a living run for a left-over.
    locks: Vec<OwnedFd>,
}

/// The folder of each controller of a run; several may be one.
struct Places {
    memory: PathBuf,
    pids: PathBuf,
    cpu: Option<PathBuf>,
}

impl Made {
    /// Makes a folder in each hierarchy that carries a wanted controller.
    fn place(&mut self, layout: &Layout, name: &str, with_cpu: bool) -> Result<Places, CgroupError> {
        let mut wanted = vec![("memory", &layout.memory), ("pids", &layout.pids)];
        if with_cpu {
            let cpu = layout.cpu.as_ref().ok_or(CgroupError::NotMounted { controller: "cpu" })?;
            wanted.push(("cpu", cpu));
        }
        let mut places: Vec<(&Hierarchy, PathBuf)> = Vec::new();
        for (_, hierarchy) in &wanted {
            if !places.iter().any(|(known, _)| known == hierarchy) {
                let its: Vec<&str> =
                    wanted.iter().filter(|(_, other)| other == hierarchy).map(|(name, _)| *name).collect();
                places.push((hierarchy, self.add(place::make(hierarchy, name, &its)?)?));
            }
        }
        let place_of = |hierarchy: &Hierarchy| {
            places.iter().find(|(known, _)| *known == hierarchy).map(|(_, folder)| folder.clone())
        };
        let memory = place_of(&layout.memory).unwrap_or_default();
        let pids = place_of(&layout.pids).unwrap_or_default();
        Ok(Places { memory, pids, cpu: layout.cpu.as_ref().filter(|_| with_cpu).and_then(place_of) })
    }

    fn add(&mut self, directory: PathBuf) -> Result<PathBuf, FileError> {
        self.directories.push(directory.clone());
        self.locks.push(lock(&directory)?);
        Ok(directory)
    }

    fn remove(&mut self, deadline: Duration) -> Result<(), KillError> {
        let result = kill_and_remove(&std::mem::take(&mut self.directories), deadline);
        leave_leaf();
        result
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if !self.directories.is_empty() {
            // Nobody is left to tell; the next start sweeps what stays.
            let _ = self.remove(DROP_DEADLINE);
        }
    }
}

/// Locks `directory` as long as the handle is open in any process.
fn lock(directory: &Path) -> Result<OwnedFd, FileError> {
    let failed = |source| FileError::new(Action::Lock, directory, source);
    let handle = OpenOptions::new().read(true).open(directory).map_err(failed)?;
    flock(&handle, FlockOperation::NonBlockingLockExclusive).map_err(|error| failed(error.into()))?;
    Ok(handle.into())
}
