//! One page of memory that supervisor and worker share, and that outlives the worker.
//!
//! A connector can write anything here, since it lives in the worker: the numbers serve explanations only.

use std::{
    fs::File,
    io,
    os::fd::{AsFd, OwnedFd},
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::Duration,
};

use memmap2::{MmapOptions, MmapRaw};
use rustix::{
    fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create},
    time::{ClockId, clock_gettime},
};

use super::Stage;

/// The page as it lies in memory.
#[repr(C)]
#[derive(Debug)]
struct Page {
    accepted: AtomicU64,
    sent: AtomicU64,
    rejected: AtomicU64,
    checkpoint: AtomicU64,
    deadline: AtomicU64,
    stage: AtomicU32,
    cancelled: AtomicU32,
    late: AtomicU64,
}

const LENGTH: usize = 4096;
const _: () = assert!(size_of::<Page>() <= LENGTH);

/// Why the page could not be had.
#[derive(Debug, thiserror::Error)]
#[error("failed to {what} the page shared with the worker")]
pub(crate) struct StatusError {
    what: &'static str,
    #[source]
    source: io::Error,
}

impl StatusError {
    fn when<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self { what, source: source.into() }
    }
}

/// A mapping of the page. Every access is one atomic load or store.
#[derive(Debug)]
pub(crate) struct Status {
    map: MmapRaw,
}

impl Status {
    /// Makes the page: the mapping, and the descriptor to pass on.
    ///
    /// Its size is sealed: a worker that could shrink it could kill the supervisor with SIGBUS.
    pub(crate) fn create() -> Result<(Self, OwnedFd), StatusError> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let descriptor =
            memfd_create("codeclimate-connector-status", flags).map_err(StatusError::when("make"))?;
        ftruncate(&descriptor, LENGTH as u64).map_err(StatusError::when("size"))?;
        fcntl_add_seals(&descriptor, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)
            .map_err(StatusError::when("seal"))?;
        let status = Self::map(descriptor.try_clone().map_err(StatusError::when("clone"))?)?;
        Ok((status, descriptor))
    }

    /// Maps the page that the parent made.
    pub(crate) fn map(descriptor: OwnedFd) -> Result<Self, StatusError> {
        let file = File::from(descriptor);
        let stat = rustix::fs::fstat(file.as_fd()).map_err(StatusError::when("inspect"))?;
        if stat.st_size != LENGTH as i64 {
            return Err(StatusError::when("recognise")(io::Error::from(io::ErrorKind::InvalidData)));
        }
        let map = MmapOptions::new().len(LENGTH).map_raw(&file).map_err(StatusError::when("map"))?;
        Ok(Self { map })
    }

    fn page(&self) -> &Page {
        let pointer: *const Page = self.map.as_ptr().cast();
        // SAFETY: the mapping is page-aligned, as long as `LENGTH`, and lives as long as `self`; the file
        // cannot shrink (sealed); every byte pattern is a valid `Page`, and other processes change it only
        // through atomics or, where hostile, as they could through atomics.
        unsafe { &*pointer }
    }

    /// Records that were checked and taken, so far.
    pub(crate) fn accepted(&self) -> u64 {
        self.page().accepted.load(Ordering::Relaxed)
    }

    pub(crate) fn set_accepted(&self, records: u64) {
        self.page().accepted.store(records, Ordering::Relaxed);
    }

    /// Records whose frames have been written to the channel, so far.
    pub(crate) fn sent(&self) -> u64 {
        self.page().sent.load(Ordering::Relaxed)
    }

    pub(crate) fn add_sent(&self, records: u64) {
        self.page().sent.fetch_add(records, Ordering::Relaxed);
    }

    /// Records that were refused to the connector, so far.
    pub(crate) fn rejected(&self) -> u64 {
        self.page().rejected.load(Ordering::Relaxed)
    }

    /// Counts one more refused record; gives the count before.
    pub(crate) fn add_rejected(&self) -> u64 {
        self.page().rejected.fetch_add(1, Ordering::Relaxed)
    }

    /// Records and states that came after the verb had returned.
    pub(crate) fn late(&self) -> u64 {
        self.page().late.load(Ordering::Relaxed)
    }

    pub(crate) fn add_late(&self) {
        self.page().late.fetch_add(1, Ordering::Relaxed);
    }

    /// How many records stood before the last checkpoint that was set; none where none was.
    pub(crate) fn checkpoint(&self) -> Option<u64> {
        self.page().checkpoint.load(Ordering::Relaxed).checked_sub(1)
    }

    pub(crate) fn set_checkpoint(&self, records: u64) {
        self.page().checkpoint.store(records.saturating_add(1), Ordering::Relaxed);
    }

    /// How far the worker has come.
    pub(crate) fn stage(&self) -> Stage {
        Stage::from_number(self.page().stage.load(Ordering::Relaxed))
    }

    /// A worker only ever gets further; what one thread found lost, another does not take back.
    pub(crate) fn set_stage(&self, stage: Stage) {
        self.page().stage.fetch_max(stage as u32, Ordering::Relaxed);
    }

    /// Whether the connector is asked to stop.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.page().cancelled.load(Ordering::Relaxed) != 0
    }

    pub(crate) fn cancel(&self) {
        self.page().cancelled.store(1, Ordering::Relaxed);
    }

    /// What is left until the deadline.
    pub(crate) fn time_left(&self) -> Duration {
        let deadline = Duration::from_nanos(self.page().deadline.load(Ordering::Relaxed));
        deadline.saturating_sub(monotonic_now())
    }

    pub(crate) fn set_time_left(&self, left: Duration) {
        let deadline = monotonic_now().saturating_add(left);
        let nanoseconds = u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX);
        self.page().deadline.store(nanoseconds, Ordering::Relaxed);
    }
}

/// The clock that all processes of a machine share.
fn monotonic_now() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_see_the_same_page() {
        let (supervisor, descriptor) = Status::create().unwrap();
        let worker = Status::map(descriptor).unwrap();
        assert_eq!((supervisor.checkpoint(), supervisor.stage()), (None, Stage::Start));
        worker.set_accepted(812);
        worker.add_sent(790);
        worker.set_checkpoint(700);
        worker.set_stage(Stage::Verb);
        supervisor.cancel();
        supervisor.set_time_left(Duration::from_secs(60));
        assert_eq!(
            (supervisor.accepted(), supervisor.sent(), supervisor.checkpoint()),
            (812, 790, Some(700))
        );
        assert_eq!(supervisor.stage(), Stage::Verb);
        worker.set_stage(Stage::ChannelLost);
        worker.set_stage(Stage::End);
        assert_eq!(supervisor.stage(), Stage::ChannelLost);
        assert!(worker.is_cancelled());
        assert!(worker.time_left() > Duration::from_secs(50));
    }

    #[test]
    fn the_page_cannot_be_shrunk_under_the_supervisor() {
        let (_status, descriptor) = Status::create().unwrap();
        assert_eq!(ftruncate(&descriptor, 0), Err(rustix::io::Errno::PERM));
    }
}
