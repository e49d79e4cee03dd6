//! An instant that can always be written as RFC 3339.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant in UTC between the years 0000 and 9999, to the nanosecond.
///
/// Reads RFC 3339 (`2020-02-21T12:00:00Z`, any offset, a space for the `T`) and writes it in UTC, so
/// what it writes always passes the `date-time` format of the record schemas.
///
/// ```
/// # use connector_interface::Timestamp;
/// let merged: Timestamp = "2020-02-21 13:00:00+01:00".parse()?;
/// assert_eq!(merged.to_string(), "2020-02-21T12:00:00Z");
/// assert_eq!(merged, Timestamp::from_unix_seconds(1_582_286_400)?);
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
const EARLIEST_SECOND: i64 = -62_167_219_200;

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

    /// This much earlier; the earliest instant where there is none.
    #[must_use]
    pub fn earlier_by(self, duration: Duration) -> Self {
        let earliest = || jiff::Timestamp::from_second(EARLIEST_SECOND).unwrap_or(jiff::Timestamp::MIN);
        let instant = self.0.checked_sub(duration).unwrap_or_else(|_| earliest());
        Self::checked(instant).unwrap_or_else(|_| Self(earliest()))
    }

    fn checked(instant: jiff::Timestamp) -> Result<Self, TimestampError> {
        if instant.as_second() < EARLIEST_SECOND {
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
    }
}
