//! The text of a new project file, with comments for whoever goes on writing it.

use serde_json::{Map, Value};

use super::key::{Described, as_key, as_text};
use super::keys::{
    CONFIGURATION, CONNECTIONS, CONNECTOR_KEY, CUTOFF_KEY, LIMIT_KEYS, LIMITS, PERMISSION_KEYS,
    PERMISSION_TABLE, ROOT_KEYS, SINK_KEY, SYNC_KEYS,
};
use crate::reference::{Key, Reference};

/// The longest line of a comment, in characters.
const WIDTH: usize = 100;

/// What a new project file is to hold.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    /// The name of its one connection.
    pub(crate) name: &'a str,
    /// A slug or a path.
    pub(crate) connector: &'a str,
    /// What is written beside the connector.
    pub(crate) remark: &'a str,
    /// What the connector's configuration is made of, where that is known.
    pub(crate) reference: Option<&'a Reference>,
    /// Values of the configuration that are known, by their keys as the reference has them.
    pub(crate) values: &'a Map<String, Value>,
    pub(crate) cutoff: &'a str,
    pub(crate) sink: &'a str,
}

impl Draft<'_> {
    /// The text of the file.
    pub(crate) fn text(&self) -> String {
        let parts = [self.head(), self.connection(), self.configuration(), self.rest()];
        format!("{}\n", parts.map(|part| part.trim_end().to_owned()).join("\n\n"))
    }

    fn head(&self) -> String {
        let mut text = comment(
            "A project: connectors with their configurations, and how they are synced. All paths are relative to the folder of this file. Lines that begin with # count for nothing: they show what may be written.",
        );
        for key in ROOT_KEYS {
            text.push_str(&commented(*key));
        }
        text
    }

    fn connection(&self) -> String {
        let mut text = format!("[{}]\n", self.place());
        text.push_str(&comment(self.remark));
        text.push_str(&line(CONNECTOR_KEY.name, &Value::from(self.connector)));
        let chosen = [(CUTOFF_KEY.name, self.cutoff), (SINK_KEY.name, self.sink)];
        for key in SYNC_KEYS {
            match chosen.iter().find(|(name, _)| *name == key.name()) {
                Some((name, value)) => {
                    text.push('\n');
                    text.push_str(&comment(key.description()));
                    text.push_str(&line(name, &Value::from(*value)));
                }
                None => text.push_str(&commented(*key)),
            }
        }
        text
    }

    fn configuration(&self) -> String {
        let mut text = format!("[{}.{}]\n", self.place(), CONFIGURATION.name);
        let Some(reference) = self.reference else {
            text.push_str(&comment("Write the keys here that the connector needs: `codeclimate-connector docs CONNECTOR` lists them."));
            return text;
        };
        for key in reference.keys.iter().filter(|key| is_written(reference, key)) {
            text.push_str(&self.key(reference, key));
        }
        text
    }

    fn key(&self, reference: &Reference, key: &Key) -> String {
        let name = path_of(reference, &key.key);
        let given = self.values.get(&key.key);
        let value = given.cloned().unwrap_or_else(|| sample(self.connector, key));
        let is_guess = given.is_none() && is_guess(key);
        let mut text = format!("\n{}", comment(&about(key, key.required && is_guess)));
        let needed = given.is_some() || key.required && is_reached(reference, key);
        match toml_of(&value) {
            Some(value) if needed => text.push_str(&format!("{name} = {value}\n")),
            Some(value) => text.push_str(&format!("# {} = {value}\n", name.trim_start())),
            None => text.push_str(&comment(&format!("{name} has no value that TOML could write."))),
        }
        text
    }

    fn rest(&self) -> String {
        let table = |name: &str, about: &str, keys: &[&dyn Described]| {
            let keys: String = keys.iter().map(|key| commented(*key)).collect();
            format!("{}# [{}.{name}]\n{keys}", comment(about), self.place())
        };
        let limits = table(LIMITS, "What a run may use.", LIMIT_KEYS);
        let permissions = table(PERMISSION_TABLE, "What the connector may reach.", PERMISSION_KEYS);
        format!("{limits}\n{permissions}")
    }

    fn place(&self) -> String {
        format!("{CONNECTIONS}.{}", as_key(self.name))
    }
}

/// Whether a line can be written for a key: not for what is in lists, nor for a table whose keys have lines of their own.
fn is_written(reference: &Reference, key: &Key) -> bool {
    let below = format!("{}.", key.key);
    let has_required = reference.keys.iter().any(|other| other.required && other.key.starts_with(&below));
    !(key.key.contains("[]") || key.kind == "object" && has_required)
}

/// Whether all tables that a key is in must be there.
fn is_reached(reference: &Reference, key: &Key) -> bool {
    let holds = |other: &&Key| key.key.strip_prefix(&other.key).is_some_and(|rest| rest.starts_with('.'));
    reference.keys.iter().filter(holds).all(|other| other.required)
}

/// A key as TOML writes it in the table of the configuration.
fn path_of(reference: &Reference, key: &str) -> String {
    if reference.has(key) { as_key(key) } else { key.split('.').map(as_key).collect::<Vec<_>>().join(".") }
}

/// Whether nothing tells what a key's value could be.
fn is_guess(key: &Key) -> bool {
    key.secret || key.examples.is_empty() && key.default.is_none() && key.choices.is_empty()
}

fn sample(connector: &str, key: &Key) -> Value {
    if key.secret {
        return Value::from(format!("env:{}", variable_for(connector, &key.key)));
    }
    // What counts without a key that may be left out is what its comment shows.
    let default = key.default.clone().filter(|default| !key.required && !default.is_null());
    default.unwrap_or_else(|| key.sample())
}

/// A name for the variable that holds a secret: `PAGERDUTY_API_TOKEN`.
pub(crate) fn variable_for(connector: &str, key: &str) -> String {
    let connector = if connector.contains(['/', '.']) { "CONNECTOR" } else { connector };
    let mut name = String::new();
    let mut before = '_';
    for letter in format!("{connector}_{key}").chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            name.push('_');
        }
        name.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
        before = letter;
    }
    name
}

/// What a key is for, in a sentence or two.
fn about(key: &Key, is_to_replace: bool) -> String {
    let words = key.description.as_ref().or(key.title.as_ref()).cloned().unwrap_or_else(|| key.key.clone());
    let need = if key.required { "required" } else { "may be left out" };
    let secret = if key.secret { ", a secret: env:NAME or file:PATH" } else { "" };
    let replace = if is_to_replace { " Replace the value below." } else { "" };
    format!("{} ({}, {need}{secret}){replace}", words.trim(), key.kind)
}

fn commented(key: &dyn Described) -> String {
    match key.default() {
        "" => {
            let about = format!("{} Write {}.", key.description(), key.expected());
            format!("\n{}# {} = ...\n", comment(&about), key.name())
        }
        default => format!("\n{}# {} = {default}\n", comment(key.description()), key.name()),
    }
}

fn line(key: &str, value: &Value) -> String {
    toml_of(value).map(|value| format!("{key} = {value}\n")).unwrap_or_default()
}

/// A value as TOML, on one line. None where TOML has none like it.
fn toml_of(value: &Value) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(as_text(text));
    }
    toml::Value::try_from(value).ok().map(|value| value.to_string().replace('\n', " "))
}

/// Words as a comment over as many lines as they need; no line where there are none.
fn comment(words: &str) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for word in words.split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() + 3 > WIDTH {
            text.push_str(&format!("# {line}\n"));
            line.clear();
        }
        let space = if line.is_empty() { "" } else { " " };
        line.push_str(space);
        line.push_str(word);
    }
    if line.is_empty() { text } else { format!("{text}# {line}\n") }
}
