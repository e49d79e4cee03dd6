//! A day that can always be written as RFC 3339.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A day of the calendar between the years 0000 and 9999, written `2020-02-21`.
///
/// ```
/// # use connector_interface::{Date, Timestamp};
/// let merged: Timestamp = "2020-02-21T23:30:00-01:00".parse()?;
/// assert_eq!(merged.date(), "2020-02-22".parse()?);
/// # Ok::<(), connector_interface::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

/// Why a text is not a [`Date`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a day of the calendar such as 2020-02-21")]
pub struct DateError {
    text: String,
}

impl Date {
    /// The caller makes sure that the year is not before 0000.
    pub(crate) fn of_calendar(day: jiff::civil::Date) -> Self {
        Self(day)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let day = jiff::civil::Date::strptime("%Y-%m-%d", text).ok().map(Self);
        // The parser knows signs, spaces and single digits too: only what reads back the same is meant.
        day.filter(|day| day.to_string() == text)
            .ok_or_else(|| DateError { text: text.chars().take(40).collect() })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_in_four_two_and_two_digits_are_dates() {
        for text in ["2020-02-21", "2020-02-29", "0000-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "2019-02-29",
            "2020-2-1",
            " 2020-02-21",
            "+2020-02-21",
            "-001-02-21",
            "-000001-02-21",
            "2020-02-21T",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text:?}");
        }
    }
}
