//! Tests of new project files.

use serde_json::{Map, json};

use super::*;
use crate::reference::Reference;

fn text(schema: &Value, values: &Value) -> String {
    let reference = Reference::of(schema);
    let values = values.as_object().cloned().unwrap_or_default();
    let draft = Draft {
        name: "main",
        connector: "pager",
        remark: "Reads incidents.",
        reference: Some(&reference),
        values: &values,
        cutoff: "90d",
        sink: "folder:records",
    };
    draft.text()
}

/// The configuration of the only connection.
fn configured(text: &str) -> Value {
    let project = read(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    match &project.connections[..] {
        [Connection { configuration: ConfigurationOf::Inline(map), .. }] => Value::Object(map.clone()),
        other => panic!("{other:?}"),
    }
}

fn schema_of_git() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample-connector/configuration.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_new_file_can_be_read_and_tells_of_every_key() {
    let text = text(&schema_of_git(), &Value::Null);
    insta::assert_snapshot!("new-file", text);
    let project = read(&text).unwrap();
    assert_eq!(project.connections[0].cutoff.as_deref(), Some("90d"));
    assert_eq!(configured(&text), json!({"path": "."}));
    let validator = jsonschema::options().offline().build(&schema()).unwrap();
    assert!(validator.is_valid(&toml::from_str::<Value>(&text).unwrap()));
}

#[test]
fn the_comments_of_a_new_file_can_be_uncommented() {
    let text = text(&schema_of_git(), &Value::Null);
    let uncomment = |line: &str| match line.strip_prefix("# ") {
        Some(code)
            if code.starts_with('[') || code.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) =>
        {
            code.replace("= ...", "= \"x\"")
        }
        _ => line.to_owned(),
    };
    let all: Vec<String> = text.lines().map(uncomment).collect();
    // What has no default needs a value of its own kind.
    let all = all.join("\n").replace("cpu = \"x\"", "cpu = 1");
    let all = all.replace("configuration-file = \"x\"\n", "");
    assert_eq!(problems(&all), [""; 0], "{all}");
}

#[test]
fn required_keys_are_there_and_others_are_comments() {
    let schema = json!({
        "required": ["apiToken", "server", "mode", "a.b"],
        "properties": {
            "apiToken": {"type": "string", "secret": true, "description": "The token."},
            "server": {
                "type": "object", "required": ["url"],
                "properties": {"url": {"type": "string"}, "proxy": {"type": "string", "default": "none"}},
            },
            "mode": {"enum": ["fast", "slow"], "default": "slow"},
            "a.b": {"type": "integer"},
            "nested": {"type": "object", "required": ["k"], "properties": {"k": {"type": "boolean"}}},
            "rules": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        },
    });
    let new = text(&schema, &Value::Null);
    let expected =
        json!({"apiToken": "env:PAGER_API_TOKEN", "server": {"url": "..."}, "mode": "slow", "a.b": 0});
    assert_eq!(configured(&new), expected);
    for line in
        ["# server.proxy = \"none\"", "# nested.k = false", "# rules = []", "Replace the value below."]
    {
        assert!(new.contains(line), "{line}\n{new}");
    }
    let answered = text(&schema, &json!({"apiToken": "file:token", "mode": "fast"}));
    assert_eq!(configured(&answered)["apiToken"], "file:token");
    assert_eq!(configured(&answered)["mode"], "fast");
}

#[test]
fn texts_of_a_connector_cannot_leave_their_place() {
    let schema = json!({
        "required": ["k\n[x]"],
        "properties": {"k\n[x]": {"type": "string", "description": "a\n[b]\r\nc = 1", "examples": ["x\n\"y\\ \u{7f}\u{1}"]}},
    });
    assert_eq!(configured(&text(&schema, &Value::Null)).as_object().map(Map::len), Some(1));
    let draft = Draft {
        name: "a \"b\"",
        connector: "x",
        remark: "a\n[b]",
        reference: None,
        values: &Map::new(),
        cutoff: "90d",
        sink: "folder:a b\"c",
    };
    assert_eq!(read(&draft.text()).unwrap().connections[0].name, "a \"b\"");
}
