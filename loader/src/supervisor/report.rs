//! The outcome of a run for programs: one JSON object.

use serde::Serialize;

use crate::{confinement::Fences, exit_code::ExitCode, mask::Masker};

use super::{
    denials::{Denial, allowing},
    outcome::Outcome,
};

/// How a run ended. Members are added, never changed or removed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutcomeReport<'a> {
    pub(crate) exit_code: u8,
    /// A few words for the exit code.
    pub(crate) ending: &'static str,
    /// The sentence that the operator reads.
    pub(crate) message: String,
    /// What to do next; empty where there is nothing to do.
    pub(crate) advice: &'a str,
    pub(crate) connector: Connector<'a>,
    pub(crate) run: &'a str,
    pub(crate) verb: &'a str,
    /// The id of the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stream: Option<String>,
    pub(crate) records: Records,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) memory: Memory,
    pub(crate) duration_milliseconds: u64,
    /// When it is worth trying again, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resume_after: Option<String>,
    /// How the limits were held, where that was not by a cgroup of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) held_by: Option<&'a str>,
    /// The fences around the connector; null where it did not come that far.
    pub(crate) sandbox: Option<Fences>,
    /// What they denied, as far as that is known.
    pub(crate) denied: Vec<Denied<'a>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Denied<'a> {
    what: &'a str,
    times: u64,
    /// The option that would allow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Connector<'a> {
    pub(crate) slug: &'a str,
    pub(crate) version: &'a str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Records {
    accepted: u64,
    sent: u64,
    delivered: u64,
    rejected: u64,
}

/// In records before it; null where there is none.
#[derive(Debug, Serialize)]
pub(crate) struct Checkpoint {
    set: Option<u64>,
    durable: Option<u64>,
}

/// In bytes; the peak is with file cache.
#[derive(Debug, Serialize)]
pub(crate) struct Memory {
    limit: u64,
    peak: Option<u64>,
}

/// What a report says beside the outcome itself.
pub(crate) struct Subject<'a> {
    pub(crate) connector: Connector<'a>,
    pub(crate) run: &'a str,
    pub(crate) verb: &'a str,
    pub(crate) stream: Option<&'a str>,
}

impl<'a> OutcomeReport<'a> {
    pub(crate) fn new(subject: Subject<'a>, outcome: &'a Outcome, code: ExitCode, masker: &Masker) -> Self {
        let numbers = &outcome.numbers;
        let resume_after = outcome.failure.as_ref().and_then(|failure| failure.resume_after.as_ref());
        Self {
            exit_code: code.number(),
            ending: code.title(),
            message: masker.mask(&outcome.what).into_owned(),
            advice: &outcome.advice,
            connector: subject.connector,
            run: subject.run,
            verb: subject.verb,
            stream: subject.stream.map(|id| masker.mask(id).into_owned()),
            records: Records {
                accepted: numbers.accepted,
                sent: numbers.sent,
                delivered: numbers.delivered,
                rejected: numbers.rejected,
            },
            checkpoint: Checkpoint { set: numbers.checkpoint, durable: numbers.committed },
            memory: Memory { limit: numbers.limits.memory, peak: numbers.reading.peak },
            duration_milliseconds: u64::try_from(numbers.duration.as_millis()).unwrap_or(u64::MAX),
            resume_after: resume_after.map(|time| masker.mask(time).into_owned()),
            held_by: outcome.held_by.as_deref(),
            sandbox: outcome.fences,
            denied: outcome.denials.iter().map(Denied::of).collect(),
        }
    }
}

impl<'a> Denied<'a> {
    fn of(denial: &'a Denial) -> Self {
        Self { what: &denial.what, times: denial.times, grant: denial.grant.as_deref().map(allowing) }
    }
}
