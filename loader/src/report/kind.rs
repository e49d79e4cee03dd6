//! The three ways in which a run ends, as far as an operator has to care.

use crate::{exit_code::ExitCode, history::RunRecord};

/// Sorted by how much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Done,
    /// Stopped in good order, or cancelled; the next run goes on.
    Paused,
    Failed,
}

impl Kind {
    pub(crate) fn of(run: &RunRecord) -> Kind {
        match ExitCode::from_number(run.exit_code) {
            Some(ExitCode::Done) => Kind::Done,
            Some(code) if !code.is_failure() => Kind::Paused,
            _ => Kind::Failed,
        }
    }

    /// Also the name of its class in the style sheet.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Kind::Done => "done",
            Kind::Paused => "paused",
            Kind::Failed => "failed",
        }
    }

    /// So that the colour is not the only sign.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Kind::Done => "✓",
            Kind::Paused => "‖",
            Kind::Failed => "✗",
        }
    }
}

/// How many runs ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) done: u64,
    pub(crate) paused: u64,
    pub(crate) failed: u64,
}

impl Tally {
    pub(crate) fn of<'a>(runs: impl IntoIterator<Item = &'a RunRecord>) -> Tally {
        let mut tally = Tally::default();
        runs.into_iter().for_each(|run| tally.add(Kind::of(run)));
        tally
    }

    pub(crate) fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Done => self.done += 1,
            Kind::Paused => self.paused += 1,
            Kind::Failed => self.failed += 1,
        }
    }

    pub(crate) fn all(self) -> u64 {
        self.done + self.paused + self.failed
    }

    /// Those that matter most.
    pub(crate) fn worst(self) -> Kind {
        match self {
            Tally { failed: 1.., .. } => Kind::Failed,
            Tally { paused: 1.., .. } => Kind::Paused,
            Tally { .. } => Kind::Done,
        }
    }
}
