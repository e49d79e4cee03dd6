//! Finds the secrets of a configuration.

use serde_json::{Map, Value};

/// How many references and alternatives of a schema are followed, one in another: they may lead in circles.
const DEEPEST: usize = 16;

/// The names of the properties that a configuration's schema marks as secret, wherever in it that may be.
pub(crate) fn marked_keys(schema: &Value) -> Vec<String> {
    let mut keys = Vec::new();
    add_marked_keys(schema, schema, &mut keys);
    keys
}

fn add_marked_keys(document: &Value, schema: &Value, keys: &mut Vec<String>) {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    keys.extend(
        properties.filter(|(_, property)| is_marked(document, property, DEEPEST)).map(|(key, _)| key.clone()),
    );
    inside(schema).for_each(|value| add_marked_keys(document, value, keys));
}

/// Whether this schema marks its value, or one that it refers to or is made of does.
fn is_marked(document: &Value, schema: &Value, depth: usize) -> bool {
    if depth == 0 {
        return false;
    }
    let referred =
        schema["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    let elements = ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key));
    schema["secret"] == true
        || referred.into_iter().chain(lists).chain(elements).any(|part| is_marked(document, part, depth - 1))
}

/// All texts under these keys, wherever in the configuration they stand.
pub(crate) fn of_keys(configuration: &Value, keys: &[String]) -> Vec<String> {
    let mut texts = Vec::new();
    add_of_keys(configuration, keys, &mut texts);
    texts
}

fn add_of_keys(value: &Value, keys: &[String], texts: &mut Vec<String>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        if keys.contains(key) {
            add_texts(value, texts);
        }
    }
    inside(value).for_each(|value| add_of_keys(value, keys, texts));
}

/// All texts that may be secrets: neither shorter than that, for people choose ordinary words too, nor where the server is.
pub(crate) fn likely(configuration: &Value, upstream: Option<&str>, shortest: usize) -> Vec<String> {
    let mut texts = Vec::new();
    add_texts(configuration, &mut texts);
    let is_place =
        |text: &str| is_host_only(text) || upstream.is_some_and(|upstream| is_same(text, upstream));
    texts.retain(|text| text.len() >= shortest && !is_place(text));
    texts
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

/// Whether this is the URL of a host without a path, a query, or a password: each may be a secret.
fn is_host_only(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|host| !host.trim_end_matches('/').contains(['/', '?', '#', '@']))
}

fn add_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        other => inside(other).for_each(|value| add_texts(value, texts)),
    }
}

fn inside(value: &Value) -> impl Iterator<Item = &Value> {
    let elements = value.as_array().into_iter().flatten();
    elements.chain(value.as_object().into_iter().flat_map(Map::values))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_marked_wherever_the_schema_says_so() {
        let table = [
            json!({ "properties": { "token": { "secret": true }, "team": { "secret": false } } }),
            json!({
                "properties": { "auth": { "$ref": "#/$defs/Auth" } },
                "$defs": { "Auth": { "properties": { "token": { "secret": true }, "user": {} } } }
            }),
            json!({
                "properties": { "token": { "anyOf": [{ "$ref": "#/$defs/Token" }, { "type": "null" }] } },
                "$defs": { "Token": { "type": "string", "secret": true } }
            }),
            json!({
                "oneOf": [{ "properties": { "token": { "items": { "secret": true } } } }],
                "properties": { "loop": { "$ref": "#/properties/loop" } }
            }),
        ];
        for schema in table {
            assert_eq!(marked_keys(&schema), ["token"], "{schema}");
        }
    }

    #[test]
    fn texts_are_secrets_unless_they_only_say_where_the_server_is() {
        let configuration = json!({
            "token": "t0p-s3cret", "team": "us", "pin": 12_345_678, "is": true,
            "urls": ["https://a.example", "https://a.example:1/", "https://up.example/v2"],
            "hooks": ["https://a.example/hook", "https://u:p@a.example", "http://a.example?key=1"]
        });
        let mut found = likely(&configuration, Some("https://up.example/v2/"), 6);
        found.sort();
        let hooks = ["http://a.example?key=1", "https://a.example/hook", "https://u:p@a.example"];
        assert_eq!(found, [&["12345678"], &hooks[..], &["t0p-s3cret"]].concat());
        let nested = json!({ "auth": [{ "token": { "a": "one", "b": ["two"] } }], "token": "three" });
        let mut found = of_keys(&nested, &["token".to_owned()]);
        found.sort();
        assert_eq!(found, ["one", "three", "two"]);
    }
}
