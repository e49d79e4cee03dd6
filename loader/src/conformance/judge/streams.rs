//! C10 and C11: streams, told apart by their ids, and the same ones each time.

use std::collections::{BTreeMap, BTreeSet};

use super::{Observation, Run, count, ending, made_no_client, records::refused};
use crate::conformance::{
    catalogue::Test,
    verdict::{Finding, Verdict},
};

/// Judges a run of `discover-streams` that found streams with these ids.
pub(crate) fn streams(seen: &Observation, ids: &[String]) -> Verdict {
    if made_no_client(seen) {
        return Verdict::waits_for(Test::Loads);
    }
    if let Some(ending) = ending(seen) {
        let finding = Finding::new("the discovery of streams fails");
        return finding.expected("a discovery that ends well").found(ending).into();
    }
    let refused = refused(&Run { verb: "discover-streams", stream: None, seen });
    if ids.is_empty() && refused.is_empty() {
        let finding = Finding::new("no stream is found").expected("at least one stream").found("none");
        return finding
            .remedy("produce a `Stream` for all that the configuration can read, even if that is one")
            .into();
    }
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    ids.iter().for_each(|id| *times.entry(id).or_default() += 1);
    let twice = times.iter().filter(|(_, count)| **count > 1).map(|(id, count)| {
        let finding =
            Finding::new("several streams have the same id").stream(*id).expected("an id of its own");
        finding.found(format!("{count} streams")).remedy("build the id from all that tells them apart")
    });
    let findings = refused.into_iter().chain(twice).chain(empty(ids)).collect();
    Verdict::of(findings, || count(ids.len(), "stream"))
}

fn empty(ids: &[String]) -> Option<Finding> {
    let is_empty = ids.iter().any(String::is_empty);
    is_empty.then(|| {
        let finding = Finding::new("a stream has an empty id").expected("an id that can be typed");
        finding.found("\"\"").remedy("take what the source tells it apart by")
    })
}

/// Judges two runs of `discover-streams`: the same records, in whatever order.
pub(crate) fn streams_stable(first: (&Observation, &[String]), second: (&Observation, &[String])) -> Verdict {
    if let Some(ending) = ending(second.0) {
        let finding = Finding::new("the second discovery of streams fails");
        return finding.expected("the same streams again").found(ending).into();
    }
    let ids = [first.1, second.1].map(|ids| ids.iter().map(String::as_str).collect::<BTreeSet<_>>());
    let gone = ids[0].difference(&ids[1]).map(|id| (*id, "it is found the first time only"));
    let new = ids[1].difference(&ids[0]).map(|id| (*id, "it is found the second time only"));
    let mut findings: Vec<Finding> = gone.chain(new).map(|(id, found)| unstable(id, found)).collect();
    let digests = [first.0, second.0]
        .map(|seen| seen.records.iter().map(|record| record.digest).collect::<BTreeSet<_>>());
    if findings.is_empty() && digests[0] != digests[1] {
        let finding = Finding::new("a stream is described in two ways").expected("the same record each time");
        let finding = finding.found("the same ids with other properties");
        findings.push(finding.remedy("take `self` and `name` from the source, not from a time or an order"));
    }
    Verdict::of(findings, || format!("{} twice", count(first.1.len(), "stream")))
}

fn unstable(id: &str, found: &str) -> Finding {
    let finding =
        Finding::new("a stream is not found each time").stream(id).expected("the same streams each time");
    finding.found(found).remedy("take the id from the source, not from an order, a time or a random number")
}
