//! The schemas against the facts, and against what any schema must be.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use connector_schemas::{RecordType, SCHEMA_BASE, nearest_record_type, record_type, record_types};
use serde_json::{Map, Value};

use crate::{checker, examples};

/// What the specification says about every type. A `!` marks a required property.
const FACTS: &str = include_str!("facts.txt");

#[test]
fn the_schemas_say_what_the_specification_says() {
    let written: Vec<String> = record_types().map(facts_of).collect();
    for (found, expected) in written.iter().zip(FACTS.split("\n\n")) {
        assert_eq!(found.trim(), expected.trim());
    }
    assert_eq!(written.len(), FACTS.split("\n\n").count());
}

#[test]
fn there_are_45_types_and_a_file_for_each() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/records");
    let files: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let known: BTreeSet<_> = record_types().map(|known| format!("{}.json", known.id())).collect();
    assert_eq!(files, known);
    assert_eq!(known.len(), 45);
}

#[test]
fn every_schema_is_a_draft_07_schema_under_its_own_name() {
    for known in record_types() {
        let schema = known.schema();
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#", "{known:?}");
        assert_eq!(schema["$id"], format!("{SCHEMA_BASE}{}", known.id()));
        assert_eq!(schema["title"], known.name());
        assert_eq!(schema["type"], "object", "{known:?}");
        assert_eq!(schema["properties"]["_type"]["const"], known.name());
        assert!(jsonschema::draft7::meta::is_valid(schema), "{known:?}");
        assert!(known.schema_text().ends_with("}\n"), "{known:?} ends with a line break");
    }
}

#[test]
fn an_id_is_the_name_in_kebab_case() {
    for known in record_types() {
        let words = known.id().split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
        assert_eq!(words.collect::<String>(), known.name());
        assert_eq!(nearest_record_type(known.id()), Some(known.name()));
    }
}

#[test]
fn every_type_is_reached_by_its_type_property_and_its_examples_are_valid() {
    for known in record_types() {
        for example in examples(known) {
            let text = example.to_string();
            let checked =
                checker().check(text.as_bytes()).unwrap_or_else(|error| panic!("{known:?}: {error}"));
            assert_eq!((checked.record_type(), checked.text()), (known, text.as_str()));
            assert_eq!(checker().unknown_properties(text.as_bytes()), Ok(vec![]), "{known:?}");
        }
    }
}

#[test]
fn the_examples_together_show_every_required_property_and_most_others() {
    for known in record_types() {
        let shown: BTreeSet<_> =
            examples(known).iter().flat_map(|record| record.as_object().unwrap().keys()).collect();
        let properties = known.schema()["properties"].as_object().unwrap();
        assert!(
            shown.len() * 2 >= properties.len(),
            "{known:?} shows {} of {}",
            shown.len(),
            properties.len()
        );
    }
}

#[test]
fn no_schema_holds_an_unknown_keyword_a_dangling_reference_or_an_undescribed_property() {
    for known in record_types() {
        let mut keywords = known.schema().as_object().unwrap().clone();
        for expected in ["$schema", "$id", "title", "examples"] {
            assert!(keywords.remove(expected).is_some(), "{known:?} has `{expected}`");
        }
        // Annotations, which the crate's own tests hold to what they name.
        for annotation in ["x-cutoff", "x-part-of"] {
            keywords.remove(annotation);
        }
        audit_described(&Value::Object(keywords), known.name());
    }
}

#[test]
fn descriptions_within_a_type_differ() {
    for known in record_types() {
        let mut seen = BTreeSet::new();
        for (name, property) in known.schema()["properties"].as_object().unwrap() {
            assert!(seen.insert(property["description"].as_str().unwrap()), "{known:?}.{name}");
        }
    }
}

/// A schema that has a description and no keyword but those that draft-07 and this crate know.
fn audit_described(schema: &Value, place: &str) {
    let description = schema["description"].as_str().unwrap_or_else(|| panic!("{place} has a description"));
    assert!(description.len() > 10 && description.ends_with('.'), "{place}: {description}");
    audit(schema, place);
}

fn audit(schema: &Value, place: &str) {
    for (keyword, value) in schema.as_object().unwrap_or_else(|| panic!("{place} is a schema")) {
        match keyword.as_str() {
            "properties" => audit_properties(schema, value, place),
            "items" => audit(value, &format!("{place}[]")),
            "anyOf" | "oneOf" => {
                value.as_array().unwrap().iter().for_each(|alternative| audit(alternative, place));
            }
            "$ref" => assert!(is_schema_id(value), "{place}: {value} dangles"),
            "required" | "enum" => assert_distinct_strings(value, place),
            "format" => {
                assert!(
                    ["date", "date-time", "uri"].iter().any(|format| value == format),
                    "{place}: {value}"
                );
            }
            "const" | "description" | "maximum" | "minimum" | "type" => {}
            unknown => panic!("{place}: `{unknown}` is no keyword"),
        }
    }
}

fn audit_properties(schema: &Value, properties: &Value, place: &str) {
    for (name, property) in properties.as_object().unwrap() {
        audit_described(property, &format!("{place}.{name}"));
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        assert!(
            properties.get(required.as_str().unwrap()).is_some(),
            "{place}: {required} is required, not described"
        );
    }
}

fn is_schema_id(reference: &Value) -> bool {
    record_types().any(|known| known.schema()["$id"] == *reference)
}

fn assert_distinct_strings(list: &Value, place: &str) {
    let strings: Vec<_> = list.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect();
    let distinct: BTreeSet<_> = strings.iter().collect();
    assert_eq!(distinct.len(), strings.len(), "{place}: {strings:?}");
}

/// A schema in the notation of the facts.
fn facts_of(known: &RecordType) -> String {
    let schema = known.schema();
    assert!(requires(schema, "_type"), "{known:?} requires _type");
    let mut facts = format!("{} ({})\n", known.name(), known.id());
    let mut properties = schema["properties"].as_object().unwrap().clone();
    properties.remove("_type");
    write_properties(&mut facts, "", schema, &properties);
    facts
}

fn write_properties(facts: &mut String, path: &str, schema: &Value, properties: &Map<String, Value>) {
    // Sorted here: another crate may make serde_json keep the order of the file.
    let sorted: std::collections::BTreeMap<_, _> = properties.iter().collect();
    for (name, property) in sorted {
        let mark = if requires(schema, name) { "!" } else { "" };
        writeln!(facts, "  {path}{name}{mark}: {}", kind_of(property)).unwrap();
        if let Some(nested) = property.get("properties") {
            write_properties(facts, &format!("{path}{name}."), property, nested.as_object().unwrap());
        }
    }
}

fn requires(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().into_iter().flatten().any(|required| required == name)
}

fn kind_of(property: &Value) -> String {
    if let Some(options) = property.get("enum") {
        return format!("one of {}", joined(options, " ", |option| option.as_str().unwrap().to_owned()));
    }
    if let Some(alternatives) = property.get("anyOf") {
        return joined(alternatives, " or ", kind_of);
    }
    if let Some(alternatives) = property.get("oneOf") {
        assert_eq!(alternatives[0].as_object().unwrap().len(), 1, "a reference stands alone");
        return joined(alternatives, " or ", kind_of);
    }
    if let Some(reference) = property.get("$ref") {
        return format!("{} record", name_of(reference));
    }
    match &property["type"] {
        Value::Array(types) => {
            format!("{} or {}", simple_kind(types[0].as_str().unwrap(), property), types[1].as_str().unwrap())
        }
        kind => simple_kind(kind.as_str().unwrap(), property),
    }
}

fn simple_kind(kind: &str, property: &Value) -> String {
    match kind {
        "array" => format!("list of {}", kind_of(&property["items"])),
        "string" => property["format"].as_str().unwrap_or("string").to_owned(),
        _ if property.get("minimum").is_some() => {
            let maximum = property.get("maximum").map(Value::to_string).unwrap_or_default();
            format!("{kind} {}..{maximum}", property["minimum"])
        }
        _ => kind.to_owned(),
    }
}

fn name_of(reference: &Value) -> &'static str {
    let id = reference.as_str().unwrap().strip_prefix(SCHEMA_BASE).unwrap();
    let name = nearest_record_type(id).unwrap();
    assert_eq!(record_type(name).unwrap().id(), id);
    name
}

fn joined(list: &Value, separator: &str, phrase: impl Fn(&Value) -> String) -> String {
    list.as_array().unwrap().iter().map(phrase).collect::<Vec<_>>().join(separator)
}
