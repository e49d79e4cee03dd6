//! Reads the JSON text inside a connector's note.

use serde_json::{Map, Value};

use super::{AbiVersion, Note, NoteProblem, PanicStrategy};
use crate::{json_type::json_type, permission::Permission, slug::Slug};

const REQUIRED: [&str; 5] = ["slug", "version", "abi", "panic", "configurationSchema"];

/// Reads a note. Keys that it does not know are left alone: a newer export macro may write more.
pub(super) fn note(content: &[u8]) -> Result<Note, NoteProblem> {
    let value = serde_json::from_slice(content).map_err(|source| NoteProblem::NotJson { source })?;
    let Value::Object(object) = value else {
        return Err(NoteProblem::NotAnObject { found: json_type(&value) });
    };
    let missing = REQUIRED.into_iter().filter(|key| !object.contains_key(*key));
    let keys: Vec<&'static str> = missing.collect();
    if !keys.is_empty() {
        return Err(NoteProblem::MissingKeys { keys });
    }
    Ok(Note {
        slug: slug(&object)?,
        version: version(&object)?,
        abi: abi(&object)?,
        panic: panic(&object)?,
        description: description(&object)?,
        permissions: permissions(&object)?,
        configuration_schema: schema(&object)?,
    })
}

fn slug(object: &Map<String, Value>) -> Result<Slug, NoteProblem> {
    let expected = "a slug such as \"git\"";
    let text = string(object, "slug", expected)?;
    text.parse().map_err(|_| wrong("slug", expected, object))
}

/// Only what a version is made of: this text is shown on terminals.
fn version(object: &Map<String, Value>) -> Result<String, NoteProblem> {
    let expected = "a version such as \"0.1.0\"";
    let text = string(object, "version", expected)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
    if text.is_empty() || text.len() > 100 || !text.bytes().all(allowed) {
        return Err(wrong("version", expected, object));
    }
    Ok(text.to_owned())
}

fn abi(object: &Map<String, Value>) -> Result<AbiVersion, NoteProblem> {
    let expected = "a version such as \"1.0.0\"";
    let text = string(object, "abi", expected)?;
    parse_abi(text).ok_or_else(|| wrong("abi", expected, object))
}

fn parse_abi(text: &str) -> Option<AbiVersion> {
    let mut numbers = text.split('.').map(|part| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| digits)
    });
    let version = AbiVersion { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? };
    numbers.next().is_none().then_some(version)
}

fn panic(object: &Map<String, Value>) -> Result<PanicStrategy, NoteProblem> {
    Ok(match string(object, "panic", "\"unwind\" or \"abort\"")? {
        "unwind" => PanicStrategy::Unwind,
        "abort" => PanicStrategy::Abort,
        other => PanicStrategy::Other(printable(other, 40)),
    })
}

fn description(object: &Map<String, Value>) -> Result<Option<String>, NoteProblem> {
    match object.get("description") {
        None | Some(Value::Null) => Ok(None),
        Some(_) => {
            let text = string(object, "description", "a string")?;
            Ok(Some(printable(text, 500)).filter(|text| !text.trim().is_empty()))
        }
    }
}

/// A permission that is not known is an error: without it the connector would fail in a way that explains nothing.
fn permissions(object: &Map<String, Value>) -> Result<Vec<Permission>, NoteProblem> {
    let (key, expected) = ("permissions", "a list of permissions such as [\"network\", \"read:path\"]");
    let entries = match object.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(wrong(key, expected, object)),
    };
    let read = |entry: &Value| match entry.as_str().map(str::parse::<Permission>) {
        Some(Ok(permission)) => Ok(permission),
        Some(Err(source)) => Err(NoteProblem::UnknownPermission { source }),
        None => Err(wrong(key, expected, object)),
    };
    let mut permissions = entries.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    permissions.sort();
    permissions.dedup();
    Ok(permissions)
}

fn schema(object: &Map<String, Value>) -> Result<Value, NoteProblem> {
    let key = "configurationSchema";
    let schema = object.get(key).filter(|schema| schema.is_object());
    schema.cloned().ok_or_else(|| wrong(key, "a JSON Schema, which is an object", object))
}

fn string<'a>(
    object: &'a Map<String, Value>,
    key: &'static str,
    expected: &'static str,
) -> Result<&'a str, NoteProblem> {
    object.get(key).and_then(Value::as_str).ok_or_else(|| wrong(key, expected, object))
}

fn wrong(key: &'static str, expected: &'static str, object: &Map<String, Value>) -> NoteProblem {
    let found = match object.get(key) {
        Some(Value::String(text)) => format!("{:?}", printable(text, 60)),
        Some(Value::Number(number)) => number.to_string(),
        Some(other) => json_type(other).to_owned(),
        None => "missing".to_owned(),
    };
    NoteProblem::WrongValue { key, expected, found }
}

/// At most `length` characters of a text, which cannot drive a terminal.
fn printable(text: &str, length: usize) -> String {
    text.chars().take(length).map(|character| if character.is_control() { ' ' } else { character }).collect()
}
