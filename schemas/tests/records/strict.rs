//! Strict mode: properties that no type knows.

use serde_json::{Value, json};

use crate::{checker, example_with};

fn unknown(record: &Value) -> Vec<(String, String)> {
    let found = checker().unknown_properties(record.to_string().as_bytes()).unwrap();
    found.into_iter().map(|error| (error.pointer, error.message)).collect()
}

#[test]
fn an_unknown_property_is_told_with_the_name_that_was_probably_meant() {
    for (name, written, question) in [
        ("Incident", "html_url", ""),
        ("Incident", "updated_at", "; did you mean `updatedAt`?"),
        ("Incident", "deletdAt", "; did you mean `deletedAt`?"),
        ("Incident", "severity", ""),
        ("Actor", "emial", ""),
        ("Application", "Deletedat", "; did you mean `deletedAt`?"),
    ] {
        let record = example_with(name, &json!({written: 1}));
        let expected = (format!("/{written}"), format!("unknown property `{written}`{question}"));
        assert_eq!(unknown(&record), [expected], "properties that the record has already are not suggested");
    }
}

#[test]
fn unknown_properties_are_found_in_nested_objects_lists_and_records() {
    let changes = json!({
        "start": {"timeZone": "UTC", "datetime": "2020-02-21T12:00:00Z"},
        "attendees": ["https://example.com/ada", {"_type": "Actor", "id": "1", "self": "https://example.com/1", "mail": ""}],
        "a/b~c": {"anything": 1},
    });
    let told = |pointer: &str, message: &str| (pointer.to_owned(), message.to_owned());
    let mut found = unknown(&example_with("CalendarEvent", &changes));
    found.sort();
    let expected = [
        told("/attendees/1/mail", "unknown property `mail`; did you mean `email`?"),
        told("/a~1b~0c", "unknown property `a/b~c`"),
        told("/start/datetime", "unknown property `datetime`; did you mean `dateTime`?"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn values_of_the_wrong_kind_have_no_unknown_properties() {
    let changes = json!({"attendees": {"a": 1}, "start": [{"a": 1}], "id": {"a": 1}, "end": null});
    assert_eq!(unknown(&example_with("CalendarEvent", &changes)), []);
}

#[test]
fn a_record_without_a_known_type_is_an_error_in_strict_mode_too() {
    for (text, error) in [
        ("{}", "invalid record: missing required property `_type`"),
        ("{", "invalid record: not valid JSON: EOF while parsing an object at line 1 column 1"),
    ] {
        assert_eq!(checker().unknown_properties(text.as_bytes()).unwrap_err().to_string(), error);
    }
}
