//! The JSON Schema of a project file, made from the table of its keys.

use serde_json::{Map, Value, json};

use super::key::Described;
use super::keys::{
    CONFIGURATION, CONFIGURATION_FILE, CONNECTIONS, CONNECTOR_KEY, DEFAULTS, IDENTITY_KEYS, LIMIT_KEYS,
    LIMITS, PERMISSION_KEYS, PERMISSION_TABLE, ROOT_KEYS, SYNC_KEYS,
};
use crate::typed::MAX_CONNECTION;

/// The schema. What it refuses, the reader refuses too; a few things that only reading can tell, it lets stand.
pub(crate) fn schema() -> Value {
    let mut root = table(
        "A project: connectors with their configurations, and how they are synced. All paths are relative to the folder of \
         the file.",
        &[ROOT_KEYS],
    );
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("Project file of codeclimate-connector");
    root["required"] = json!([CONNECTIONS]);
    root["properties"][DEFAULTS] = defaults();
    root["properties"][CONNECTIONS] = json!({
        "description": "The connections, by the names under which their states are kept.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\u0000-\\u0020\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$", "maxLength": MAX_CONNECTION },
        "additionalProperties": { "$ref": "#/$defs/connection" }
    });
    root["$defs"] = json!({ "connection": connection(), LIMITS: limits(), PERMISSION_TABLE: permissions() });
    root
}

fn defaults() -> Value {
    let about = "What counts for every connection that does not say otherwise, key by key.";
    with_inner(table(about, &[SYNC_KEYS]))
}

fn connection() -> Value {
    let about = "A connector with a configuration.";
    let mut connection = with_inner(table(about, &[IDENTITY_KEYS, SYNC_KEYS]));
    connection["required"] = json!([CONNECTOR_KEY.name]);
    connection["not"] = json!({ "required": [CONFIGURATION.name, CONFIGURATION_FILE.name] });
    connection
}

fn with_inner(mut table: Value) -> Value {
    for name in [LIMITS, PERMISSION_TABLE] {
        table["properties"][name] = json!({ "$ref": format!("#/$defs/{name}") });
    }
    table
}

fn limits() -> Value {
    table("What a run may use, all processes of the connector together.", &[LIMIT_KEYS])
}

fn permissions() -> Value {
    let mut table = table("What the connector may reach.", &[PERMISSION_KEYS]);
    let locked = json!({ "required": ["locked"], "properties": { "locked": { "const": true } } });
    table["if"] = locked;
    table["then"] =
        json!({ "properties": { "allow": { "maxItems": 0 }, "sandbox": { "not": { "const": "off" } } } });
    table
}

fn table(about: &str, lists: &[&[&dyn Described]]) -> Value {
    let keys = lists.iter().flat_map(|list| list.iter());
    let properties: Map<String, Value> = keys.map(|key| (key.name().to_owned(), property(*key))).collect();
    json!({ "description": about, "type": "object", "additionalProperties": false, "properties": properties })
}

fn property(key: &dyn Described) -> Value {
    let mut property = key.schema();
    property["description"] = json!(key.description());
    // Written as TOML, which for these values is JSON.
    if let Ok(default) = serde_json::from_str::<Value>(key.default()) {
        property["default"] = default;
    }
    property
}
