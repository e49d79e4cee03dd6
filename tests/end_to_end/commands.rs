//! The commands beside the verbs: help, schemas, validation, explanations.

use connector_tests::Runner;
use serde_json::{Value, json};

fn printed(arguments: &[&str]) -> String {
    Runner::new(arguments).run().assert(0, "").output()
}

#[test]
fn help_and_explanations_read_as_they_should() {
    insta::assert_snapshot!("help", printed(&["help"]));
    insta::assert_snapshot!("sync-stream-help", printed(&["sync-stream", "--help"]));
    insta::assert_snapshot!("explain", printed(&["explain"]));
    insta::assert_snapshot!("explain-30", printed(&["explain", "30"]));
    assert_eq!(printed(&["-V"]), format!("codeclimate-connector {}\n", connector_tests::release_of()));
}

#[test]
fn every_exit_code_and_every_test_has_an_explanation() {
    let list = printed(&["explain"]);
    let rows = list.lines().filter(|line| line.contains("  "));
    let topics: Vec<&str> = rows.map(|row| row.split_whitespace().next().unwrap()).collect();
    assert_eq!(topics.iter().filter(|topic| topic.starts_with('C')).count(), 21);
    assert_eq!(topics.len(), 21 + 25, "{list}");
    for topic in topics {
        let text = printed(&["explain", topic]);
        assert!(text.starts_with(topic) && text.len() > 200, "{text}");
    }
    assert_eq!(printed(&["explain", "resume"]), printed(&["explain", "C16"]));
    Runner::new(["explain", "resme"]).run().assert(2, "did you mean `resume`?");
}

#[test]
fn each_of_the_45_record_types_has_a_schema_whose_examples_validate() {
    let types: Vec<String> =
        printed(&["schema"]).lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    assert_eq!(types.len(), 45);
    let mut examples = String::new();
    for name in types {
        let schema: Value = serde_json::from_str(&printed(&["schema", &name])).unwrap();
        assert_eq!(schema["title"], name);
        for example in schema["examples"].as_array().unwrap() {
            assert_eq!(example["_type"], name);
            examples.push_str(&format!("{example}\n"));
        }
    }
    Runner::new(["validate", "-", "--strict"]).input(examples).run().assert(0, "");
}

#[test]
fn validate_tells_every_error_of_every_line() {
    let lines = [
        r#"{"_type":"Branch","name":"main"}"#,
        "",
        r#"{"run":"r","sequence":0,"record":{"_type":"Branch","name":1}}"#,
        r#"{"_type":"Incidnt"}"#,
        "not json",
        r#"{"_type":"Branch","name":"main","nmae":"x"}"#,
    ];
    let run = |arguments: &[&str]| {
        Runner::new([&["validate", "-"], arguments].concat()).input(lines.join("\n")).run()
    };
    insta::assert_snapshot!("validate-text", run(&[]).assert(21, "").output());
    insta::assert_snapshot!("validate-json", run(&["--format", "json"]).assert(21, "").output());
    let strict = run(&["--format", "json", "--strict"]).lines();
    assert_eq!((strict.len(), &strict[4]["line"], &strict[4]["valid"]), (5, &json!(6), &json!(false)));
    assert_eq!(strict[4]["errors"][0]["pointer"], "/nmae");
}

#[test]
fn each_shell_has_its_completions() {
    for (shell, word) in
        [("bash", "complete -F"), ("zsh", "#compdef"), ("fish", "complete -c"), ("elvish", "edit:")]
    {
        let script = printed(&["completions", shell]);
        assert!(script.contains(word) && script.contains("sync-stream"), "{shell}");
    }
}
