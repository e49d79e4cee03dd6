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
}

impl<'a> Walk<'a> {
    pub(crate) fn new(client: &'a Nonconforming, stream: &'a Stream, cutoff: Timestamp) -> Self {
        Self { client, stream, cutoff, kept: Vec::new() }
    }

    pub(crate) fn run(mut self) -> Result<(), Error> {
        let mut newest = self.newest()?;
        while newest > 0 {
            let oldest = newest.saturating_sub(PAGE_SIZE - 1).max(1);
            for number in (oldest..=newest).rev() {
                self.listen()?;
                let is_older = item::created_at(number)? < self.cutoff && !self.client.has(Fault::Cutoff);
                if is_older {
                    return Ok(());
                }
                self.client.context.records.produce(&item::record(self.stream.id(), number)?)?;
                self.keep();
            }
            newest = oldest - 1;
            let skipped = if self.client.has(Fault::Resume) { PAGE_SIZE } else { 0 };
            let state = State::at(item::created_at(oldest)?).with("newest", newest.saturating_sub(skipped));
            self.client.context.state.set(&state)?;
        }
        Ok(())
    }

    /// The number of the item to begin with.
    fn newest(&self) -> Result<u64, Error> {
        let Some(state) = self.client.context.state.get()? else {
            return Ok(self.client.configuration.items);
        };
        let newest = state.metadata.get("newest").and_then(serde_json::Value::as_u64);
        newest.ok_or_else(|| Error::new("the state of the last run names no item"))
    }

    /// Stops where it was asked to, or is deaf.
    fn listen(&self) -> Result<(), Error> {
        let cancellation = &self.client.context.cancellation;
        if self.client.has(Fault::Cancel) && cancellation.is_cancelled() {
            std::thread::sleep(DEAF);
        }
        cancellation.check()
    }

    fn keep(&mut self) {
        if self.client.has(Fault::MemoryFlat) {
            // Not zeros: pages that nobody writes to take no memory.
            self.kept.push(vec![1; KEPT]);
        }
    }
}
