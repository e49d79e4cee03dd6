//! Tests of the check against a schema.

use super::*;

fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["apiToken", "path"],
        "additionalProperties": false,
        "properties": {
            "apiToken": {"type": "string", "secret": true, "minLength": 8, "pattern": "^[a-z]+$"},
            "pin": {"type": "integer", "secret": true, "maximum": 9},
            "path": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "minItems": 1, "items": {"type": "string"}}]},
            "mode": {"enum": ["fast", "thorough"]},
            "speed": {"oneOf": [{"enum": ["slow"]}, {"type": "string", "const": "fast"}, {"const": "faster"}]},
            "url": {"type": "string", "format": "uri"},
            "since": {"type": "string", "format": "date-time"},
            "pages": {"type": "integer", "minimum": 1, "maximum": 100},
            "both": {"type": ["string", "null"]},
            "vault": {"$ref": "#/definitions/vault"},
            "version": {"const": 2}
        },
        "definitions": {
            "vault": {
                "type": "object", "secret": true, "additionalProperties": false,
                "properties": {"keys": {"type": "array", "items": {"type": "integer"}}}
            }
        }
    })
}

fn refusals(value: &Value) -> Vec<String> {
    let mut value = value.clone();
    let object = value.as_object_mut().unwrap();
    object.entry("apiToken").or_insert(json!("abcdefghij"));
    object.entry("path").or_insert(json!("."));
    refusals_of(&value, &schema())
}

fn refusals_of(value: &Value, schema: &Value) -> Vec<String> {
    match configuration(value).check(schema) {
        Ok(()) => Vec::new(),
        Err(CheckError::Refused { problems, .. }) => problems.iter().map(Problem::to_string).collect(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_fits_the_schema_passes() {
    let table = [
        json!({}),
        json!({"path": ["a", "b"]}),
        json!({"mode": "fast", "url": "https://example.com", "since": "2020-02-21T12:00:00Z", "pages": 100, "both": null}),
        json!({"vault": {"keys": [1, 2]}, "pin": 3, "version": 2}),
    ];
    for value in table {
        assert_eq!(refusals(&value), [""; 0], "{value}");
    }
}

#[test]
fn every_problem_has_place_expected_and_found_but_no_text_of_a_value() {
    let table = [
        (
            json!({"apiToken": "HUNTER2"}),
            vec![
                "/apiToken: expected a string of at least 8 characters, found a string",
                "/apiToken: expected a string that matches the pattern \"^[a-z]+$\", found a string",
            ],
        ),
        (json!({"apiToken": 4711}), vec!["/apiToken: expected a string, found a number"]),
        (json!({"pin": 4711}), vec!["/pin: expected a number of at most 9, found a number"]),
        (
            json!({"vault": {"keys": ["HUNTER2"]}}),
            vec!["/vault/keys/0: expected a whole number, found a string"],
        ),
        (
            json!({"vault": {"kees": 4711}}),
            vec![
                "/vault/kees: expected one of the keys \"keys\", found an unknown key; did you mean \"keys\"?",
            ],
        ),
        (json!({"path": 7}), vec!["/path: expected a string or an array, found 7"]),
        (json!({"path": ""}), vec!["/path: expected a string that is not empty, found an empty string"]),
        (json!({"path": []}), vec!["/path: expected an array of at least 1 item, found an array of 0 items"]),
        (
            json!({"path": ["a", 7, null]}),
            vec!["/path/1: expected a string, found 7", "/path/2: expected a string, found null"],
        ),
        (
            json!({"speed": "fasst"}),
            vec![
                "/speed: expected one of \"slow\", \"fast\", \"faster\", found a string; did you mean \"fast\"?",
            ],
        ),
        (json!({"mode": "HUNTER2"}), vec!["/mode: expected one of \"fast\", \"thorough\", found a string"]),
        (
            json!({"mode": "thorogh"}),
            vec!["/mode: expected one of \"fast\", \"thorough\", found a string; did you mean \"thorough\"?"],
        ),
        (
            json!({"url": "HUNTER2 HUNTER2"}),
            vec!["/url: expected a URI such as \"https://example.com/\", found a string"],
        ),
        (
            json!({"since": "2020-02-30T00:00:00Z"}),
            vec!["/since: expected a time such as \"2020-02-21T12:00:00Z\", found a string"],
        ),
        (json!({"pages": 0}), vec!["/pages: expected a number of at least 1, found 0"]),
        (json!({"pages": 1.5}), vec!["/pages: expected a whole number, found 1.5"]),
        (json!({"pages": true}), vec!["/pages: expected a whole number, found true"]),
        (json!({"both": {}}), vec!["/both: expected null or a string, found an object with 0 keys"]),
        (json!({"version": 3}), vec!["/version: expected the value 2, found 3"]),
    ];
    for (value, expected) in table {
        let refusals = refusals(&value);
        assert_eq!(refusals, expected, "{value}");
        assert!(!refusals.concat().contains("HUNTER2") && !refusals.concat().contains("4711"));
    }
}

#[test]
fn all_problems_come_at_once_in_the_order_of_their_places() {
    let error =
        configuration(&json!({"apitoken": "HUNTER2", "pages": 0, "x": {}})).check(&schema()).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::Configuration);
    let keys =
        r#""apiToken", "both", "mode", "pages", "path", "pin", "since", "speed", "url", "vault", "version""#;
    assert_eq!(
        error.to_string(),
        format!(
            "configuration c.json does not fit what its connector asks for:\n  \
             the configuration: expected the key \"apiToken\", found no such key\n  \
             the configuration: expected the key \"path\", found no such key\n  \
             /apitoken: expected one of the keys {keys}, found an unknown key; did you mean \"apiToken\"?\n  \
             /pages: expected a number of at least 1, found 0\n  \
             /x: expected one of the keys {keys}, found an unknown key"
        )
    );
}

#[test]
fn what_is_wrong_with_a_key_is_told_once_in_the_words_of_the_connectors_author() {
    let schema = json!({
        "type": "object",
        "required": ["apiToken", "server", "mode"],
        "additionalProperties": false,
        "properties": {
            "apiToken": {
                "type": "string", "secret": true, "minLength": 30, "pattern": "^[a-z]+$",
                "errorMessage": "apiToken must be\n present"
            },
            "server": {"$ref": "#/$defs/Server", "errorMessage": "say which server"},
            "mode": {"oneOf": [{"const": "fast"}, {"const": "slow"}], "errorMessage": "mode is fast or slow"},
            "list": {"type": "array", "items": {"type": "string", "errorMessage": "a list of names"}},
            "a/b": {"type": "integer", "errorMessage": {"type": "other forms of the keyword are not known"}}
        },
        "$defs": {
            "Server": {
                "type": "object", "required": ["url", "port"],
                "properties": {"url": {"errorMessage": "where is it?"}, "port": {"type": "integer"}}
            }
        }
    });
    let good = json!({"apiToken": "a".repeat(30), "server": {"url": 1, "port": 1}, "mode": "fast"});
    let table = [
        (json!({}), vec![]),
        (json!({"apiToken": null}), vec!["apiToken must be present"]),
        (json!({"apiToken": 4711}), vec!["apiToken must be present"]),
        (json!({"apiToken": "HUNTER2"}), vec!["apiToken must be present"]),
        (json!({"server": 7}), vec!["say which server"]),
        (json!({"server": {"port": "x"}}), vec!["where is it?", "say which server"]),
        (json!({"mode": "fasst"}), vec!["mode is fast or slow"]),
        (json!({"list": [1, "a", 2]}), vec!["a list of names"]),
        (json!({"list": 1}), vec!["/list: expected an array, found 1"]),
        (json!({"a/b": "x"}), vec!["/a~1b: expected a whole number, found a string"]),
        (
            json!({"apitoken": 1, "apiToken": ""}),
            vec![
                "apiToken must be present",
                "/apitoken: expected one of the keys \"a/b\", \"apiToken\", \"list\", \"mode\", \"server\", found an unknown key",
            ],
        ),
    ];
    for (changes, expected) in table {
        let mut value = good.clone();
        value.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        assert_eq!(refusals_of(&value, &schema), expected, "{changes}");
    }
    let all = ["apiToken must be present", "say which server", "mode is fast or slow"];
    assert_eq!(refusals_of(&json!({}), &schema), all);
}

#[test]
fn the_draft_is_the_one_that_the_schema_names() {
    // A reference hides what stands beside it in draft 07 only.
    let body = |draft: &str| {
        json!({
            "$schema": draft, "properties": {"a": {"$ref": "#/definitions/any", "type": "integer"}}, "definitions": {"any": true}
        })
    };
    let table = [
        ("http://json-schema.org/draft-07/schema#", true),
        ("https://json-schema.org/draft/2020-12/schema", false),
    ];
    for (draft, passes) in table {
        let result = configuration(&json!({"a": "text"})).check(&body(draft));
        assert_eq!(result.is_ok(), passes, "{draft}");
    }
}

#[test]
fn unknown_formats_are_no_obstacle() {
    let schema = json!({"properties": {"a": {"type": "integer", "format": "uint32"}}});
    assert!(configuration(&json!({"a": 1})).check(&schema).is_ok());
}

#[test]
fn unevaluated_keys_are_unknown_keys() {
    let schema = json!({"properties": {"depth": true}, "unevaluatedProperties": false});
    let error = configuration(&json!({"dept": 1})).check(&schema).unwrap_err();
    assert!(
        error.to_string().ends_with(
            "/dept: expected one of the keys \"depth\", found an unknown key; did you mean \"depth\"?"
        ),
        "{error}"
    );
}

#[test]
fn a_bad_schema_is_the_connectors_fault() {
    let table = [
        json!({"type": "strin"}),
        json!({"properties": []}),
        json!({"$ref": "#/definitions/none"}),
        json!({"$ref": "https://example.com/elsewhere.json"}),
        json!({"$schema": "https://example.com/draft-99"}),
        json!({"properties": {"a": {"pattern": "("}}}),
    ];
    for schema in table {
        let error = configuration(&json!({"a": "HUNTER2"})).check(&schema).unwrap_err();
        assert!(matches!(error, CheckError::BadSchema { .. }), "{schema}: {error}");
        assert_eq!(error.exit_code(), ExitCode::ConnectorUnusable);
        assert!(error.source().unwrap().to_string().starts_with("at \""), "{schema}");
    }
}
