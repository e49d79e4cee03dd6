//! Tests that the generator stops at what it has no Rust type for.

use serde_json::{Value, json};

use crate::generator::generate_from;

/// Writes a record with one property, or says why not.
fn generate(property: &str, schema: &Value, required: &[&str]) -> Result<String, String> {
    let properties = json!({"_type": {"const": "Rocket"}, property: schema});
    let record = json!({"type": "object", "required": required, "properties": properties});
    let text = record.to_string();
    let outcome = std::panic::catch_unwind(|| generate_from("Rocket", "rocket", &text));
    outcome.map_err(|panic| panic.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn what_the_generator_does_not_know_stops_it() {
    for (schema, expected) in [
        (json!({"type": "string", "pattern": "^a"}), "unknown field `pattern`"),
        (json!({"type": "string", "format": "email"}), "email"),
        (json!({"type": "number"}), "\"number\""),
        (json!({"type": "integer", "minimum": 1}), "1"),
        (json!({"type": "integer", "minimum": 0, "maximum": 5.5}), "5.5"),
        (json!({"type": "number", "minimum": 0, "maximum": 100.5}), "100.5"),
        (json!({"enum": ["a"], "type": ["string", "null"]}), "[\"enum\", \"type\"]"),
        (json!({"type": "string", "properties": {}}), "\"properties\""),
        (json!({"const": "a"}), "\"const\""),
        (json!({"type": "string", "minimum": 0}), "\"string\""),
        (json!({"type": ["string", "integer"]}), "integer"),
        (json!({"type": "array"}), "\"array\" with []"),
        (json!({"enum": ["a b"]}), "cannot be a name in Rust"),
        (json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), "`oneOf`"),
        (json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), "`anyOf`"),
        (json!({"$ref": "https://platform.codeclimate.com/schemas/actor"}), "$ref"),
    ] {
        let refused = generate("fuel", &schema, &[]).unwrap_err();
        assert!(refused.contains(expected), "{schema}: {refused}");
    }
}

#[test]
fn a_name_that_a_record_has_already_stops_it() {
    for (property, required, expected) in [
        ("with", vec![], "needs a name of its own"),
        ("extras", vec![], "needs a name of its own"),
        ("a-b", vec![], "cannot be a name in Rust"),
        ("fuel", vec!["thrust"], "Rocket requires an unknown thrust"),
    ] {
        let refused = generate(property, &json!({"type": "string"}), &required).unwrap_err();
        assert!(refused.contains(expected), "{property}: {refused}");
    }
}
