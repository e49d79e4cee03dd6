//! Wakes whoever waits when a run comes near its memory limit.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write as _};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

use super::files::{self, Action, FileError};
use super::limits;
use super::{CgroupError, RunCgroup, Version};

/// Waits for a run to come near its memory limit. File cache counts here; whoever is woken looks at
/// [`RunCgroup::memory`] before believing it.
#[derive(Debug)]
pub struct MemoryWatch {
    directory: PathBuf,
    signal: Signal,
}

#[derive(Debug)]
enum Signal {
    /// v1: an eventfd that the kernel writes to when usage crosses the threshold, with the file that it watches.
    Threshold { events: OwnedFd, usage: File, order: Option<Order> },
    /// v2: `memory.events`, which polls as changed when `memory.high` is met.
    Events(File),
}

/// What v1 is still to be asked for.
#[derive(Debug)]
struct Order {
    control: File,
    bytes: u64,
}

impl RunCgroup {
    /// Sets the soft limit, in bytes: from there the kernel slows allocations down on v2; on v1 it only tells.
    ///
    /// # Errors
    /// Names the file that could not be used.
    pub fn watch_memory(&self, soft_limit: u64) -> Result<MemoryWatch, CgroupError> {
        let mut signal = match self.version {
            Version::V1 => threshold(&self.memory, soft_limit)?,
            Version::V2 => {
                let file = self.memory.join("memory.high");
                limits::write_bytes(&file, soft_limit)?;
                Signal::Events(open(&self.memory.join("memory.events"))?)
            }
        };
        if let Signal::Events(_) = signal {
            // A file that was never read counts as changed.
            let unread = |error| FileError::new(Action::Read, &self.memory.join("memory.events"), error);
            signal.rearm().map_err(unread)?;
        }
        Ok(MemoryWatch { directory: self.memory.clone(), signal })
    }

    /// Ends the slowing down, so that a connector that does not stop meets its hard limit soon.
    ///
    /// # Errors
    /// Names the file that could not be written.
    pub fn lift_soft_limit(&self) -> Result<(), FileError> {
        match self.version {
            Version::V1 => Ok(()),
            Version::V2 => files::write(&self.memory.join("memory.high"), "max"),
        }
    }
}

impl MemoryWatch {
    /// Waits at most this long; whether the soft limit was met.
    ///
    /// On v1 the first call asks the kernel to tell, for which it takes about ten milliseconds more, and removing the cgroup
    /// waits for that: nothing for a thread that others wait for, nor for a run that is over in a moment. What was met
    /// before is not told.
    ///
    /// # Errors
    /// `NotFound` once the cgroup is gone; else what the kernel answered.
    pub fn wait(&mut self, longest: Duration) -> io::Result<bool> {
        self.check_presence()?;
        self.signal.order().or_else(|error| self.check_presence().and(Err(error)))?;
        let (descriptor, flags) = match &self.signal {
            Signal::Threshold { events, .. } => (events.as_fd(), PollFlags::IN),
            Signal::Events(file) => (file.as_fd(), PollFlags::PRI),
        };
        let timeout =
            Timespec { tv_sec: longest.as_secs().cast_signed(), tv_nsec: longest.subsec_nanos().into() };
        let ready = match poll(&mut [PollFd::new(&descriptor, flags)], Some(&timeout)) {
            Err(rustix::io::Errno::INTR) => 0,
            other => other?,
        };
        // The kernel also signals the removal.
        self.check_presence()?;
        if ready > 0 {
            self.signal.rearm()?;
        }
        Ok(ready > 0)
    }

    fn check_presence(&self) -> io::Result<()> {
        if self.directory.exists() { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}

impl Signal {
    /// Asks for what is still to be asked for.
    fn order(&mut self) -> io::Result<()> {
        let Signal::Threshold { events, usage, order } = self else { return Ok(()) };
        let Some(Order { mut control, bytes }) = order.take() else { return Ok(()) };
        control.write_all(format!("{} {} {bytes}", events.as_raw_fd(), usage.as_raw_fd()).as_bytes())
    }

    /// Both kinds of descriptor stay ready until they have been read.
    fn rearm(&mut self) -> io::Result<()> {
        match self {
            Signal::Threshold { events, .. } => rustix::io::read(events, &mut [0_u8; 8]).map(drop)?,
            Signal::Events(file) => {
                file.rewind()?;
                file.read_to_end(&mut Vec::new())?;
            }
        }
        Ok(())
    }
}

fn threshold(directory: &Path, bytes: u64) -> Result<Signal, FileError> {
    let control = directory.join("cgroup.event_control");
    let failed = |error: rustix::io::Errno| FileError::new(Action::Open, &control, error.into());
    let events = eventfd(0, EventfdFlags::CLOEXEC).map_err(failed)?;
    let usage = open(&directory.join("memory.usage_in_bytes"))?;
    let opened = OpenOptions::new().write(true).open(&control);
    let control = opened.map_err(|source| FileError::new(Action::Open, &control, source))?;
    Ok(Signal::Threshold { events, usage, order: Some(Order { control, bytes }) })
}

fn open(path: &Path) -> Result<File, FileError> {
    OpenOptions::new().read(true).open(path).map_err(|source| FileError::new(Action::Open, path, source))
}
