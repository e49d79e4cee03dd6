//! A day, or an instant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::json::{FromJson, Mismatch, from_text};
use crate::{
    date::Date,
    date_time::DateTime,
    timestamp::{Timestamp, TimestampError},
};

/// Where a property may be a day (`2020-02-21`) as well as an instant (`2020-02-21T12:00:00Z`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateOrTime {
    /// A whole day.
    Date(Date),
    /// An instant.
    Time(DateTime),
}

impl From<Date> for DateOrTime {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<DateTime> for DateOrTime {
    fn from(time: DateTime) -> Self {
        Self::Time(time)
    }
}

impl From<Timestamp> for DateOrTime {
    fn from(time: Timestamp) -> Self {
        Self::Time(time.into())
    }
}

impl FromStr for DateOrTime {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        text.parse().map(Self::Date).or_else(|_| text.parse().map(Self::Time))
    }
}

impl fmt::Display for DateOrTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(formatter),
            Self::Time(time) => time.fmt(formatter),
        }
    }
}

impl Serialize for DateOrTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateOrTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl FromJson for DateOrTime {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        from_text(&value, "a date or a time")
    }
}
