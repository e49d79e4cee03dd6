//! A configuration's schema as people read it: its keys, one after the other.

use serde::Serialize;
use serde_json::{Map, Value};

mod kind;
mod message;
mod schema;
#[cfg(test)]
mod tests;

pub(crate) use message::message;
pub(crate) use schema::Applied;

/// The most keys that are told, and how deep objects inside each other are followed.
const MAX_KEYS: usize = 1000;
const MAX_DEPTH: usize = 8;
/// The longest text that is told, in characters.
const MAX_TEXT: usize = 4000;

/// All that a configuration's schema says to people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reference {
    /// The title of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the whole is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whole configurations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Value>,
    /// The keys; those of an inner object follow the key that holds it.
    pub keys: Vec<Key>,
    /// The keys of the top level as they are written.
    #[serde(skip)]
    top: Vec<String>,
}

/// One key of a configuration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Key {
    /// Its name, behind those that it is in: `server.url`, `rules[].name`.
    pub key: String,
    /// A few words for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What may stand there, in words.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether the object that it is in must have it.
    pub required: bool,
    /// Whether its value is kept from people.
    pub secret: bool,
    /// What counts where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Values that it may have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Value>,
    /// The only values that it may have, where each is described.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

impl Key {
    /// A value that it may have, as far as the schema tells: its first example, its default, or one of its type.
    #[must_use]
    pub fn sample(&self) -> Value {
        let first = |word: &str| self.kind.starts_with(word);
        let choice = self.choices.first().map(|choice| &choice.value);
        let default = self.default.as_ref().filter(|default| !default.is_null());
        match self.examples.first().or(default).or(choice) {
            Some(value) => value.clone(),
            None if first("integer") || first("number") => 0.into(),
            None if first("boolean") => false.into(),
            None if first("array") => Value::Array(Vec::new()),
            None if first("object") => Value::Object(Map::new()),
            None => "...".into(),
        }
    }
}

/// One of the values that a key may have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// The value.
    pub value: Value,
    /// What it means.
    pub description: String,
}

impl Reference {
    /// Reads a schema. Never fails: what cannot be understood is not told.
    #[must_use]
    pub fn of(schema: &Value) -> Reference {
        let applied = Applied::of(schema, schema);
        let mut keys = Vec::new();
        add_keys(schema, &applied, "", MAX_DEPTH, &mut keys);
        let (title, description) = (applied.text("title"), applied.text("description"));
        let top = applied.properties().into_iter().map(|(name, _)| name.clone()).collect();
        Reference { title, description, examples: applied.examples(), keys, top }
    }

    /// Whether the schema describes this key on the top level.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.top.iter().any(|known| known == key)
    }
}

fn add_keys(root: &Value, object: &Applied<'_>, prefix: &str, depth: usize, keys: &mut Vec<Key>) {
    for (name, schema) in object.properties() {
        if keys.len() >= MAX_KEYS || depth == 0 {
            return;
        }
        let applied = Applied::of(root, schema);
        let path = format!("{prefix}{}", line(name));
        keys.push(key(root, &path, &applied, object.requires(name)));
        let below = format!("{path}.");
        add_keys(root, &applied, &below, depth - 1, keys);
        for items in applied.items() {
            let inner = Applied::of(root, items);
            add_keys(root, &inner, &format!("{path}[]."), depth - 1, keys);
        }
    }
}

fn key(root: &Value, path: &str, applied: &Applied<'_>, required: bool) -> Key {
    Key {
        key: path.to_owned(),
        title: applied.text("title"),
        description: applied.text("description"),
        kind: kind::of(root, applied),
        required,
        secret: applied.is_secret(),
        default: applied.first("default").cloned(),
        examples: applied.examples(),
        choices: kind::choices(root, applied),
    }
}

/// A text on one line, without control characters.
fn line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .take(MAX_TEXT)
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
