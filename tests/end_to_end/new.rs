//! `new`, which makes the crate of a connector. That what it makes builds is shown by `tests/new/run`.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use connector_tests::{Ended, Runner, Unprivileged};
use tempfile::TempDir;

/// This checkout, where the crates lie that connectors are written with.
const KIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn new(folder: &TempDir, arguments: &[&str]) -> Ended {
    Runner::new([&["new"], arguments].concat()).folder(folder.path()).run()
}

/// The files below a folder, with their paths in it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn each_template_has_its_files_and_its_first_page() {
    for template in ["http", "minimal"] {
        let folder = tempfile::tempdir().unwrap();
        let made = new(&folder, &["weather", "--template", template, "--kit", KIT]);
        made.assert(0, "made codeclimate-connector-weather from the template ")
            .assert(0, "cd codeclimate-connector-weather")
            .assert(0, "check target/debug/libcodeclimate_connector_weather.so check.json");
        let made = folder.path().join("codeclimate-connector-weather");
        insta::assert_snapshot!(format!("{template}-files"), files(&made).join("\n"));
        let page = fs::read_to_string(made.join("src/lib.rs")).unwrap();
        insta::assert_snapshot!(format!("{template}-lib"), page);
        let kit = Path::new(KIT).canonicalize().unwrap();
        let cargo = fs::read_to_string(made.join(".cargo/config.toml")).unwrap();
        let line = format!("connector-interface = {{ path = \"{}/connector-interface\" }}", kit.display());
        assert!(cargo.contains(&line), "{cargo}");
    }
}

#[test]
fn a_kit_may_be_named_by_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let runner = Runner::new(["new", "weather"]).folder(folder.path());
    runner.variable("CODECLIMATE_CONNECTOR_KIT", KIT).run().assert(0, "as its .cargo/config.toml says");
}

#[test]
fn what_is_no_name_for_a_new_connector_is_refused_with_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    for (slug, words) in [
        ("", "a connector's slug is empty"),
        ("abi", "the name of one that connectors are written with"),
        ("Weather", "write `weather`"),
        ("my tool", "write `my-tool`"),
        ("7days", "write `days`"),
        ("../up", "write `up`"),
        ("codeclimate-connector-weather", "write `weather`"),
        ("codeclimate_connector_weather", "write `weather`"),
        ("weather-", "ends with a letter or a digit"),
        (&"a".repeat(65), "at most 64 characters"),
    ] {
        new(&folder, &[slug]).assert(2, words);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_there_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("codeclimate-connector-weather");
    let words = "is there already; remove it, or name another folder with --folder";
    fs::create_dir(&taken).unwrap();
    new(&folder, &["weather"]).assert(2, words);
    fs::remove_dir(&taken).unwrap();
    fs::write(&taken, "mine").unwrap();
    new(&folder, &["weather"]).assert(2, words);
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
    fs::remove_file(&taken).unwrap();
    std::os::unix::fs::symlink("nowhere", &taken).unwrap();
    new(&folder, &["weather"]).assert(2, words);
    new(&folder, &["weather", "--folder", "."]).assert(2, words);
    new(&folder, &["weather", "--folder", "other"]).assert(0, "made other from the template http");
    assert!(folder.path().join("other/src/lib.rs").is_file());
    // Whoever may read the folder around it may read it.
    let mode = fs::metadata(folder.path().join("other")).unwrap().permissions().mode();
    assert_eq!(mode & 0o055, 0o055);
}

#[test]
fn where_nothing_can_be_written_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let words = "cannot make missing/weather; name a place with --folder where you can write";
    new(&folder, &["weather", "--folder", "missing/weather"]).assert(2, words);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let user = Unprivileged::new();
    let ended = Runner::new(["new", "weather", "--folder", "/weather"]).run_as(&user);
    ended.assert(2, "cannot make /weather").assert(2, "Permission denied");
}

#[test]
fn what_is_no_kit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    new(&folder, &["weather", "--kit", "nowhere"]).assert(2, "cannot read the kit nowhere");
    new(&folder, &["weather", "--kit", "."]).assert(2, "is not a kit: it has no folder with the crate");
    new(&folder, &["weather", "--template", "nonsense"]).assert(2, "[possible values: http, minimal]");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
