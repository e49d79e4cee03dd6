//! C09: the configuration is found valid, and nothing is produced meanwhile.

use super::{Observation, count, ending, made_no_client, named};
use crate::conformance::{
    catalogue::Test,
    verdict::{Finding, Verdict},
};

/// Judges a run of `verify-configuration`.
pub(crate) fn verify(seen: &Observation) -> Verdict {
    if made_no_client(seen) {
        return Verdict::waits_for(Test::Loads);
    }
    let mut findings = Vec::new();
    if let Some(ending) = ending(seen) {
        let finding = Finding::new("the given configuration is not found valid");
        let remedy = "give a configuration that works, or mend what the connector asks of it";
        findings.push(finding.expected("the answer that it is valid").found(ending).remedy(remedy));
    }
    let produced = seen.records.len() + usize::try_from(seen.rejected).unwrap_or(usize::MAX);
    if produced > 0 {
        let first = seen.records.first().map(named);
        let first = first.or_else(|| seen.rejections.first()?.record_type.clone());
        let mut finding = Finding::new("records are produced while a configuration is verified");
        finding.place.record = first;
        let remedy = "produce in `discover_streams` and `sync_stream` only";
        findings.push(finding.expected("no record").found(count(produced, "record")).remedy(remedy));
    }
    Verdict::of(findings, String::new)
}
