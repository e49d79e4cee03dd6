//! What the templates are filled in with.

use std::{fs, path::Path};

use super::*;

fn scaffold(slug: &str, template: Template, kit: Option<&Kit>) -> Vec<ScaffoldFile> {
    Scaffold { slug: &slug.parse().unwrap(), template, kit }.files()
}

/// A folder with crates of these names and versions, each in a folder below.
fn crates(crates: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (below, name, version) in crates {
        fs::create_dir_all(folder.path().join(below)).unwrap();
        let manifest = format!("[package]\nname = \"{name}\"\n{version}\n");
        fs::write(folder.path().join(below).join("Cargo.toml"), manifest).unwrap();
    }
    folder
}

fn archives() -> tempfile::TempDir {
    crates(&[
        ("codeclimate-connector-abi", "codeclimate-connector-abi", "version = \"1.0.0\""),
        ("connector-http", "connector-http", "version = \"0.1.0\""),
        ("connector-interface", "connector-interface", "version = \"0.1.0\""),
        ("connector-schemas", "connector-schemas", "version = \"0.1.0\""),
        ("connector-testing", "connector-testing", "version = \"0.1.0\""),
    ])
}

fn patched(template: Template, kit: &Kit) -> Vec<String> {
    let files = scaffold("weather", template, Some(kit));
    let text = &files.iter().find(|file| file.path == ".cargo/config.toml").unwrap().text;
    let table: toml::Table = text.parse().unwrap();
    table["patch"]["crates-io"].as_table().unwrap().keys().cloned().collect()
}

/// Whether a word in double braces stands somewhere; other braces belong to Rust, or to what GitHub fills in.
fn has_blank(text: &str) -> bool {
    text.split("{{").skip(1).any(|rest| {
        let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
        rest.starts_with("}}")
    })
}

#[test]
fn nothing_is_left_to_fill_in() {
    assert!(has_blank("the {{slug}}") && !has_blank("${{ vars.X }} {{\"id\": 7}}"));
    for template in [Template::Http, Template::Minimal] {
        for file in scaffold("my-tool", template, None) {
            let is_left = has_blank(&file.text) || file.text.contains("connector_template");
            assert!(!is_left, "{}", file.path);
        }
    }
}

#[test]
fn the_slug_stands_as_each_file_needs_it() {
    let files = scaffold("my-tool", Template::Http, None);
    for (path, words) in [
        ("Cargo.toml", "name = \"codeclimate-connector-my-tool\""),
        ("Cargo.toml", "connector-interface = \"0.1\""),
        ("tests/connector.rs", "use codeclimate_connector_my_tool::Connector;"),
        ("README.md", "check target/debug/libcodeclimate_connector_my_tool.so check.json"),
        (".github/workflows/ci.yml", "new kit --template http "),
    ] {
        let file = files.iter().find(|file| file.path == path).unwrap();
        assert!(file.text.contains(words), "{path}: {words}");
    }
    assert!(files.iter().all(|file| file.path != ".cargo/config.toml"));
}

#[test]
fn of_unpacked_crates_all_that_are_used_are_taken() {
    let folder = archives();
    let kit = Kit::read(folder.path()).unwrap();
    let minimal =
        ["codeclimate-connector-abi", "connector-interface", "connector-schemas", "connector-testing"];
    assert_eq!(patched(Template::Minimal, &kit), minimal);
    assert_eq!(patched(Template::Http, &kit).len(), 5);
}

#[test]
fn the_crates_of_a_checkout_find_the_others_themselves() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let kit = Kit::read(checkout).unwrap();
    assert_eq!(patched(Template::Minimal, &kit), ["connector-interface", "connector-testing"]);
    assert_eq!(patched(Template::Http, &kit), ["connector-http", "connector-interface", "connector-testing"]);
}

#[test]
fn a_kit_is_found_beside_the_program() {
    let prefix = tempfile::tempdir().unwrap();
    let program = prefix.path().join("bin/codeclimate-connector");
    assert_eq!(Kit::beside(&program).unwrap(), None);
    let share = prefix.path().join("share/codeclimate-connector");
    fs::create_dir_all(&share).unwrap();
    fs::rename(archives().keep(), share.join("kit")).unwrap();
    let installed = Kit::beside(&program).unwrap().unwrap();
    assert!(installed.folder().ends_with("share/codeclimate-connector/kit"));
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let built = checkout.join("target/release/codeclimate-connector");
    let checkout = checkout.canonicalize().unwrap();
    assert_eq!(Kit::beside(&built).unwrap().unwrap().folder(), checkout.to_str().unwrap());
}

#[test]
fn what_is_no_kit_is_refused_with_what_is_missing() {
    let lacking = |kit: &tempfile::TempDir, below: &str| fs::remove_dir_all(kit.path().join(below)).unwrap();
    let without_http = archives();
    lacking(&without_http, "connector-http");
    let twice = archives();
    let second = crates(&[("inner", "connector-http", "version = \"0.1.0\"")]);
    fs::rename(second.keep(), twice.path().join("old")).unwrap();
    let newer = archives();
    let manifest = "[package]\nname = \"connector-http\"\nversion = \"0.2.0\"\n";
    fs::write(newer.path().join("connector-http/Cargo.toml"), manifest).unwrap();
    let checkout = crates(&[("http", "connector-http", "version.workspace = true")]);
    let manifest = "[workspace.package]\nversion = \"0.0.3\"\n";
    fs::write(checkout.path().join("Cargo.toml"), manifest).unwrap();
    for (kit, words) in [
        (checkout, "is of version 0.0.3, but"),
        (without_http, "has no folder with the crate connector-http; name one with --kit"),
        (twice, "holds connector-http twice"),
        (newer, "is of version 0.2.0, but connectors that this runner makes want 0.1;"),
        (tempfile::tempdir().unwrap(), "has no folder with the crate codeclimate-connector-abi"),
    ] {
        let error = Kit::read(kit.path()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    assert!(matches!(Kit::read(Path::new("/nowhere")), Err(KitError::Unreadable { .. })));
}
