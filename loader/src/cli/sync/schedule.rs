//! Which run comes next: fair between connections, no more at once than were asked for, and no more than memory allows.

use std::{collections::VecDeque, time::Instant};

/// What is still to be done, by connection. There is no clock and no thread in here.
pub(super) struct Schedule<T> {
    lines: Vec<Line<T>>,
    /// What waits for its time, with its connection.
    later: Vec<(Instant, usize, T)>,
    /// Runs at once.
    jobs: usize,
    /// What the runs at once may be limited to together, in bytes.
    room: u64,
    turn: u64,
}

/// The tasks of one connection.
struct Line<T> {
    /// The limit of each of its runs, in bytes.
    memory: u64,
    ready: VecDeque<T>,
    running: usize,
    /// When it was served last, counted in turns.
    served: u64,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<T> {
    /// A task of a connection.
    Start(usize, T),
    /// Nothing, until a run ends or this time has come.
    Wait(Option<Instant>),
    /// Nothing any more.
    Over,
}

impl<T> Schedule<T> {
    /// With connections whose runs are limited to so many bytes each.
    pub(super) fn new(memory: impl IntoIterator<Item = u64>, jobs: usize, room: u64) -> Self {
        let line = |memory| Line { memory, ready: VecDeque::new(), running: 0, served: 0 };
        Self { lines: memory.into_iter().map(line).collect(), later: Vec::new(), jobs, room, turn: 0 }
    }

    /// Puts a task behind those of its connection.
    pub(super) fn push(&mut self, line: usize, task: T) {
        self.lines[line].ready.push_back(task);
    }

    /// Puts a task before those of its connection, once its time has come.
    pub(super) fn push_later(&mut self, line: usize, time: Instant, task: T) {
        self.later.push((time, line, task));
    }

    /// A task was taken and could not be begun: it is the next one again.
    pub(super) fn put_back(&mut self, line: usize, task: T) {
        self.ended(line);
        self.lines[line].ready.push_front(task);
    }

    /// No more runs at once than so many, and one at least.
    pub(super) fn lower_jobs(&mut self, jobs: usize) {
        self.jobs = self.jobs.min(jobs).max(1);
    }

    /// A run of a connection has ended.
    pub(super) fn ended(&mut self, line: usize) {
        self.lines[line].running -= 1;
    }

    /// Takes away all that has not begun of a connection.
    pub(super) fn give_up(&mut self, line: usize) -> Vec<T> {
        let (given_up, later) = self.later.drain(..).partition(|(_, of, _)| *of == line);
        self.later = later;
        let waiting = given_up.into_iter().map(|(_, _, task)| task);
        self.lines[line].ready.drain(..).chain(waiting).collect()
    }

    /// Runs that go on.
    pub(super) fn running(&self) -> usize {
        self.lines.iter().map(|line| line.running).sum()
    }

    /// What is to be done now. The connection with the fewest runs is served first, then the one that was served longest
    /// ago; where its run has to wait for memory, those behind it wait too, so that it is not passed by for ever. One run
    /// alone may take what it asks for.
    pub(super) fn next(&mut self, now: Instant) -> Next<T> {
        self.wake(now);
        let running = self.running();
        let is_full = running >= self.jobs;
        let waiting = (0..self.lines.len()).filter(|line| !is_full && !self.lines[*line].ready.is_empty());
        let Some(line) = waiting.min_by_key(|line| (self.lines[*line].running, self.lines[*line].served))
        else {
            let is_over = running == 0 && self.later.is_empty();
            return if is_over {
                Next::Over
            } else {
                Next::Wait(self.later.iter().map(|(time, ..)| *time).min())
            };
        };
        let used: u64 = self.lines.iter().map(|line| line.memory.saturating_mul(line.running as u64)).sum();
        if running > 0 && used.saturating_add(self.lines[line].memory) > self.room {
            return Next::Wait(None);
        }
        self.start(line)
    }

    fn start(&mut self, line: usize) -> Next<T> {
        self.turn += 1;
        let served = &mut self.lines[line];
        let Some(task) = served.ready.pop_front() else { return Next::Wait(None) };
        served.running += 1;
        served.served = self.turn;
        Next::Start(line, task)
    }

    fn wake(&mut self, now: Instant) {
        let (mut due, later): (Vec<_>, Vec<_>) = self.later.drain(..).partition(|(time, ..)| *time <= now);
        self.later = later;
        due.sort_by_key(|(time, ..)| std::cmp::Reverse(*time));
        for (_, line, task) in due {
            self.lines[line].ready.push_front(task);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Starts all that may start now; gives connection and task.
    fn start_all(schedule: &mut Schedule<u32>, now: Instant) -> Vec<(usize, u32)> {
        std::iter::from_fn(|| match schedule.next(now) {
            Next::Start(line, task) => Some((line, task)),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn connections_take_turns() {
        let mut schedule = Schedule::new([1, 1, 1], 1, 100);
        [(0, 1), (0, 2), (0, 3), (1, 4), (2, 5), (2, 6)]
            .into_iter()
            .for_each(|(line, task)| schedule.push(line, task));
        let now = Instant::now();
        let mut order = Vec::new();
        while let Next::Start(line, task) = schedule.next(now) {
            order.push(task);
            schedule.ended(line);
        }
        assert_eq!(order, [1, 4, 5, 2, 6, 3]);
        assert_eq!(schedule.next(now), Next::Over);
    }

    #[test]
    fn no_more_run_at_once_than_jobs_and_memory_allow() {
        for (jobs, room, started) in [(2, 100, 2), (4, 30, 3), (4, 5, 1), (1, 0, 1)] {
            let mut schedule = Schedule::new([10, 10], jobs, room);
            (0..8).for_each(|task| schedule.push(task % 2, 0));
            assert_eq!(
                start_all(&mut schedule, Instant::now()).len(),
                started,
                "{jobs} jobs, room for {room}"
            );
        }
    }

    #[test]
    fn a_big_run_is_not_passed_by_for_ever() {
        let mut schedule = Schedule::new([10, 90], 4, 100);
        (0..4).for_each(|task| schedule.push(0, task));
        schedule.push(1, 9);
        let now = Instant::now();
        assert_eq!(start_all(&mut schedule, now), [(0, 0), (1, 9)]);
        schedule.ended(1);
        schedule.push(1, 10);
        schedule.ended(0);
        assert_eq!(start_all(&mut schedule, now), [(0, 1), (1, 10)]);
    }

    #[test]
    fn what_waits_for_its_time_is_started_then() {
        let (mut schedule, now) = (Schedule::new([1], 2, 10), Instant::now());
        let time = now + Duration::from_secs(5);
        schedule.push_later(0, time, 1);
        assert_eq!(schedule.next(now), Next::Wait(Some(time)));
        assert_eq!(schedule.next(time), Next::Start(0, 1));
        assert_eq!(schedule.next(time), Next::Wait(None));
        schedule.ended(0);
        assert_eq!(schedule.next(time), Next::Over);
    }

    #[test]
    fn what_has_waited_for_its_time_comes_before_what_has_never_begun() {
        let (mut schedule, now) = (Schedule::new([1], 1, 10), Instant::now());
        (0..3).for_each(|task| schedule.push(0, task));
        for (seconds, task) in [(2, 12), (1, 11)] {
            schedule.push_later(0, now + Duration::from_secs(seconds), task);
        }
        let mut order = Vec::new();
        while let Next::Start(line, task) = schedule.next(now + Duration::from_secs(2)) {
            order.push(task);
            schedule.ended(line);
        }
        assert_eq!(order, [11, 12, 0, 1, 2]);
    }

    #[test]
    fn what_cannot_be_begun_is_the_next_again_and_fewer_run_at_once() {
        let (mut schedule, now) = (Schedule::new([1], 3, 10), Instant::now());
        (0..4).for_each(|task| schedule.push(0, task));
        assert_eq!(schedule.next(now), Next::Start(0, 0));
        assert_eq!(schedule.next(now), Next::Start(0, 1));
        schedule.put_back(0, 1);
        schedule.lower_jobs(schedule.running());
        assert_eq!(schedule.next(now), Next::Wait(None));
        schedule.ended(0);
        assert_eq!(start_all(&mut schedule, now), [(0, 1)]);
    }

    #[test]
    fn what_is_given_up_does_not_begin() {
        let (mut schedule, now) = (Schedule::new([1, 1], 4, 10), Instant::now());
        schedule.push(0, 1);
        schedule.push_later(0, now + Duration::from_secs(5), 2);
        schedule.push(1, 3);
        assert_eq!(schedule.give_up(0), [1, 2]);
        assert_eq!(start_all(&mut schedule, now), [(1, 3)]);
    }

    proptest! {
        #[test]
        fn each_task_is_started_once_and_the_room_is_never_exceeded(
            memory in vec(1..50_u64, 1..5),
            tasks in vec(0..5_usize, 0..40),
            jobs in 1..5_usize,
            room in 0..120_u64,
        ) {
            let mut schedule = Schedule::new(memory.clone(), jobs, room);
            for (number, line) in tasks.iter().enumerate() {
                schedule.push(line % memory.len(), number);
            }
            let (mut running, mut done): (Vec<(usize, usize)>, Vec<usize>) = (Vec::new(), Vec::new());
            loop {
                match schedule.next(Instant::now()) {
                    Next::Start(line, task) => running.push((line, task)),
                    Next::Wait(_) => {
                        let (line, task) = running.remove(0);
                        done.push(task);
                        schedule.ended(line);
                    }
                    Next::Over => break,
                }
                let used: u64 = running.iter().map(|(line, _)| memory[*line]).sum();
                prop_assert!(running.len() <= jobs && (running.len() <= 1 || used <= room));
            }
            done.sort_unstable();
            prop_assert_eq!(done, (0..tasks.len()).collect::<Vec<_>>());
        }
    }
}
