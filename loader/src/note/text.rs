//! Reads the JSON text inside a connector's note.

use serde_json::{Map, Value};

use super::{AbiVersion, Note, NoteProblem, PanicStrategy, Reading};
use crate::{json_type::json_type, permission::Permission, slug::Slug};

const REQUIRED: [&str; 5] = ["slug", "version", "abi", "panic", "configurationSchema"];
/// The most entries of a list: there are 45 types of record.
const MAX_ENTRIES: usize = 500;
/// What every connector begins with.
const FIRST_STATE_FORMAT: u32 = 1;
/// The longest texts, in characters.
const MAX_LINE: usize = 500;
const MAX_NAME: usize = 100;

/// Reads a note. Keys that it does not know are left alone: a newer export macro may write more.
pub(super) fn note(content: &[u8]) -> Reading {
    let refused = |problem| Reading { note: None, problems: vec![problem] };
    let object = match serde_json::from_slice(content) {
        Ok(Value::Object(object)) => object,
        Ok(value) => return refused(NoteProblem::NotAnObject { found: json_type(&value) }),
        Err(source) => return refused(NoteProblem::NotJson { source }),
    };
    let missing = REQUIRED.into_iter().filter(|key| !object.contains_key(*key));
    let keys: Vec<&'static str> = missing.collect();
    if !keys.is_empty() {
        return refused(NoteProblem::MissingKeys { keys });
    }
    read(&object)
}

fn read(object: &Map<String, Value>) -> Reading {
    let mut problems = Vec::new();
    let slug = kept(slug(object), &mut problems);
    let version = kept(version(object), &mut problems);
    let abi = kept(abi(object), &mut problems);
    let panic = kept(panic(object), &mut problems);
    let schema = kept(schema(object), &mut problems);
    let mut line = |key, length| kept(line(object, key, length), &mut problems).flatten();
    let description = line("description", MAX_LINE);
    let homepage = line("homepage", MAX_LINE);
    let license = line("license", MAX_LINE);
    let rustc = line("rustc", MAX_NAME);
    let target = line("target", MAX_NAME);
    let sdk = line("sdk", MAX_NAME);
    let record_types = kept(record_types(object), &mut problems).unwrap_or_default();
    let permissions = permissions(object, &mut problems);
    let state_format = kept(state_format(object), &mut problems).unwrap_or(FIRST_STATE_FORMAT);
    let note = || {
        Some(Note {
            slug: slug?,
            version: version?,
            abi: abi?,
            panic: panic?,
            description,
            homepage,
            license,
            record_types,
            permissions,
            state_format,
            rustc,
            target,
            sdk,
            configuration_schema: schema?,
        })
    };
    Reading { note: note(), problems }
}

/// The value, or none and one problem more.
fn kept<T>(value: Result<T, NoteProblem>, problems: &mut Vec<NoteProblem>) -> Option<T> {
    value.map_err(|problem| problems.push(problem)).ok()
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

/// An optional line for people; empty is as good as missing.
fn line(
    object: &Map<String, Value>,
    key: &'static str,
    length: usize,
) -> Result<Option<String>, NoteProblem> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => {
            let text = string(object, key, "a string")?;
            Ok(Some(printable(text, length)).filter(|text| !text.trim().is_empty()))
        }
    }
}

/// Without one, the file is older than the key.
fn state_format(object: &Map<String, Value>) -> Result<u32, NoteProblem> {
    let key = "stateFormat";
    let number = match object.get(key) {
        None | Some(Value::Null) => return Ok(FIRST_STATE_FORMAT),
        Some(value) => value.as_u64().and_then(|number| u32::try_from(number).ok()),
    };
    let number = number.filter(|number| *number >= FIRST_STATE_FORMAT);
    number.ok_or_else(|| wrong(key, "a whole number from 1 to 4294967295", object))
}

/// Names that need not be known here: a newer runner may have more types of record.
fn record_types(object: &Map<String, Value>) -> Result<Vec<String>, NoteProblem> {
    let (key, expected) = ("recordTypes", "a list of record types such as [\"Incident\"]");
    let names = entries(object, key, expected)?.iter().map(|entry| match entry {
        Value::String(name) if !name.trim().is_empty() => Ok(printable(name, MAX_NAME)),
        _ => Err(wrong(key, expected, object)),
    });
    let mut found = Vec::new();
    for name in names {
        let name = name?;
        if !found.contains(&name) {
            found.push(name);
        }
    }
    Ok(found)
}

/// A permission that is not known is a problem: without it the connector would fail in a way that explains nothing.
fn permissions(object: &Map<String, Value>, problems: &mut Vec<NoteProblem>) -> Vec<Permission> {
    let (key, expected) = ("permissions", "a list of permissions such as [\"network\", \"read:path\"]");
    let entries = kept(entries(object, key, expected), problems).unwrap_or_default();
    let read = |entry: &Value| match entry.as_str().map(str::parse::<Permission>) {
        Some(Ok(permission)) => Ok(permission),
        Some(Err(source)) => Err(NoteProblem::UnknownPermission { source }),
        None => Err(wrong(key, expected, object)),
    };
    let mut permissions: Vec<_> = entries.iter().filter_map(|entry| kept(read(entry), problems)).collect();
    permissions.sort();
    permissions.dedup();
    permissions
}

/// The entries of an optional list.
fn entries<'a>(
    object: &'a Map<String, Value>,
    key: &'static str,
    expected: &'static str,
) -> Result<&'a [Value], NoteProblem> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(entries)) if entries.len() <= MAX_ENTRIES => Ok(entries),
        Some(_) => Err(wrong(key, expected, object)),
    }
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
