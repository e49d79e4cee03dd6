//! What operators can say about the ending of a run: its limits, and where they come from.

use connector_tests::Runner;
use serde_json::json;

#[test]
fn a_connector_over_its_memory_limit_is_killed_and_its_records_stay() {
    let configuration = json!({ "behaviour": "allocate", "count": 4096 });
    let ended = Runner::sync(&configuration).with(["--memory-limit", "64MiB"]).run();
    ended.assert(30, "was killed: it reached the memory limit of 64.0 MiB");
    ended.assert(30, "; 1 record; last checkpoint after 1; peak memory 64.0 MiB");
    assert_eq!(ended.records().len(), 1);
    let enough = json!({ "behaviour": "allocate", "count": 100 });
    Runner::sync(&enough).with(["--memory-limit", "256MiB"]).run().assert(0, "done; 1 record");
}

#[test]
fn limits_come_from_the_environment_too_and_a_flag_wins() {
    let configuration = json!({ "behaviour": "hang" });
    let variable = |runner: Runner| runner.variable("CODECLIMATE_CONNECTOR_DEADLINE", "1s");
    variable(Runner::sync(&configuration)).run().assert(31, "was not done after 1.0s");
    variable(Runner::sync(&configuration))
        .with(["--deadline", "1500ms"])
        .run()
        .assert(31, "was not done after 1.5s");
}
