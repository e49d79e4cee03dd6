//! The streams that a connector has, and those of them that are looked at.

use super::{
    super::{
        super::{CliError, stream::StreamRecord},
        bench::Ran,
        sample::sample,
    },
    Choices, Whole,
};

/// Streams that are synced where none is named.
const STREAMS: usize = 4;

/// What a connector has discovered.
pub(super) struct Discovery {
    pub(super) ran: Ran,
    pub(super) streams: Vec<StreamRecord>,
}

impl Discovery {
    pub(super) fn of(ran: Ran) -> Result<Self, CliError> {
        let streams = StreamRecord::read_all(ran.streams.iter().cloned())?;
        Ok(Self { ran, streams })
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.streams.iter().map(|stream| stream.id.clone()).collect()
    }

    pub(super) fn went_well(&self) -> bool {
        self.ran.went_well() && !self.streams.is_empty()
    }

    /// The streams that are named, or else a few.
    pub(super) fn chosen(&self, choices: &Choices) -> Result<Vec<StreamRecord>, CliError> {
        if choices.streams.is_empty() {
            return Ok(sample(self.streams.clone(), STREAMS, choices.seed));
        }
        let find = |id: &String| Ok(StreamRecord::find(id, self.streams.clone())?);
        choices.streams.iter().map(find).collect()
    }

    /// The streams with the same ids as those, where they are there too, or else its own.
    pub(super) fn like(&self, wholes: &[Whole], choices: &Choices) -> Vec<StreamRecord> {
        let is_one = |stream: &&StreamRecord| wholes.iter().any(|whole| whole.stream.id == stream.id);
        let same: Vec<StreamRecord> = self.streams.iter().filter(is_one).cloned().collect();
        if same.len() == wholes.len() { same } else { sample(self.streams.clone(), STREAMS, choices.seed) }
    }
}
