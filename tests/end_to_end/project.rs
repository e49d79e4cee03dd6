//! Project files: made by `init`, checked by `validate-project`.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use connector_tests::{Ended, Runner, type_into};
use serde_json::{Value, json};
use tempfile::TempDir;

const FILE: &str = "codeclimate-connector.toml";

fn run(folder: &TempDir, arguments: &[&str]) -> Ended {
    Runner::new(arguments).folder(folder.path()).run()
}

/// A folder that holds a project file with this text.
fn project(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), text).unwrap();
    folder
}

/// The names of what lies in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_new_project_of_the_git_connector_works_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(&folder, &["init", "--connector", "git", "--name", "this code"]);
    made.assert(0, "wrote codeclimate-connector.toml; look through it")
        .assert(0, "`codeclimate-connector validate-project`");
    let checked = run(&folder, &["validate-project"]);
    let place = folder.path().canonicalize().unwrap();
    let expected = format!(
        "ok  this code: git {}, granted reading {}\n",
        connector_tests::release_of(),
        place.display()
    );
    assert_eq!(checked.assert(0, "").output(), expected);
    assert_eq!(names(folder.path()), [FILE]);
    for arguments in [["validate-project", "-p", FILE], ["validate-project", FILE, "--format=text"]] {
        run(&folder, &arguments).assert(0, "");
    }
}

#[test]
fn a_file_that_is_there_is_not_overwritten_unasked() {
    let folder = project("# mine\n");
    run(&folder, &["init", "--connector", "git"]).assert(2, "is there already");
    run(&folder, &["init", ".", "--connector", "git"]).assert(2, "write --force to overwrite it");
    assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), "# mine\n");
    run(&folder, &["init", "--connector", "git", "--force"]).assert(0, "");
    run(&folder, &["init", "new/inner", "--connector", "git"])
        .assert(0, "--project new/inner/codeclimate-connector.toml");
    run(&folder, &["init", "other.toml", "--connector", "git"]).assert(0, "wrote other.toml");
    run(&folder, &["init", "third.toml", "--connector", "gti"]).assert(11, "did you mean `git`?");
    assert_eq!(names(folder.path()), [FILE, "new", "other.toml"]);
}

#[test]
fn without_a_terminal_and_a_connector_the_file_says_what_to_replace() {
    let folder = tempfile::tempdir().unwrap();
    run(&folder, &["init"]).assert(0, "wrote codeclimate-connector.toml");
    let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
    assert!(text.contains("Replace this by the slug of a connector") && text.contains("git"), "{text}");
    let checked = run(&folder, &["validate-project"]);
    assert!(
        checked.assert(11, "").output().starts_with("NO  main: connector `replace-me` not found"),
        "{checked:?}"
    );
}

#[test]
fn somebody_at_a_terminal_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let typed = type_into(["init"], folder.path(), "gti\ngit\n\nnone\n30d\nsqlite:records.db\n");
    assert_eq!(typed.code, Some(0), "{typed:?}");
    for words in [
        "Connectors that are installed: ",
        "did you mean `git`?",
        "path (string or array of strings) [.]: ",
        "\"none\" is neither a date, nor a time, nor an age",
        "Where the records go (stdout, folder:PATH or sqlite:FILE) [folder:records]: ",
    ] {
        assert!(typed.shown.contains(words), "{words}\n{}", typed.shown);
    }
    let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
    for line in ["connector = \"git\"", "path = \".\"", "cutoff = \"30d\"", "sink = \"sqlite:records.db\""] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    run(&folder, &["validate-project"]).assert(0, "");
    let ended = type_into(["init", "other.toml"], folder.path(), "git\n\u{4}");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.shown.contains("the answers ended before the questions did; nothing was written"),
        "{ended:?}"
    );
    assert_eq!(names(folder.path()), [FILE]);
}

const MANY: &str = r#"
data-folder = "file/data"

[defaults]
cutoff = "90d"

[connections.good]
connector = "git"
configuration = { path = "." }

[connections.absent]
connector = "gti"

[connections.wrong]
connector = "git"
configuration = { pth = "." }

[connections.plain]
connector = "paging"
configuration = { apiToken = "hunter2" }

[connections.unset]
connector = "paging"
configuration = { apiToken = "env:NO_SUCH_TOKEN" }

[connections.file]
connector = "paging"
configuration-file = "paging.json"
sink = "folder:file/records"

[connections.locked]
connector = "git"
configuration = { path = "." }
permissions = { locked = true }

[connections.denied]
connector = "git"
configuration = { path = "absent" }
permissions = { deny = ["exec"] }

[connections.nobody]
connector = "git"
configuration = { path = "." }
permissions = { user = "nobody-of-this-name" }
"#;

#[test]
fn every_problem_of_every_connection_is_told_and_nothing_is_written() {
    let folder = project(MANY);
    fs::write(folder.path().join("file"), "").unwrap();
    fs::write(folder.path().join("paging.json"), r#"{"apiToken": "file:token"}"#).unwrap();
    fs::write(folder.path().join("token"), "secret-of-file\n").unwrap();
    fs::set_permissions(folder.path().join("token"), fs::Permissions::from_mode(0o644)).unwrap();
    let before = names(folder.path());
    let ended = run(&folder, &["validate-project"]);
    let output = ended.assert(40, "file: ").output();
    for line in [
        "ok  good: git ",
        "NO  absent: connector `gti` not found",
        "did you mean `git`?",
        "NO  wrong: the configuration of connection \"wrong\"",
        "/pth: expected one of the keys \"path\", \"statistics\", found an unknown key; did you mean \"path\"?",
        "NO  plain: the configuration of connection \"plain\"",
        "/apiToken: the secret itself stands here",
        "/apiToken: the variable NO_SUCH_TOKEN is not set",
        "NO  file: ",
        "file is no folder; name another place, or move it away",
        "NO  locked: there is no lock file ",
        "NO  denied: exec is not among what the connector asks for",
        "NO  nobody: there is no user \"nobody-of-this-name\" here",
    ] {
        assert!(output.contains(line), "{line}\n{ended:?}");
    }
    assert!(
        ended.errors().contains("token holds the secret /apiToken, and other users may read it"),
        "{ended:?}"
    );
    for secret in ["hunter2", "secret-of-file"] {
        assert!(!output.contains(secret) && !ended.errors().contains(secret), "{ended:?}");
    }
    assert_eq!(names(folder.path()), before);
}

#[test]
fn programs_get_one_object() {
    let folder = project(MANY);
    let lines = run(&folder, &["validate-project", "--format", "json"]).lines();
    let [report] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(report["valid"], false);
    let of = |name: &str| -> Value {
        let connections = report["connections"].as_array().unwrap();
        connections.iter().find(|connection| connection["name"] == name).unwrap().clone()
    };
    assert_eq!((&of("good")["valid"], &of("good")["problems"]), (&json!(true), &json!([])));
    assert_eq!(of("absent")["problems"][0]["exitCode"], 11);
    assert_eq!(of("plain")["problems"][0]["exitCode"], 10);

    let folder = project("[connections.a]\nconector = \"git\"\n");
    let ended = run(&folder, &["validate-project", "--format", "json"]);
    let report = ended.assert(10, "").lines().remove(0);
    let problem = json!({"line": 2, "column": 1, "place": "connections.a.conector"});
    for (key, value) in problem.as_object().unwrap() {
        assert_eq!(&report["problems"][0][key], value, "{report}");
    }
}

#[test]
fn a_file_that_cannot_be_understood_is_told_on_standard_error() {
    let folder = project("[connections.a]\nconector = \"git\"\ncutoff = 90d\n");
    let ended = run(&folder, &["validate-project"]);
    ended.assert(10, "has 2 problems:\n  line 2, column 1: ").assert(10, "did you mean `connector`?");
    assert_eq!(ended.output(), "");
    let folder = tempfile::tempdir().unwrap();
    run(&folder, &["validate-project"]).assert(10, "make one with `codeclimate-connector init`");
}

#[test]
fn the_schema_of_project_files_is_printed() {
    let printed = Runner::new(["validate-project", "--schema"]).run();
    let schema: Value = serde_json::from_str(&printed.assert(0, "").output()).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["jobs"]["description"].is_string());
}
