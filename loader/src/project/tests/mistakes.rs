//! Tests of what a reader is told of mistakes.

use super::*;
use crate::project::keys::{
    IDENTITY_KEYS, LIMIT_KEYS, LIMITS, PERMISSION_KEYS, PERMISSION_TABLE, ROOT_KEYS, SYNC_KEYS,
};

const TEN: &str = r#"jbos = 4

[defaults]
retries = -1
retries = 2

[connections.main]
conector = "git"
sink = "foldr:records"
streams = ["a", "[b"]

[connections.main.limits]
memory = "lots"

[connections.other]
connector = "git"
configuration = { token = "hunter2", since = 2024-01-31 }
configuration-file = "other.json"

[connections.other.permissions]
sandbox = "requird"
"#;

#[test]
fn every_mistake_is_told_in_the_order_of_the_lines() {
    let text = read(TEN).unwrap_err().to_string();
    insta::assert_snapshot!("ten-mistakes", text);
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn each_mistake_says_what_to_do() {
    let connection = |rest: &str| format!("[connections.a]\nconnector = \"git\"\n{rest}\n");
    let table: &[(String, &str)] = &[
        (
            "".to_owned(),
            "connections: expected at least one connection, found none; write [connections.NAME]",
        ),
        ("jobs = 0\n".to_owned() + &connection(""), "jobs: expected a whole number from 1 to 1000, found 0"),
        ("jobs = \"2\"\n".to_owned() + &connection(""), "found \"2\"; leave the quotes out"),
        (connection("jobs = 2"), "connections.a.jobs: expected a key of this table"),
        (connection("jobs = 2"), "write it at the top of the file, above the first table in brackets"),
        (connection("memory = \"1GiB\""), "write it under [connections.NAME.limits]"),
        (
            connection("configuration.since = 2024-01-31"),
            "found a date or time without quotes; write it in quotes",
        ),
        (
            connection("configuration.n = [1, inf]"),
            "connections.a.configuration.n[1]: expected a value that JSON has too",
        ),
        (connection("configuration.n = 99999999999999999999"), "found a whole number beyond 64 bits"),
        (
            connection("configuration = \"hunter2\""),
            "expected a table such as { key = \"value\" }, found a text",
        ),
        (connection("streams = \"a\""), "found \"a\"; write brackets around it"),
        (
            connection("streams = []"),
            "expected a list of one or more globs such as [\"*\"], found an empty list",
        ),
        (connection("cutoff = \"90\""), "is a number without a unit; write an age in w, d, h or m"),
        (connection("cutoff = \"2034-01-01\""), "lies in the future"),
        (connection("overlap = \"1x\""), "found \"1x\"; write a number with a unit: s, m or h"),
        (connection("sink = \"sqlite:\""), "expected \"stdout\", \"folder:PATH\" or \"sqlite:FILE\""),
        (
            connection("sink = \"stdout\"\nrotate = \"1MiB\""),
            "rotate: expected a folder as sink, found another sink",
        ),
        (connection("sink = \"stdout\"\ncompress = true"), "leave it out, or write sink = \"folder:PATH\""),
        (connection("compress = \"true\""), "expected true or false, found \"true\"; leave the quotes out"),
        (connection("bad-records = \"deadletter\""), "did you mean \"dead-letter\"?"),
        (connection("limits.memory = \"1MiB\""), "expected a size of 16MiB or more"),
        (connection("limits.memory = 1024"), "found 1024; write it in quotes, as a text"),
        (connection("limits.deadline = \"0s\""), "expected a duration of more than 0"),
        (connection("limits.processes = 3"), "expected a whole number from 16 to 1000000, found 3"),
        (
            connection("limits.cpu = nan"),
            "expected a number of processors from 0.01 to 1000, such as 0.5 or 2, found nan",
        ),
        (
            connection("limits = 3"),
            "limits: expected a table, found a whole number; write [connections.a.limits]",
        ),
        (connection("permissions.allow = [\"raed:/etc\"]"), "allow[0]: expected \"network\", \"exec\","),
        (connection("permissions.allow = [\"raed:/etc\"]"), "did you mean \"read\"?"),
        (connection("permissions.deny = [\"net\"]"), "expected `network`, `exec`, `connect:<key>`"),
        (
            connection("permissions = { locked = true, allow = [\"exec\"] }"),
            "expected either allow or locked, found both",
        ),
        (
            connection("permissions = { locked = true, sandbox = \"off\" }"),
            "expected a sandbox beside locked",
        ),
        ("[connections.a]\n".to_owned(), "connections.a: expected the key `connector`"),
        ("[connections.a]\nconnector = \"Git\"\n".to_owned(), "write `git`"),
        ("[connections]\na = 5\n".to_owned(), "connections.a: expected a table, found a whole number"),
        ("[conections.a]\nconnector = \"git\"\n".to_owned(), "did you mean `connections`?"),
        (
            "[connections.\"a\\nb\"]\nconnector = \"git\"\n".to_owned(),
            "connections.\"a\\nb\": expected a name of 1 to 200",
        ),
        ("[connections.\"\"]\nconnector = \"git\"\n".to_owned(), "connections.\"\": expected a name"),
        (connection("connector = \"x\""), "expected each key once, found a key that is there already"),
        (connection("[connections.a]"), "expected each key once"),
        (connection("cutoff = 90d"), "line 3, column 10: "),
        (connection("cutoff ="), "line 3, column 9: expected TOML"),
        (connection("streams = [\"a\""), "expected TOML"),
        ("[connections.a]\nconnector = git\n".to_owned(), "line 2, column 13: expected TOML"),
    ];
    for (text, complaint) in table {
        let found = problems(text);
        assert!(found.iter().any(|problem| problem.contains(complaint)), "{text}\n{complaint}\n{found:#?}");
        assert!(found.len() == 1, "one mistake, one problem: {text}\n{found:#?}");
        assert!(!found[0].contains("hunter2"), "{found:#?}");
    }
}

#[test]
fn no_key_of_the_table_of_keys_is_forgotten() {
    let tables: [(&str, &[&dyn crate::project::key::Described]); 7] = [
        ("", ROOT_KEYS),
        ("connections.a.", IDENTITY_KEYS),
        ("connections.a.", SYNC_KEYS),
        ("defaults.", SYNC_KEYS),
        (&format!("connections.a.{LIMITS}."), LIMIT_KEYS),
        (&format!("defaults.{LIMITS}."), LIMIT_KEYS),
        (&format!("connections.a.{PERMISSION_TABLE}."), PERMISSION_KEYS),
    ];
    for (place, keys) in tables {
        for key in keys {
            let name = key.name();
            let connector = if name == "connector" { "" } else { "connections.a.connector = \"git\"\n" };
            // No key may hold a time.
            let found = problems(&format!("{connector}{place}{name} = 07:32:00\n"));
            assert!(
                found.len() == 1 && found[0].contains(&format!("{place}{name}: expected ")),
                "{name}: {found:#?}"
            );
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| Project::read(&folder.path().join(name), now()).unwrap_err().to_string();
    assert!(
        read("none.toml")
            .contains("name another with --project, or make one with `codeclimate-connector init`")
    );
    assert!(read("").contains("it is a folder; name the file in it"));
    std::fs::write(folder.path().join("latin"), b"# a\n# \xe4\n").unwrap();
    assert!(read("latin").ends_with("is not UTF-8 at line 2; save it as UTF-8"));
    std::fs::write(folder.path().join("large"), vec![b'\n'; (1 << 20) + 1]).unwrap();
    assert!(read("large").ends_with("is it the right file?"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in r#"(\[|\]|connections|defaults|\.|a|limits|"|=|\n| |\{|\}|5|true|'|#|,|streams|configuration|é){0,40}"#) {
        let _ = read(&text);
    }
}
