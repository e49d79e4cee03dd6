//! Whether a run shows a sign of life, and who holds its memory.

use std::time::{Duration, Instant};

use crate::{containment::Containment, processes::Process};

/// How often the processes are looked at: it reads two files for each.
const INTERVAL: Duration = Duration::from_secs(1);
/// How many processes are looked at for a sign of life: a bomb of them must not keep the runner busy.
const LOOKED_AT: usize = 32;
/// How many of the biggest processes are remembered.
const BIGGEST: usize = 3;

/// What has been seen of a run's processes.
#[derive(Debug)]
pub(crate) struct Vitals {
    last_sign: Instant,
    last_look: Option<Instant>,
    ticks: Vec<(i32, u64)>,
    accepted: u64,
}

impl Vitals {
    pub(crate) fn new() -> Self {
        Self { last_sign: Instant::now(), last_look: None, ticks: Vec::new(), accepted: 0 }
    }

    /// Something came from the connector: a frame, or a line.
    pub(crate) fn sign(&mut self) {
        self.last_sign = Instant::now();
    }

    /// Since when there has been no sign: no record, no line, no process that used a processor.
    pub(crate) fn silence(&self) -> Duration {
        self.last_sign.elapsed()
    }

    /// Looks whether records came, or processes worked, since the last look. Records that wait for a slow sink are a
    /// sign too: the connector may be held up by them.
    pub(crate) fn look(&mut self, accepted: u64, delivered: u64, containment: &Containment) {
        if accepted != self.accepted || accepted > delivered {
            self.accepted = accepted;
            self.sign();
        }
        if self.last_look.is_some_and(|last| last.elapsed() < INTERVAL) {
            return;
        }
        self.last_look = Some(Instant::now());
        let ticks: Vec<(i32, u64)> = containment
            .processes(LOOKED_AT)
            .into_iter()
            .map(|process| (process.pid, process.ticks))
            .collect();
        if ticks != self.ticks {
            self.ticks = ticks;
            self.sign();
        }
    }
}

/// The processes that hold most, the biggest first.
pub(crate) fn biggest(containment: &Containment) -> Vec<Process> {
    let mut processes = containment.processes(usize::MAX);
    processes.sort_by_key(|process| std::cmp::Reverse(process.memory));
    processes.truncate(BIGGEST);
    processes
}
