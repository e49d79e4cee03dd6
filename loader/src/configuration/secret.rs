//! Finds the values of a configuration that are secret.

use std::fmt;

use serde_json::{Map, Value};

use super::json::escaped;

/// A value that must never be shown.
#[derive(Clone, PartialEq)]
pub struct Secret<'a> {
    /// A JSON pointer to it.
    pub pointer: String,
    /// The value; an array or an object is secret with all in it.
    pub value: &'a Value,
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Secret").field("pointer", &self.pointer).finish_non_exhaustive()
    }
}

/// Every string, as there is no schema that tells which are secret.
pub(super) fn strings(map: &Map<String, Value>) -> Vec<Secret<'_>> {
    let mut found = Vec::new();
    for (key, value) in map {
        add_strings(key_below("", key), value, &mut found);
    }
    found
}

fn add_strings<'v>(pointer: String, value: &'v Value, found: &mut Vec<Secret<'v>>) {
    let mut all = Vec::new();
    add_leaves(pointer, value, &mut all);
    found.extend(all.into_iter().filter(|leaf| leaf.value.is_string()));
}

/// The values without an inside that these are, or hold.
pub(super) fn leaves(secrets: Vec<Secret<'_>>) -> Vec<Secret<'_>> {
    let mut found = Vec::new();
    for Secret { pointer, value } in secrets {
        add_leaves(pointer, value, &mut found);
    }
    found
}

fn add_leaves<'v>(pointer: String, value: &'v Value, found: &mut Vec<Secret<'v>>) {
    match value {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| add_leaves(format!("{pointer}/{at}"), item, found));
        }
        Value::Object(map) => {
            for (key, value) in map {
                add_leaves(key_below(&pointer, key), value, found);
            }
        }
        _ => found.push(Secret { pointer, value }),
    }
}

/// The values that a schema marks with `"secret": true`.
///
/// The schema is not evaluated: what any branch of it marks is secret, `patternProperties` count for every key that
/// `properties` does not name, and what stands behind a reference that cannot be followed is secret. Rather too much is
/// masked than a token shown.
pub(super) fn marked<'v>(schema: &Value, map: &'v Map<String, Value>) -> Vec<Secret<'v>> {
    let mut search = Search { root: schema, found: Vec::new() };
    let applied = Applied::from(schema, vec![schema]);
    if applied.is_secret {
        let all = map.iter().map(|(key, value)| Secret { pointer: key_below("", key), value });
        return all.collect();
    }
    search.object(&applied, map, "");
    search.found
}

struct Search<'s, 'v> {
    root: &'s Value,
    found: Vec<Secret<'v>>,
}

impl<'s, 'v> Search<'s, 'v> {
    fn value(&mut self, schemas: Vec<&'s Value>, value: &'v Value, pointer: String) {
        let applied = Applied::from(self.root, schemas);
        match value {
            _ if applied.is_secret => self.found.push(Secret { pointer, value }),
            Value::Object(map) => self.object(&applied, map, &pointer),
            Value::Array(items) => self.array(&applied, items, &pointer),
            _ => {}
        }
    }

    fn object(&mut self, applied: &Applied<'s>, map: &'v Map<String, Value>, pointer: &str) {
        for (key, value) in map {
            let schemas = applied.schemas.iter().flat_map(|schema| of_key(schema, key)).collect();
            self.value(schemas, value, key_below(pointer, key));
        }
    }

    fn array(&mut self, applied: &Applied<'s>, items: &'v [Value], pointer: &str) {
        for (at, item) in items.iter().enumerate() {
            let schemas = applied.schemas.iter().flat_map(|schema| of_item(schema, at)).collect();
            self.value(schemas, item, format!("{pointer}/{at}"));
        }
    }
}

fn key_below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", escaped(key))
}

/// All schemas that say something about one value, and whether one of them makes it secret.
struct Applied<'s> {
    schemas: Vec<&'s Map<String, Value>>,
    is_secret: bool,
}

impl<'s> Applied<'s> {
    fn from(root: &'s Value, mut waiting: Vec<&'s Value>) -> Applied<'s> {
        let mut applied = Applied { schemas: Vec::new(), is_secret: false };
        while let Some(schema) = waiting.pop() {
            let Value::Object(schema) = schema else { continue };
            // References may lead in circles.
            if applied.schemas.iter().any(|known| std::ptr::eq(*known, schema)) {
                continue;
            }
            applied.schemas.push(schema);
            applied.is_secret |= schema.get("secret") == Some(&Value::Bool(true));
            waiting.extend(in_place(schema));
            match referred(root, schema) {
                Some(targets) => waiting.extend(targets),
                None => applied.is_secret = true,
            }
        }
        applied
    }
}

/// The schemas inside `schema` that are about the same value.
fn in_place(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let lists =
        ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    let single = ["if", "then", "else", "not"].into_iter().filter_map(|key| schema.get(key));
    let maps =
        ["dependentSchemas", "dependencies"].into_iter().filter_map(|key| schema.get(key)?.as_object());
    lists.chain(single).chain(maps.flat_map(Map::values))
}

/// The targets of the schema's references, or `None` if one cannot be followed.
fn referred<'s>(root: &'s Value, schema: &Map<String, Value>) -> Option<Vec<&'s Value>> {
    let keys = ["$ref", "$dynamicRef", "$recursiveRef"].into_iter();
    let texts = keys.filter_map(|key| schema.get(key)?.as_str());
    texts.map(|text| target(root, text)).collect()
}

fn target<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let document = if document.is_empty() { root } else { identified(root, &["$id"], document)? };
    let fragment = percent_encoding::percent_decode_str(fragment).decode_utf8().ok()?;
    if fragment.is_empty() || fragment.starts_with('/') {
        return document.pointer(&fragment);
    }
    let anchor = identified(document, &["$anchor", "$dynamicAnchor"], &fragment);
    anchor.or_else(|| identified(document, &["$id"], &format!("#{fragment}")))
}

/// The schema in which one of the keys has this text.
fn identified<'s>(schema: &'s Value, keys: &[&str], text: &str) -> Option<&'s Value> {
    let is_it = keys.iter().any(|key| schema.get(key).and_then(Value::as_str) == Some(text));
    if is_it {
        return Some(schema);
    }
    match schema {
        Value::Object(map) => map.values().find_map(|value| identified(value, keys, text)),
        Value::Array(items) => items.iter().find_map(|value| identified(value, keys, text)),
        _ => None,
    }
}

/// The schemas inside `schema` that are about the value of this key.
fn of_key<'s>(schema: &'s Map<String, Value>, key: &str) -> Vec<&'s Value> {
    if let Some(property) = schema.get("properties").and_then(|properties| properties.get(key)) {
        return vec![property];
    }
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    let rest =
        ["additionalProperties", "unevaluatedProperties"].into_iter().filter_map(|key| schema.get(key));
    patterns.into_iter().flat_map(Map::values).chain(rest).collect()
}

/// The schemas inside `schema` that are about the item at this place.
fn of_item(schema: &Map<String, Value>, at: usize) -> Vec<&Value> {
    let at_place = ["prefixItems", "items"].into_iter().filter_map(|key| schema.get(key)?.get(at));
    let of_all = ["items", "additionalItems", "unevaluatedItems", "contains"].into_iter();
    at_place.chain(of_all.filter_map(|key| schema.get(key))).collect()
}
