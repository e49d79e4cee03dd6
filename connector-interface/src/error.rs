//! How a verb ends when it does not end well.

use std::{any::Any, fmt};

use codeclimate_connector_abi::v1::failure_kind;

use crate::{failure::Failure, field_error::FieldError, record_producer::ProduceError, timestamp::Timestamp};

/// Ends a verb early; its kind decides what the operator is told and the runner's exit code.
///
/// Every `std::error::Error` becomes one through `?`, with its whole chain of causes in the message.
/// An error that is not one, such as a `String`, goes through [`Error::new`].
///
/// ```
/// # use connector_interface::Error;
/// fn read(path: &str) -> Result<String, Error> {
///     std::fs::read_to_string(path).map_err(|error| Error::from(error).context(format!("cannot read {path}")))
/// }
/// assert_eq!(read("/absent").unwrap_err().to_string(), "cannot read /absent: No such file or directory (os error 2)");
/// ```
#[derive(Debug)]
pub struct Error(Box<Failure>);

impl Error {
    /// Any error of the connector's own: exit code 20.
    #[must_use]
    pub fn new(message: impl fmt::Display) -> Self {
        Self::of_kind(failure_kind::CONNECTOR, message)
    }

    /// The configuration turned out not to do: exit code 10.
    #[must_use]
    pub fn configuration(message: impl fmt::Display) -> Self {
        Self::of_kind(failure_kind::CONFIGURATION, message)
    }

    /// The source cannot be reached, after retries; worth another run later: exit code 27.
    #[must_use]
    pub fn source_unavailable(message: impl fmt::Display) -> Self {
        Self::of_kind(failure_kind::SOURCE_UNAVAILABLE, message)
    }

    /// Stopped on purpose after a checkpoint, to go on in a later run: exit code 26.
    #[must_use]
    pub fn paused(message: impl fmt::Display) -> Self {
        Self::of_kind(failure_kind::PAUSED, message)
    }

    /// As [`paused`](Self::paused), and an earlier run than this would be in vain.
    #[must_use]
    pub fn paused_until(message: impl fmt::Display, resume_after: Timestamp) -> Self {
        let mut error = Self::paused(message);
        error.0.resume_after = Some(resume_after.to_string());
        error
    }

    /// The connector does not offer this verb: exit code 2.
    #[must_use]
    pub fn unsupported(verb: &str) -> Self {
        Self::of_kind(failure_kind::UNSUPPORTED, format!("this connector does not offer {verb}"))
    }

    /// Stopped because the runner asked for it, as [`Cancellation::check`](crate::Cancellation::check) says.
    pub(crate) fn cancelled() -> Self {
        Self::of_kind(failure_kind::CANCELLED, "stopped because the runner asked for it")
    }

    /// The same error, told from further out: `context: message`.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// The errors of the record, where that is what ended the verb.
    #[must_use]
    pub fn record_errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    fn of_kind(kind: &str, message: impl fmt::Display) -> Self {
        Self(Box::new(Failure::new(kind, message.to_string())))
    }

    pub(crate) fn from_failure(failure: Failure) -> Self {
        Self(Box::new(failure))
    }

    pub(crate) fn as_failure(&self) -> &Failure {
        &self.0
    }

    pub(crate) fn into_failure(self) -> Failure {
        *self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message.push_str(": ");
            message.push_str(&error.to_string());
            cause = error.source();
        }
        let mut converted = Self::new(message);
        if let Some(ProduceError::Invalid { errors }) = (&error as &dyn Any).downcast_ref() {
            converted.0.kind = failure_kind::INVALID_RECORD.to_owned();
            converted.0.errors.clone_from(errors);
        }
        if let Some(ProduceError::Closed { .. }) = (&error as &dyn Any).downcast_ref() {
            converted.0.kind = failure_kind::CLOSED.to_owned();
        }
        converted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_whole_chain_of_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot list incidents")]
        struct Outer(#[source] std::num::ParseIntError);

        let cause = "x".parse::<u8>().unwrap_err();
        assert_eq!(
            Error::from(Outer(cause)).to_string(),
            "cannot list incidents: invalid digit found in string"
        );
    }

    #[test]
    fn an_invalid_record_stays_one_through_the_question_mark() {
        let errors = vec![FieldError {
            pointer: "/status".into(),
            message: "expected one of triggered, resolved".into(),
            expected: "one of triggered, resolved".into(),
            found: "\"open\"".into(),
            suggestion: None,
        }];
        let error = Error::from(ProduceError::Invalid { errors: errors.clone() });
        assert_eq!(error.record_errors(), errors);
        assert_eq!(error.into_failure().kind, failure_kind::INVALID_RECORD);
    }
}
