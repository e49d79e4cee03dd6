//! What becomes of the records that a connector produces.

use connector_tests::Runner;
use serde_json::{Value, json};

#[test]
fn printing_from_four_threads_loses_no_record() {
    let ended = Runner::sync(&json!({ "behaviour": "print-storm", "count": 100_000 })).run();
    let records = ended.assert(0, "done; 100000 records").records();
    for (place, record) in records.iter().enumerate() {
        assert_eq!(record["name"], format!("branch-{}", place + 1));
    }
    assert!(ended.errors().contains("misbehaving stdout: {\"_type\":\"Branch\",\"printer\":3}"));
}

#[test]
fn a_large_record_passes_and_one_over_the_cap_is_refused_to_the_connector() {
    let ended = Runner::sync(&json!({ "behaviour": "large-record", "count": 8 })).run();
    assert_eq!(ended.assert(0, "done; 1 record").records()[0]["name"].as_str().unwrap().len(), 8 << 20);
    Runner::sync(&json!({ "behaviour": "large-record", "count": 65 }))
        .run()
        .assert(21, "a record of 68157468 bytes, where at most 67108864 are allowed");
}

#[test]
fn an_invalid_record_comes_back_with_every_error() {
    let ended = Runner::sync(&json!({ "behaviour": "tolerate-invalid-record" })).run();
    assert_eq!(ended.assert(0, "1 record; 1 rejected").records().len(), 1);
    for line in [
        "came back: record: missing required property `createdAt` pointer=",
        "came back: /id: expected a string, found the number 7 pointer=/id",
        "came back: /status: expected one of `triggered`, `acknowledged`, `resolved`, found the string \"resolvd\"; did \
         you mean `resolved`? pointer=/status",
    ] {
        ended.assert(0, line);
    }
}

#[test]
fn a_connector_that_gives_up_on_an_invalid_record_ends_with_21_and_keeps_what_was_good() {
    let ended = Runner::sync(&json!({ "behaviour": "invalid-record" })).run();
    ended.assert(21, "gave up on an invalid record").assert(21, "did you mean `resolved`?");
    assert_eq!(ended.records().len(), 1);
}

#[test]
fn rejected_records_fail_the_run_where_that_is_asked_for() {
    let ended =
        Runner::sync(&json!({ "behaviour": "tolerate-invalid-record" })).with(["--fail-on-rejected"]).run();
    ended.assert(21, "was done, but records were rejected, and --fail-on-rejected was given");
    assert_eq!(ended.assert(21, "1 rejected").records().len(), 1);
}

#[test]
fn each_verb_takes_its_own_records_only() {
    let run = |verb: &str, place: &str| {
        Runner::verb(verb, "misbehaving", &json!({ "behaviour": "other-record", "place": place })).run()
    };
    run("discover-streams", "discover")
        .assert(21, "discover-streams produces records of type Stream only, found Branch");
    run("verify-configuration", "verify").assert(20, "no record may be produced here");
    run("discover-streams", "constructor")
        .assert(21, "discover-streams produces records of type Stream only, found Branch");
}

#[test]
fn two_connectors_are_two_modules() {
    let streams = |slug: &str, configuration: &Value| {
        let ended = Runner::verb("discover-streams", slug, configuration).run();
        let lines = ended.assert(0, "").lines();
        let ids: Vec<_> = lines.iter().map(|line| line["record"]["id"].clone()).collect();
        (lines[0]["connector"]["slug"].clone(), ids)
    };
    let here = env!("CARGO_MANIFEST_DIR");
    assert_eq!(
        streams("misbehaving", &json!({})),
        (json!("misbehaving"), vec![json!("first"), json!("second")])
    );
    let repository = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("git").args(["init", "--quiet"]).arg(repository.path()).status();
    assert!(made.unwrap().success(), "{here}");
    let path = json!(repository.path());
    assert_eq!(streams("git", &json!({ "path": path })), (json!("git"), vec![path]));
}

#[test]
fn a_discovery_without_streams_warns() {
    let configuration = json!({ "place": "discover", "behaviour": "well", "count": 0 });
    let ended = Runner::verb("discover-streams", "misbehaving", &configuration).run();
    assert_eq!(ended.assert(0, "the connector discovered no stream").output(), "");
}

#[test]
fn a_thread_that_produces_after_the_return_is_refused_and_disturbs_nothing() {
    let ended = Runner::sync(&json!({ "behaviour": "produce-after-return" })).run();
    let records = ended.assert(0, "done; ").records();
    for (place, record) in records.iter().enumerate() {
        assert_eq!(record["name"], format!("branch-{}", place + 1));
    }
}

#[test]
fn an_envelope_names_run_connector_stream_and_time() {
    let ended = Runner::sync(&json!({ "count": 1 })).run();
    let envelope = ended.assert(0, "").lines().remove(0);
    let keys: Vec<_> = envelope.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["connector", "extractedAt", "record", "run", "sequence", "stream"]);
    assert_eq!(envelope["connector"], json!({ "slug": "misbehaving", "version": "0.1.0" }));
    assert_eq!(envelope["stream"], "first");
    assert!(envelope["extractedAt"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_connector_may_bring_its_own_allocator_runtime_logger_and_subscriber() {
    let configuration = json!({ "tasks": 8, "records": 1000 });
    let stream = r#"{"_type":"Stream","id":"only","self":"https://allocating.example/only","name":"only"}"#;
    let ended = Runner::verb("sync-stream", "allocating", &configuration).with([stream, "2020-02-21"]).run();
    assert_eq!(ended.assert(0, "done; 8000 records").records().len(), 8000);
    ended.assert(0, "allocating stdout: own logger: said through its own logger");
    ended.assert(0, "allocating stdout: own subscriber: message=said through its own subscriber");
}
