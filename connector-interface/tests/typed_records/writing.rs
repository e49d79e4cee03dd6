//! Tests of what an author writes with the record types, and what they say to mistakes.

use connector_interface::{
    Timestamp, Uri,
    records::{
        Actor, Branch, Commit, CommitStatistics, DeliveryBuild, DeliveryBuildState, Incident, IncidentStatus,
        NewActor, NewCommit, NewDeliveryBuild, NewIncident, NewRepository, NewRepositoryOwner, Nullable,
        Record, RecordOrUri, Repository, RepositoryOwner, RepositoryOwnerType,
    },
};
use serde_json::{Value, json};

fn uri(text: &str) -> Uri {
    text.parse().unwrap()
}

fn time() -> Timestamp {
    "2020-02-20T12:00:00Z".parse().unwrap()
}

fn incident() -> Incident {
    Incident::new(NewIncident {
        id: "Q1".to_owned(),
        uri: uri("https://x/Q1"),
        title: "Disk full".to_owned(),
        status: IncidentStatus::Resolved,
        created_at: time().into(),
    })
}

fn build() -> DeliveryBuild {
    DeliveryBuild::new(NewDeliveryBuild {
        id: "1".to_owned(),
        uri: uri("https://x/1"),
        repository: uri("https://x/r").into(),
        state: DeliveryBuildState::Complete,
        commit_oid: "c".to_owned(),
    })
}

fn actor() -> Actor {
    Actor::new(NewActor { id: "ada".to_owned(), uri: uri("https://x/ada") })
}

#[test]
fn a_record_is_written_in_the_order_of_its_schema_with_extra_properties_behind() {
    let record =
        incident().number(7).html_url(None).with("urgency", "high").unwrap().with("count", Some(2)).unwrap();
    assert_eq!(
        serde_json::to_string(&record).unwrap(),
        r#"{"_type":"Incident","id":"Q1","self":"https://x/Q1","title":"Disk full","number":7,"status":"resolved","createdAt":"2020-02-20T12:00:00Z","count":2,"urgency":"high"}"#
    );
    assert_eq!(record.extras()["urgency"], "high");
}

#[test]
fn a_setter_takes_a_value_or_an_option() {
    let number: Option<i64> = Some(7);
    assert_eq!(incident().number(number), incident().number(7));
    assert_eq!(incident().number(7).number(None), incident());
}

#[test]
fn absent_null_and_value_are_three_things() {
    for (build, expected) in [
        (build(), None),
        (build().finished_at(None), Some(Value::Null)),
        (build().finished_at(time()), Some(json!("2020-02-20T12:00:00Z"))),
        (build().finished_at(Some(time().into())), Some(json!("2020-02-20T12:00:00Z"))),
        (build().finished_at(time()).finished_at(Nullable::Absent), None),
    ] {
        assert_eq!(serde_json::to_value(&build).unwrap().get("finishedAt"), expected.as_ref());
    }
}

#[test]
fn a_link_takes_a_record_a_uri_or_an_option_of_either() {
    let commit = || {
        Commit::new(NewCommit {
            id: "1".to_owned(),
            uri: uri("https://x/1"),
            oid: "c".to_owned(),
            message: String::new(),
        })
    };
    let by_uri = json!("https://x/ada");
    let nested = json!({"_type": "Actor", "id": "ada", "self": "https://x/ada"});
    for (commit, expected) in [
        (commit().author(uri("https://x/ada")), Some(&by_uri)),
        (commit().author(Some(uri("https://x/ada"))), Some(&by_uri)),
        (commit().author(actor()), Some(&nested)),
        (commit().author(Some(actor())), Some(&nested)),
        (commit().author(RecordOrUri::from(actor())), Some(&nested)),
        (commit().author(Some(RecordOrUri::from(actor()))), Some(&nested)),
        (commit().author(None::<Uri>), None),
    ] {
        assert_eq!(serde_json::to_value(&commit).unwrap().get("author"), expected);
    }
}

#[test]
fn types_without_required_properties_begin_empty() {
    let branch = Branch::new().name("main".to_owned()).repository(uri("https://x/r"));
    assert_eq!(
        serde_json::to_value(&branch).unwrap(),
        json!({"_type": "Branch", "name": "main", "repository": "https://x/r"})
    );
    let statistics = CommitStatistics::new().additions(2);
    assert_eq!(serde_json::to_value(&statistics).unwrap(), json!({"additions": 2}));
}

#[test]
fn an_object_within_a_record_keeps_extra_properties_too() {
    let owner = RepositoryOwner::new(NewRepositoryOwner {
        id: "acme".to_owned(),
        type_: RepositoryOwnerType::Organization,
        name: "acme".to_owned(),
    });
    let repository = Repository::new(NewRepository {
        id: "r".to_owned(),
        uri: uri("https://x/r"),
        owner: owner.with("plan", "free").unwrap(),
        name: "rocket".to_owned(),
    });
    let written = serde_json::to_value(&repository).unwrap();
    assert_eq!(
        written["owner"],
        json!({"id": "acme", "type": "organization", "name": "acme", "plan": "free"})
    );
    assert_eq!(serde_json::from_value::<Repository>(written).unwrap(), repository);
}

#[test]
fn an_extra_property_that_the_type_has_itself_is_refused_with_what_to_do() {
    for (name, expected) in [
        (
            "htmlUrl",
            "`htmlUrl` is not an extra property, for Incident has it itself: set it with `.html_url(…)`",
        ),
        (
            "self",
            "`self` is not an extra property, for Incident has it itself: give it as `uri` in NewIncident",
        ),
        (
            "_type",
            "`_type` is not an extra property, for Incident has it itself: leave it out, for it is written anyway",
        ),
    ] {
        assert_eq!(incident().with(name, "x").unwrap_err().to_string(), expected);
    }
}

#[test]
fn an_extra_property_without_a_value_is_left_out() {
    assert_eq!(incident().with("urgency", None::<String>).unwrap(), incident());
}

#[test]
fn a_record_that_cannot_be_read_says_where_and_why() {
    let commit = json!({"_type": "Commit", "id": "1", "self": "https://x/1", "oid": "c", "message": ""});
    for (pointer, value, expected) in [
        ("/_type", json!("Issue"), r#"/_type: expected "Commit", found "Issue""#),
        ("/id", json!(1), "/id: expected a string, found 1"),
        ("/author", json!(1), "/author: expected a record of type Actor or its URI, found 1"),
        ("/author", json!({"_type": "Actor", "id": "1"}), "/author/self: missing, though it is required"),
        ("/parents", json!(["a", null]), "/parents/1: expected a string, found null"),
        (
            "/statistics",
            json!({"total": 1.5}),
            "/statistics/total: expected an integer of 64 bits, found 1.5",
        ),
    ] {
        let mut record = commit.clone();
        record[pointer.trim_start_matches('/')] = value;
        let error = serde_json::from_value::<Commit>(record).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn every_word_of_an_enumeration_is_read_and_written() {
    let words: Vec<_> = IncidentStatus::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["triggered", "acknowledged", "resolved"]);
    for status in IncidentStatus::ALL {
        assert_eq!(status.as_str().parse(), Ok(*status));
    }
    let error = "open".parse::<RepositoryOwnerType>().unwrap_err();
    assert_eq!((error.found(), error.allowed()), ("open", ["user", "organization"].as_slice()));
}

#[test]
fn the_type_of_a_record_is_known_without_one() {
    assert_eq!(<Incident as Record>::TYPE, "Incident");
}
