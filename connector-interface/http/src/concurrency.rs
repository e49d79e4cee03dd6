//! How many requests are under way at once.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{error::Error, waits::Waits};

/// How often who waits for a permit asks whether to go on.
const NOTICE: Duration = Duration::from_millis(50);

/// How many requests the source bears, learnt from its answers: halved when it says that there are too many, and grown
/// by one for each round of good answers (additive increase, multiplicative decrease, as RFC 5681 has it for TCP).
#[derive(Debug)]
struct Limit {
    allowed: f64,
    most: f64,
    last_cut: Option<Instant>,
}

impl Limit {
    fn new(most: usize) -> Self {
        // Far beyond what one process has in threads.
        let most = f64::from(u32::try_from(most.max(1)).unwrap_or(u32::MAX));
        Self { allowed: most, most, last_cut: None }
    }

    fn succeeded(&mut self) {
        self.allowed = (self.allowed + 1.0 / self.allowed).min(self.most);
    }

    /// Requests that began before the last cut were refused for the same reason, and cut nothing more.
    fn refused(&mut self, began: Instant, now: Instant) {
        if self.last_cut.is_none_or(|cut| began > cut) {
            self.allowed = (self.allowed / 2.0).max(1.0);
            self.last_cut = Some(now);
        }
    }

    fn has_room_beside(&self, under_way: u32) -> bool {
        f64::from(under_way) + 1.0 <= self.allowed
    }
}

/// Permits for requests, given in the order in which they were asked for.
pub(crate) struct Permits {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    limit: Limit,
    under_way: u32,
    queue: VecDeque<u64>,
    next_ticket: u64,
}

/// Given back when it is dropped.
pub(crate) struct Permit<'a> {
    permits: &'a Permits,
    began: Instant,
}

impl Permits {
    pub(crate) fn new(most: usize) -> Self {
        let state = State { limit: Limit::new(most), under_way: 0, queue: VecDeque::new(), next_ticket: 0 };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) fn acquire(&self, waits: &Waits) -> Result<Permit<'_>, Error> {
        let mut state = self.state();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.queue.push_back(ticket);
        while state.queue.front() != Some(&ticket) || !state.limit.has_room_beside(state.under_way) {
            state = self.changed.wait_timeout(state, NOTICE).unwrap_or_else(PoisonError::into_inner).0;
            if let Err(stopped) = waits.check() {
                state.queue.retain(|waiting| *waiting != ticket);
                self.changed.notify_all();
                return Err(stopped);
            }
        }
        state.queue.pop_front();
        state.under_way += 1;
        self.changed.notify_all();
        Ok(Permit { permits: self, began: Instant::now() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The source answered as it should.
    pub(crate) fn succeeded(&self) {
        self.permits.state().limit.succeeded();
    }

    /// The source said that there are too many requests.
    pub(crate) fn refused(&self) {
        self.permits.state().limit.refused(self.began, Instant::now());
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.permits.state().under_way -= 1;
        self.permits.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use connector_testing::FakeRunner;

    use super::*;

    fn waits() -> Waits {
        Waits::new(&FakeRunner::new().context())
    }

    #[test]
    fn the_limit_halves_when_refused_and_grows_slowly() {
        let start = Instant::now();
        let mut limit = Limit::new(8);
        let room = |limit: &Limit| (0..100).take_while(|under_way| limit.has_room_beside(*under_way)).count();
        assert_eq!(room(&limit), 8);
        for (second, wanted) in [(1, 4), (2, 2), (3, 1), (4, 1)] {
            let now = start + Duration::from_secs(second);
            limit.refused(now, now);
            assert_eq!(room(&limit), wanted);
        }
        let good_answers = (1..).find(|_| {
            limit.succeeded();
            room(&limit) == 8
        });
        // 1 + 2 + ... + 7 would be one for each round; growing within a round makes it a few less, and never more.
        assert!((22..=36).contains(&good_answers.unwrap_or_default()), "{good_answers:?}");
        (0..100).for_each(|_| limit.succeeded());
        assert_eq!(room(&limit), 8);
    }

    #[test]
    fn a_volley_that_is_refused_halves_once() {
        let start = Instant::now();
        let mut limit = Limit::new(8);
        for answer in 0..8 {
            limit.refused(start, start + Duration::from_millis(answer));
        }
        assert!(limit.has_room_beside(3) && !limit.has_room_beside(4));
    }

    #[test]
    fn never_more_are_under_way_than_allowed() {
        let permits = Permits::new(2);
        let most = Mutex::new((0, 0));
        let waits = waits();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let permit = permits.acquire(&waits).unwrap();
                        let mut counted = most.lock().unwrap();
                        counted.0 += 1;
                        counted.1 = counted.1.max(counted.0);
                        drop(counted);
                        std::thread::yield_now();
                        most.lock().unwrap().0 -= 1;
                        drop(permit);
                    }
                });
            }
        });
        assert_eq!(*most.lock().unwrap(), (0, 2));
    }

    #[test]
    fn a_wait_for_a_permit_ends_with_the_run() {
        let permits = Permits::new(1);
        let _held = permits.acquire(&waits()).unwrap();
        let stopped = Waits::new(&FakeRunner::new().cancelled().context());
        assert!(permits.acquire(&stopped).is_err());
        assert!(permits.state().queue.is_empty());
    }
}
