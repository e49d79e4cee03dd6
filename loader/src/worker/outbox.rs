//! Frames on their way to the supervisor: gathered by many threads, written by one.

#[cfg(test)]
mod tests;

use std::{
    io::{self, Write},
    os::{fd::AsFd, unix::net::UnixStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::frame::{BROKEN, Kind, Stage, Status, append, append_record};

/// A batch leaves at this size,
const BATCH: usize = 128 * 1024;
/// or when its first frame is this old.
const MAX_AGE: Duration = Duration::from_millis(50);
/// Producers wait while this much is waiting already.
const CAPACITY: usize = 1024 * 1024;
/// How long a frame that must be out is waited for, should the supervisor be busy.
const OUT: Duration = Duration::from_secs(2);

/// Where frames wait to be written. Shared by every thread of the connector.
pub(crate) struct Outbox {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
    keeps_every_checkpoint: bool,
}

struct Shared {
    waiting: Mutex<Waiting>,
    /// Wakes the writer.
    work: Condvar,
    /// Wakes producers, and whoever waits for a frame to be out.
    space: Condvar,
    status: Arc<Status>,
}

/// What the thread that writes does, and so whether it is to be woken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Writer {
    /// It writes, or is about to look: what has come it sees by itself.
    #[default]
    Awake,
    /// It looks again soon enough for anything that is not urgent.
    Dozing,
    /// It has had nothing to do for a while.
    Asleep,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// Where the last frame begins, if that is a checkpoint.
    trailing_checkpoint: Option<usize>,
    records: u64,
    accepted: u64,
    /// Batches that have been taken, and those of them that have been written.
    taken: u64,
    written: u64,
    since: Option<Instant>,
    urgent: bool,
    closed: bool,
    writer: Writer,
    /// Threads that wait for room, or for a frame to be out. A wake-up is a system call even where nobody waits.
    waiters: usize,
}

impl Waiting {
    /// Appends a frame that is neither record nor checkpoint.
    fn push(&mut self, kind: Kind, payload: &[u8]) {
        self.trailing_checkpoint = None;
        append(&mut self.bytes, kind, payload);
    }

    /// Whether the writer is to be woken; whoever asks does so.
    fn wakes_writer(&mut self) -> bool {
        let wakes = match self.writer {
            Writer::Awake => false,
            Writer::Dozing => self.urgent,
            Writer::Asleep => true,
        };
        if wakes {
            self.writer = Writer::Awake;
        }
        wakes
    }
}

impl Outbox {
    /// Starts the thread that writes to the channel.
    ///
    /// # Errors
    /// Where the thread cannot be had.
    pub(crate) fn start(channel: UnixStream, status: Arc<Status>) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            waiting: Mutex::default(),
            work: Condvar::new(),
            space: Condvar::new(),
            status,
        });
        let channel = Channel::new(channel)?;
        let for_writer = Arc::clone(&shared);
        let writer =
            thread::Builder::new().name("frames".into()).spawn(move || for_writer.write_to(channel))?;
        Ok(Self { shared, writer: Mutex::new(Some(writer)), keeps_every_checkpoint: false })
    }

    /// The same, from which each checkpoint leaves, also one that another follows at once.
    pub(crate) fn keeping_every_checkpoint(self) -> Self {
        Self { keeps_every_checkpoint: true, ..self }
    }

    /// Appends a checked record; waits while too much is waiting. False once the last frame is in.
    pub(crate) fn record(&self, extracted_at: &str, record: &[u8]) -> bool {
        self.append(false, |waiting, status| {
            waiting.trailing_checkpoint = None;
            append_record(&mut waiting.bytes, extracted_at, record);
            waiting.records += 1;
            waiting.accepted += 1;
            status.set_accepted(waiting.accepted);
        })
    }

    /// Appends a record that is to be kept aside; waits as [`Outbox::record`] does.
    pub(crate) fn rejected(&self, letter: &[u8]) -> bool {
        self.append(false, |waiting, _| waiting.push(Kind::Rejected, letter))
    }

    /// Appends a checkpoint; waits only where each of them is kept. False once the last frame is in.
    pub(crate) fn checkpoint(&self, state: &[u8]) -> bool {
        if self.keeps_every_checkpoint {
            return self.append(false, |waiting, status| {
                waiting.push(Kind::Checkpoint, state);
                waiting.urgent = true;
                status.set_checkpoint(waiting.accepted);
            });
        }
        self.append(true, |waiting, status| {
            // One that follows another at once takes its place: whoever only sets states fills no memory.
            let start = waiting.trailing_checkpoint.unwrap_or(waiting.bytes.len());
            waiting.bytes.truncate(start);
            append(&mut waiting.bytes, Kind::Checkpoint, state);
            waiting.trailing_checkpoint = Some(start);
            status.set_checkpoint(waiting.accepted);
        })
    }

    /// Appends any other frame. False once the last frame is in.
    pub(crate) fn send(&self, kind: Kind, payload: &[u8]) -> bool {
        self.append(kind == Kind::Ready, |waiting, _| waiting.push(kind, payload))
    }

    /// Appends a frame that may be the last thing that this process does, and returns when it is out.
    pub(crate) fn send_now(&self, kind: Kind, payload: &[u8]) {
        let mut batch = 0;
        let appended = self.append(true, |waiting, _| {
            waiting.push(kind, payload);
            batch = waiting.taken + 1;
        });
        if !appended {
            return;
        }
        self.wait_for(batch);
    }

    /// Returns when all that was appended is out.
    pub(crate) fn wait_until_out(&self) {
        let mut waiting = self.shared.lock();
        waiting.urgent = true;
        let batch = waiting.taken + u64::from(!waiting.bytes.is_empty());
        self.shared.wake_writer(waiting);
        self.wait_for(batch);
    }

    fn wait_for(&self, batch: u64) {
        let mut waiting = self.shared.lock();
        waiting.waiters += 1;
        let is_in = |waiting: &mut Waiting| waiting.written < batch && !waiting.closed;
        let waited = self.shared.space.wait_timeout_while(waiting, OUT, is_in);
        waited.unwrap_or_else(PoisonError::into_inner).0.waiters -= 1;
    }

    /// Appends the last frame, and returns when everything has been written.
    pub(crate) fn finish(&self, end: &[u8]) {
        self.append(true, |waiting, _| {
            waiting.push(Kind::End, end);
            waiting.closed = true;
        });
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The writer cannot panic without ending the process.
        let _ = writer.map(JoinHandle::join);
    }

    fn append(&self, urgent: bool, change: impl FnOnce(&mut Waiting, &Status)) -> bool {
        let mut waiting = self.shared.lock();
        while !urgent && waiting.bytes.len() >= CAPACITY && !waiting.closed {
            waiting.waiters += 1;
            waiting = self.shared.space.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            waiting.waiters -= 1;
        }
        if waiting.closed {
            return false;
        }
        let first = waiting.bytes.is_empty();
        change(&mut waiting, &self.shared.status);
        waiting.urgent |= urgent || waiting.bytes.len() >= BATCH;
        if first {
            waiting.since = Some(Instant::now());
        }
        self.shared.wake_writer(waiting);
        true
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the writer where that is needed, and lets go of what waits before.
    fn wake_writer(&self, mut waiting: MutexGuard<'_, Waiting>) {
        let wakes = waiting.wakes_writer();
        drop(waiting);
        if wakes {
            self.work.notify_one();
        }
    }

    /// Wakes those who wait for room, or for a frame to be out.
    fn wake_waiters(&self, waiting: &Waiting) {
        if waiting.waiters > 0 {
            self.space.notify_all();
        }
    }

    fn write_to(&self, mut channel: Channel) {
        let mut batch = Vec::with_capacity(2 * BATCH);
        loop {
            let (records, last) = self.take_batch(&mut batch);
            if channel.write(&batch).is_err() {
                self.status.set_stage(Stage::ChannelLost);
                super::exit(BROKEN);
            }
            self.status.add_sent(records);
            let mut waiting = self.lock();
            waiting.written += 1;
            self.wake_waiters(&waiting);
            drop(waiting);
            if last {
                return;
            }
            batch.clear();
            // After a giant record, do not hold its memory for the rest of the run.
            batch.shrink_to(2 * CAPACITY);
        }
    }

    /// Waits for a batch that is due; gives the number of its records, and whether it is the last.
    fn take_batch(&self, batch: &mut Vec<u8>) -> (u64, bool) {
        let mut waiting = self.lock();
        // Frames mostly follow frames: whoever brings the first of a batch need not wake a writer that dozes.
        let mut has_dozed = false;
        loop {
            let age = waiting.since.map(|since| since.elapsed());
            waiting = match age {
                None if has_dozed => self.sleep(waiting),
                None => self.doze(waiting, MAX_AGE),
                Some(age) if !waiting.urgent && age < MAX_AGE => self.doze(waiting, MAX_AGE - age),
                Some(_) => break,
            };
            has_dozed = true;
        }
        std::mem::swap(batch, &mut waiting.bytes);
        waiting.trailing_checkpoint = None;
        waiting.since = None;
        waiting.urgent = false;
        waiting.taken += 1;
        self.wake_waiters(&waiting);
        (std::mem::take(&mut waiting.records), waiting.closed)
    }

    fn sleep<'a>(&'a self, mut waiting: MutexGuard<'a, Waiting>) -> MutexGuard<'a, Waiting> {
        waiting.writer = Writer::Asleep;
        let mut waiting = self.work.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        waiting.writer = Writer::Awake;
        waiting
    }

    fn doze<'a>(&'a self, mut waiting: MutexGuard<'a, Waiting>, time: Duration) -> MutexGuard<'a, Waiting> {
        waiting.writer = Writer::Dozing;
        let woken = self.work.wait_timeout(waiting, time);
        let mut waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        waiting.writer = Writer::Awake;
        waiting
    }
}

/// The frame channel, recognised by its inode: a connector may close descriptors, or open others in
/// their place.
struct Channel {
    stream: UnixStream,
    identity: (u64, u64),
}

impl Channel {
    fn new(stream: UnixStream) -> io::Result<Self> {
        let identity = identity(&stream)?;
        Ok(Self { stream, identity })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if identity(&self.stream)? != self.identity {
            return Err(io::Error::from(io::ErrorKind::NotConnected));
        }
        self.stream.write_all(bytes)
    }
}

fn identity(stream: &impl AsFd) -> io::Result<(u64, u64)> {
    let stat = rustix::fs::fstat(stream)?;
    Ok((stat.st_dev, stat.st_ino))
}
