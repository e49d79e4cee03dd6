//! C12 to C14: what a sync produces.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use connector_schemas::record_type;

use super::{Run, count, ending, grouped, named};
use crate::conformance::{
    observation::{Produced, Rejected},
    verdict::{Finding, Verdict},
};

/// C12. Judges whole syncs.
pub(crate) fn records_valid(syncs: &[Run<'_>]) -> Verdict {
    let findings: Vec<Finding> =
        syncs.iter().flat_map(|run| ended(run).into_iter().chain(refused(run))).collect();
    if findings.is_empty() && all(syncs).next().is_none() {
        return without_records();
    }
    Verdict::of(findings, || {
        let records = all(syncs).count();
        let types: BTreeSet<&str> = all(syncs).map(|record| record.record_type).collect();
        format!("{} of {}", count(records, "record"), count(types.len(), "type"))
    })
}

/// Where nothing came, nothing was looked at.
fn without_records() -> Verdict {
    Verdict::skipped(
        "no sync produced a record",
        "give a configuration whose source holds some, name a stream that does with `--stream`, or look further back with \
         `--cutoff`",
    )
}

fn ended(run: &Run<'_>) -> Option<Finding> {
    let finding = Finding::new("the sync does not end well").expected("a sync that ends well");
    Some(run.place(finding.found(ending(run.seen)?)))
}

pub(super) fn refused(run: &Run<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        run.seen.rejections.iter().map(|rejected| refusal(run, rejected)).collect();
    if findings.is_empty() && run.seen.rejected > 0 {
        findings.push(run.place(Finding::new(format!("{} records are refused", run.seen.rejected))));
    }
    findings
}

fn refusal(run: &Run<'_>, rejected: &Rejected) -> Finding {
    let name = rejected.record_type.as_deref().unwrap_or("a record of no type");
    let uri = rejected.uri.as_deref().map(|uri| format!(" {uri}")).unwrap_or_default();
    let finding = Finding::new("a record is refused").record(format!("{name}{uri}"));
    let Some(problem) = rejected.problems.first() else { return run.place(finding) };
    let mut finding = finding.pointer(&problem.pointer).expected(&problem.expected).found(&problem.found);
    if problem.expected.is_empty() {
        finding.found.clone_from(&problem.message);
    }
    let known = rejected.record_type.as_deref().filter(|name| record_type(name).is_some());
    finding.remedy = match (&problem.suggestion, known) {
        (Some(name), _) => format!("did you mean {name:?}?"),
        (None, Some(name)) => format!("`schema {name}` shows what a record of this type has"),
        (None, None) => "give it a `_type` that there is; `schema` lists them".to_owned(),
    };
    run.place(finding)
}

/// C13. Judges whole syncs by the types that the file declares.
pub(crate) fn types_declared(syncs: &[Run<'_>], declared: &[String]) -> Verdict {
    if all(syncs).next().is_none() {
        return without_records();
    }
    let produced: BTreeMap<&str, usize> = all(syncs).fold(BTreeMap::new(), |mut types, record| {
        *types.entry(record.record_type).or_default() += 1;
        types
    });
    let unknown = produced.iter().filter(|(name, _)| !declared.iter().any(|known| known == *name));
    let findings = unknown.map(|(name, records)| undeclared(name, *records, declared)).collect();
    let listed = || produced.keys().copied().collect::<Vec<_>>().join(", ");
    Verdict::of(findings, listed)
}

fn undeclared(name: &str, records: usize, declared: &[String]) -> Finding {
    let known = if declared.is_empty() { "none".to_owned() } else { declared.join(", ") };
    Finding::new("records are of a type that the file does not declare")
        .record(name)
        .expected(format!("one of the declared types: {known}"))
        .found(count(records, "record"))
        .remedy(format!("add \"{name}\" to `record_types` in `export_connector!`"))
}

/// C14. Judges whole syncs: each stream by itself, and that no two say different things of the same record.
pub(crate) fn unique_self(syncs: &[Run<'_>]) -> Verdict {
    if all(syncs).next().is_none() {
        return without_records();
    }
    let findings = syncs.iter().flat_map(same_self).chain(across(syncs)).collect();
    let with_self = || all(syncs).filter(|record| record.uri.is_some()).count();
    Verdict::of(findings, || format!("{} with a self of their own", count(with_self(), "record")))
}

fn same_self(run: &Run<'_>) -> Vec<Finding> {
    let mut seen: HashMap<(&str, &str), Vec<&Produced>> = HashMap::new();
    for record in &run.seen.records {
        let Some(uri) = &record.uri else { continue };
        seen.entry((record.record_type, uri)).or_default().push(record);
    }
    let mut twice: Vec<_> = seen.into_iter().filter(|(_, records)| records.len() > 1).collect();
    twice.sort_unstable_by_key(|(key, _)| *key);
    twice.into_iter().map(|((name, uri), records)| shared(run, name, uri, &records)).collect()
}

fn shared(run: &Run<'_>, name: &str, uri: &str, records: &[&Produced]) -> Finding {
    let same = records.iter().all(|record| record.digest == records[0].digest);
    let (found, remedy) = if same {
        ("the same record", "produce it once: perhaps pages shift while they are read")
    } else {
        ("different records", "build `self` from all that tells them apart")
    };
    let finding =
        Finding::new("several records of a type have the same self").record(format!("{name} {uri}"));
    let times = grouped(records.len());
    run.place(finding.expected("one record").found(format!("{found}, {times} times")).remedy(remedy))
}

/// What two streams have in common is the same in both.
fn across(syncs: &[Run<'_>]) -> Vec<Finding> {
    let mut first: HashMap<(&str, &str), (usize, &Produced)> = HashMap::new();
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut findings = Vec::new();
    for (number, run) in syncs.iter().enumerate() {
        for record in &run.seen.records {
            let Some(uri) = &record.uri else { continue };
            let key = (record.record_type, &**uri);
            let (other, known) = *first.entry(key).or_insert((number, record));
            if other != number && known.digest != record.digest && told.insert(key) {
                findings.push(shared_across(run, &syncs[other], record));
            }
        }
    }
    findings
}

fn shared_across(run: &Run<'_>, other: &Run<'_>, record: &Produced) -> Finding {
    let finding = Finding::new("records of two streams have the same self").record(named(record));
    let found = format!("a different one in the stream {}", other.stream.unwrap_or_default());
    let remedy = "build `self` from all that tells them apart, the stream too";
    run.place(finding.expected("the same record, or another self").found(found).remedy(remedy))
}

fn all<'a>(syncs: &'a [Run<'_>]) -> impl Iterator<Item = &'a Produced> {
    syncs.iter().flat_map(|run| &run.seen.records)
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn a_record_without_a_type_is_told_to_have_one() {
        let told = |name: Option<&str>| {
            let mut seen = fixture::rejecting("/_type", "the name of a record type", "nothing");
            seen.rejections[0].record_type = name.map(str::to_owned);
            match records_valid(&[fixture::sync(&seen)]) {
                Verdict::Failed(failure) => failure.findings[0].remedy.clone(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(told(Some("Incident")), "`schema Incident` shows what a record of this type has");
        for name in [None, Some("Unheard")] {
            assert_eq!(told(name), "give it a `_type` that there is; `schema` lists them");
        }
    }
}
