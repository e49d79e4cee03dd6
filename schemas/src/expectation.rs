//! Says in a phrase what a property's schema asks for.

use serde_json::Value;

use crate::record_type::{RecordType, with_schema_id};

/// What the schema asks for: `an integer`, ``one of `open`, `closed` ``, `a nested Actor record or its URI`.
pub(crate) fn expectation(schema: &Value) -> String {
    if let Some(name) = schema.get("const").and_then(Value::as_str) {
        return format!("`{name}`");
    }
    if let Some(options) = schema.get("enum") {
        return format!("one of {}", listed(strings(options)));
    }
    if let Some(record_type) = nested_record(schema) {
        return format!("a nested {} record or its URI", record_type.name());
    }
    if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
        return alternatives.iter().map(expectation).collect::<Vec<_>>().join(" or ");
    }
    typed(schema)
}

/// The record type that may be nested where this schema stands, if it is one for a record or its URI.
pub(crate) fn nested_record(schema: &Value) -> Option<&'static RecordType> {
    let alternatives = schema.get("oneOf")?.as_array()?;
    let reference = alternatives.iter().find_map(|alternative| alternative.get("$ref"))?;
    with_schema_id(reference.as_str()?)
}

/// The strings of an `enum`.
pub(crate) fn strings(options: &Value) -> impl Iterator<Item = &str> {
    options.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The expectation of a schema with `type`, which may be a list that ends with `null`.
fn typed(schema: &Value) -> String {
    match schema.get("type") {
        Some(Value::String(name)) => one_type(name, schema),
        Some(types) => {
            let phrases: Vec<_> = strings(types).map(|name| one_type(name, schema)).collect();
            phrases.join(" or ")
        }
        None => "a value that its schema allows".to_owned(),
    }
}

fn one_type(name: &str, schema: &Value) -> String {
    match name {
        "string" => formatted(schema.get("format").and_then(Value::as_str)).to_owned(),
        "integer" => format!("an integer{}", bounds(schema)),
        "number" => format!("a number{}", bounds(schema)),
        "boolean" => "true or false".to_owned(),
        "array" => "an array".to_owned(),
        "object" => "an object".to_owned(),
        other => other.to_owned(),
    }
}

fn formatted(format: Option<&str>) -> &'static str {
    match format {
        Some("date") => "a date such as 2020-02-21",
        Some("date-time") => "a date-time such as 2020-02-21T12:00:00Z",
        Some("uri") => "an absolute URI such as https://example.com/7",
        _ => "a string",
    }
}

fn bounds(schema: &Value) -> String {
    match (schema.get("minimum"), schema.get("maximum")) {
        (Some(minimum), Some(maximum)) => format!(" from {minimum} to {maximum}"),
        (Some(minimum), None) => format!(" of at least {minimum}"),
        (None, Some(maximum)) => format!(" of at most {maximum}"),
        (None, None) => String::new(),
    }
}

fn listed<'s>(names: impl Iterator<Item = &'s str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_property_is_told_in_a_phrase() {
        let actor = "https://platform.codeclimate.com/schemas/actor";
        for (schema, phrase) in [
            (json!({"const": "Actor"}), "`Actor`"),
            (json!({"enum": ["open", "closed"]}), "one of `open`, `closed`"),
            (
                json!({"oneOf": [{"$ref": actor}, {"type": "string", "format": "uri"}]}),
                "a nested Actor record or its URI",
            ),
            (json!({"type": "string"}), "a string"),
            (json!({"type": ["string", "null"]}), "a string or null"),
            (
                json!({"type": ["string", "null"], "format": "date-time"}),
                "a date-time such as 2020-02-21T12:00:00Z or null",
            ),
            (json!({"type": "string", "format": "uri"}), "an absolute URI such as https://example.com/7"),
            (
                json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}),
                "a date such as 2020-02-21 or a date-time such as 2020-02-21T12:00:00Z",
            ),
            (json!({"type": "boolean"}), "true or false"),
            (json!({"type": "integer"}), "an integer"),
            (json!({"type": ["integer", "null"]}), "an integer or null"),
            (json!({"type": "integer", "minimum": 0}), "an integer of at least 0"),
            (json!({"type": "integer", "maximum": 9}), "an integer of at most 9"),
            (json!({"type": "number", "minimum": 0, "maximum": 100}), "a number from 0 to 100"),
            (json!({"type": "array", "items": {"type": "string"}}), "an array"),
            (json!({"type": "object"}), "an object"),
            (json!({}), "a value that its schema allows"),
        ] {
            assert_eq!(expectation(&schema), phrase);
        }
    }
}
