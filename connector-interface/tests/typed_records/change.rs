//! Examples of records in which some values are replaced, removed or added.

use connector_schemas::{RecordType, record_types};
use proptest::{collection::vec, prelude::*, sample::Index, sample::select};
use serde_json::{Map, Value, json};

/// A record type, and an example of it with up to four changes; often still valid, often not.
pub(crate) fn changed_example() -> impl Strategy<Value = (&'static RecordType, Value)> {
    let examples: Vec<_> = record_types().collect();
    let changes = vec((any::<Index>(), any::<Index>(), change()), 0..5);
    (select(examples), changes).prop_map(|(record_type, changes)| {
        let mut record = record_type.schema()["examples"][0].clone();
        for (at, name, change) in changes {
            change.apply(&mut record, record_type, at, name);
        }
        (record_type, record)
    })
}

#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Remove,
    /// Sets a property that the type has itself.
    Set(Value),
    /// Adds a property that no schema knows.
    Add(Value),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => value().prop_map(Change::Replace),
        1 => Just(Change::Remove),
        3 => value().prop_map(Change::Set),
        1 => value().prop_map(Change::Add),
    ]
}

impl Change {
    fn apply(self, record: &mut Value, record_type: &RecordType, at: Index, name: Index) {
        match self {
            Self::Replace(value) => *any_value(record, at) = value,
            Self::Remove => drop(any_object(record, at).and_then(|object| {
                let name = object.keys().nth(name.index(object.len().max(1)))?.clone();
                object.remove(&name)
            })),
            Self::Set(value) => {
                let properties = record_type.schema()["properties"].as_object().unwrap();
                let (name, schema) = properties.iter().nth(name.index(properties.len())).unwrap();
                let value = if at.index(2) == 0 { value } else { fitting(schema, at) };
                record[name] = value;
            }
            Self::Add(value) => {
                if let Some(object) = any_object(record, at) {
                    object.insert(["x", "_x", "HTMLURL", "ä b", ""][name.index(5)].to_owned(), value);
                }
            }
        }
        if !record.is_object() {
            *record = json!({});
        }
    }
}

/// The record itself, or a value anywhere in it.
fn any_value(record: &mut Value, at: Index) -> &mut Value {
    let pointers = pointers(record);
    record.pointer_mut(&pointers[at.index(pointers.len())]).unwrap()
}

/// The record itself, or an object anywhere in it.
fn any_object(record: &mut Value, at: Index) -> Option<&mut Map<String, Value>> {
    let pointers = pointers(record);
    let objects: Vec<_> =
        pointers.iter().filter(|pointer| record.pointer(pointer).unwrap().is_object()).collect();
    let pointer = objects.get(at.index(objects.len().max(1)))?;
    record.pointer_mut(pointer)?.as_object_mut()
}

fn pointers(value: &Value) -> Vec<String> {
    let mut pointers = vec![String::new()];
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (name, part) in parts {
        let name = name.replace('~', "~0").replace('/', "~1");
        pointers.extend(self::pointers(part).into_iter().map(|pointer| format!("/{name}{pointer}")));
    }
    pointers
}

/// A value that the schema accepts, or nearly.
fn fitting(schema: &Value, at: Index) -> Value {
    if let Some(words) = schema["enum"].as_array() {
        return words[at.index(words.len())].clone();
    }
    match (schema["format"].as_str(), schema["type"].as_str().or(schema["type"][0].as_str())) {
        (Some("date-time"), _) => TIMES[at.index(TIMES.len())].into(),
        (_, Some("integer" | "number")) => {
            NUMBERS.map(|number| json!(number))[at.index(NUMBERS.len())].clone()
        }
        (_, Some("boolean")) => json!(true),
        (_, Some("array")) => json!([fitting(&schema["items"], at)]),
        _ => URIS[at.index(URIS.len())].into(),
    }
}

const TIMES: [&str; 9] = [
    "2020-02-21T12:00:00Z",
    "2020-02-21 12:00:00.5z",
    "2020-02-21t12:00:00.123456789+01:00",
    "0000-01-01T00:00:00Z",
    "0000-01-01T00:59:59.5+01:00",
    "9999-12-31T23:59:59Z",
    "2016-12-31T23:59:60Z",
    "2020-02-21T12:00:00.1234567891Z",
    "2020-02-21",
];

const NUMBERS: [f64; 8] = [0.0, -0.0, -1.0, 1.0, 99.5, 100.5, 1e18, 1e300];

const URIS: [&str; 8] = [
    "https://example.com/1",
    "https://example.com/ä b",
    "https://例え.jp/ä?q=%20#é",
    "https://example.com/\u{a0}",
    "https://example.com/%zz",
    "mailto:ada@example.com",
    "example",
    "",
];

/// Values of every kind that schemas tell apart.
fn value() -> impl Strategy<Value = Value> {
    let fixed = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(101),
        json!(u64::MAX),
        json!(i64::MIN),
        json!("open"),
        json!([]),
        json!([1, null, 2.0]),
        json!(["https://example.com/1", "x"]),
        json!({}),
        json!({"id": "7", "type": "user", "name": "ada", "htmlUrl": "https://example.com/ada", "x": [null]}),
        json!({"timeZone": "UTC", "date": "2020-02-21"}),
        json!({"timeZone": "UTC", "date": "2020-02-21T12:00:00Z", "dateTime": null}),
    ];
    let records = record_types().map(|known| known.schema()["examples"][0].clone());
    prop_oneof![
        2 => select(TIMES.to_vec()).prop_map(Value::from),
        1 => select(NUMBERS.to_vec()).prop_map(Value::from),
        2 => select(URIS.to_vec()).prop_map(Value::from),
        3 => select(fixed.to_vec()),
        2 => select(records.collect::<Vec<_>>()),
        1 => any::<String>().prop_map(Value::from),
    ]
}
