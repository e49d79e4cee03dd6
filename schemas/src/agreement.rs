//! Tests that a tape is the same document, with the same verdict, as a `serde_json::Value`.

mod corpus;

use std::sync::LazyLock;

use jsonschema::Validator;
use jsonschema::json::{Node as _, SerdeJson, conformance};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::check::Checker;
use crate::record_type::record_types;
use crate::tape::{Tape, TapeJson};
use crate::validator::compile;

static CHECKER: LazyLock<Checker> = LazyLock::new(Checker::new);

static VALUE_VALIDATORS: LazyLock<Vec<Validator<SerdeJson>>> =
    LazyLock::new(|| record_types().map(|known| compile(known).unwrap()).collect());

#[test]
fn a_tape_is_what_the_validator_relies_on() {
    let text = conformance::document().to_string();
    let mut tape = Tape::default();
    let document = tape.parse(&text).unwrap();
    conformance::assert_conformance::<TapeJson>(&document.root());
}

proptest! {
    #[test]
    fn a_tape_holds_what_was_written(value in any_json(), escaped in any::<bool>()) {
        let text = written(&value, escaped);
        let mut tape = Tape::default();
        let document = tape.parse(&text).unwrap();
        prop_assert_eq!(document.root().to_value().into_owned(), value);
        prop_assert_eq!(document.repeated_names().len(), 0);
    }

    #[test]
    fn a_changed_example_gets_the_same_verdict((known, record) in changed_example(), escaped in any::<bool>()) {
        let text = written(&record, escaped);
        match CHECKER.check(text.as_bytes()) {
            Ok(_) => prop_assert!(VALUE_VALIDATORS[known].is_valid(&record), "accepted {text}"),
            Err(refused) => {
                prop_assert!(!refused.errors.is_empty(), "no reason for {text}");
                for error in refused.errors {
                    prop_assert!(record.pointer(&error.pointer).is_some(), "{error} is nowhere in {text}");
                }
                let has_type = record_types().nth(known).unwrap().name() == record["_type"];
                prop_assert!(!has_type || !VALUE_VALIDATORS[known].is_valid(&record), "refused {text}");
            }
        }
    }

    #[test]
    fn damaged_text_is_refused_where_serde_json_refuses_it(
        (_, record) in changed_example(), at in any::<Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut bytes = record.to_string().into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let is_json = serde_json::from_slice::<Value>(&bytes).is_ok();
        let refused = CHECKER.check(&bytes).err().map(|error| error.to_string()).unwrap_or_default();
        let about_syntax = refused.contains("not valid JSON") || refused.contains("UTF-8") || refused.contains("no text");
        prop_assert_eq!(is_json, !about_syntax, "{}", refused);
    }

    #[test]
    fn no_bytes_harm(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(CHECKER.check(&bytes).is_err());
    }
}

/// The JSON text of a value, with every letter of its strings escaped or with none.
fn written(value: &Value, escaped: bool) -> String {
    match value {
        Value::String(string) if escaped => {
            let units = string.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
            format!("\"{}\"", units.collect::<String>())
        }
        Value::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(|element| written(element, escaped)).collect();
            format!("[{}]", elements.join(" ,"))
        }
        Value::Object(members) => {
            let member = |(name, value): (&String, _)| {
                format!("{} :\n{}", written(&name.as_str().into(), escaped), written(value, escaped))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// The place of a type in the table, and an example of it in which some values are replaced, removed or added.
fn changed_example() -> impl Strategy<Value = (usize, Value)> {
    let examples: Vec<_> = record_types()
        .enumerate()
        .flat_map(|(place, known)| {
            let examples = known.schema()["examples"].as_array().unwrap();
            examples.iter().map(move |example| (place, example.clone()))
        })
        .collect();
    let changes = vec((any::<Index>(), change()), 0..4);
    (select(examples), changes).prop_map(|((place, mut record), changes)| {
        for (at, change) in changes {
            apply(&mut record, at, change);
        }
        (place, record)
    })
}

#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Remove,
    Add(String, Value),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => plausible_value().prop_map(Change::Replace),
        1 => Just(Change::Remove),
        1 => ("[a-z_]{1,6}", plausible_value()).prop_map(|(name, value)| Change::Add(name, value)),
    ]
}

/// Changes a value anywhere below the record.
fn apply(record: &mut Value, at: Index, change: Change) {
    let mut pointers = Vec::new();
    list_pointers(record, &mut String::new(), &mut pointers);
    let pointer = &pointers[at.index(pointers.len())];
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match change {
        Change::Replace(value) => *record.pointer_mut(pointer).unwrap() = value,
        Change::Remove => {
            if let Some(members) = record.pointer_mut(parent).unwrap().as_object_mut() {
                members.remove(name);
            }
        }
        Change::Add(name, value) => record[name] = value,
    }
    if record.as_object().unwrap().is_empty() {
        record["x"] = Value::Null;
    }
}

fn list_pointers(value: &Value, path: &mut String, pointers: &mut Vec<String>) {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (name, part) in parts {
        let length = path.len();
        path.push('/');
        path.push_str(&name);
        pointers.push(path.clone());
        list_pointers(part, path, pointers);
        path.truncate(length);
    }
}

/// Values of every kind that schemas tell apart. Integers beyond 64 bits are left out: about them the two differ.
fn plausible_value() -> impl Strategy<Value = Value> {
    let fixed = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1.0),
        json!(99.5),
        json!(""),
        json!("open"),
        json!("https://example.com/1"),
        json!("https://example.com/ä b"),
        json!("2020-02-21"),
        json!("2020-02-21 12:00:00Z"),
        json!([]),
        json!(["https://example.com/1", "x"]),
        json!({}),
        json!({"timeZone": "UTC", "date": "2020-02-21"}),
    ];
    let records = record_types().map(|known| known.schema()["examples"][0].clone());
    select(fixed.into_iter().chain(records).collect::<Vec<_>>())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has finite numbers only", |number| number.is_finite())
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 200, 40, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Value::from),
            btree_map(any::<String>(), inner, 0..40)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
