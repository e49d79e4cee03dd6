//! What the crate for authors' tests does with the real runner.

use connector_testing::RealRunner;
use connector_tests::{binary, connector};
use serde_json::{Value, json};

fn paging() -> RealRunner {
    RealRunner::of_files(binary(), connector("paging"))
}

fn stream() -> Value {
    json!({ "_type": "Stream", "id": "items", "self": "https://paging.example/items", "name": "items" })
}

fn ids(records: &[Value]) -> Vec<&str> {
    records.iter().filter_map(|record| record["id"].as_str()).collect()
}

#[test]
fn every_verb_of_a_built_connector_can_be_run() {
    let runner = paging();
    let configuration = json!({ "count": 3, "pageSize": 2 });

    let verified = runner.verify(&configuration);
    verified.assert_exit_code(0);
    assert_eq!(verified.answer, "{\"isValid\":true,\"errorMessages\":[]}\n");

    let discovered = runner.discover(&configuration);
    assert_eq!(ids(&discovered.records), ["items", "others"]);

    let synced = runner.sync_stream(&configuration, &stream(), "2020-02-01");
    synced.assert_exit_code(0);
    assert_eq!(ids(&synced.records), ["3", "2", "1"]);
    assert_eq!((&synced.outcome["ending"], &synced.envelopes[2]["sequence"]), (&json!("done"), &json!(2)));
    assert!(synced.log.contains("3 records"), "{}", synced.log);

    let filled = runner.backfill(&configuration, &stream(), "2020-02-01", "2020-03-01");
    assert_eq!(ids(&filled.records), ["3", "2", "1"]);

    let entity = runner.sync_entity(&configuration, &stream(), "1");
    entity.assert_exit_code(2);
}

#[test]
fn a_crate_is_built_before_it_is_run() {
    // There is a runner beside this test then.
    assert!(binary().is_file());
    let runner = RealRunner::new(concat!(env!("CARGO_MANIFEST_DIR"), "/connectors/paging"));
    let run = runner.discover(&json!({ "count": 3 }));
    run.assert_exit_code(0);
    assert_eq!(ids(&run.records), ["items", "others"]);
}

#[test]
fn one_run_goes_on_where_the_one_before_has_stopped() {
    let runner = paging().with(["--state"]);
    let failing = json!({ "count": 7, "pageSize": 3, "ending": "fail", "endAfter": 5 });
    let failed = runner.sync_stream(&failing, &stream(), "2020-02-01");
    failed.assert_exit_code(20);
    assert_eq!(failed.outcome["checkpoint"]["durable"], 3);
    let rest = runner.with(["--accept-changed-configuration"]);
    let rest = rest.sync_stream(&json!({ "count": 7, "pageSize": 3 }), &stream(), "2020-02-01");
    rest.assert_exit_code(0);
    assert_eq!(ids(&rest.records), ["4", "3", "2", "1"]);
}

#[test]
fn a_run_that_ends_otherwise_than_expected_is_told_of_with_its_lines() {
    let run = paging().sync_stream(&json!({ "count": "many" }), &stream(), "2020-02-01");
    let told = std::panic::catch_unwind(|| run.assert_exit_code(0)).unwrap_err();
    let told = told.downcast_ref::<String>().unwrap();
    assert!(told.starts_with("expected exit code 0, found 10; the runner said:\n"), "{told}");
    assert!(told.contains("count"), "{told}");
}
