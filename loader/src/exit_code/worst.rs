//! Which of several endings a command ends with.

use super::ExitCode;

/// All endings, the worst first. What hits everything comes before what hits one stream, what a person has to mend
/// before what may be gone the next time, and an ending that somebody asked for before all that it has cut short.
const RANKS: [ExitCode; ExitCode::ALL.len()] = [
    ExitCode::Bug,
    ExitCode::OutputFailed,
    ExitCode::Unenforceable,
    ExitCode::Terminated,
    ExitCode::Interrupted,
    ExitCode::Usage,
    ExitCode::Configuration,
    ExitCode::ConnectorNotFound,
    ExitCode::ConnectorUnusable,
    ExitCode::BuildFailed,
    ExitCode::Denied,
    ExitCode::ConnectorCrashed,
    ExitCode::Protocol,
    ExitCode::ConnectorPanicked,
    ExitCode::ConnectorExited,
    ExitCode::MemoryLimit,
    ExitCode::OtherLimit,
    ExitCode::Deadline,
    ExitCode::Nonconforming,
    ExitCode::InvalidRecords,
    ExitCode::ConnectorError,
    ExitCode::SourceUnavailable,
    ExitCode::StreamHeld,
    ExitCode::Paused,
    ExitCode::Done,
];

impl ExitCode {
    /// The worse of two endings.
    #[must_use]
    pub fn worse(self, other: ExitCode) -> ExitCode {
        RANKS.into_iter().find(|code| *code == self || *code == other).unwrap_or(self)
    }

    /// Whether an operator has to look: it was neither done, nor paused or cancelled, to be gone on with.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        !matches!(self, ExitCode::Done | ExitCode::Paused | ExitCode::Interrupted | ExitCode::Terminated)
    }

    /// Whether the same run may well end otherwise a little later: the connector crashed, or its source was unavailable.
    #[must_use]
    pub const fn is_worth_another_try(self) -> bool {
        matches!(self, ExitCode::ConnectorCrashed | ExitCode::ConnectorExited | ExitCode::SourceUnavailable)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_ending_has_one_rank() {
        let ranked: HashSet<ExitCode> = RANKS.into_iter().collect();
        assert_eq!(ranked.len(), ExitCode::ALL.len());
    }

    #[test]
    fn the_worse_of_two_does_not_depend_on_their_order() {
        for [worse, better] in [
            [ExitCode::Paused, ExitCode::Done],
            [ExitCode::StreamHeld, ExitCode::Paused],
            [ExitCode::SourceUnavailable, ExitCode::StreamHeld],
            [ExitCode::ConnectorError, ExitCode::SourceUnavailable],
            [ExitCode::InvalidRecords, ExitCode::ConnectorError],
            [ExitCode::Nonconforming, ExitCode::InvalidRecords],
            [ExitCode::MemoryLimit, ExitCode::Nonconforming],
            [ExitCode::ConnectorCrashed, ExitCode::MemoryLimit],
            [ExitCode::Configuration, ExitCode::ConnectorCrashed],
            [ExitCode::Terminated, ExitCode::Configuration],
            [ExitCode::OutputFailed, ExitCode::Terminated],
            [ExitCode::Bug, ExitCode::OutputFailed],
            [ExitCode::Done, ExitCode::Done],
        ] {
            assert_eq!(worse.worse(better), worse);
            assert_eq!(better.worse(worse), worse);
        }
    }

    #[test]
    fn what_is_gone_on_with_is_no_failure() {
        let fine = ExitCode::ALL.into_iter().filter(|code| !code.is_failure());
        assert_eq!(fine.map(ExitCode::number).collect::<Vec<_>>(), [0, 26, 130, 143]);
    }

    #[test]
    fn what_a_person_has_to_mend_is_not_tried_again() {
        let again: Vec<u8> = ExitCode::ALL
            .into_iter()
            .filter(|code| code.is_worth_another_try())
            .map(ExitCode::number)
            .collect();
        assert_eq!(again, [23, 24, 27]);
    }
}
