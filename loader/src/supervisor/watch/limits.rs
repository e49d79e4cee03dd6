//! What is looked at ten times a second: the limits of a run, and its signs of life.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use signal_hook::iterator::Signals;

use crate::frame::Level;

use super::{
    super::{
        outcome::{Near, Stop, bytes, duration},
        vitals::biggest,
    },
    LINGER, Watch,
};

/// How often the temporary folder is counted: it reads the metadata of every file.
const COUNT_FILES: Duration = Duration::from_secs(1);
/// Refused processes beyond which a connector is taken for a fork bomb: an honest one gives up long before.
const BOMB: u64 = 1_000;

impl Watch<'_> {
    pub(super) fn tick(&mut self, signals: &mut Signals) {
        self.take_signals(signals);
        self.ask_when_enough();
        self.note_planned_stop();
        self.read();
        self.observer.progress(&self.numbers(), self.reading.memory);
        let held_back = self.helpers.flood.take_held_back();
        if held_back > 0 {
            self.vitals.sign();
            self.evidence.held_back += held_back;
        }
        // A run that has been killed, or has ended, has no limits to keep; its records may still be on their way.
        if self.containment.is_some() {
            self.check_memory();
            self.check_time();
            self.check_processes_and_files();
        }
        if self.over_since.is_some_and(|since| since.elapsed() >= LINGER) && self.evidence.worker.is_none() {
            self.stop(if self.evidence.end.is_some() { Stop::Lingered } else { Stop::ChannelClosed });
        }
    }

    /// Looks at what the run holds. The last look before the end explains it.
    pub(super) fn read(&mut self) {
        let Some(containment) = &mut self.containment else { return };
        self.reading = containment.read();
        self.vitals.look(self.status.accepted(), self.helpers.progress.delivered(), containment);
    }

    pub(super) fn check_memory(&mut self) {
        let held = self.reading.memory.unwrap_or(0);
        let is_over = held > self.run.limits.memory;
        if self.reading.oom_kills > 0 || is_over {
            self.stop(Stop::Memory);
        } else if held >= self.run.limits.soft_memory() {
            self.ask_near(Near::Memory);
        }
    }

    fn check_time(&mut self) {
        let waited = self.waited();
        let (limits, elapsed) = (self.run.limits, self.run.started.elapsed().saturating_sub(waited));
        if self.evidence.end.is_some() {
            return;
        }
        if waited > self.evidence.numbers.waited {
            self.evidence.numbers.waited = waited;
            self.status.set_time_left(limits.deadline.saturating_sub(elapsed));
        }
        if elapsed >= limits.deadline {
            self.stop(Stop::Deadline);
        } else if elapsed >= limits.soft_deadline() {
            self.ask_near(Near::Deadline);
        }
        if self.vitals.silence() >= limits.idle {
            self.stop(Stop::Idle);
        }
        let patience = limits.grace + self.lingering();
        let patience_is_over = self.asked_to_stop.is_some_and(|asked| asked.elapsed() >= patience);
        match self.evidence.stop {
            Some(Stop::Signal(_) | Stop::Planned | Stop::Enough) if patience_is_over => self.kill(),
            _ if patience_is_over => {
                if let Some(containment) = &self.containment {
                    containment.lift_soft_limit();
                }
            }
            _ => {}
        }
    }

    /// How long the worker waits after its verb, which is not the connector's time.
    fn lingering(&self) -> Duration {
        let scrutiny = self.run.job.scrutiny.unwrap_or_default();
        Duration::from_millis(scrutiny.linger_milliseconds)
    }

    /// Asks the connector to stop where nobody wants more of it.
    fn ask_when_enough(&mut self) {
        let is_enough = self.run.enough.is_some_and(|enough| enough.load(Ordering::Relaxed));
        if is_enough && self.evidence.stop.is_none() && self.containment.is_some() {
            self.evidence.stop = Some(Stop::Enough);
            self.asked_to_stop.get_or_insert_with(Instant::now);
            self.status.cancel();
        }
    }

    fn check_processes_and_files(&mut self) {
        if self.reading.refused_processes > BOMB || self.reading.processes > self.run.limits.processes {
            self.stop(Stop::Processes);
        }
        if self.files_counted.elapsed() >= COUNT_FILES {
            self.files_counted = Instant::now();
            if self.temporary.size() > self.run.limits.temporary {
                self.stop(Stop::Temporary);
            }
        }
    }

    /// Near a limit the connector is asked to stop while it still can, once; who holds the memory is looked at then.
    fn ask_near(&mut self, near: Near) {
        if self.evidence.near.is_some() || self.containment.is_none() {
            return;
        }
        self.evidence.near = Some(near);
        self.evidence.biggest = self.containment.as_ref().map(biggest);
        self.asked_to_stop.get_or_insert_with(Instant::now);
        self.status.cancel();
        let limits = self.run.limits;
        let what = match near {
            Near::Memory => {
                let held = self.reading.memory.map(bytes).unwrap_or_default();
                format!("memory limit ({held} of {})", bytes(limits.memory))
            }
            Near::Deadline => format!("deadline ({})", duration(limits.deadline)),
        };
        self.say(Level::Warn, format!("near the {what}: asked the connector to stop after a checkpoint"));
    }
}
