//! What values a schema lets stand, in words.

use serde_json::Value;

use super::{Choice, schema::Applied};

/// The most values that are listed in a type, and the most schemas that are read for one.
const MAX_VALUES: usize = 100;
const MAX_SCHEMAS: usize = 1000;

/// The type in words: `string`, `array of strings`, `"a" or "b"`.
pub(super) fn of(root: &Value, applied: &Applied<'_>) -> String {
    Words { root, left: MAX_SCHEMAS }.of(applied)
}

/// The values that may stand there, where each has its description.
pub(super) fn choices(root: &Value, applied: &Applied<'_>) -> Vec<Choice> {
    let choices = applied.choices();
    let described = choices.into_iter().filter_map(|schema| {
        let applied = Applied::of(root, schema);
        Some(Choice { value: applied.first("const")?.clone(), description: applied.text("description")? })
    });
    described.take(MAX_VALUES).collect()
}

struct Words<'s> {
    root: &'s Value,
    /// Schemas that may still be read: they may refer to each other in circles.
    left: usize,
}

impl Words<'_> {
    fn of_schema(&mut self, schema: &Value) -> String {
        if self.left == 0 {
            return ANY.to_owned();
        }
        self.left -= 1;
        self.of(&Applied::of(self.root, schema))
    }

    fn of(&mut self, applied: &Applied<'_>) -> String {
        if let Some(value) = applied.first("const") {
            return value.to_string();
        }
        if let Some(values) = applied.first("enum").and_then(Value::as_array) {
            return either(values.iter().map(Value::to_string));
        }
        let choices = applied.choices();
        if !choices.is_empty() {
            return either(choices.into_iter().map(|schema| self.of_schema(schema)));
        }
        let types = match applied.first("type") {
            Some(Value::String(name)) => vec![name.as_str()],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ if !applied.properties().is_empty() => vec!["object"],
            _ => vec![ANY],
        };
        either(types.into_iter().map(|name| self.of_type(name, applied)))
    }

    fn of_type(&mut self, name: &str, applied: &Applied<'_>) -> String {
        match name {
            "array" => applied.items().first().map_or_else(|| "array".to_owned(), |items| self.array(items)),
            "integer" | "number" => format!("{name}{}", range(applied)),
            "string" => format!("string{}", form(applied)),
            other => super::line(other),
        }
    }

    fn array(&mut self, items: &Value) -> String {
        let inner = self.of_schema(items);
        match inner.as_str() {
            "string" | "integer" | "number" | "boolean" | "object" | "array" => format!("array of {inner}s"),
            ANY => "array".to_owned(),
            _ => format!("array of ({inner})"),
        }
    }
}

const ANY: &str = "any value";

fn range(applied: &Applied<'_>) -> String {
    let bound = |key| applied.first(key).filter(|bound| bound.is_number());
    match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => format!(" from {least} to {most}"),
        (Some(least), None) => format!(" of at least {least}"),
        (None, Some(most)) => format!(" of at most {most}"),
        (None, None) => String::new(),
    }
}

fn form(applied: &Applied<'_>) -> String {
    if let Some(pattern) = applied.text("pattern") {
        return format!(" that matches {pattern}");
    }
    applied.text("format").map(|form| format!(" ({form})")).unwrap_or_default()
}

/// The different texts, with `or` before the last.
fn either(texts: impl Iterator<Item = String>) -> String {
    let mut different: Vec<String> = Vec::new();
    for text in texts {
        if different.len() == MAX_VALUES {
            different.push("...".to_owned());
            break;
        }
        if !different.contains(&text) {
            different.push(text);
        }
    }
    match different.pop() {
        None => ANY.to_owned(),
        Some(last) if different.is_empty() => last,
        Some(last) => format!("{} or {last}", different.join(", ")),
    }
}
