//! How much memory there is for runs.

use std::fs;

use crate::cgroup::OwnLimit;

/// What is left for everything else, in hundredths.
const LEFT: u64 = 20;

/// What all runs at once may be limited to together, in bytes: four fifths of what is available now, on the machine and
/// within the limit that the runner itself has. Where neither can be told, nothing bounds it.
pub(super) fn room() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    let own = OwnLimit::read().ok().flatten().map(|limit| limit.bytes);
    let available = machine.into_iter().chain(own).min().unwrap_or(u64::MAX);
    available / 100 * (100 - LEFT)
}

/// The estimate of the kernel of what new programs may take without swapping (`proc_meminfo(5)`).
fn available(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_estimate_is_read() {
        let text = "MemTotal:       2048 kB\nMemFree:         10 kB\nMemAvailable:    1024 kB\n";
        assert_eq!(available(text), Some(1 << 20));
        for text in ["", "MemTotal: 1 kB\n", "MemAvailable: much kB\n", "MemAvailable: 12\n"] {
            assert_eq!(available(text), None, "{text}");
        }
    }

    #[test]
    fn a_part_is_left_for_everything_else() {
        assert!(room() > 0);
    }
}
