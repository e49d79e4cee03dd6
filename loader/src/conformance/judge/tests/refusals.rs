//! Bad configurations and who refuses them.

use super::*;

fn bad(test: Test, schema: &Value) -> BadConfiguration {
    let valid = [("token".to_owned(), json!("t"))].into_iter().collect();
    bad_configurations(test, schema, &valid).pop().unwrap()
}

#[test]
fn a_bad_configuration_is_refused_by_schema_and_connector_by_the_name_of_its_key() {
    let lax =
        json!({ "type": "object", "required": ["token"], "properties": { "token": { "type": "string" } } });
    let mut silent = token_schema();
    silent["properties"]["token"]["errorMessage"] = json!("something is missing");
    let named = || ended(ExitCode::Configuration, "refused: missing field `token`, unexpectedKey");
    let cases = [
        (Test::MissingConfiguration, token_schema(), named(), "passed: 1 bad configuration refused"),
        (Test::WrongType, token_schema(), named(), "passed"),
        (Test::UnknownKey, token_schema(), named(), "passed"),
        (
            Test::UnknownKey,
            lax,
            named(),
            "failed: a configuration with the unknown key \"unexpectedKey\": the schema accepts it",
        ),
        (
            Test::MissingConfiguration,
            silent,
            named(),
            "failed: a configuration without \"token\": the schema does not name the key",
        ),
        (
            Test::MissingConfiguration,
            token_schema(),
            ended(ExitCode::Configuration, "bad"),
            "the connector does not name the key (key token)",
        ),
        (
            Test::MissingConfiguration,
            token_schema(),
            ended(ExitCode::Configuration, ""),
            "refuses it without a word",
        ),
        (Test::MissingConfiguration, token_schema(), done(), "the connector accepts it"),
        (
            Test::MissingConfiguration,
            token_schema(),
            ended(ExitCode::ConnectorPanicked, "token"),
            "does not refuse it in good order",
        ),
        (
            Test::WrongType,
            token_schema(),
            ended(ExitCode::Deadline, "hangs"),
            "failed: a configuration with 17 for \"token\": the connector does not",
        ),
    ];
    for (test, schema, seen, expected) in cases {
        let bad = bad(test, &schema);
        assert_told(&refusals(&schema, &[RefusalTrial { bad: &bad, seen: &seen }], 1), &[expected]);
    }
}

#[test]
fn a_key_is_named_as_a_word_of_the_messages_and_not_inside_of_another() {
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["id"], "properties": { "id": { "type": "string" } }
    });
    let valid = [("id".to_owned(), json!("7"))].into_iter().collect();
    let bad = bad_configurations(Test::MissingConfiguration, &schema, &valid).pop().unwrap();
    let answered = |message: &str| Observation {
        answer: Some(json!({ "isValid": false, "errorMessages": [message] }).to_string()),
        ..ended(ExitCode::Configuration, &format!("the configuration does not work: {message}"))
    };
    for (seen, expected) in [
        (answered("id: must be there"), "passed"),
        (answered("expected \"id\""), "passed"),
        (answered("it is invalid"), "the connector does not name the key (key id)"),
        (answered("client_id and id-token"), "the connector does not name the key"),
        (answered(""), "refuses it without a word"),
        (ended(ExitCode::Configuration, "missing field `id`"), "passed"),
        (ended(ExitCode::Configuration, "invalid"), "the connector does not name the key"),
    ] {
        assert_told(&refusals(&schema, &[RefusalTrial { bad: &bad, seen: &seen }], 1), &[expected]);
    }
}

#[test]
fn an_empty_text_is_refused_by_schema_or_connector() {
    let mut strict = token_schema();
    strict["properties"]["token"]["minLength"] = json!(1);
    let cases = [
        (strict.clone(), done(), "passed: 1 of 3 bad configurations refused"),
        (token_schema(), ended(ExitCode::Configuration, "401 Unauthorized"), "passed"),
        (token_schema(), done(), "failed: a configuration with an empty \"token\": the connector accepts it"),
        (strict, ended(ExitCode::ConnectorCrashed, "SIGSEGV"), "failed"),
    ];
    for (schema, seen, expected) in cases {
        let bad = bad(Test::EmptyConfiguration, &schema);
        assert_told(&refusals(&schema, &[RefusalTrial { bad: &bad, seen: &seen }], 3), &[expected]);
    }
}
