//! Words the errors that `jsonschema` finds for the person who has to mend the record.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::error::FieldError;
use crate::expectation::{expectation, strings};
use crate::found;
use crate::nearest::nearest;
use crate::record_type::with_schema_id;

/// Adds what is told about one error to `described`.
///
/// An object that is neither a nested record nor a URI is wrong because of what is wrong in the record: its errors are
/// told instead, each at its own place.
pub(crate) fn explain(error: &ValidationError<'_>, described: &mut Vec<FieldError>) {
    if let Kind::OneOfNotValid { context } = error.kind()
        && error.instance().is_object()
        && let Some(errors_of_nested_record) = context.first()
    {
        for error in errors_of_nested_record {
            explain(error, described);
        }
        return;
    }
    described.push(explain_one(error));
}

fn explain_one(error: &ValidationError<'_>) -> FieldError {
    let schema = schema_around(error).unwrap_or(&Value::Null);
    match error.kind() {
        Kind::Required { property } => missing_property(error, schema, property.as_str().unwrap_or_default()),
        Kind::Enum { options } => mismatch(error, schema).suggesting(meant(error, strings(options))),
        Kind::Constant { expected_value } => {
            mismatch(error, schema).suggesting(meant(error, expected_value.as_str()))
        }
        Kind::Type { .. } if asks_for_integer(schema) && is_whole_number(error.instance()) => {
            let found = found::value(error.instance());
            FieldError::mismatch(error.instance_path().as_str(), "an integer that fits into 64 bits", found)
        }
        _ => mismatch(error, schema),
    }
}

fn mismatch(error: &ValidationError<'_>, schema: &Value) -> FieldError {
    FieldError::mismatch(error.instance_path().as_str(), expectation(schema), found::value(error.instance()))
}

/// The candidate that the string in the record was probably meant to be.
fn meant<'c>(error: &ValidationError<'_>, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    nearest(error.instance().as_str()?, candidates)
}

fn asks_for_integer(schema: &Value) -> bool {
    schema.get("type").is_some_and(|types| types == "integer" || strings(types).any(|name| name == "integer"))
}

/// A whole number of which the validator says that it is no integer: 64 bits cannot hold it.
fn is_whole_number(instance: &Value) -> bool {
    instance.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn missing_property(error: &ValidationError<'_>, schema: &Value, property: &str) -> FieldError {
    let written = misspelling(error.instance(), schema, property);
    FieldError::missing(error.instance_path().as_str(), property, written)
}

/// The property of `object` that the schema does not know and whose name is close to the missing one.
fn misspelling<'o>(object: &'o Value, schema: &Value, missing: &str) -> Option<&'o str> {
    let known = schema.get("properties")?.as_object()?;
    let unknown = object.as_object()?.keys().filter(|&name| !known.contains_key(name));
    nearest(missing, unknown.map(String::as_str))
}

/// The schema whose keyword was not satisfied: the last step of the keyword's own address is the keyword.
fn schema_around(error: &ValidationError<'_>) -> Option<&'static Value> {
    let (schema_id, keyword) = error.absolute_keyword_location()?.as_str().split_once('#')?;
    let (schema, _) = keyword.rsplit_once('/')?;
    with_schema_id(schema_id)?.schema().pointer(schema)
}
