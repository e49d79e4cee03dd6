//! What a client is answered that asks for what it cannot have, in the words of the real runner.

use connector_interface::{
    __testing::{Failure, failure_kind},
    FieldError,
};
use connector_schemas::RecordError;

/// Nothing may be produced in this verb.
pub(crate) fn only_asked() -> Failure {
    closed("no record may be produced here: the connector is only asked a question")
}

/// The verb has ended, and a thread of it still goes on.
pub(crate) fn over() -> Failure {
    closed("the verb is over: the runner takes no more records and states")
}

fn closed(message: &str) -> Failure {
    Failure::new(failure_kind::CLOSED, message)
}

/// The record does not match its schema.
pub(crate) fn rejected(error: &RecordError) -> Failure {
    let errors = error.errors.iter().map(|field| FieldError {
        pointer: field.pointer.clone(),
        message: field.message.clone(),
        expected: field.expected.clone(),
        found: field.found.clone(),
        suggestion: field.suggestion.clone(),
    });
    Failure { errors: errors.collect(), ..Failure::new(failure_kind::INVALID_RECORD, error.to_string()) }
}

/// The record, or something about it, is refused as a whole.
pub(crate) fn invalid_at(pointer: &str, message: impl Into<String>) -> Failure {
    let message = message.into();
    let error = FieldError {
        pointer: pointer.to_owned(),
        message: message.clone(),
        expected: String::new(),
        found: String::new(),
        suggestion: None,
    };
    Failure { errors: vec![error], ..Failure::new(failure_kind::INVALID_RECORD, message) }
}

/// What came is not what the service takes.
pub(crate) fn unreadable(message: impl Into<String>) -> Failure {
    Failure::new(failure_kind::CONNECTOR, message)
}

/// The runner has no such service.
pub(crate) fn unknown_service(number: u32) -> Failure {
    let message = format!("this runner does not offer service number {number}");
    Failure::new(failure_kind::UNSUPPORTED, message)
}
