//! From what was seen of runs to verdicts: one file for each test, or family of tests.

mod cancel;
mod configuration_schema;
mod cutoff;
mod file;
mod loads;
mod memory;
mod output;
mod records;
mod refusals;
mod resume;
mod streams;
mod verify;

use super::{
    observation::{Observation, Produced},
    verdict::Finding,
};
use crate::exit_code::ExitCode;

pub(crate) use cancel::{CancelTrial, cancel};
pub(crate) use configuration_schema::configuration_schema;
pub(crate) use cutoff::{CutoffTrial, EdgeTrial, came, cutoff, edge, middle_cutoff};
pub(crate) use file::{GLIBC_FLOOR, glibc, metadata};
pub(crate) use loads::loads;
pub(crate) use memory::{Size, memory_flat};
pub(crate) use output::{after_return, secrets, stdout};
pub(crate) use records::{records_valid, types_declared, unique_self};
pub(crate) use refusals::{RefusalTrial, refusals};
pub(crate) use resume::{ResumeTrial, SecondHop, Stop, resume};
pub(crate) use streams::{streams, streams_stable};
pub(crate) use verify::verify;

/// One run, and what it was of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    /// `sync-stream`.
    pub(crate) verb: &'a str,
    /// The id of the stream.
    pub(crate) stream: Option<&'a str>,
    pub(crate) seen: &'a Observation,
}

impl Run<'_> {
    /// Puts a finding to where it was seen.
    fn place(&self, mut finding: Finding) -> Finding {
        finding.place.stream = self.stream.map(str::to_owned);
        let verb = self.stream.is_none().then(|| format!("in {}", self.verb));
        let parts: Vec<String> = verb.into_iter().chain(self.seen.occasion.map(str::to_owned)).collect();
        if !parts.is_empty() {
            finding.place.moment = Some(parts.join(", "));
        }
        finding
    }
}

/// `Incident https://acme.example/1`, or the type alone.
fn named(record: &Produced) -> String {
    match &record.uri {
        Some(uri) => format!("{} {uri}", record.record_type),
        None => record.record_type.to_owned(),
    }
}

/// How a run ended, where that is not well.
fn ending(seen: &Observation) -> Option<String> {
    (seen.code != ExitCode::Done)
        .then(|| format!("{} ({}, exit code {})", seen.what, seen.code.title(), seen.code.number()))
}

/// Whether it did not come as far as to make its client, for another reason than its configuration.
fn made_no_client(seen: &Observation) -> bool {
    !seen.made && seen.code != ExitCode::Configuration
}

/// `1 record`, `18,204 records`.
fn count(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", grouped(number))
}

/// Digits in groups of three.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
