//! Tests of the secrets that a configuration names.

use std::ffi::OsString;
use std::fs::{self, Permissions as Mode};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use tempfile::TempDir;

use super::*;

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "url": {"type": "string"},
            "token": {"type": "string", "secret": true},
            "pin": {"type": "integer", "secret": true},
            "vault": {"type": "object", "secret": true},
            "keys": {"type": "array", "items": {"type": "string", "secret": true}},
        }
    })
}

/// A folder with files that hold secrets.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).unwrap();
        fs::set_permissions(folder.path().join(name), Mode::from_mode(0o600)).unwrap();
    };
    write("token", b"from-file\n");
    write("windows", b"from-file\r\n");
    write("lines", b"one\ntwo\n\n");
    write("empty", b"\n");
    write("bytes", b"\xff");
    write("large", &vec![b'x'; (64 << 10) + 1]);
    folder
}

fn variable(name: &str) -> Option<OsString> {
    match name {
        "TOKEN" => Some("hunter2".into()),
        "EMPTY" => Some("".into()),
        "BYTES" => Some(OsString::from_vec(vec![0xff])),
        _ => None,
    }
}

fn connection(folder: &TempDir, configuration: ConfigurationOf) -> Connection {
    let text = "[connections.main]\nconnector = \"git\"\n";
    let project = Project::from_text(folder.path().join("p.toml"), text, now()).unwrap();
    Connection { configuration, ..project.connections[0].clone() }
}

fn resolve(folder: &TempDir, value: &Value) -> Result<Resolved, ConfigurationProblems> {
    let map = value.as_object().unwrap().clone();
    connection(folder, ConfigurationOf::Inline(map)).configuration(&schema(), &variable)
}

#[test]
fn secrets_are_looked_up_and_other_values_stay_as_they_are() {
    let folder = folder();
    let absolute = format!("file:{}", folder.path().join("token").display());
    let value = json!({
        "url": "env:TOKEN", "token": "file:token", "other": "file:none",
        "vault": {"a": ["env:TOKEN", null, true], "b": {"c/d": "file:windows"}},
        "keys": ["env:TOKEN", absolute, "file:lines"],
    });
    let expected = json!({
        "url": "env:TOKEN", "token": "from-file", "other": "file:none",
        "vault": {"a": ["hunter2", null, true], "b": {"c/d": "from-file"}},
        "keys": ["hunter2", "from-file", "one\ntwo\n"],
    });
    let inline = resolve(&folder, &value).unwrap();
    assert_eq!(Value::Object(inline.configuration.as_map().clone()), expected);
    assert_eq!(inline.warnings, [""; 0]);

    let path = folder.path().join("c.json");
    fs::write(&path, value.to_string()).unwrap();
    let of_file =
        connection(&folder, ConfigurationOf::File(path)).configuration(&schema(), &variable).unwrap();
    assert_eq!(of_file.configuration.as_map(), inline.configuration.as_map());
}

#[test]
fn a_secret_that_cannot_be_had_says_why_and_never_shows_itself() {
    let folder = folder();
    let table = [
        (json!({"token": "hunter2"}), "/token: the secret itself stands here"),
        (json!({"token": ""}), "/token: the secret itself stands here"),
        (json!({"token": "hunter2:hunter2"}), "/token: the secret itself stands here"),
        (json!({"token": "evn:hunter2"}), "did you mean env:?"),
        (json!({"token": "fiel:hunter2"}), "did you mean file:?"),
        (json!({"keys": ["env:TOKEN", "hunter2"]}), "/keys/1: the secret itself stands here"),
        (json!({"vault": {"a": {"b": "hunter2"}}}), "/vault/a/b: the secret itself stands here"),
        (json!({"vault": "hunter2"}), "/vault: the secret itself stands here"),
        (json!({"pin": 4711}), "/pin: expected env:NAME or file:PATH, found a number"),
        (json!({"pin": "env:TOKEN"}), "/pin: the connector's schema wants a whole number here"),
        (json!({"token": "env:"}), "expected the name of a variable behind env:"),
        (json!({"token": "env:a b"}), "expected the name of a variable behind env:"),
        (json!({"token": "env:NONE"}), "the variable NONE is not set"),
        (json!({"token": "env:EMPTY"}), "the variable EMPTY is empty"),
        (json!({"token": "env:BYTES"}), "the variable BYTES is not UTF-8"),
        (json!({"token": "file:"}), "expected a path behind file:"),
        (json!({"token": "file:none"}), "nobody else: No such file"),
        (json!({"token": "file:."}), "is no file; name one that holds the secret"),
        (json!({"token": "file:/dev/null"}), "/dev/null is no file"),
        (json!({"token": "file:empty"}), "is empty; write the secret into it"),
        (json!({"token": "file:bytes"}), "is not UTF-8; secrets are texts"),
        (json!({"token": "file:large"}), "has more than 65536 bytes"),
    ];
    for (value, complaint) in table {
        let error = resolve(&folder, &value).unwrap_err().to_string();
        assert!(error.starts_with("the configuration of connection \"main\" in "), "{error}");
        assert!(error.contains(complaint), "{value}: {error}");
        assert!(!error.contains("hunter2") && !error.contains("4711"), "{value}: {error}");
    }
}

#[test]
fn all_secrets_that_cannot_be_had_are_told_at_once() {
    let value = json!({"token": "env:NONE", "vault": {"a": "x"}, "keys": ["file:none", "y"]});
    let ConfigurationProblems::Secrets { problems, .. } = resolve(&folder(), &value).unwrap_err() else {
        panic!("it was read");
    };
    let places: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(places, ["/keys/0", "/keys/1", "/token", "/vault/a"]);
}

#[test]
fn a_file_that_others_may_read_is_told_and_read() {
    let folder = folder();
    fs::set_permissions(folder.path().join("token"), Mode::from_mode(0o640)).unwrap();
    let resolved = resolve(&folder, &json!({"token": "file:token"})).unwrap();
    assert_eq!(resolved.configuration.as_map()["token"], "from-file");
    let [warning] = &resolved.warnings[..] else { panic!("{:?}", resolved.warnings) };
    assert!(warning.ends_with("token holds the secret /token, and other users may read it; `chmod 600` it"));
}

#[test]
fn a_configuration_that_cannot_be_read_says_so_as_it_always_does() {
    let folder = folder();
    let error =
        connection(&folder, ConfigurationOf::File("/none.json".into())).configuration(&schema(), &variable);
    assert!(matches!(error, Err(ConfigurationProblems::Unreadable(_))), "{error:?}");
}

#[test]
fn debug_shows_keys_and_never_values() {
    let map = json!({"token": "hunter2"}).as_object().unwrap().clone();
    let shown = format!("{:?}", connection(&folder(), ConfigurationOf::Inline(map)));
    assert!(shown.contains("token") && !shown.contains("hunter2"), "{shown}");
}
