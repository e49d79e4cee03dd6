//! The present time as records carry it, written once a millisecond.

use std::{cell::Cell, io::Write as _};

use jiff::Timestamp;

/// As long as any time that jiff knows, with milliseconds.
const LONGEST: usize = 32;

/// A time as text.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    millisecond: i64,
    text: [u8; LONGEST],
    length: usize,
}

thread_local! {
    static LAST: Cell<Stamp> = const { Cell::new(Stamp { millisecond: i64::MIN, text: [0; LONGEST], length: 0 }) };
}

impl Stamp {
    /// The present time, to the millisecond.
    pub(crate) fn now() -> Self {
        let (now, last) = (Timestamp::now(), LAST.get());
        if now.as_millisecond() == last.millisecond {
            return last;
        }
        let stamp = Self::at(now);
        LAST.set(stamp);
        stamp
    }

    fn at(time: Timestamp) -> Self {
        let mut text = [0; LONGEST];
        let mut rest = &mut text[..];
        // It is long enough.
        let _ = write!(rest, "{time:.3}");
        let length = LONGEST - rest.len();
        Self { millisecond: time.as_millisecond(), text, length }
    }

    /// RFC 3339.
    pub(crate) fn as_str(&self) -> &str {
        // A time is ASCII.
        str::from_utf8(&self.text[..self.length]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_jiff_writes_it() {
        let times =
            ["2020-02-21T12:00:00.1239Z", "1969-12-31T23:59:59.9999Z"].map(|time| time.parse().unwrap());
        for time in times.into_iter().chain([Timestamp::MIN, Timestamp::MAX]) {
            assert_eq!(Stamp::at(time).as_str(), format!("{time:.3}"));
        }
    }

    #[test]
    fn the_time_goes_on() {
        let first = Stamp::now();
        while Stamp::now().as_str() == first.as_str() {}
        assert!(Stamp::now().as_str() > first.as_str());
    }
}
