//! The value of an optional property that may also be null.

use serde::{Deserialize, Deserializer};

use crate::{date_time::DateTime, timestamp::Timestamp};

/// A property that may be left out, be null, or have a value; the three say different things.
///
/// Setters take `impl Into<Nullable<T>>`: a value, or an [`Option`], of which `None` becomes null. To leave
/// the property out, do not call its setter.
///
/// An answer of an API can be read with the same three cases:
///
/// ```
/// # use connector_interface::records::Nullable;
/// #[derive(serde::Deserialize)]
/// struct Job {
///     #[serde(default)] // absent, where the answer has it not
///     stopped_at: Nullable<String>,
/// }
///
/// let read = |answer| serde_json::from_str::<Job>(answer).unwrap().stopped_at;
/// assert_eq!(read("{}"), Nullable::Absent);
/// assert_eq!(read(r#"{"stopped_at": null}"#), Nullable::Null);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Nullable<T> {
    /// The record says nothing about it.
    #[default]
    Absent,
    /// The record says that there is none.
    Null,
    /// The record has it.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, where there is one.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl From<Timestamp> for Nullable<DateTime> {
    fn from(time: Timestamp) -> Self {
        Self::Value(time.into())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}
