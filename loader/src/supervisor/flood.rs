//! Holds back the lines of a connector that writes more than anybody can read.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Lines that may come at once, and lines a second from then on.
const LINES: Rate = Rate { burst: 2_000.0, per_second: 100.0 };
/// The same in bytes.
const BYTES: Rate = Rate { burst: 2_097_152.0, per_second: 65_536.0 };

struct Rate {
    burst: f64,
    per_second: f64,
}

/// Admits lines while there is room. One for all that a run's connector says, on whichever way.
#[derive(Debug)]
pub(crate) struct Flood {
    room: Mutex<Room>,
    admits_all: bool,
}

#[derive(Debug)]
struct Room {
    lines: f64,
    bytes: f64,
    since: Instant,
    held_back: u64,
}

impl Flood {
    pub(crate) fn new() -> Self {
        let room = Room { lines: LINES.burst, bytes: BYTES.burst, since: Instant::now(), held_back: 0 };
        Self { room: Mutex::new(room), admits_all: false }
    }

    /// Admits whatever comes: somebody looks at each line, and keeps few.
    pub(crate) fn open() -> Self {
        Self { admits_all: true, ..Self::new() }
    }

    /// Whether a line of this many bytes may pass; one that may not is counted.
    pub(crate) fn admits(&self, bytes: usize) -> bool {
        self.admits_all
            || self.room.lock().unwrap_or_else(PoisonError::into_inner).take(bytes, Instant::now())
    }

    /// How many lines were held back since the last time that this was asked.
    pub(crate) fn take_held_back(&self) -> u64 {
        std::mem::take(&mut self.room.lock().unwrap_or_else(PoisonError::into_inner).held_back)
    }
}

impl Room {
    fn take(&mut self, bytes: usize, now: Instant) -> bool {
        let seconds = now.saturating_duration_since(self.since).as_secs_f64();
        self.since = now;
        self.lines = (self.lines + seconds * LINES.per_second).min(LINES.burst);
        self.bytes = (self.bytes + seconds * BYTES.per_second).min(BYTES.burst);
        if self.lines < 1.0 || self.bytes < 0.0 {
            self.held_back += 1;
            return false;
        }
        self.lines -= 1.0;
        // May go below nothing: a long line is shown whole, and those behind it wait for longer.
        self.bytes -= bytes as f64;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_then_a_trickle_and_the_rest_is_counted() {
        let start = Instant::now();
        let mut room = Room { lines: LINES.burst, bytes: BYTES.burst, since: start, held_back: 0 };
        let admitted = (0..10_000).filter(|_| room.take(10, start)).count();
        assert_eq!((admitted, room.held_back), (2_000, 8_000));
        let later = start + Duration::from_secs(1);
        assert_eq!((0..10_000).filter(|_| room.take(10, later)).count(), 100);
    }

    #[test]
    fn nothing_is_held_back_where_each_line_is_looked_at() {
        let flood = Flood::open();
        assert!((0..10_000).all(|_| flood.admits(65_536)));
        assert_eq!(flood.take_held_back(), 0);
    }

    #[test]
    fn long_lines_are_held_back_sooner() {
        let start = Instant::now();
        let mut room = Room { lines: LINES.burst, bytes: BYTES.burst, since: start, held_back: 0 };
        assert_eq!((0..2_000).filter(|_| room.take(65_536, start)).count(), 33);
    }
}
