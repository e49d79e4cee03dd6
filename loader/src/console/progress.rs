//! How far a run is, in one line.

use crate::supervisor::{Numbers, bytes, duration, records};

/// How wide the bar of the memory is, in characters.
const BAR: u64 = 10;

/// The figures of a run as they stand.
pub(super) fn progress_text(name: &str, numbers: &Numbers, memory: Option<u64>) -> String {
    let seconds = numbers.duration.as_secs_f64().max(0.001);
    let limit = numbers.limits.memory;
    let memory = memory.map(|used| format!(", {} {} of {}", bar(used, limit), bytes(used), bytes(limit)));
    format!(
        "{name}: {}, {:.0} a second{}, {} left",
        records(numbers.delivered),
        numbers.delivered as f64 / seconds,
        memory.unwrap_or_default(),
        duration(numbers.limits.deadline.saturating_sub(numbers.duration)),
    )
}

/// How much of a limit is used.
fn bar(used: u64, limit: u64) -> String {
    let full = (u128::from(used) * u128::from(BAR)).div_ceil(u128::from(limit.max(1)));
    let full = usize::try_from(full.min(u128::from(BAR))).unwrap_or(0);
    format!("[{:-<1$}]", "#".repeat(full), BAR as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_shows_the_first_byte_and_never_more_than_all() {
        for (used, shown) in
            [(0, "[----------]"), (1, "[#---------]"), (50, "[#####-----]"), (101, "[##########]")]
        {
            assert_eq!(bar(used, 100), shown);
        }
    }
}
