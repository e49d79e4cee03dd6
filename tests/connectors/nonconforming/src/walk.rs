//! The walk: from the newest page to the oldest, with a checkpoint after each.

use std::time::Duration;

use connector_interface::{Error, State, Stream, Timestamp};

use crate::{Nonconforming, configuration::Fault, item};

const PAGE_SIZE: u64 = 5;
/// Much longer than any grace period.
const DEAF: Duration = Duration::from_secs(600);
/// What is kept of each item by who keeps too much.
const KEPT: usize = 512 * 1024;

/// One run through the source, or through what an earlier run has left of it.
pub(crate) struct Walk<'a> {
    client: &'a Nonconforming,
    stream: &'a Stream,
    cutoff: Timestamp,
    kept: Vec<Vec<u8>>,
    /// Whether an earlier run has read the newer pages.
    goes_on: bool,
    /// How many were read.
    pages: u64,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(client: &'a Nonconforming, stream: &'a Stream, cutoff: Timestamp) -> Self {
        Self { client, stream, cutoff, kept: Vec::new(), goes_on: false, pages: 0 }
    }

    pub(crate) fn run(mut self) -> Result<(), Error> {
        let mut newest = self.newest()?;
        while newest > 0 {
            let oldest = newest.saturating_sub(PAGE_SIZE - 1).max(1);
            for number in (oldest..=newest).rev() {
                if let Err(cancelled) = self.listen() {
                    let is_told = self.pages > 0 || !self.client.has(Fault::FinishedWhenCancelled);
                    return if is_told { Err(cancelled) } else { Ok(()) };
                }
                if self.is_older(number)? {
                    return Ok(());
                }
                self.client.context.records.produce(&item::record(self.stream.id(), number)?)?;
                self.keep();
            }
            newest = oldest - 1;
            self.pages += 1;
            let state = State::at(item::created_at(oldest)?).with("newest", self.saved(newest));
            self.client.context.state.set(&state)?;
        }
        Ok(())
    }

    fn is_older(&self, number: u64) -> Result<bool, Error> {
        let created_at = item::created_at(number)?;
        Ok(match self.client.configuration.fault {
            Some(Fault::Cutoff) => false,
            Some(Fault::CutoffExclusive) => created_at <= self.cutoff,
            _ => created_at < self.cutoff,
        })
    }

    /// The number of the item that a state says to go on with, where that is `newest`.
    fn saved(&self, newest: u64) -> u64 {
        let items = self.client.configuration.items;
        match self.client.configuration.fault {
            Some(Fault::Resume) => newest.saturating_sub(PAGE_SIZE),
            Some(Fault::ResumeTwice) if self.goes_on => newest.saturating_sub(PAGE_SIZE),
            Some(Fault::ResumeRelative) => items.saturating_sub(self.pages * PAGE_SIZE),
            Some(Fault::ResumeAnew) if newest > 0 => items,
            _ => newest,
        }
    }

    /// The number of the item to begin with.
    fn newest(&mut self) -> Result<u64, Error> {
        let Some(state) = self.client.context.state.get()? else {
            return Ok(self.client.configuration.items);
        };
        self.goes_on = true;
        let newest = state.metadata.get("newest").and_then(serde_json::Value::as_u64);
        newest.ok_or_else(|| Error::new("the state of the last run names no item"))
    }

    /// Stops where it was asked to, or is deaf.
    fn listen(&self) -> Result<(), Error> {
        let cancellation = &self.client.context.cancellation;
        if self.client.has(Fault::Cancel) && cancellation.is_cancelled() {
            std::thread::sleep(DEAF);
        }
        if self.client.has(Fault::Deaf) { Ok(()) } else { cancellation.check() }
    }

    fn keep(&mut self) {
        if self.client.has(Fault::MemoryFlat) {
            // Not zeros: pages that nobody writes to take no memory.
            self.kept.push(vec![1; KEPT]);
        }
    }
}
