//! C18: ten times the data needs hardly more memory.

use super::{count, grouped};
use crate::{
    conformance::verdict::{Finding, Verdict},
    supervisor::bytes,
};

/// Memory may grow by a half, and by this on top: allocators and caches take what they find.
const SLACK: u64 = 16 * 1024 * 1024;
/// How much more data there has to be for the two to be compared.
const LEAST_GROWTH: usize = 3;

/// More than this for each further record, and the record itself may have been kept.
const SMALL: u64 = 4 * 1024;

fn unproved(each: u64) -> String {
    let each = bytes(each);
    format!(
        "that proves little, as {each} for each record more may be what is kept of it: give `--grown` more data"
    )
}

/// How large the syncs with one configuration were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) records: usize,
    /// The highest of the peaks, in bytes.
    pub(crate) peak: Option<u64>,
}

/// Compares the syncs with the given configuration, and with the grown one.
pub(crate) fn memory_flat(given: Size, grown: Size) -> Verdict {
    let (Some(small), Some(large)) = (given.peak, grown.peak) else {
        return Verdict::skipped(
            "memory cannot be measured here",
            "run where cgroups can be made: `doctor` tells what is missing",
        );
    };
    if grown.records < given.records.saturating_mul(LEAST_GROWTH) {
        let found = format!("{} in place of {}", count(grown.records, "record"), grouped(given.records));
        return Verdict::skipped(
            format!("the grown configuration gives {found}"),
            "give `--grown` a configuration with about ten times the data",
        );
    }
    let most = small + small / 2 + SLACK;
    let (few, many) = (count(given.records, "record"), count(grown.records, "record"));
    if large <= most {
        let each = large.saturating_sub(small) / grown.records.saturating_sub(given.records).max(1) as u64;
        let told = format!("{} for {few}, {} for {many}", bytes(small), bytes(large));
        return Verdict::passed(if each < SMALL { told } else { format!("{told}; {}", unproved(each)) });
    }
    let finding = Finding::new("memory grows with the data");
    let finding =
        finding.expected(format!("at most {} for {many}, as {few} need {}", bytes(most), bytes(small)));
    finding.found(bytes(large)).remedy("produce page by page, and let each page go before the next").into()
}
