//! Modules stand in the order in which the data flows, and import from those before them only.

#![expect(clippy::expect_used, reason = "in a test, a panic with the reason is the report")]

use std::{fs, path::Path};

/// The modules of the loader in their order. `lib` itself may name all.
const ORDER: &[&str] = &[
    "exit_code",
    "did_you_mean",
    "json_type",
    "remedy",
    "slug",
    "digest",
    "sealed",
    "whole_file",
    "permission",
    "elf",
    "note",
    "reference",
    "examination",
    "locate",
    "configuration",
    "grant",
    "lock",
    "mask",
    "cutoff",
    "typed",
    "processes",
    "temporary",
    "cgroup",
    "containment",
    "confinement",
    "closed_output",
    "state",
    "sink",
    "dead_letters",
    "delivery",
    "history",
    "frame",
    "worker",
    "guardian",
    "supervisor",
    "fuzzing",
    "internals",
    "metrics",
    "report",
    "project",
    "scaffold",
    "cargo",
    "conformance",
    "replay_source",
    "cli",
];

/// Pairs that the order would allow and the design does not.
const APART: [(&str, &str); 1] = [("supervisor", "worker")];

fn rank(module: &str) -> Option<usize> {
    // The console stands between supervisor and commands, as a part of the latter.
    let module = if module == "console" { "cli" } else { module };
    ORDER.iter().position(|known| *known == module)
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources are there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The modules that a line of code names behind `crate::`, also in a list over several lines.
fn named(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_list = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.split("//").next().unwrap_or_default();
        if in_list {
            found.extend(first_word(line.trim_start()).map(|word| (number + 1, word)));
            in_list = !line.contains("};");
        }
        for rest in line.split("crate::").skip(1) {
            if let Some(list) = rest.strip_prefix('{') {
                in_list = !list.contains("};");
                for item in list.split(',') {
                    found.extend(first_word(item.trim_start()).map(|word| (number + 1, word)));
                }
            } else {
                found.extend(first_word(rest).map(|word| (number + 1, word)));
            }
        }
    }
    found
}

fn first_word(text: &str) -> Option<String> {
    let word: String =
        text.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect();
    Some(word).filter(|word| !word.is_empty())
}

#[test]
fn modules_import_backwards_only() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut checked = 0;
    for path in sources(&folder) {
        let inside = path.strip_prefix(&folder).expect("it lies inside").to_string_lossy().into_owned();
        let module = inside.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = rank(module) else {
            assert!(["lib", "main"].contains(&module), "add `{module}` to the order in this test");
            continue;
        };
        let mut text = fs::read_to_string(&path).expect("a source is text");
        if !inside.contains('/') {
            // Only in a file of the top is the module above the crate itself.
            text = text.replace("super::", "crate::");
        }
        for (line, target) in named(&text) {
            let Some(other) = rank(&target) else { continue };
            checked += 1;
            let apart = APART.contains(&(module, target.as_str()));
            assert!(
                other <= own && !apart,
                "{inside}:{line}: `{module}` must not import `{target}`: move what both need to a module before \
                 them, such as `frame`, or hand it over as an argument"
            );
        }
    }
    assert!(checked > 50, "only {checked} imports were found: does this test still understand the sources?");
}
