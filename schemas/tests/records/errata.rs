//! Mistakes of the reference implementation's schemas that are not repeated.

use serde_json::{Value, json};

use crate::{assert_errors, checker, example, example_with, example_without};

const WHEN: &str = "2020-02-21T12:00:00Z";

#[test]
fn unknown_properties_are_accepted_in_every_record_and_kept() {
    for known in connector_schemas::record_types() {
        let mut record = example(known.name());
        record["x-anything"] = json!({"a": [1, null]});
        let text = record.to_string();
        assert_eq!(checker().check(text.as_bytes()).unwrap().text(), text);
    }
}

#[test]
fn the_constant_stands_on_the_type_property_alone() {
    let types = [
        "Incident",
        "IncidentNotification",
        "Issue",
        "IssueChangelog",
        "IssueComment",
        "IssuePriority",
        "Project",
        "Push",
    ];
    for name in types {
        assert_errors(&example(name), &[]);
        assert_errors(&example_with(name, &json!({"type": "anything"})), &[]);
        let without = &example_without(name, &["_type"]);
        assert_errors(without, &[("", "missing required property `_type`")]);
    }
}

#[test]
fn a_nested_record_needs_its_type_even_where_the_reference_did_not_ask() {
    let incident = example_without("Incident", &["_type"]);
    let missing = ("/incident", "missing required property `_type`");
    assert_errors(&example_with("IncidentNotification", &json!({"incident": incident})), &[missing]);
}

#[test]
fn a_calendar_event_needs_time_zones_within_its_start_and_end() {
    let event =
        |start: Value, end: Value| example_with("CalendarEvent", &json!({"start": start, "end": end}));
    let lisbon = json!({"timeZone": "Europe/Lisbon"});
    assert_errors(&event(lisbon.clone(), lisbon.clone()), &[]);
    let missing = "missing required property `timeZone`";
    assert_errors(&event(json!({"dateTime": WHEN}), json!({})), &[("/end", missing), ("/start", missing)]);
    let literal =
        example_with("CalendarEvent", &json!({"start.timeZone": "UTC", "end": lisbon, "start": {}}));
    assert_errors(&literal, &[("/start", missing)]);
    let without = example_without("CalendarEvent", &["start", "end"]);
    let (no_start, no_end) = ("missing required property `start`", "missing required property `end`");
    assert_errors(&without, &[("", no_start), ("", no_end)]);
}

#[test]
fn a_calendar_event_may_begin_on_a_full_date_or_at_a_date_time() {
    for (date, valid) in [("2020-02-21", true), (WHEN, true), ("2020-02-30", false), ("21.02.2020", false)] {
        let start = json!({"start": {"date": date, "timeZone": "UTC"}});
        let record = example_with("CalendarEvent", &start).to_string();
        assert_eq!(checker().check(record.as_bytes()).is_ok(), valid, "{date}");
    }
}

#[test]
fn every_item_of_a_list_of_records_is_checked() {
    for (name, property, nested) in [
        ("CalendarEvent", "attendees", "Actor"),
        ("Deployment", "packages", "Package"),
        ("ReviewRequest", "actors", "Actor"),
        ("ReviewRequest", "actorGroups", "Group"),
    ] {
        let items = json!({property: [example(nested), "https://example.com/1"]});
        assert_errors(&example_with(name, &items), &[]);
        let items = json!({property: ["https://example.com/1", 5, example_without(nested, &["self"])]});
        let expected = format!("expected a nested {nested} record or its URI, found the number 5");
        let places = (format!("/{property}/1"), format!("/{property}/2"));
        let errors = [(&*places.0, &*expected), (&*places.1, "missing required property `self`")];
        assert_errors(&example_with(name, &items), &errors);
    }
}

#[test]
fn what_was_required_but_not_described_is_both() {
    for (name, property, wrong, expected) in [
        ("Commit", "oid", json!(5), "expected a string, found the number 5"),
        ("Component", "files", json!("a.rb"), "expected an array, found the string \"a.rb\""),
    ] {
        assert_errors(&example_with(name, &json!({property: wrong})), &[(&format!("/{property}"), expected)]);
        let missing = format!("missing required property `{property}`");
        assert_errors(&example_without(name, &[property]), &[("", &missing)]);
    }
    let path = [("/files/0", "expected a string, found the number 5")];
    assert_errors(&example_with("Component", &json!({"files": [5]})), &path);
    assert!(example("FileCoverage").get("_self").is_none());
    assert_errors(&example_without("FileCoverage", &["_type"]), &[("", "missing required property `_type`")]);
}

#[test]
fn a_description_is_text_and_a_job_has_a_name() {
    for (name, property) in
        [("Calendar", "description"), ("CommitCheck", "description"), ("DeliveryJob", "name")]
    {
        assert_errors(&example_with(name, &json!({property: "in words"})), &[]);
        let error = (&*format!("/{property}"), "expected a string, found the number 5");
        assert_errors(&example_with(name, &json!({property: 5})), &[error]);
    }
}

#[test]
fn types_with_names_of_three_words_are_reachable() {
    for name in ["PullRequestComment", "PullRequestEvent", "TestResultTotals"] {
        let record = example(name).to_string();
        assert_eq!(checker().check(record.as_bytes()).unwrap().record_type().name(), name);
        assert_errors(&example_without(name, &["id"]), &[("", "missing required property `id`")]);
    }
}

#[test]
fn a_space_may_stand_in_place_of_the_t() {
    assert_errors(&example_with("Incident", &json!({"createdAt": "2020-02-21 12:00:00Z"})), &[]);
}
