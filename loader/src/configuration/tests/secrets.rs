//! Tests of which values are secret.

use super::*;

fn pointers(schema: Option<&Value>, value: &Value) -> Vec<String> {
    configuration(value).secrets(schema).into_iter().map(|secret| secret.pointer).collect()
}

#[test]
fn without_a_schema_every_string_is_secret() {
    let value = json!({"a": "x", "b": [1, "y", {"c/d": "z"}], "e": 5, "f": null, "g": true});
    assert_eq!(pointers(None, &value), ["/a", "/b/1", "/b/2/c~1d"]);
}

#[test]
fn marks_are_found_wherever_a_schema_can_hold_them() {
    let secret = json!({"secret": true});
    let table = [
        ("a property", json!({"properties": {"a": secret}}), vec!["/a"]),
        ("a nested property", json!({"properties": {"n": {"properties": {"k": secret}}}}), vec!["/n/k"]),
        ("a whole object", json!({"properties": {"n": secret}}), vec!["/n"]),
        ("the configuration itself", json!({"secret": true}), vec!["/a", "/l", "/n", "/p"]),
        ("every item", json!({"properties": {"l": {"items": secret}}}), vec!["/l/0", "/l/1"]),
        ("one item, draft 07", json!({"properties": {"l": {"items": [true, secret]}}}), vec!["/l/1"]),
        ("one item, 2020-12", json!({"properties": {"l": {"prefixItems": [secret]}}}), vec!["/l/0"]),
        (
            "further items",
            json!({"properties": {"l": {"items": [true], "additionalItems": secret}}}),
            vec!["/l/0", "/l/1"],
        ),
        ("any key", json!({"additionalProperties": secret, "properties": {"a": {}}}), vec!["/l", "/n", "/p"]),
        (
            "keys of a pattern",
            json!({"patternProperties": {"^n": secret}, "properties": {"a": {}, "l": {}}}),
            vec!["/n", "/p"],
        ),
        (
            "a reference",
            json!({"properties": {"a": {"$ref": "#/$defs/s"}}, "$defs": {"s": secret}}),
            vec!["/a"],
        ),
        (
            "a reference in a reference",
            json!({"properties": {"a": {"$ref": "#/$defs/r"}}, "$defs": {"r": {"$ref": "#/$defs/s"}, "s": secret}}),
            vec!["/a"],
        ),
        (
            "an escaped reference",
            json!({"properties": {"a": {"$ref": "#/$defs/s%20~1t"}}, "$defs": {"s /t": secret}}),
            vec!["/a"],
        ),
        (
            "an anchor",
            json!({"properties": {"a": {"$ref": "#s"}}, "$defs": {"x": {"$anchor": "s", "secret": true}}}),
            vec!["/a"],
        ),
        (
            "an anchor, draft 07",
            json!({"properties": {"a": {"$ref": "#s"}}, "definitions": {"x": {"$id": "#s", "secret": true}}}),
            vec!["/a"],
        ),
        (
            "an embedded schema",
            json!({"properties": {"a": {"$ref": "https://e/s"}}, "$defs": {"x": {"$id": "https://e/s", "secret": true}}}),
            vec!["/a"],
        ),
        (
            "beside a reference",
            json!({"properties": {"a": {"$ref": "#/$defs/s", "secret": true}}, "$defs": {"s": {}}}),
            vec!["/a"],
        ),
        ("a reference to nowhere", json!({"properties": {"a": {"$ref": "#/$defs/none"}}}), vec!["/a"]),
        ("allOf", json!({"allOf": [{"properties": {"a": secret}}]}), vec!["/a"]),
        ("anyOf", json!({"properties": {"a": {"anyOf": [{"type": "null"}, secret]}}}), vec!["/a"]),
        (
            "oneOf",
            json!({"oneOf": [{"properties": {"a": secret}}, {"properties": {"p": secret}}]}),
            vec!["/a", "/p"],
        ),
        (
            "then and else",
            json!({"if": {}, "then": {"properties": {"a": secret}}, "else": {"properties": {"p": secret}}}),
            vec!["/a", "/p"],
        ),
        ("dependent schemas", json!({"dependentSchemas": {"a": {"properties": {"p": secret}}}}), vec!["/p"]),
        ("no mark", json!({"properties": {"a": {"secret": false}, "n": {"secret": "true"}}}), vec![]),
        ("a property that is called secret", json!({"properties": {"secret": {"type": "string"}}}), vec![]),
        ("schemas that are true", json!({"properties": {"a": true}}), vec![]),
    ];
    let value = json!({"a": "x", "l": ["x", "y"], "n": {"k": "x"}, "p": 1});
    for (what, schema, expected) in table {
        assert_eq!(pointers(Some(&schema), &value), expected, "{what}");
    }
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let schema = json!({
        "$ref": "#/$defs/tree",
        "$defs": {"tree": {"allOf": [{"$ref": "#/$defs/tree"}], "properties": {"token": {"secret": true}, "child": {"$ref": "#"}}}}
    });
    let value = json!({"token": "x", "child": {"child": {"token": "y"}}});
    assert_eq!(pointers(Some(&schema), &value), ["/child/child/token", "/token"]);
}
