//! What a connector is answered that asks for what it cannot have.

use codeclimate_connector_abi::v1::failure_kind;

use crate::frame::{FailureReport, FieldProblem};

pub(crate) fn closed(message: &str) -> FailureReport {
    FailureReport::new(failure_kind::CLOSED, message)
}

pub(crate) fn over() -> FailureReport {
    closed("the verb is over: the runner takes no more records and states")
}

pub(crate) fn invalid(message: impl Into<String>) -> FailureReport {
    invalid_at("", message)
}

pub(crate) fn invalid_at(pointer: &str, message: impl Into<String>) -> FailureReport {
    let message = message.into();
    let problem = FieldProblem {
        pointer: pointer.to_owned(),
        message: message.clone(),
        expected: String::new(),
        found: String::new(),
        suggestion: None,
    };
    FailureReport { errors: vec![problem], ..FailureReport::new(failure_kind::INVALID_RECORD, message) }
}

pub(crate) fn rejected(error: &connector_schemas::RecordError) -> FailureReport {
    let errors = error.errors.iter().map(|field| FieldProblem {
        pointer: field.pointer.clone(),
        message: field.message.clone(),
        expected: field.expected.clone(),
        found: field.found.clone(),
        suggestion: field.suggestion.clone(),
    });
    FailureReport {
        errors: errors.collect(),
        ..FailureReport::new(failure_kind::INVALID_RECORD, error.to_string())
    }
}
