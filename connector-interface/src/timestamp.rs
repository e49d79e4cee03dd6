//! An instant that can always be written as RFC 3339.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::date::Date;

/// An instant in UTC between the years 0000 and 9999, to the nanosecond.
///
/// Reads RFC 3339 (`2020-02-21T12:00:00Z`, any offset, a space for the `T`) and writes it in UTC, so
/// what it writes always passes the `date-time` format of the record schemas. A fraction of a second is kept, up to
/// nine digits. Second 60 is read as second 59, for there are no leap seconds here.
///
/// ```
/// # use connector_interface::Timestamp;
/// let merged: Timestamp = "2020-02-21 13:00:00+01:00".parse()?;
/// assert_eq!(merged.to_string(), "2020-02-21T12:00:00Z");
/// assert_eq!(merged, Timestamp::from_unix_seconds(1_582_286_400)?);
/// assert_eq!(merged.date().to_string(), "2020-02-21");
/// # Ok::<(), connector_interface::TimestampError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// Why a text or number is not a [`Timestamp`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum TimestampError {
    /// Not RFC 3339.
    #[error("{text:?} is not a time such as 2020-02-21T12:00:00Z")]
    Syntax {
        /// What was found.
        text: String,
        /// The parser's reason.
        #[source]
        source: jiff::Error,
    },
    /// Before the year 0000 or after 9999.
    #[error("{seconds} seconds since 1970 is outside the years 0000 to 9999, which RFC 3339 can write")]
    Range {
        /// Seconds since 1970-01-01T00:00:00Z.
        seconds: i64,
    },
}

/// 0000-01-01T00:00:00Z.
const EARLIEST: jiff::Timestamp = jiff::Timestamp::constant(-62_167_219_200, 0);

impl Timestamp {
    /// The present.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now())
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, as git and many APIs count.
    ///
    /// # Errors
    /// [`TimestampError::Range`] outside the years 0000 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, TimestampError> {
        let instant = jiff::Timestamp::from_second(seconds).map_err(|_| TimestampError::Range { seconds })?;
        Self::checked(instant)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z; the fraction is cut off.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// The day in UTC, which writes itself as `2020-02-21`.
    #[must_use]
    pub fn date(self) -> Date {
        Date::of_calendar(jiff::tz::Offset::UTC.to_datetime(self.0).date())
    }

    /// This much earlier; the earliest instant where there is none.
    #[must_use]
    pub fn earlier_by(self, duration: Duration) -> Self {
        Self(self.0.checked_sub(duration).unwrap_or(EARLIEST).max(EARLIEST))
    }

    /// This much later; the latest instant where there is none.
    #[must_use]
    pub fn later_by(self, duration: Duration) -> Self {
        Self(self.0.checked_add(duration).unwrap_or(jiff::Timestamp::MAX))
    }

    /// The instant of a date and time in UTC, if it is between the years 0000 and 9999.
    pub(crate) fn from_utc(time: jiff::civil::DateTime) -> Option<Self> {
        jiff::tz::Offset::UTC.to_timestamp(time).ok().and_then(|instant| Self::checked(instant).ok())
    }

    fn checked(instant: jiff::Timestamp) -> Result<Self, TimestampError> {
        if instant < EARLIEST {
            return Err(TimestampError::Range { seconds: instant.as_second() });
        }
        Ok(Self(instant))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let instant = text
            .parse::<jiff::Timestamp>()
            .map_err(|source| TimestampError::Syntax { text: text.to_owned(), source })?;
        Self::checked(instant)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_last_instant_of_rfc_3339_are_in_and_their_neighbours_are_out() {
        for (seconds, text) in
            [(-62_167_219_200, "0000-01-01T00:00:00Z"), (253_402_207_200, "9999-12-30T22:00:00Z")]
        {
            assert_eq!(Timestamp::from_unix_seconds(seconds).unwrap().to_string(), text);
        }
        for seconds in [-62_167_219_201, i64::MIN, i64::MAX, 253_402_300_800] {
            assert!(Timestamp::from_unix_seconds(seconds).is_err(), "{seconds}");
        }
    }

    #[test]
    fn going_back_too_far_ends_at_the_earliest_instant() {
        let earliest = Timestamp::now().earlier_by(Duration::from_secs(u64::MAX));
        assert_eq!(earliest.to_string(), "0000-01-01T00:00:00Z");
        assert_eq!(
            earliest.later_by(Duration::from_millis(1)).earlier_by(Duration::from_millis(2)),
            earliest
        );
    }

    #[test]
    fn going_ahead_too_far_ends_at_the_latest_instant() {
        let latest = Timestamp::now().later_by(Duration::from_secs(u64::MAX));
        assert_eq!(latest.to_string(), "9999-12-30T22:00:00.999999999Z");
    }

    #[test]
    fn a_fraction_of_a_second_before_the_year_0000_is_out() {
        for text in ["0000-01-01T00:59:59.5+01:00", "0000-01-01T00:59:59.999999999+01:00"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_instant_is_kept_in_whatever_way_an_api_writes_it() {
        for (read, written) in [
            ("2020-02-20T10:00:00.123Z", "2020-02-20T10:00:00.123Z"),
            ("2020-02-20T10:00:00.120000Z", "2020-02-20T10:00:00.12Z"),
            ("2020-02-20T10:00:00.000Z", "2020-02-20T10:00:00Z"),
            ("2020-02-20T10:00:00.123456789+00:00", "2020-02-20T10:00:00.123456789Z"),
            ("2020-02-20t12:30:00.5+02:30", "2020-02-20T10:00:00.5Z"),
            ("2020-02-20 10:00:00z", "2020-02-20T10:00:00Z"),
            ("2020-02-20T10:00:00-00:00", "2020-02-20T10:00:00Z"),
            ("1969-12-31T23:59:59.75Z", "1969-12-31T23:59:59.75Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ] {
            assert_eq!(read.parse::<Timestamp>().unwrap().to_string(), written, "{read}");
        }
    }

    #[test]
    fn the_day_is_told_in_utc() {
        for (time, day) in [
            ("2020-02-21T23:30:00-01:00", "2020-02-22"),
            ("2020-02-21T00:30:00+01:00", "2020-02-20"),
            ("0000-01-01T00:00:00Z", "0000-01-01"),
        ] {
            assert_eq!(time.parse::<Timestamp>().unwrap().date().to_string(), day);
        }
    }
}
