//! Configuration schemas: described, marked, closed.

use super::*;

/// The token's schema with one thing changed.
fn changed(pointer: &str, value: Value) -> Value {
    let mut schema = token_schema();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    schema.pointer_mut(parent).unwrap()[name] = value;
    schema
}

#[test]
fn a_configuration_schema_describes_marks_refuses_and_has_an_example() {
    let token = "/properties/token";
    let cases = [
        (token_schema(), "passed: 1 key, 1 of them secret"),
        (changed("/type", json!(7)), "failed: it is not a valid JSON Schema"),
        (changed("/type", Value::Null), "failed: it is not a valid JSON Schema"),
        (changed("/type", json!(["object", "null"])), "failed: it is not the schema of an object"),
        (changed("/additionalProperties", json!(true)), "failed: it lets keys pass that it does not know"),
        (changed("/additionalProperties", json!({})), "failed: it lets keys pass"),
        (changed(&format!("{token}/description"), json!("")), "failed: a key has no description (key token)"),
        (
            changed(&format!("{token}/secret"), Value::Null),
            "failed: a key sounds like a secret, and is not marked as one (key token)",
        ),
        (changed(&format!("{token}/secret"), json!(false)), "passed: 1 key, 0 of them secret"),
        (changed("/examples", json!([])), "failed: it has no example"),
        (
            changed("/examples", json!([{ "token": "t" }, {}])),
            "failed: example 2 does not fit it () expected a valid configuration, found the configuration: expected the key \"token\"",
        ),
        (changed("/examples", json!(["t"])), "failed: example 1"),
    ];
    for (schema, expected) in cases {
        assert_told(&configuration_schema(&schema), &[expected]);
    }
}

#[test]
fn inner_keys_are_described_and_secret_with_what_holds_them() {
    let inner = json!({
        "description": "An account.",
        "secret": true,
        "type": "object",
        "properties": { "password": { "type": "string", "description": "The password." }, "name": { "type": "string" } }
    });
    let verdict = configuration_schema(&changed("/properties/account", inner));
    assert_eq!(told(&verdict).matches("sounds like").count(), 0, "{}", told(&verdict));
    assert_told(&verdict, &["failed: a key has no description (key account.name)"]);
}

#[test]
fn lists_and_maps_of_secrets_are_marked_at_the_key_or_at_what_they_hold() {
    let text = json!({ "type": "string" });
    let secret = json!({ "type": "string", "secret": true });
    let list = |items: &Value| json!({ "description": "Tokens.", "type": "array", "items": items });
    let map = |values: &Value| json!({ "description": "Tokens.", "type": ["object", "null"], "additionalProperties": values });
    let account =
        json!({ "type": "object", "properties": { "password": { "type": "string", "description": "It." } } });
    let unmarked = "failed: a key sounds like a secret, and is not marked as one";
    for (schema, expected) in [
        (list(&text), unmarked),
        (map(&text), unmarked),
        (json!({ "description": "Tokens.", "anyOf": [map(&text), { "type": "null" }] }), unmarked),
        (list(&secret), "passed: 2 keys, 2 of them secret"),
        (map(&secret), "passed: 2 keys, 2 of them secret"),
        (map(&account), "(key tokens.*.password)"),
        (list(&json!({ "type": "integer" })), "passed: 2 keys, 1 of them secret"),
    ] {
        assert_told(&configuration_schema(&changed("/properties/tokens", schema)), &[expected]);
    }
}
