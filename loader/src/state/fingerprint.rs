//! What tells one configuration from another.

use serde_json::Value;

use crate::{configuration::Configuration, digest::Digest};

/// A digest of a configuration without what its schema marks as secret: a token that is changed is no other
/// configuration.
pub(crate) fn fingerprint(configuration: &Configuration, schema: &Value) -> String {
    let mut open = Value::Object(configuration.as_map().clone());
    for secret in configuration.secrets(Some(schema)) {
        if let Some(value) = open.pointer_mut(&secret.pointer) {
            *value = Value::Null;
        }
    }
    Digest::of_bytes(sorted(open).to_string().as_bytes()).to_string()
}

/// With the keys of every object in order, and without those that say nothing: nobody cares how they were written.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> =
                map.into_iter().filter(|(_, value)| !value.is_null()).collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::configuration::ConfigurationSource;

    fn of(configuration: &Value) -> String {
        let schema = json!({ "properties": { "token": { "secret": true }, "nested": { "properties": { "key": { "secret": true } } } } });
        let configuration =
            Configuration::from_bytes(&ConfigurationSource::Stdin, configuration.to_string().as_bytes())
                .unwrap();
        fingerprint(&configuration, &schema)
    }

    #[test]
    fn a_secret_may_change_and_nothing_else_may() {
        let first = of(&json!({ "token": "a", "nested": { "key": "a", "url": "x" }, "list": [1, 2] }));
        let rotated =
            json!({ "list": [1, 2], "nested": { "url": "x", "key": ["b", 7] }, "token": "b", "more": null });
        assert_eq!(of(&rotated), first);
        assert_eq!(of(&json!({ "nested": { "url": "x" }, "list": [1, 2] })), first);
        for other in [
            json!({ "token": "a", "nested": { "key": "a", "url": "y" }, "list": [1, 2] }),
            json!({ "token": "a", "nested": { "key": "a", "url": "x" }, "list": [2, 1] }),
            json!({ "token": "a", "nested": { "key": "a", "url": "x" }, "list": [1, 2], "more": 0 }),
        ] {
            assert_ne!(of(&other), first, "{other}");
        }
    }
}
