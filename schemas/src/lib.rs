//! The record types of connectors as JSON Schemas, with a checker that reports everything wrong in a record.

#[cfg(test)]
mod agreement;
mod check;
mod error;
mod expectation;
mod explain;
mod format;
mod found;
mod nearest;
mod record_type;
mod syntax;
mod tape;
mod unknown;
mod validator;

pub use check::{CheckedRecord, Checker};
pub use error::{FieldError, RecordError};
pub use record_type::{RecordType, SCHEMA_BASE, nearest_record_type, record_type, record_types};
