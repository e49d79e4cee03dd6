//! The layout of everything that crosses, and the numbers and names it is called by, as they were published.
//!
//! `layout/v1.txt` tells every type that a connector can reach from the root module. It is compared, and never written
//! again. See 'What may change' in the README of this crate.

mod spelled;

use std::{env, fs, path::Path};

use codeclimate_connector_abi::{
    abi_stable::{type_layout::TypeLayout, StableAbi},
    v1,
};

/// Every version of the interface, with the layout of its root module.
const VERSIONS: [(&str, &TypeLayout); 1] = [("v1", <v1::RootModuleRef as StableAbi>::LAYOUT)];

#[test]
fn no_published_layout_has_changed() {
    for (version, layout) in VERSIONS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/layout/{version}.txt"));
        let found = spelled::everything_from(layout);
        let Ok(published) = fs::read_to_string(&path) else {
            keep(version, &path, &found);
            continue;
        };
        let differences = differences(&published, &found);
        assert!(
            differences.is_empty(),
            "\nThe binary interface {version} has changed:\n\n{differences}\n\
             {version} is published: connectors built with it are loaded for years, and the runner would refuse them, or \
             they the runner.\n\
             - Take the change back, and put it into a new module beside {version}; bump the minor version. The README \
             of this crate has the list of what belongs to it.\n\
             - A new ability may need no new type: a new number in `verb` or `host_call` is enough.\n\
             - If only abi_stable is another one: its version is pinned in the workspace's Cargo.toml, for this reason.\n"
        );
    }
}

/// The text of a new version is written once, and then compared like the others.
fn keep(version: &str, path: &Path, layout: &str) {
    assert!(
        env::var_os("KEEP_NEW_LAYOUT").is_some(),
        "there is no text of the layout of {version}: where it is a new version, write it with \
         `KEEP_NEW_LAYOUT=1 cargo test -p codeclimate-connector-abi`, and commit it when it is published"
    );
    if let Err(error) = fs::write(path, layout) {
        panic!("{} cannot be written: {error}", path.display());
    }
}

/// The lines that are gone (`-`) and those that are new (`+`), each behind the type it belongs to.
fn differences(published: &str, found: &str) -> String {
    let (published, found) = (places(published), places(found));
    let gone = published.iter().filter(|line| !found.contains(line)).map(|line| format!("- {line}\n"));
    let new = found.iter().filter(|line| !published.contains(line)).map(|line| format!("+ {line}\n"));
    let lines: String = gone.chain(new).collect();
    // The same lines in another order are another layout.
    if lines.is_empty() && published != found {
        return "the same lines, in another order\n".to_owned();
    }
    lines
}

/// Each line behind the heading that it is indented under.
fn places(text: &str) -> Vec<String> {
    let mut heading = "";
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| match line.strip_prefix("  ") {
            Some(field) => format!("{heading}: {field}"),
            None => {
                heading = line.split(": ").next().unwrap_or_default();
                line.to_owned()
            }
        })
        .collect()
}

/// Every constant of the modules `verb`, `host_call` and `failure_kind`. Add new ones at the end of their module, and
/// never change or remove a line.
const PUBLISHED: &str = r#"
v1::verb::VERIFY_CONFIGURATION: u32 = 1
v1::verb::DISCOVER_STREAMS: u32 = 2
v1::verb::SYNC_STREAM: u32 = 3
v1::verb::SYNC_ENTITY: u32 = 4
v1::verb::CLOSE: u32 = 5
v1::verb::MIGRATE_STATE: u32 = 6
v1::host_call::STATE_GET: u32 = 1
v1::host_call::STATE_SET: u32 = 2
v1::host_call::LOG: u32 = 3
v1::host_call::CANCELLATION: u32 = 4
v1::host_call::PANIC: u32 = 5
v1::failure_kind::CONNECTOR: &str = "connector"
v1::failure_kind::CONFIGURATION: &str = "configuration"
v1::failure_kind::INVALID_RECORD: &str = "invalid-record"
v1::failure_kind::SOURCE_UNAVAILABLE: &str = "source-unavailable"
v1::failure_kind::PAUSED: &str = "paused"
v1::failure_kind::CANCELLED: &str = "cancelled"
v1::failure_kind::PANIC: &str = "panic"
v1::failure_kind::UNSUPPORTED: &str = "unsupported"
v1::failure_kind::CLOSED: &str = "closed"
"#;

#[test]
fn no_published_number_or_name_has_changed() {
    let found = constants("v1", include_str!("../src/v1.rs"));
    let published: Vec<&str> = PUBLISHED.trim().lines().collect();
    for line in &published {
        assert!(
            found.iter().any(|constant| constant == line),
            "`{line}` is published, and is gone or has changed: connectors built with it say exactly this. Take it \
             back; what is no longer wanted stays, and may be answered with `unsupported`. Found: {found:#?}"
        );
    }
    for line in &found {
        assert!(
            published.contains(&line.as_str()),
            "`{line}` is new: add it to `PUBLISHED` in this test, which keeps it from then on; bump the minor version \
             of this crate, and see that either side answers what it does not know with `unsupported`"
        );
    }
}

#[test]
fn no_number_means_two_things() {
    let found = constants("v1", include_str!("../src/v1.rs"));
    let value = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some(format!("{} {value}", name.rsplit_once("::")?.0))
    };
    let mut values: Vec<_> = found.iter().filter_map(|line| value(line)).collect();
    values.sort();
    let count = values.len();
    values.dedup();
    assert_eq!(values.len(), count, "two constants of a module have one value: {found:#?}");
    assert!(count > 10, "does this test still understand the source?");
}

/// The constants of a source file, each with the modules that it stands in.
fn constants(version: &str, source: &str) -> Vec<String> {
    let mut module = None;
    let mut found = Vec::new();
    for line in source.lines() {
        if let Some(name) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(" {")) {
            module = Some(name);
        } else if line == "}" {
            module = None;
        } else if let (Some(module), Some(constant)) = (module, line.trim().strip_prefix("pub const ")) {
            found.push(format!("{version}::{module}::{}", constant.trim_end_matches(';')));
        }
    }
    found
}

#[test]
fn a_difference_names_the_type_and_the_line() {
    let published = "v1::Thing: struct, size 8\n  first: u32\n  second: u32\n";
    let found = "v1::Thing: struct, size 12\n  first: u32\n  third: u8\n  second: u32\n";
    assert_eq!(
        differences(published, found),
        "- v1::Thing: struct, size 8\n+ v1::Thing: struct, size 12\n+ v1::Thing: third: u8\n"
    );
    let swapped = "v1::Thing: struct, size 8\n  second: u32\n  first: u32\n";
    assert_eq!(differences(published, swapped), "the same lines, in another order\n");
    assert_eq!(differences(published, published), "");
}
