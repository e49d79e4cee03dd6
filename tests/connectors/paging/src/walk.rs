//! The walk: from the newest page to the oldest, with a checkpoint after each.

use std::time::Duration;

use connector_interface::{Context, Error, State, Timestamp};

use crate::{
    configuration::{Configuration, Ending},
    item,
};

/// One run through the source, or through what an earlier run has left of it.
pub(crate) struct Walk<'a> {
    source: Configuration,
    context: &'a Context,
    cutoff: Timestamp,
    produced: u64,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(source: Configuration, context: &'a Context, cutoff: Timestamp) -> Self {
        Self { source, context, cutoff, produced: 0 }
    }

    /// As many trackers do it, a page is known by its number, and the first has the newest items. Whoever asks for the
    /// page after the last one finds nothing, however much is new on the first.
    pub(crate) fn run(mut self) -> Result<(), Error> {
        let mut page = self.pages_before()? + 1;
        while let Some(newest) = self.newest_of(page) {
            self.context.cancellation.sleep(Duration::from_millis(self.source.milliseconds_per_page))?;
            let oldest = newest.saturating_sub(self.source.page_size.max(1)) + 1;
            for number in (oldest..=newest).rev() {
                let created_at = item::created_at(&self.source, number)?;
                if created_at < self.cutoff {
                    return self.end();
                }
                self.context.records.produce(&item::record(&self.source, number, created_at))?;
                self.produced += 1;
                self.end_early()?;
            }
            self.context.state.set(&State::at(item::created_at(&self.source, oldest)?).with("page", page))?;
            page += 1;
        }
        self.end()
    }

    /// How many pages earlier runs have read.
    fn pages_before(&self) -> Result<u64, Error> {
        let Some(state) = self.context.state.get()? else { return Ok(0) };
        let page = state.metadata.get("page").and_then(serde_json::Value::as_u64);
        page.ok_or_else(|| Error::new(format!("the state has no page: {state:?}")))
    }

    /// The number of the newest item on a page.
    fn newest_of(&self, page: u64) -> Option<u64> {
        let newer = (page - 1).checked_mul(self.source.page_size.max(1))?;
        self.source.count.checked_sub(newer).filter(|newest| *newest > 0)
    }

    fn end_early(&self) -> Result<(), Error> {
        if self.source.end_after == Some(self.produced) { self.end_as_told() } else { Ok(()) }
    }

    fn end(&self) -> Result<(), Error> {
        if self.source.end_after.is_none() { self.end_as_told() } else { Ok(()) }
    }

    fn end_as_told(&self) -> Result<(), Error> {
        let message = format!("ends after {} records of this run", self.produced);
        match self.source.ending {
            Ending::Done => Ok(()),
            Ending::Fail => Err(Error::new(message)),
            Ending::Unavailable => Err(Error::source_unavailable(message)),
            Ending::Pause => Err(Error::paused(message)),
            Ending::Panic => panic!("{message}"),
            Ending::Exit => std::process::exit(0),
            Ending::Abort => std::process::abort(),
        }
    }
}
