//! Reads a JSON object and refuses keys that stand twice.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::json_type::json_type;

use super::{ConfigurationError, ConfigurationSource};

/// The object in the bytes.
pub(super) fn object(
    source: &ConfigurationSource,
    bytes: &[u8],
) -> Result<Map<String, Value>, ConfigurationError> {
    let configuration = source.clone();
    // Some editors put a byte order mark at the start, which nobody sees.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = str::from_utf8(bytes).map_err(|error| not_utf8(source, &bytes[..error.valid_up_to()]))?;
    if text.trim().is_empty() {
        return Err(ConfigurationError::Empty { configuration });
    }
    match value(source, text)? {
        Value::Object(map) => Ok(map),
        other => Err(ConfigurationError::NotAnObject { configuration, found: json_type(&other) }),
    }
}

/// A part of a JSON pointer for a key.
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn not_utf8(source: &ConfigurationSource, valid: &[u8]) -> ConfigurationError {
    let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let column = valid.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
    ConfigurationError::NotUtf8 { configuration: source.clone(), line, column }
}

fn value(source: &ConfigurationSource, text: &str) -> Result<Value, ConfigurationError> {
    let duplicate = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = UniqueKeys { pointer: String::new(), duplicate: &duplicate };
    let value = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| {
        let (configuration, line, column) = (source.clone(), error.line(), error.column());
        match duplicate.take() {
            Some(pointer) => ConfigurationError::DuplicateKey { configuration, pointer, line, column },
            None => ConfigurationError::NotJson { configuration, line, column, reason: reason(&error, text) },
        }
    })
}

/// The parser's reason without the place, and advice for common slips. Syntax errors never quote the text.
fn reason(error: &serde_json::Error, text: &str) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = error.to_string();
    let reason = reason.strip_suffix(&place).unwrap_or(&reason);
    format!("{reason}{}", advice(error, text))
}

fn advice(error: &serde_json::Error, text: &str) -> &'static str {
    if error.is_eof() {
        return "; it ends too early, perhaps a bracket or a quotation mark is missing";
    }
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    match line.as_bytes().get(error.column().saturating_sub(1)) {
        Some(b'\'') => "; strings and keys stand in double quotes",
        Some(b'/' | b'#') => "; JSON has no comments",
        _ => "",
    }
}

/// A value whose objects have each key once.
struct UniqueKeys<'a> {
    pointer: String,
    /// Where the pointer to a key goes that stands twice, because errors of the parser hold text only.
    duplicate: &'a RefCell<Option<String>>,
}

impl UniqueKeys<'_> {
    fn below(&self, part: &str) -> Self {
        UniqueKeys { pointer: format!("{}/{}", self.pointer, escaped(part)), duplicate: self.duplicate }
    }
}

impl<'de> DeserializeSeed<'de> for UniqueKeys<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UniqueKeys<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self.below(&array.len().to_string()))? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            let below = self.below(&key);
            if !seen.insert(key.clone()) {
                self.duplicate.replace(Some(below.pointer));
                return Err(A::Error::custom("a key stands twice"));
            }
            map.insert(key, entries.next_value_seed(below)?);
        }
        Ok(Value::Object(map))
    }
}
