//! Tests of the configurations that must be refused.

use super::*;

fn map(value: Value) -> Map<String, Value> {
    object(value).unwrap()
}

fn told(test: Test, schema: &Value, valid: Value) -> Vec<String> {
    let variants = bad_configurations(test, schema, &map(valid));
    variants.iter().map(|bad| format!("{}: {}", bad.what, Value::Object(bad.map.clone()))).collect()
}

fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["token", "server", "rules"],
        "properties": {
            "token": { "type": "string", "minLength": 1 },
            "url": { "type": ["string", "null"], "format": "uri" },
            "either": { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] },
            "anything": true,
            "level": { "enum": ["low", "high"] },
            "server": { "$ref": "#/$defs/server" },
            "rules": { "type": "array", "items": { "$ref": "#/$defs/rule" } },
            "labels": { "type": "object", "additionalProperties": { "type": "string" } }
        },
        "$defs": {
            "server": {
                "type": "object",
                "additionalProperties": false,
                "required": ["host"],
                "properties": { "host": { "type": "string" }, "port": { "type": "integer" } }
            },
            "rule": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } }
        },
        "examples": [{ "token": "" }, { "token": "t", "server": { "host": "h" }, "rules": [] }]
    })
}

fn valid() -> Value {
    json!({
        "token": "t",
        "server": { "host": "h" },
        "rules": [{ "name": "n" }],
        "either": ["a"],
        "labels": { "a": "b" }
    })
}

#[test]
fn the_given_configuration_comes_before_the_first_example_that_fits() {
    let schema = schema();
    let example = map(json!({ "token": "t", "server": { "host": "h" }, "rules": [] }));
    assert_eq!(valid_configuration(&schema, None), Some(example.clone()));
    assert_eq!(valid_configuration(&schema, Some(&map(valid()))), Some(map(valid())));
    assert_eq!(valid_configuration(&schema, Some(&map(json!({ "token": 1 })))), Some(example));
    assert_eq!(valid_configuration(&json!({ "required": ["a"] }), None), None);
}

#[test]
fn every_variant_is_what_its_name_says() {
    let lists = [Test::MissingConfiguration, Test::WrongType, Test::EmptyConfiguration, Test::UnknownKey]
        .map(|test| format!("{}\n{}\n", test.name(), told(test, &schema(), valid()).join("\n")));
    insta::assert_snapshot!("variants", lists.join("\n"));
}

#[test]
fn the_schema_refuses_every_variant_but_empty_texts() {
    let (schema, valid) = (schema(), map(valid()));
    for test in [Test::MissingConfiguration, Test::WrongType, Test::UnknownKey] {
        let variants = bad_configurations(test, &schema, &valid);
        assert!(variants.len() >= 2, "{}", test.name());
        for bad in variants {
            let error = bad.check(&schema).unwrap_err().to_string();
            assert!(error.contains(bad.key.as_deref().unwrap()), "{}: {error}", bad.what);
        }
    }
}

#[test]
fn what_a_schema_rightly_accepts_is_no_variant() {
    let cases = [
        (Test::MissingConfiguration, json!({ "properties": { "a": { "type": "string" } } })),
        (Test::MissingConfiguration, json!({ "anyOf": [{ "required": ["a"] }, { "required": ["b"] }] })),
        (Test::WrongType, json!({ "properties": { "a": {} } })),
        (
            Test::WrongType,
            json!({ "properties": { "a": { "type": ["string", "number", "object", "array", "boolean"] } } }),
        ),
        // Refused for its form alone: another text would do.
        (Test::WrongType, json!({ "properties": { "a": { "not": { "const": 17 } } } })),
        (Test::EmptyConfiguration, json!({ "properties": { "a": { "type": "string" } } })),
        (Test::EmptyConfiguration, json!({ "properties": { "a": { "type": "string", "minLength": 0 } } })),
    ];
    for (test, schema) in cases {
        assert_eq!(told(test, &schema, json!({ "a": "text", "b": 1 })), [""; 0], "{}: {schema}", test.name());
    }
    let allowed =
        json!({ "required": ["a"], "properties": { "a": { "type": "string", "enum": ["", "x"] } } });
    assert_eq!(
        told(Test::EmptyConfiguration, &allowed, json!({ "a": "x" })).len(),
        1,
        "only the one without keys"
    );
}

#[test]
fn other_tests_have_no_variants_and_a_wrong_schema_breaks_nothing() {
    assert_eq!(told(Test::Verify, &schema(), valid()), [""; 0]);
    assert_eq!(
        told(Test::WrongType, &json!({ "type": 7, "properties": { "a": {} } }), json!({ "a": 1 })),
        [""; 0]
    );
}
