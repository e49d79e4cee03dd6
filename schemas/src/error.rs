//! What is told about a record that is not as its type says.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

use crate::found;

/// Why a record was refused: every error in it, not only the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub struct RecordError {
    /// The record's type, once `_type` has named one.
    pub record_type: Option<String>,
    /// What is wrong, sorted by place.
    pub errors: Vec<FieldError>,
    /// How many errors there are beyond those listed: a record can be wrong in a million places, and the list has
    /// an end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: usize,
}

/// One thing that is wrong in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// Where, as a JSON pointer (RFC 6901) into the record; empty for the record itself. A missing property is
    /// reported at the object that lacks it.
    pub pointer: String,
    /// The whole story in one phrase: what was expected, what was found, what was probably meant.
    pub message: String,
    /// What the type asks for at that place.
    pub expected: String,
    /// What stands there, shortened.
    pub found: String,
    /// The name or value that was probably meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl FieldError {
    /// An error whose message says no more than what was expected and what was found.
    pub(crate) fn mismatch(
        pointer: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        let (expected, found) = (expected.into(), found.into());
        let message = format!("expected {expected}, found {found}");
        Self { pointer: pointer.into(), message, expected, found, suggestion: None }
    }

    /// The object at `pointer` lacks a property, perhaps because its name is misspelt as `written`.
    pub(crate) fn missing(pointer: &str, property: &str, written: Option<&str>) -> Self {
        let missing = Self::mismatch(pointer, format!("the property `{property}`"), "no such property");
        let message = format!("missing required property `{property}`");
        let Some(written) = written.map(found::excerpt) else {
            return missing.saying(message);
        };
        Self {
            message: format!("{message}; is `{written}` a misspelling of it?"),
            found: format!("the property `{written}`"),
            suggestion: Some(property.to_owned()),
            ..missing
        }
    }

    /// The same error, with a message of its own.
    pub(crate) fn saying(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// The same error, asking whether `meant` was meant.
    pub(crate) fn suggesting(mut self, meant: Option<&str>) -> Self {
        if let Some(meant) = meant {
            // Writing to a `String` cannot fail.
            let _ = write!(self.message, "; did you mean `{meant}`?");
            self.suggestion = Some(meant.to_owned());
        }
        self
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The names in a pointer come from the record: a control character must not reach a terminal.
        for letter in self.pointer.chars() {
            if letter.is_control() {
                write!(formatter, "{}", letter.escape_unicode())?;
            } else {
                formatter.write_char(letter)?;
            }
        }
        if !self.pointer.is_empty() {
            formatter.write_str(": ")?;
        }
        formatter.write_str(&self.message)
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.record_type {
            Some(name) => write!(formatter, "invalid {name} record")?,
            None => formatter.write_str("invalid record")?,
        }
        if let [only] = self.errors.as_slice() {
            return write!(formatter, ": {only}");
        }
        for (index, error) in self.errors.iter().enumerate() {
            write!(formatter, "{} ({}) {error}", if index == 0 { ":" } else { "," }, index + 1)?;
        }
        if self.omitted > 0 {
            write!(formatter, ", and {} more", self.omitted)?;
        }
        Ok(())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
