//! Records that are not as their type says, each with every place and every word that is reported.

use connector_schemas::{FieldError, RecordError};
use serde_json::{Value, json};

use crate::{assert_errors, checker, example, example_with, example_without};

const URI: &str = "an absolute URI such as https://example.com/7";
const DATE_TIME: &str = "a date-time such as 2020-02-21T12:00:00Z";

#[test]
fn a_wrong_value_is_told_with_what_was_expected_and_found() {
    for (name, changes, pointer, message) in [
        ("Incident", json!({"id": 7}), "/id", "expected a string, found the number 7"),
        ("Incident", json!({"title": null}), "/title", "expected a string, found null"),
        ("Incident", json!({"number": "5"}), "/number", "expected an integer, found the string \"5\""),
        ("Incident", json!({"number": 1.5}), "/number", "expected an integer, found the number 1.5"),
        ("Actor", json!({"bot": "true"}), "/bot", "expected true or false, found the string \"true\""),
        ("Commit", json!({"parents": {}}), "/parents", "expected an array, found the object {}"),
        ("Commit", json!({"parents": ["a", 2]}), "/parents/1", "expected a string, found the number 2"),
        ("Commit", json!({"statistics": []}), "/statistics", "expected an object, found the array []"),
        (
            "Commit",
            json!({"statistics": {"total": true}}),
            "/statistics/total",
            "expected an integer, found true",
        ),
        (
            "CoverageTotals",
            json!({"coverage": 104.2}),
            "/coverage",
            "expected a number from 0 to 100, found the number 104.2",
        ),
        (
            "CoverageTotals",
            json!({"coverage": "9.78"}),
            "/coverage",
            "expected a number from 0 to 100, found the string \"9.78\"",
        ),
        (
            "CoverageTotals",
            json!({"linesCount": -1}),
            "/linesCount",
            "expected an integer of at least 0, found the number -1",
        ),
        (
            "FileCoverage",
            json!({"lineHits": [1, null, "x"]}),
            "/lineHits/2",
            "expected an integer or null, found the string \"x\"",
        ),
        (
            "PullRequestComment",
            json!({"bodyText": 1}),
            "/bodyText",
            "expected a string or null, found the number 1",
        ),
    ] {
        assert_errors(&example_with(name, &changes), &[(pointer, message)]);
    }
}

#[test]
fn a_wrong_format_is_told_with_an_example_of_a_right_one() {
    for (name, property, value, expected) in [
        ("Incident", "self", "example.com/1", URI),
        ("Incident", "htmlUrl", "https://example.com/a b", URI),
        ("Incident", "createdAt", "2020-02-21", DATE_TIME),
        ("Incident", "createdAt", "2020-02-30T12:00:00Z", DATE_TIME),
        ("DeliveryJob", "finishedAt", "yesterday", &format!("{DATE_TIME} or null")),
        ("DeliveryJob", "build", "", URI),
    ] {
        let message = format!("expected {expected}, found the string \"{value}\"");
        let record = example_with(name, &json!({property: value}));
        assert_errors(&record, &[(&format!("/{property}"), &message)]);
    }
    let start = json!({"start": {"timeZone": "UTC", "date": "1.3.2020"}});
    let message = format!("expected a date such as 2020-02-21 or {DATE_TIME}, found the string \"1.3.2020\"");
    assert_errors(&example_with("CalendarEvent", &start), &[("/start/date", &message)]);
}

#[test]
fn a_value_that_is_almost_one_of_those_allowed_gets_a_question() {
    let states = "expected one of `created`, `running`, `errored`, `complete`, `canceled`, found the string";
    for (written, question, suggestion) in [
        ("cancelled", "; did you mean `canceled`?", Some("canceled")),
        ("Running", "; did you mean `running`?", Some("running")),
        ("complet", "; did you mean `complete`?", Some("complete")),
        ("on_hold", "", None),
    ] {
        let record = example_with("DeliveryJob", &json!({"state": written}));
        assert_errors(&record, &[("/state", &format!("{states} \"{written}\"{question}"))]);
        assert_eq!(only_error(&record).suggestion.as_deref(), suggestion);
    }
    let number = &example_with("DeliveryJob", &json!({"state": 1}));
    let states = states.replace("the string", "the number 1");
    assert_errors(number, &[("/state", &states)]);
}

#[test]
fn a_missing_property_is_told_where_it_is_missing() {
    assert_errors(&example_without("Incident", &["status"]), &[("", "missing required property `status`")]);
    let owner = json!({"owner": {"id": "acme", "name": "acme"}});
    assert_errors(&example_with("Repository", &owner), &[("/owner", "missing required property `type`")]);
}

#[test]
fn a_misspelt_required_property_is_recognised() {
    for (written, recognised) in
        [("created_at", true), ("CreatedAt", true), ("createAt", true), ("cretedAt", true), ("when", false)]
    {
        let mut record = example_without("Incident", &["createdAt"]);
        record[written] = json!("2020-02-21T12:00:00Z");
        let question =
            if recognised { format!("; is `{written}` a misspelling of it?") } else { String::new() };
        assert_errors(&record, &[("", &format!("missing required property `createdAt`{question}"))]);
        assert_eq!(only_error(&record).suggestion.as_deref(), recognised.then_some("createdAt"));
    }
}

#[test]
fn a_property_that_its_type_knows_is_no_misspelling_of_another() {
    let record = example_without("IssueComment", &["createdAt"]);
    assert!(record.get("updatedAt").is_some());
    assert_errors(&record, &[("", "missing required property `createdAt`")]);
}

#[test]
fn a_nested_record_is_checked_in_depth_and_reported_in_place() {
    let email =
        json!({"author": {"_type": "Actor", "id": "ada", "self": "https://example.com/ada", "email": 5}});
    assert_errors(
        &example_with("Commit", &email),
        &[("/author/email", "expected a string, found the number 5")],
    );
    let repository = json!({"_type": "Repository", "id": "r", "self": "https://example.com/r", "name": "r", "owner": {"type": "team"}});
    let mut pull_request = example("PullRequest");
    pull_request["repository"] = repository;
    let comment = example_with("PullRequestComment", &json!({"pullRequest": pull_request}));
    let place = "/pullRequest/repository/owner";
    let expected = [
        (place, "missing required property `id`"),
        (place, "missing required property `name`"),
        (&format!("{place}/type"), "expected one of `user`, `organization`, found the string \"team\""),
    ];
    assert_errors(&comment, &expected);
}

#[test]
fn what_is_neither_a_nested_record_nor_a_uri_is_told_so() {
    for (value, found) in [
        (json!("ada"), "the string \"ada\""),
        (json!(5), "the number 5"),
        (json!(null), "null"),
        (json!(["https://example.com/ada"]), "the array [\"https://example.com/ada\"]"),
    ] {
        let message = format!("expected a nested Actor record or its URI, found {found}");
        assert_errors(&example_with("Commit", &json!({"author": value})), &[("/author", &message)]);
    }
    let wrong_type = json!({"author": example("Group")});
    let expected = [("/author/_type", "expected `Actor`, found the string \"Group\"")];
    assert_errors(&example_with("Commit", &wrong_type), &expected);
    let almost = json!({"author": {"_type": "actor", "id": "ada", "self": "https://example.com/ada"}});
    let expected = [("/author/_type", "expected `Actor`, found the string \"actor\"; did you mean `Actor`?")];
    assert_errors(&example_with("Commit", &almost), &expected);
}

#[test]
fn all_errors_of_a_record_are_told_sorted_by_place() {
    let record = json!({"_type": "Incident", "self": "x", "status": "done", "number": "7", "createdAt": 0});
    let expected = [
        ("", "missing required property `id`".to_owned()),
        ("", "missing required property `title`".to_owned()),
        ("/createdAt", format!("expected {DATE_TIME}, found the number 0")),
        ("/number", "expected an integer, found the string \"7\"".to_owned()),
        ("/self", format!("expected {URI}, found the string \"x\"")),
        (
            "/status",
            "expected one of `triggered`, `acknowledged`, `resolved`, found the string \"done\"".to_owned(),
        ),
    ];
    assert_errors(&record, &expected.each_ref().map(|(pointer, message)| (*pointer, message.as_str())));
}

#[test]
fn an_endless_list_of_errors_is_cut_and_counted() {
    let record = example_with("Commit", &json!({"parents": vec![0; 2_500]})).to_string();
    let refused = checker().check(record.as_bytes()).unwrap_err();
    assert_eq!((refused.errors.len(), refused.omitted), (1_000, 1_500));
    assert!(refused.to_string().ends_with(", and 1500 more"), "{refused}");
}

#[test]
fn a_long_value_is_shortened() {
    let record = example_with("Incident", &json!({"status": "é".repeat(100_000)}));
    let error = only_error(&record);
    assert!(error.found.chars().count() < 100 && error.found.ends_with('…'), "{error}");
    assert!(error.message.len() < 400, "{error}");
}

#[test]
fn an_integer_must_fit_into_64_bits() {
    for (number, found) in [
        ("18446744073709551615", None),
        ("-9223372036854775808", None),
        ("7.0", None),
        ("7e2", None),
        ("18446744073709551616", Some("1.8446744073709552e19")),
        ("-9223372036854775809", Some("-9.223372036854775808e18")),
        ("100000000000000000000000", Some("1e23")),
        ("1e300", Some("1e300")),
    ] {
        let with = |name: &str, property: &str, value: &str| {
            let record = example_with(name, &json!({property: "NUMBER"})).to_string();
            crate::errors(&record.replace("\"NUMBER\"", value))
        };
        let in_record = with("Incident", "number", number);
        let in_list = with("FileCoverage", "lineHits", &format!("[{number}]"));
        assert_eq!(
            (in_record.len(), in_list.len()),
            (found.iter().count(), found.iter().count()),
            "{number}"
        );
        for (_, message) in in_record.iter().chain(&in_list) {
            assert!(
                message.starts_with("expected an integer that fits into 64 bits, found the number "),
                "{message}"
            );
        }
        // A property that no type knows may hold any number that `f64` can.
        assert_eq!(with("Incident", "x", number), []);
    }
}

#[test]
fn a_record_error_is_one_line_for_people() {
    let record = json!({"_type": "Actor", "id": 5, "self": "https://example.com/1"});
    let one = checker().check(record.to_string().as_bytes()).unwrap_err();
    assert_eq!(one.to_string(), "invalid Actor record: /id: expected a string, found the number 5");
    let two = checker().check(br#"{"_type":"Actor","self":"https://example.com/1","bot":0}"#).unwrap_err();
    let expected = "invalid Actor record: (1) missing required property `id`, (2) /bot: expected true or false, found the number 0";
    assert_eq!(two.to_string(), expected);
    let none = checker().check(b"[]").unwrap_err();
    assert_eq!(none.to_string(), "invalid record: expected one JSON object, found the array []");
}

#[test]
fn a_record_error_survives_a_journey_as_json() {
    let record = example_with("DeliveryJob", &json!({"state": "cancelled"})).to_string();
    let error = checker().check(record.as_bytes()).unwrap_err();
    let sent = serde_json::to_value(&error).unwrap();
    let states = "one of `created`, `running`, `errored`, `complete`, `canceled`";
    let expected = json!({"recordType": "DeliveryJob", "errors": [{
        "pointer": "/state",
        "message": format!("expected {states}, found the string \"cancelled\"; did you mean `canceled`?"),
        "expected": states,
        "found": "the string \"cancelled\"",
        "suggestion": "canceled",
    }]});
    assert_eq!(sent, expected);
    assert_eq!(serde_json::from_value::<RecordError>(sent).unwrap(), error);
}

fn only_error(record: &Value) -> FieldError {
    let mut refused = checker().check(record.to_string().as_bytes()).unwrap_err();
    assert_eq!(refused.errors.len(), 1, "{refused}");
    refused.errors.remove(0)
}
