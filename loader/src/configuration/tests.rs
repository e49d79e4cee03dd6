//! Tests of the configuration.

use std::error::Error as _;
use std::fs;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::exit_code::ExitCode;

mod checks;
mod secrets;

pub(super) fn configuration(value: &Value) -> Configuration {
    read(value.to_string().as_bytes()).unwrap()
}

fn read(bytes: &[u8]) -> Result<Configuration, ConfigurationError> {
    Configuration::from_bytes(&ConfigurationSource::from(PathBuf::from("c.json")), bytes)
}

#[test]
fn an_object_is_read_and_handed_over_key_by_key() {
    let text = br#"{"path": ["/a", "/b"], "token": "x\"y", "depth": 3, "ratio": 0.5, "empty": null, "on": true, "nested": {"a": [{}]}}"#;
    let configuration = read(text).unwrap();
    let entries: Vec<(&str, String)> = configuration.entries().collect();
    let expected = [
        ("depth", "3"),
        ("empty", "null"),
        ("nested", r#"{"a":[{}]}"#),
        ("on", "true"),
        ("path", r#"["/a","/b"]"#),
        ("ratio", "0.5"),
        ("token", r#""x\"y""#),
    ];
    assert_eq!(entries, expected.map(|(key, text)| (key, text.to_owned())));
}

#[test]
fn an_invisible_byte_order_mark_is_no_fault() {
    assert_eq!(read(b"\xef\xbb\xbf{\"a\": 1}").unwrap().as_map().len(), 1);
}

#[test]
fn what_is_not_a_json_object_is_refused_with_its_place() {
    let table: [(&[u8], &str); 20] = [
        (b"", "configuration c.json is empty; write a JSON object, at least {}"),
        (b" \n\t", "configuration c.json is empty; write a JSON object, at least {}"),
        (b"[]", "configuration c.json must be a JSON object such as {\"key\": \"value\"}, but is an array"),
        (
            b"\"hunter2\"",
            "configuration c.json must be a JSON object such as {\"key\": \"value\"}, but is a string",
        ),
        (b"null", "configuration c.json must be a JSON object such as {\"key\": \"value\"}, but is null"),
        (b"12", "configuration c.json must be a JSON object such as {\"key\": \"value\"}, but is a number"),
        (b"hunter2", "configuration c.json is not JSON at line 1, column 1: expected value"),
        (b"{\"a\": hunter2}", "configuration c.json is not JSON at line 1, column 7: expected value"),
        (
            b"{\"a\": \"hunter2\"\n \"b\": 1}",
            "configuration c.json is not JSON at line 2, column 2: expected `,` or `}`",
        ),
        (b"{\"a\": \"hunter2\",}", "configuration c.json is not JSON at line 1, column 17: trailing comma"),
        (
            b"{\"a\": \"hunter2",
            "configuration c.json is not JSON at line 1, column 14: EOF while parsing a string; it ends too early, perhaps a bracket or a quotation mark is missing",
        ),
        (
            b"{'a': 'hunter2'}",
            "configuration c.json is not JSON at line 1, column 2: key must be a string; strings and keys stand in double quotes",
        ),
        (
            b"{\n  // the token\n}",
            "configuration c.json is not JSON at line 2, column 3: key must be a string; JSON has no comments",
        ),
        (b"{\"a\": 1} hunter2", "configuration c.json is not JSON at line 1, column 10: trailing characters"),
        (
            b"{\"a\": \"hun\nter2\"}",
            "configuration c.json is not JSON at line 2, column 0: control character (\\u0000-\\u001F) found while parsing a string",
        ),
        (b"{\"a\": 1e999}", "configuration c.json is not JSON at line 1, column 11: number out of range"),
        (
            b"{\"a\": 1, \"a\": 2}",
            "configuration c.json has the key /a twice, the second time before line 1, column 12; leave one of them",
        ),
        (
            b"{\"a\": [{}, {\"b/c\": 1,\n \"b/c\": 1}]}",
            "configuration c.json has the key /a/1/b~1c twice, the second time before line 2, column 6; leave one of them",
        ),
        (b"{\"a\": \"\n\n \xff\"}", "configuration c.json is not UTF-8 at line 3, byte 2; save it as UTF-8"),
        (b"\xff\xfe{\0}\0", "configuration c.json is not UTF-8 at line 1, byte 1; save it as UTF-8"),
    ];
    for (bytes, expected) in table {
        let error = read(bytes).unwrap_err();
        let message = error.to_string();
        assert_eq!(message, expected, "{}", String::from_utf8_lossy(bytes));
        assert!(!message.contains("hunter2") && !format!("{error:?}").contains("hunter2"));
        assert_eq!(error.exit_code(), ExitCode::Configuration);
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!("{{\"a\": {}", "[".repeat(100_000));
    let message = read(deep.as_bytes()).unwrap_err().to_string();
    assert!(message.contains("recursion limit exceeded"), "{message}");
}

#[test]
fn a_configuration_over_its_size_is_refused() {
    let limit = MAX_CONFIGURATION_SIZE as usize;
    let of_size = |size: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(size - 8));
    assert!(read(of_size(limit).as_bytes()).is_ok());
    let message = read(of_size(limit + 1).as_bytes()).unwrap_err().to_string();
    assert_eq!(message, "configuration c.json has more than 1048576 bytes; is it the right file?");
}

#[test]
fn files_that_cannot_be_read_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.json");
    fs::write(&file, "{}").unwrap();
    let table = [
        (folder.path().join("none.json"), "check the path, or write `-` to read it from standard input"),
        (file.join("below"), "check the path: a part before the last one is a file"),
        (folder.path().to_owned(), "it is a folder; give the JSON file in it"),
    ];
    for (path, advice) in table {
        let error = Configuration::read(&path.clone().into()).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot read configuration {}; {advice}", path.display()));
        assert!(error.source().is_some(), "the system's reason is kept");
    }
    assert!(Configuration::read(&file.into()).unwrap().as_map().is_empty());
}

#[test]
fn an_endless_file_is_not_read_to_its_end() {
    let error = Configuration::read(&PathBuf::from("/dev/zero").into()).unwrap_err();
    assert!(matches!(error, ConfigurationError::TooLarge { .. }), "{error}");
}

#[test]
fn a_dash_is_standard_input() {
    assert_eq!(ConfigurationSource::from(PathBuf::from("-")), ConfigurationSource::Stdin);
    assert_eq!(ConfigurationSource::Stdin.to_string(), "the configuration on standard input");
    assert_eq!(ConfigurationSource::from(PathBuf::from("./-")), ConfigurationSource::File("./-".into()));
}

#[test]
fn debug_shows_keys_and_never_values() {
    let configuration = configuration(&json!({"token": "hunter2", "pin": 4711}));
    let shown = format!("{configuration:?} {:?}", configuration.secrets(None));
    assert!(shown.contains("token") && !shown.contains("hunter2") && !shown.contains("4711"), "{shown}");
}

proptest! {
    #[test]
    fn reading_agrees_with_serde_json_and_never_quotes_a_value(text in r#"\{("[ab]": ?("HUNTER2"|[0-9]{1,3}|null|\[\]|HUNTER2|\{\}),? ?){0,3}\}?"#) {
        match (read(text.as_bytes()), serde_json::from_str::<Map<String, Value>>(&text)) {
            (Ok(configuration), Ok(map)) => prop_assert_eq!(configuration.as_map(), &map),
            (Err(ConfigurationError::DuplicateKey { .. }), _) => {}
            (Err(error), Err(_)) => prop_assert!(!error.to_string().contains("HUNTER2")),
            (ours, theirs) => prop_assert!(false, "{:?} {:?}", ours, theirs),
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = read(&bytes);
    }
}
