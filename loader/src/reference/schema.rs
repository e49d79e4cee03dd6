//! All schemas that say something about one value.

use serde_json::{Map, Value};

use super::{MAX_KEYS, line};

/// The most schemas about one value that are followed.
const MAX_SCHEMAS: usize = 200;

/// The schemas about one value: those that always count come first, then the alternatives.
pub(crate) struct Applied<'s> {
    always: Vec<&'s Map<String, Value>>,
    alternatives: Vec<&'s Map<String, Value>>,
}

impl<'s> Applied<'s> {
    /// What a schema and all that it refers to say.
    pub(crate) fn of(root: &'s Value, schema: &'s Value) -> Applied<'s> {
        let mut applied = Applied { always: Vec::new(), alternatives: Vec::new() };
        applied.always = closure(root, vec![schema], &["allOf"], &[]);
        let branches = applied.always.iter().flat_map(|schema| branches(schema)).collect();
        applied.alternatives = closure(root, branches, &["allOf", "anyOf", "oneOf"], &applied.always);
        applied
    }

    /// The first of the schemas that always count to say this.
    pub(crate) fn first(&self, key: &str) -> Option<&'s Value> {
        self.always.iter().find_map(|schema| schema.get(key))
    }

    /// The first text under this key, on one line.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        let mut texts = self.always.iter().filter_map(|schema| schema.get(key)?.as_str());
        texts.next().map(line).filter(|text| !text.is_empty())
    }

    pub(crate) fn examples(&self) -> Vec<Value> {
        self.first("examples").and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// Whether any schema, also an alternative one, says that the value is secret.
    pub(crate) fn is_secret(&self) -> bool {
        self.all().any(|schema| schema.get("secret") == Some(&Value::Bool(true)))
    }

    /// The keys of the object, each once.
    pub(crate) fn properties(&self) -> Vec<(&'s String, &'s Value)> {
        let mut found: Vec<(&String, &Value)> = Vec::new();
        for (name, schema) in self.all().filter_map(|schema| schema.get("properties")?.as_object()).flatten()
        {
            if found.len() < MAX_KEYS && !found.iter().any(|(known, _)| *known == name) {
                found.push((name, schema));
            }
        }
        found
    }

    /// Whether the object must always have this key.
    pub(crate) fn requires(&self, name: &str) -> bool {
        let required = self.always.iter().filter_map(|schema| schema.get("required")?.as_array()).flatten();
        required.into_iter().any(|key| key.as_str() == Some(name))
    }

    /// The schemas of what an array holds.
    pub(crate) fn items(&self) -> Vec<&'s Value> {
        self.all().filter_map(|schema| schema.get("items")).collect()
    }

    /// The schema of what stands under a key, or of the items where there is no such key and it is a number.
    pub(crate) fn below(&self, key: &str) -> Option<&'s Value> {
        let property = self.properties().into_iter().find(|(name, _)| *name == key);
        property.map(|(_, schema)| schema).or_else(|| {
            key.parse::<usize>().ok()?;
            self.items().first().copied()
        })
    }

    /// The direct alternatives, where there are some.
    pub(crate) fn choices(&self) -> Vec<&'s Value> {
        self.always.iter().flat_map(|schema| branches(schema)).collect()
    }

    fn all(&self) -> impl Iterator<Item = &'s Map<String, Value>> {
        self.always.iter().chain(&self.alternatives).copied()
    }
}

/// Schemas with all that they refer to and with what stands in their lists of these names. References may lead in
/// circles.
fn closure<'s>(
    root: &'s Value,
    mut waiting: Vec<&'s Value>,
    lists: &[&str],
    known: &[&'s Map<String, Value>],
) -> Vec<&'s Map<String, Value>> {
    waiting.reverse();
    let mut found: Vec<&Map<String, Value>> = Vec::new();
    while let Some(schema) = waiting.pop() {
        let Value::Object(schema) = schema else { continue };
        let is_known = known.iter().chain(&found).any(|known| std::ptr::eq(*known, schema));
        if is_known || found.len() == MAX_SCHEMAS {
            continue;
        }
        found.push(schema);
        waiting.extend(referred(root, schema));
        for list in lists {
            waiting.extend(schema.get(*list).and_then(Value::as_array).into_iter().flatten().rev());
        }
    }
    found
}

fn branches(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten()
}

/// The target of a reference inside the same document.
fn referred<'s>(root: &'s Value, schema: &Map<String, Value>) -> Option<&'s Value> {
    let fragment = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    let fragment = percent_encoding::percent_decode_str(fragment).decode_utf8().ok()?;
    root.pointer(&fragment)
}
