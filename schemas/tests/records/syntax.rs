//! Bytes that are no record: what is decided about each kind, and that none of them harms.

use std::thread;

use connector_schemas::Checker;
use serde_json::json;

use crate::{assert_text_errors, checker, example, example_with};

#[test]
fn bytes_that_are_no_json_object_are_told_with_the_place() {
    for (text, message) in [
        ("", "expected one JSON object, found no text at all"),
        (" \r\n\t", "expected one JSON object, found no text at all"),
        ("null", "expected one JSON object, found null"),
        ("[1]", "expected one JSON object, found the array [1]"),
        ("\"Actor\"", "expected one JSON object, found the string \"Actor\""),
        ("{\"_type\":\"Actor\",}", "not valid JSON: trailing comma at line 1 column 18"),
        ("{\"_type\":\"Actor\"", "not valid JSON: EOF while parsing an object at line 1 column 16"),
        ("{\"_type\":\"Actor\"} {}", "not valid JSON: trailing characters at line 1 column 19"),
        ("{\"_type\":\"Actor\"}\nx", "not valid JSON: trailing characters at line 2 column 1"),
        ("{\n  _type: 1\n}", "not valid JSON: key must be a string at line 2 column 3"),
        ("{\"_type\":\"Actor\",\"id\":01}", "not valid JSON: invalid number at line 1 column 24"),
        ("{\"_type\":\"Actor\",\"id\":NaN}", "not valid JSON: expected value at line 1 column 23"),
        ("{\"_type\":\"Actor\",\"id\":1e400}", "not valid JSON: number out of range at line 1 column 27"),
        ("\u{feff}{}", "not valid JSON: expected value at line 1 column 1"),
        (
            "{\"id\":\"a\tb\"}",
            "not valid JSON: control character (\\u0000-\\u001F) found while parsing a string at line 1 column 9",
        ),
    ] {
        assert_text_errors(text, &[("", message)]);
    }
}

#[test]
fn half_a_surrogate_pair_is_refused_wherever_it_stands() {
    for half in [r"\ud800", r"\udc00", r"\ud800\ud800", r"\ud800x", r"\ud83d\u0041"] {
        for text in
            [format!(r#"{{"_type":"Actor","x":"{half}"}}"#), format!(r#"{{"_type":"Actor","{half}":1}}"#)]
        {
            let (pointer, message) = crate::errors(&text).remove(0);
            assert!(pointer.is_empty() && message.starts_with("not valid JSON: "), "{text}: {message}");
        }
    }
    let whole = example_with("Actor", &json!({"name": "🚀"})).to_string().replace('🚀', r"\ud83d\ude80");
    assert_text_errors(&whole, &[]);
}

#[test]
fn bytes_that_are_not_utf_8_are_told_with_the_first_such_byte() {
    for (bytes, at) in [
        (&b"\xff"[..], 0),
        (b"{\"_type\":\"Actor\",\"name\":\"caf\xe9\"}", 28),
        (b"{\"_type\":\"Actor\",\"name\":\"\xed\xa0\x80\"}", 25),
        (b"{\"_type\":\"Actor\"}\xc3", 17),
    ] {
        let error = checker().check(bytes).unwrap_err();
        let expected =
            format!("invalid record: expected text in UTF-8, found bytes that are no character at byte {at}");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_syntax_error_shows_what_stands_there() {
    for (text, found) in [
        (
            "{\"_type\":\"Actor\"} café, and much more text than anyone would want to read",
            "`café, and much more text than anyone wo` at byte 18",
        ),
        ("{\"_type\":\"Actor\"", "`\"` at byte 15"),
        ("{\"a\":\n\n  \u{1b}[2J}", "`\u{fffd}[2J}` at byte 9"),
    ] {
        let error = checker().check(text.as_bytes()).unwrap_err();
        assert_eq!(error.errors[0].found, found, "{text}");
    }
}

#[test]
fn the_type_must_be_the_name_of_a_known_type() {
    for (text, pointer, message) in [
        (r#"{"id":"1"}"#, "", "missing required property `_type`"),
        (r#"{"type":"Actor"}"#, "", "missing required property `_type`; is `type` a misspelling of it?"),
        (r#"{"_Type":"Actor"}"#, "", "missing required property `_type`; is `_Type` a misspelling of it?"),
        (r#"{"_type":5}"#, "/_type", "expected the name of a record type, found the number 5"),
        (r#"{"_type":null}"#, "/_type", "expected the name of a record type, found null"),
        (
            r#"{"_type":["Actor"]}"#,
            "/_type",
            "expected the name of a record type, found the array [\"Actor\"]",
        ),
        (
            r#"{"_type":"Incidnt"}"#,
            "/_type",
            "unknown record type, found the string \"Incidnt\"; did you mean `Incident`?",
        ),
        (
            r#"{"_type":"incident"}"#,
            "/_type",
            "unknown record type, found the string \"incident\"; did you mean `Incident`?",
        ),
        (
            r#"{"_type":"pull-request-comment"}"#,
            "/_type",
            "unknown record type, found the string \"pull-request-comment\"; did you mean `PullRequestComment`?",
        ),
        (r#"{"_type":"Invoice"}"#, "/_type", "unknown record type, found the string \"Invoice\""),
        (r#"{"_type":""}"#, "/_type", "unknown record type, found the string \"\""),
    ] {
        assert_text_errors(text, &[(pointer, message)]);
    }
}

#[test]
fn a_type_written_with_escapes_is_the_same_type() {
    let record = example("Actor").to_string().replace("\"_type\":\"Actor\"", r#""\u005ftype":"\u0041ctor""#);
    assert!(record.contains(r"\u0041ctor"));
    assert_text_errors(&record, &[]);
}

#[test]
fn a_repeated_property_is_refused_in_place() {
    let repeated = "this property stands more than once in its object";
    for (text, expected) in [
        (r#"{"_type":"Actor","id":"1","self":"https://example.com/1","id":"1"}"#, &[("/id", repeated)][..]),
        (
            r#"{"_type":"Actor","id":"1","self":"https://example.com/1","_type":"Group"}"#,
            &[("/_type", repeated), ("/_type", "expected `Actor`, found the string \"Group\"")],
        ),
        (
            r#"{"_type":"Actor","id":5,"self":"https://example.com/1","x":[{"a/b":1,"a/b":2}]}"#,
            &[("/id", "expected a string, found the number 5"), ("/x/0/a~1b", repeated)],
        ),
    ] {
        assert_text_errors(text, expected);
    }
}

#[test]
fn a_deeply_nested_record_is_refused_and_overflows_no_stack() {
    for (opening, closing) in [("[", "]"), ("{\"a\":", "}")] {
        let nested =
            format!("{{\"_type\":\"Actor\",\"x\":{}1{}}}", opening.repeat(10_000), closing.repeat(10_000));
        let (pointer, message) = crate::errors(&nested).remove(0);
        assert!(pointer.is_empty(), "{message}");
        assert!(
            message.starts_with("not valid JSON: recursion limit exceeded at line 1 column "),
            "{message}"
        );
        assert_eq!(crate::errors(&opening.repeat(10_000)).len(), 1);
    }
}

#[test]
fn a_record_may_be_nested_127_levels_deep_on_a_small_stack() {
    let nested = |levels: usize| {
        let lists = format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        example_with("Actor", &json!({"x": "LISTS"})).to_string().replace("\"LISTS\"", &lists)
    };
    let check = move || (crate::errors(&nested(127)), crate::errors(&nested(128)).len());
    let small_stack = thread::Builder::new().stack_size(256 * 1024).spawn(check).unwrap();
    assert_eq!(small_stack.join().unwrap(), (vec![], 1));
}

#[test]
fn a_record_of_many_megabytes_is_checked() {
    let text = "long \"text\"\n".repeat(1 << 18);
    let record = example_with("Incident", &json!({"title": text, "x": vec![0; 1 << 20]})).to_string();
    assert!(record.len() > 5 << 20);
    assert_text_errors(&record, &[]);
    assert_text_errors(&example("Incident").to_string(), &[]);
}

#[test]
fn one_checker_serves_many_threads() {
    let checker = &Checker::new();
    thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(move || {
                for known in connector_schemas::record_types() {
                    let record = example(known.name()).to_string();
                    assert_eq!(checker.check(record.as_bytes()).unwrap().record_type(), known);
                }
            });
        }
    });
}

#[test]
fn only_the_types_that_appeared_are_compiled() {
    let checker = Checker::new();
    assert_eq!(format!("{checker:?}"), "{}");
    let record = example("Actor").to_string();
    checker.check(record.as_bytes()).unwrap();
    assert_eq!(format!("{checker:?}"), "{\"Actor\"}");
}
