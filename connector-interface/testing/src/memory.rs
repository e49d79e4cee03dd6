//! What a fake runner was told to do, beside what it has seen.

use std::time::Duration;

use connector_interface::State;
use serde_json::{Value, json};

use crate::event::Event;

/// When a fake runner asks a client to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    Never,
    AfterRecords(usize),
    AfterStates(usize),
    AfterQuestions(usize),
}

pub(crate) struct Memory {
    pub(crate) events: Vec<Event>,
    pub(crate) initial_state: Option<State>,
    pub(crate) stop: Stop,
    pub(crate) time_left: Duration,
    questions: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            initial_state: None,
            stop: Stop::Never,
            time_left: Duration::from_secs(20 * 60),
            questions: 0,
        }
    }
}

impl Memory {
    pub(crate) fn records(&self) -> impl Iterator<Item = &Value> {
        self.events.iter().filter_map(Event::as_record)
    }

    pub(crate) fn states(&self) -> impl Iterator<Item = &State> {
        self.events.iter().filter_map(Event::as_state)
    }

    /// The answer to one question whether to stop, as it crosses to a client.
    pub(crate) fn answer_cancellation(&mut self) -> Value {
        let is_cancelled = self.time_left.is_zero() || self.wants_stop();
        self.questions += 1;
        let left = u64::try_from(self.time_left.as_millis()).unwrap_or(u64::MAX);
        json!({ "cancelled": is_cancelled, "millisecondsLeft": left })
    }

    fn wants_stop(&self) -> bool {
        match self.stop {
            Stop::Never => false,
            Stop::AfterRecords(count) => self.records().count() >= count,
            Stop::AfterStates(count) => self.states().count() >= count,
            Stop::AfterQuestions(count) => self.questions >= count,
        }
    }
}
