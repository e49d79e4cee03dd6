//! Reads the value of a property from JSON.

use std::{fmt, str::FromStr};

use serde_json::Value;

use crate::{date::Date, date_time::DateTime, uri::Uri};

/// What can be the value of a property.
pub trait FromJson: Sized {
    /// Takes the value where it fits.
    fn from_json(value: Value) -> Result<Self, Mismatch>;
}

/// Where a value does not fit, with the reason.
#[derive(Debug)]
pub struct Mismatch {
    pointer: String,
    reason: String,
}

/// How much of a value an error quotes, in letters.
const QUOTED_LETTERS: usize = 80;

impl Mismatch {
    pub(crate) fn new(reason: impl fmt::Display) -> Self {
        Self { pointer: String::new(), reason: reason.to_string() }
    }

    pub(crate) fn expected(expected: &str, found: &Value) -> Self {
        let found: String = found.to_string().chars().take(QUOTED_LETTERS).collect();
        Self::new(format_args!("expected {expected}, found {found}"))
    }

    /// The same, told from one level further out.
    pub(crate) fn under(mut self, name: impl fmt::Display) -> Self {
        self.pointer = format!("/{name}{}", self.pointer);
        self
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "record" } else { &self.pointer };
        write!(formatter, "{place}: {}", self.reason)
    }
}

/// Reads what is written as a string in JSON.
pub(crate) fn from_text<T>(value: &Value, expected: &str) -> Result<T, Mismatch>
where
    T: FromStr<Err: fmt::Display>,
{
    let text = value.as_str().ok_or_else(|| Mismatch::expected(expected, value))?;
    text.parse().map_err(Mismatch::new)
}

impl FromJson for Uri {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        from_text(&value, "a URI")
    }
}

impl FromJson for DateTime {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        from_text(&value, "a time")
    }
}

impl FromJson for Date {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        from_text(&value, "a date")
    }
}

impl FromJson for String {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(Mismatch::expected("a string", &other)),
        }
    }
}

impl FromJson for bool {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        value.as_bool().ok_or_else(|| Mismatch::expected("true or false", &value))
    }
}

impl FromJson for i64 {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        let whole = value.as_i64().or_else(|| whole_number(&value).and_then(|number| number.try_into().ok()));
        whole.ok_or_else(|| Mismatch::expected("an integer of 64 bits", &value))
    }
}

impl FromJson for u64 {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        let whole = value.as_u64().or_else(|| whole_number(&value).and_then(|number| number.try_into().ok()));
        whole.ok_or_else(|| Mismatch::expected("an integer of 64 bits that is not negative", &value))
    }
}

/// A number with a fraction of zero, such as `1.0`, is an integer for JSON Schema.
fn whole_number(value: &Value) -> Option<i128> {
    let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
    // The cast saturates, far beyond all integers of 64 bits.
    Some(number as i128)
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        if value.is_null() { Ok(None) } else { T::from_json(value).map(Some) }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        let Value::Array(elements) = value else {
            return Err(Mismatch::expected("an array", &value));
        };
        let element = |(at, element)| T::from_json(element).map_err(|mismatch| mismatch.under(at));
        elements.into_iter().enumerate().map(element).collect()
    }
}
