//! Tests of the JSON Schema of project files.

use std::fs;

use super::*;

/// With this variable set to 1, the files are written that are otherwise compared.
const UPDATE: &str = "UPDATE_PROJECT_FILES";

/// Compares a file of the repository with what it should be, or writes it.
pub(super) fn assert_file(path: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is not what the table of keys says. To write it anew: {UPDATE}=1 cargo test",
        path.display()
    );
}

fn validator() -> jsonschema::Validator {
    jsonschema::options().offline().build(&schema()).unwrap()
}

/// What the schema says of a text that is TOML.
fn accepts(validator: &jsonschema::Validator, text: &str) -> bool {
    validator.is_valid(&toml::from_str::<Value>(text).unwrap())
}

#[test]
fn the_schema_that_is_shipped_is_that_of_the_table_of_keys() {
    assert_file("project.schema.json", &format!("{:#}\n", schema()));
    jsonschema::meta::validate(&schema()).unwrap();
}

#[test]
fn the_schema_and_the_reader_agree() {
    let connection = |rest: &str| format!("[connections.a]\nconnector = \"git\"\n{rest}\n");
    let good = [
        WHOLE.to_owned(),
        connection(""),
        connection("connector-x = 1").replace("connector-x = 1", ""),
        "connections.\"Acme (EU)\".connector = \"./x.so\"".to_owned(),
        "connections.a.connector = \"my_tool\"".to_owned(),
        "connections.a.connector = \"x.so\"".to_owned(),
        connection("configuration-file = \"a.json\""),
        connection("cutoff = \"2024-01-31T12:00:00+02:00\""),
        connection("cutoff = \"2024-01-31 12:00:00Z\""),
        connection("cutoff = \" 2w \""),
        connection("overlap = \"0s\""),
        connection("overlap = \"1h 30m\""),
        connection("longest-wait = \"PT1H\""),
        connection("longest-wait = \"1 hour, 2 minutes\""),
        connection("rotate = \"1.5 GB\""),
        connection("rotate = \"1048576\""),
        connection("sink = \"sqlite:a:b.db\""),
        connection("max-dead-letters = 0"),
        connection("limits = { cpu = 2, memory = \"16MiB\" }"),
        connection(
            "permissions = { deny = [\"read:a b\", \"exec\"], allow = [\"connect:1\", \"write:/x\"] }",
        ),
        connection("permissions = { locked = true, allow = [] }"),
        connection("permissions = { locked = false, sandbox = \"off\" }"),
    ];
    let bad = [
        String::new(),
        "[connections]".to_owned(),
        "[connections.a]".to_owned(),
        "connections = 5".to_owned(),
        "connections.a = 5".to_owned(),
        "connections.\"\".connector = \"git\"".to_owned(),
        "connections.\" \".connector = \"git\"".to_owned(),
        "connections.\"a\\nb\".connector = \"git\"".to_owned(),
        "connections.a.connector = \"Git\"".to_owned(),
        "connections.a.connector = \"\"".to_owned(),
        "jobs = 0\n".to_owned() + &connection(""),
        "jobs = 1001\n".to_owned() + &connection(""),
        "jobs = 1.5\n".to_owned() + &connection(""),
        "data-folder = \"\"\n".to_owned() + &connection(""),
        "connector-path = \"a\"\n".to_owned() + &connection(""),
        "metrics = 5\n".to_owned() + &connection(""),
        "defaults.connector = \"git\"\n".to_owned() + &connection(""),
        "defaults.limits.deadline = 5\n".to_owned() + &connection(""),
        connection("conector = 1"),
        connection("configuration = 5"),
        connection("configuration = {}\nconfiguration-file = \"a\""),
        connection("streams = []"),
        connection("streams = [5]"),
        connection("cutoff = \"2024\""),
        connection("cutoff = \"90\""),
        connection("cutoff = \"-90d\""),
        connection("overlap = \"-1h\""),
        connection("overlap = \"soon\""),
        connection("rotate = \"lots\""),
        connection("rotate = \"-1MiB\""),
        connection("sink = \"foldr:x\""),
        connection("sink = \"folder:\""),
        connection("bad-records = \"Fail\""),
        connection("retries = 101"),
        connection("compress = 1"),
        connection("limits = { cpu = 0.001 }"),
        connection("limits = { processes = 15 }"),
        connection("limits = { means = \"maybe\" }"),
        connection("permissions = { allow = [\"connect:x\"] }"),
        connection("permissions = { deny = [\"read:\"] }"),
        connection("permissions = { locked = true, allow = [\"exec\"] }"),
        connection("permissions = { locked = true, sandbox = \"off\" }"),
    ];
    let validator = validator();
    for text in good {
        assert_eq!(problems(&text), [""; 0], "{text}");
        assert!(accepts(&validator, &text), "{text}");
    }
    for text in bad {
        assert!(!problems(&text).is_empty(), "{text}");
        assert!(!accepts(&validator, &text), "{text}");
    }
}

#[test]
fn what_only_reading_can_tell_the_schema_lets_stand() {
    let connection = |rest: &str| format!("[connections.a]\nconnector = \"git\"\n{rest}\n");
    let name = "é".repeat(101);
    for text in [
        connection("cutoff = \"2024-13-01\""),
        connection("cutoff = \"2034-01-01\""),
        connection("streams = [\"[a\"]"),
        connection("limits = { memory = \"1MiB\" }"),
        connection("limits = { deadline = \"0s\" }"),
        connection("overlap = \"5\""),
        connection("permissions = { allow = [\"connect:70000\"] }"),
        connection("sink = \"stdout\"\nrotate = \"1MiB\""),
        format!("connections.\"{name}\".connector = \"git\""),
    ] {
        assert!(!problems(&text).is_empty(), "{text}");
        assert!(accepts(&validator(), &text), "{text}");
    }
}
