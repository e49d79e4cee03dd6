//! Says in words what a schema asks for, next to what a configuration has.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use crate::json_type::json_type as type_name;

/// What the schema asks for.
pub(super) fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Type { kind: TypeKind::Single(json_type) } => type_expected(*json_type).to_owned(),
        Kind::Type { kind: TypeKind::Multiple(types) } => {
            types.iter().map(type_expected).collect::<Vec<_>>().join(" or ")
        }
        Kind::Enum { options } => format!("one of {}", listed(options.as_array().into_iter().flatten())),
        Kind::Constant { expected_value } => format!("the value {expected_value}"),
        Kind::Format { format } => format_expected(format),
        Kind::Pattern { pattern } => format!("a string that matches the pattern {pattern:?}"),
        Kind::MinLength { limit: 1 } => "a string that is not empty".to_owned(),
        Kind::MinLength { limit } => format!("a string of at least {limit} characters"),
        Kind::MaxLength { limit } => format!("a string of at most {limit} characters"),
        Kind::Minimum { limit } => format!("a number of at least {limit}"),
        Kind::Maximum { limit } => format!("a number of at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("a number above {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("a number below {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        _ => expected_of_many(kind),
    }
}

fn expected_of_many(kind: &Kind) -> String {
    match kind {
        Kind::MinItems { limit } => format!("an array of at least {limit} {}", plural(*limit, "item")),
        Kind::MaxItems { limit } => format!("an array of at most {limit} {}", plural(*limit, "item")),
        Kind::AdditionalItems { limit } => {
            format!("an array of at most {limit} {}", plural(*limit as u64, "item"))
        }
        Kind::UniqueItems => "an array whose items are all different".to_owned(),
        Kind::Contains => "an array with at least one item of the required form".to_owned(),
        Kind::MinProperties { limit } => format!("an object with at least {limit} {}", plural(*limit, "key")),
        Kind::MaxProperties { limit } => format!("an object with at most {limit} {}", plural(*limit, "key")),
        Kind::PropertyNames { error } => format!("keys that are each {}", expected(error.kind())),
        Kind::FalseSchema => "nothing: the schema allows no value here".to_owned(),
        Kind::Not { .. } => "a value of another form".to_owned(),
        Kind::OneOfMultipleValid { .. } => "a value of exactly one of the allowed forms".to_owned(),
        other => format!("a value that passes the schema's `{}`", other.keyword()),
    }
}

/// What the configuration has there: the type, its size where that is what counts, and the value only of what can be no
/// secret.
pub(super) fn found(error: &ValidationError<'_>, is_secret: bool) -> String {
    let value: &Value = error.instance();
    let counts_length = matches!(error.kind(), Kind::MinLength { .. } | Kind::MaxLength { .. });
    match value {
        _ if is_secret => type_name(value).to_owned(),
        Value::String(text) if text.is_empty() => "an empty string".to_owned(),
        Value::String(text) if counts_length => format!("{} characters", text.chars().count()),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => format!("an array of {} {}", items.len(), plural(items.len() as u64, "item")),
        Value::Object(map) => format!("an object with {} {}", map.len(), plural(map.len() as u64, "key")),
        other => type_name(other).to_owned(),
    }
}

const fn type_expected(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::Null => "null",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

fn format_expected(format: &str) -> String {
    match format {
        "date-time" => "a time such as \"2020-02-21T12:00:00Z\"".to_owned(),
        "date" => "a date such as \"2020-02-21\"".to_owned(),
        "uri" => "a URI such as \"https://example.com/\"".to_owned(),
        "email" => "an e-mail address".to_owned(),
        other => format!("a string of the format {other:?}"),
    }
}

/// Values as JSON, with commas between.
pub(super) fn listed<'v>(options: impl IntoIterator<Item = &'v Value>) -> String {
    options.into_iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
