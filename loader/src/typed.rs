//! Reads the small values that people type: sizes, durations, counts, names.

use std::time::Duration;

use bytesize::ByteSize;
use jiff::SignedDuration;

use crate::examination::GlibcVersion;

/// More than this and the kernel does not take it for a limit.
const LARGEST: u64 = 1 << 60;
/// Less than this and the worker itself does not start.
pub(crate) const LEAST_MEMORY: u64 = 16 * 1024 * 1024;
/// The most that a count may be.
pub(crate) const LARGEST_COUNT: u64 = 1_000_000;
/// The longest name of a connection, in bytes.
pub(crate) const MAX_CONNECTION: usize = 200;

/// Bytes.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let size = text.parse::<ByteSize>();
    let size = size.map_err(|_| format!("{text:?} is not a size such as 512MiB or 1GiB"))?.as_u64();
    if size > LARGEST { Err(format!("{text:?} is more than 1EiB")) } else { Ok(size) }
}

/// A version of glibc, as systems name it.
pub(crate) fn parse_glibc(text: &str) -> Result<GlibcVersion, String> {
    GlibcVersion::parse(text).ok_or_else(|| format!("{text:?} is not a version of glibc such as 2.34"))
}

/// Bytes in which a connector can be loaded.
pub(crate) fn parse_memory(text: &str) -> Result<u64, String> {
    let size = parse_size(text)?;
    if size < LEAST_MEMORY {
        return Err("less than 16MiB is not enough to load a connector".to_owned());
    }
    Ok(size)
}

/// A whole number of at least `least`.
pub(crate) fn parse_count(text: &str, least: u64) -> Result<u64, String> {
    let count = text.parse::<u64>().ok().filter(|count| (least..=LARGEST_COUNT).contains(count));
    count.ok_or_else(|| format!("{text:?} is not a whole number from {least} to {LARGEST_COUNT}"))
}

/// In hundredths of a processor.
pub(crate) fn parse_processors(text: &str) -> Result<u32, String> {
    let processors = text.parse::<f64>().ok().filter(|number| (0.01..=1000.0).contains(number));
    let percent = processors.map(|number| (number * 100.0).round() as u32);
    percent.ok_or_else(|| format!("{text:?} is not a number of processors such as 0.5 or 2"))
}

/// More than no time.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("{text:?} is not a duration such as 90s, 20m or 1h (units s, m and h; more than 0)");
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    let duration = Duration::try_from(duration).map_err(|_| wrong())?;
    if duration.is_zero() { Err(wrong()) } else { Ok(duration) }
}

/// Also no time at all.
pub(crate) fn parse_overlap(text: &str) -> Result<Duration, String> {
    let duration = text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    duration.ok_or_else(|| format!("{text:?} is not a duration such as 0s, 30m or 2h"))
}

/// A name under which something is kept.
pub(crate) fn parse_connection(text: &str) -> Result<String, String> {
    if text.trim().is_empty() || text.len() > MAX_CONNECTION || text.chars().any(char::is_control) {
        return Err(format!("{text:?} is not a name of 1 to {MAX_CONNECTION} printable characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_read_in_hundredths() {
        for (text, percent) in [("0.5", Some(50)), ("2", Some(200)), ("0", None), ("all", None), ("-1", None)]
        {
            assert_eq!(parse_processors(text).ok(), percent, "{text}");
        }
    }

    #[test]
    fn sizes_and_durations_are_read_or_refused_with_an_example() {
        assert_eq!(parse_memory("1GiB"), Ok(1 << 30));
        assert_eq!(parse_memory("64 MiB"), Ok(64 << 20));
        assert_eq!(parse_duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("1h 30m"), Ok(Duration::from_secs(5400)));
        for text in ["", "much", "-1GiB", "1MiB"] {
            assert!(parse_memory(text).unwrap_err().contains("MiB"), "{text}");
        }
        for text in ["", "20", "-5s", "0s"] {
            assert!(parse_duration(text).unwrap_err().contains("such as 90s"), "{text}");
        }
    }

    #[test]
    fn a_connection_has_a_printable_name() {
        assert_eq!(parse_connection("Acme (EU)").as_deref(), Ok("Acme (EU)"));
        for text in ["", " ", "a\nb", &"x".repeat(201)] {
            assert!(parse_connection(text).is_err(), "{text:?}");
        }
    }
}
