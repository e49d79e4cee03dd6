//! Figures as people read them.

use std::time::Duration;

/// Records as people count them: `1 record`, `3 records`.
pub(crate) fn records(count: u64) -> String {
    let noun = if count == 1 { "record" } else { "records" };
    format!("{count} {noun}")
}

/// A size for people.
pub(crate) fn bytes(count: u64) -> String {
    bytesize::ByteSize::b(count).display().iec().to_string()
}

/// A duration for people: `350ms`, `2.1s`, `3m 20s`.
pub(crate) fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0..1_000 => format!("{milliseconds}ms"),
        1_000..60_000 => format!("{:.1}s", duration.as_secs_f64()),
        _ => format!("{}m {}s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_durations_and_counts_read_well() {
        assert_eq!(bytes(1 << 30), "1.0 GiB");
        assert_eq!((records(1), records(0)), ("1 record".to_owned(), "0 records".to_owned()));
        let cases = [(350, "350ms"), (2_100, "2.1s"), (200_000, "3m 20s")];
        for (milliseconds, text) in cases {
            assert_eq!(duration(Duration::from_millis(milliseconds)), text);
        }
    }
}
