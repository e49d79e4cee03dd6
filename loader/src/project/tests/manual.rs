//! The tables of keys in the manual are those of the reader.

use std::fs;

use super::schema::assert_file;
use super::*;
use crate::project::key::Described;
use crate::project::keys::{IDENTITY_KEYS, LIMIT_KEYS, PERMISSION_KEYS, ROOT_KEYS, SYNC_KEYS};

const MANUAL: &str = "../docs/project-file.md";

fn table(keys: &[&dyn Described]) -> String {
    let row = |key: &&dyn Described| {
        let default =
            if key.default().is_empty() { "none".to_owned() } else { format!("`{}`", key.default()) };
        format!("| `{}` | {} | {default} | {} |\n", key.name(), key.expected(), key.description())
            .replace("<key>", "KEY")
    };
    let rows: String = keys.iter().map(row).collect();
    format!("| key | value | default | what it is for |\n| --- | --- | --- | --- |\n{rows}")
}

/// The text with another table behind the mark of this name.
fn with_table(text: &str, name: &str, table: &str) -> String {
    let mark = format!("<!-- keys: {name} -->\n\n");
    let (before, behind) = text.split_once(&mark).unwrap_or_else(|| panic!("the manual has no {mark}"));
    let rest = behind.split_once("\n\n").map_or("", |(_, rest)| rest);
    format!("{before}{mark}{table}\n{rest}")
}

#[test]
fn the_manual_has_every_key_with_its_default() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(MANUAL);
    let mut text = fs::read_to_string(path).unwrap();
    let tables = [
        ("top", ROOT_KEYS),
        ("connection", IDENTITY_KEYS),
        ("sync", SYNC_KEYS),
        ("limits", LIMIT_KEYS),
        ("permissions", PERMISSION_KEYS),
    ];
    for (name, keys) in tables {
        text = with_table(&text, name, &table(keys));
    }
    assert_file(MANUAL, &text);
}

#[test]
fn the_example_of_the_manual_can_be_read() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(MANUAL)).unwrap();
    let examples: Vec<&str> =
        text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!examples.is_empty());
    for example in examples {
        assert_eq!(problems(example), [""; 0], "{example}");
    }
}
