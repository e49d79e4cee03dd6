//! Configurations that do, and those that do not.

use codeclimate_connector_git::{Git, configuration::Configuration};
use connector_interface::Client;
use connector_testing::{FakeRunner, assert_configuration_schema};
use serde_json::{Value, json};

use crate::fixture::{BEGINNING, Fixture, stream};

#[test]
fn the_schema_file_says_what_the_struct_says() {
    assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn a_path_is_a_string_or_a_list_and_nothing_else_is_taken() {
    let repository = Fixture::empty();
    let path = repository.path();
    for configuration in
        [json!({ "path": path }), json!({ "path": [path] }), json!({ "path": path, "statistics": true })]
    {
        let client: Git = FakeRunner::new().client(configuration).unwrap();
        assert!(client.verify_configuration().unwrap().is_valid());
    }
    for (configuration, message) in [
        (json!({}), "missing field `path`"),
        (json!({ "path": 1 }), "path: expected a path or a list of paths"),
        (json!({ "path": [1] }), "path: expected a path or a list of paths"),
        (
            json!({ "path": path, "statistics": "yes" }),
            "statistics: invalid type: string \"yes\", expected a boolean",
        ),
        (json!({ "paths": path }), "paths: unknown field `paths`, expected `path` or `statistics`"),
    ] {
        let error = FakeRunner::new().client::<Git>(configuration).map(drop).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn every_path_that_does_not_do_is_named_with_what_to_do() {
    let repository = Fixture::tangled();
    let in_parent = |name: &str| repository.folder.with_file_name(name).to_str().unwrap().to_owned();
    let inside = format!("{}/src/deep", repository.path());
    std::fs::create_dir_all(&inside).unwrap();
    let (missing, plain, file, torn) =
        (in_parent("missing"), in_parent("plain"), in_parent("file"), in_parent("torn"));
    std::fs::create_dir(&plain).unwrap();
    std::fs::write(&file, "text").unwrap();
    std::fs::create_dir_all(format!("{torn}/refs")).unwrap();
    std::fs::create_dir_all(format!("{torn}/objects")).unwrap();
    std::fs::write(format!("{torn}/HEAD"), "ref: refs/heads/main\n").unwrap();
    std::fs::write(format!("{torn}/config"), "[core\n").unwrap();

    let expected = [
        (
            &missing,
            format!(
                "path: `{missing}` cannot be read; correct it, or make it readable (working directory: /"
            ),
        ),
        (
            &plain,
            format!(
                "path: `{plain}` is not a git repository; name the top folder of a working tree, or a bare"
            ),
        ),
        (
            &file,
            format!(
                "path: `{file}` is not a git repository; name the top folder of a working tree, or a bare"
            ),
        ),
        (
            &inside,
            format!(
                "path: `{inside}` lies inside the git repository `{}`; name that folder",
                repository.path()
            ),
        ),
        (&torn, format!("path: the git repository `{torn}` cannot be read; check it with `git fsck`: ")),
        (&String::new(), "path: `` cannot be read; correct it".to_owned()),
    ];
    let paths: Vec<&str> =
        expected.iter().map(|(path, _)| path.as_str()).chain([repository.path()]).collect();
    let client: Git = FakeRunner::new().client(json!({ "path": paths })).unwrap();
    let answer = client.verify_configuration().unwrap();
    assert!(!answer.is_valid());
    assert_eq!(answer.error_messages().len(), expected.len(), "{:#?}", answer.error_messages());
    for (message, (_, start)) in answer.error_messages().iter().zip(&expected) {
        assert!(message.starts_with(start), "{message}");
    }
    let error = client.discover_streams().unwrap_err().to_string();
    assert_eq!(error, answer.error_messages().join("; "));
}

#[test]
fn an_empty_list_is_a_problem_of_the_configuration() {
    let client: Git = FakeRunner::new().client(json!({ "path": [] })).unwrap();
    let answer = client.verify_configuration().unwrap();
    assert_eq!(answer.error_messages(), ["path: the list is empty; name at least one git repository"]);
}

#[test]
fn a_stream_that_is_not_configured_is_refused_with_those_that_are() {
    let client: Git = FakeRunner::new().client(json!({ "path": ["a", "b"] })).unwrap();
    let error = client.sync_stream(&stream("c"), BEGINNING.parse().unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the stream's id `c` is not among the configured paths, which are `a`, `b`; give one of those ids"
    );
}

#[test]
fn no_verb_but_discovery_and_sync_produces_a_record() {
    let repository = Fixture::tangled();
    let runner = FakeRunner::new();
    let client: Git = runner.client(json!({ "path": repository.path() })).unwrap();
    client.verify_configuration().unwrap();
    assert_eq!(runner.records(), [] as [Value; 0]);
}
