//! Compiles a record type's schema.

use std::error::Error;

use jsonschema::json::Json;
use jsonschema::{Draft, Retrieve, Uri, Validator};
use serde_json::Value;

use crate::format::{is_date, is_date_time, is_uri};
use crate::record_type::{RecordType, with_schema_id};

/// The validator of one record type, for documents in the form `F`. Compiling takes a few tenths of a millisecond.
///
/// # Errors
///
/// What is wrong with the embedded schema; a test compiles all of them.
pub(crate) fn compile<F: Json>(record_type: &RecordType) -> Result<Validator<F>, String> {
    jsonschema::options_for::<F>()
        .with_draft(Draft::Draft7)
        .with_retriever(Embedded)
        .should_validate_formats(true)
        .with_format("date", is_date)
        .with_format("date-time", is_date_time)
        .with_format("uri", is_uri)
        .build(record_type.schema())
        .map_err(|error| error.to_string())
}

/// Finds the schemas that a `$ref` names among the embedded ones: nothing is ever fetched.
struct Embedded;

impl Retrieve for Embedded {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let found =
            with_schema_id(uri.as_str()).ok_or_else(|| format!("no record type has the schema {uri}"))?;
        Ok(found.schema().clone())
    }
}
