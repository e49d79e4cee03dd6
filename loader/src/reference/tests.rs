//! Tests of schemas as people read them.

use serde_json::json;

use super::*;

fn keys(schema: &Value) -> Vec<String> {
    let shown = |key: &Key| {
        let marks = [(key.required, " required"), (key.secret, " secret")];
        let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
        format!("{}: {}{marks}", key.key, key.kind)
    };
    Reference::of(schema).keys.iter().map(shown).collect()
}

#[test]
fn a_type_is_told_in_words() {
    let table = [
        (json!({"type": "string"}), "string"),
        (json!({"type": "string", "format": "uri"}), "string (uri)"),
        (json!({"type": "string", "pattern": "^a$"}), "string that matches ^a$"),
        (json!({"type": ["string", "null"]}), "string or null"),
        (json!({"type": "integer", "minimum": 0}), "integer of at least 0"),
        (json!({"type": "number", "minimum": 0, "maximum": 1.5}), "number from 0 to 1.5"),
        (json!({"type": "array", "items": {"type": "string"}}), "array of strings"),
        (json!({"type": "array"}), "array"),
        (json!({"type": "array", "items": {"enum": ["a", "b"]}}), "array of (\"a\" or \"b\")"),
        (json!({"enum": ["a", 1, null]}), "\"a\", 1 or null"),
        (json!({"const": "a"}), "\"a\""),
        (json!({"anyOf": [{"$ref": "#/$defs/Name"}, {"type": "null"}]}), "string or null"),
        (json!({"oneOf": [{"const": "a"}, {"const": "b"}]}), "\"a\" or \"b\""),
        (json!({"allOf": [{"$ref": "#/$defs/Name"}]}), "string"),
        (json!({"properties": {}}), "any value"),
        (json!(true), "any value"),
        (json!({"$ref": "#/$defs/Nowhere"}), "any value"),
        (json!({"$ref": "https://example.com/other"}), "any value"),
    ];
    for (schema, expected) in table {
        let root = json!({"properties": {"k": schema}, "$defs": {"Name": {"type": "string"}}});
        assert_eq!(keys(&root), [format!("k: {expected}")], "{schema}");
    }
}

#[test]
fn keys_of_inner_objects_follow_the_one_that_holds_them() {
    let schema = json!({
        "required": ["server", "rules"],
        "properties": {
            "rules": {"type": "array", "items": {"$ref": "#/$defs/Rule"}},
            "server": {
                "type": "object", "required": ["url"],
                "properties": {"url": {"type": "string"}, "token": {"type": "string", "secret": true}},
            },
        },
        "$defs": {"Rule": {"type": "object", "properties": {"name": {"type": "string"}}}},
    });
    assert_eq!(
        keys(&schema),
        [
            "rules: array of objects required",
            "rules[].name: string",
            "server: object required",
            "server.token: string secret",
            "server.url: string required",
        ]
    );
}

#[test]
fn alternatives_give_keys_that_are_not_required() {
    let schema = json!({
        "oneOf": [
            {"required": ["token"], "properties": {"token": {"type": "string", "secret": true}}},
            {"required": ["user"], "properties": {"user": {"type": "string"}}},
        ],
    });
    assert_eq!(keys(&schema), ["token: string secret", "user: string"]);
}

#[test]
fn a_schema_that_refers_to_itself_comes_to_an_end() {
    let schema = json!({
        "$ref": "#",
        "properties": {"inner": {"$ref": "#"}, "again": {"anyOf": [{"$ref": "#/properties/again"}]}},
    });
    let keys = keys(&schema);
    assert!((2..=MAX_KEYS).contains(&keys.len()), "{} keys", keys.len());
}

#[test]
fn texts_are_lines_and_choices_are_described() {
    let schema = json!({
        "title": "All\u{1b}[31m", "description": "two\nlines", "examples": [{"k": 1}],
        "properties": {"k": {
            "description": "  one\r\n two ", "default": "a", "examples": ["b"],
            "oneOf": [{"const": "a", "description": "first"}, {"const": "b", "description": "second"}],
        }},
    });
    let reference = Reference::of(&schema);
    assert_eq!(reference.title.as_deref(), Some("All [31m"));
    assert_eq!(reference.description.as_deref(), Some("two lines"));
    assert_eq!(reference.examples, [json!({"k": 1})]);
    let key = &reference.keys[0];
    assert_eq!(key.description.as_deref(), Some("one two"));
    assert_eq!((&key.default, &key.examples), (&Some(json!("a")), &vec![json!("b")]));
    let choice =
        |value: &str, description: &str| Choice { value: json!(value), description: description.to_owned() };
    assert_eq!(key.choices, [choice("a", "first"), choice("b", "second")]);
    assert!(reference.has("k") && !reference.has("x"));
    let nested = json!({"properties": {"a": {"properties": {"b": {}}}, "c.d": {}}});
    let reference = Reference::of(&nested);
    assert!(reference.has("a") && reference.has("c.d") && !reference.has("a.b"));
}
