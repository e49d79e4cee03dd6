//! Before it is meant to, nothing of a connector runs: not even the constructors of its file, which run when it is
//! loaded.

use std::{ffi::OsString, fs, path::Path};

use connector_tests::{Runner, connector};
use serde_json::json;

/// What the constructor of the trespassing connector leaves wherever it may write.
const FILE: &str = "constructor-ran";

/// Commands that are about connectors' files, and the exit code of each. `{file}` is a connector, `{folder}` where it
/// lies, `{config}` a configuration that its schema refuses.
const COMMANDS: &[(&[&str], i32)] = &[
    (&["inspect", "{file}"], 0),
    (&["inspect", "--format", "json", "{file}"], 0),
    (&["list", "--connector-path", "{folder}"], 0),
    (&["verify-configuration", "{file}", "{config}"], 10),
    (&["discover-streams", "{file}", "{config}"], 10),
    (&["sync-stream", "{file}", "{config}", "only", "90d"], 10),
    (&["schema"], 0),
    (&["schema", "Branch"], 0),
    (&["doctor"], 0),
    (&["sync-entity", "{file}", "/absent.json", "only", "x"], 10),
    (&["docs", "{file}"], 0),
    (&["lock", "{file}"], 0),
];

fn arguments(words: &[&str], folder: &Path) -> Vec<OsString> {
    let file = connector("trespassing");
    let config = folder.join("config.json");
    let replace = |word: &&str| match *word {
        "{file}" => file.clone().into_os_string(),
        "{folder}" => file.parent().unwrap().into(),
        "{config}" => config.clone().into_os_string(),
        word => word.into(),
    };
    words.iter().map(replace).collect()
}

#[test]
fn no_command_that_only_looks_at_a_connector_runs_its_constructors() {
    for (words, code) in COMMANDS {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.json"), r#"{"attempt": 7}"#).unwrap();
        let runner = Runner::new(arguments(words, folder.path())).folder(folder.path());
        let ended = runner.variable("TMPDIR", folder.path()).variable("HOME", folder.path()).run();
        ended.assert(*code, "");
        assert!(!folder.path().join(FILE).exists(), "{words:?} has run a constructor: {ended:?}");
    }
}

#[test]
fn a_run_runs_its_constructors_inside_its_own_folder() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = json!({ "attempt": "find-constructor-ran" });
    let runner = Runner::verb("sync-stream", "trespassing", &configuration).with(["only", "2020-02-21"]);
    let ended = runner.variable("HOME", folder.path()).run();
    assert_eq!(ended.assert(0, "done; 1 record").records()[0]["name"], "succeeded");
    assert!(!folder.path().join(FILE).exists(), "the constructor wrote outside of its folder: {ended:?}");
}

#[test]
fn without_a_sandbox_its_constructors_reach_further() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = json!({ "attempt": "find-constructor-ran" });
    let runner = Runner::verb("sync-stream", "trespassing", &configuration).with(["only", "2020-02-21"]);
    runner.variable("HOME", folder.path()).with(["--sandbox", "off"]).run().assert(0, "done; 1 record");
    assert!(folder.path().join(FILE).exists(), "the constructor did not run, so its absence proves nothing");
}
