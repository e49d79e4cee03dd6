//! The guide in `docs/` names what there is: its pages, the runner's commands, exit codes and record types.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its place is the report")]

mod commands;
mod excerpts;
mod help;
mod links;
mod page;
mod tables;

use std::{fs, path::PathBuf};

use page::Page;

/// The folder of the whole project.
fn project() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// All pages of the guide, without its summary.
fn pages() -> Vec<Page> {
    let mut names: Vec<String> = fs::read_dir(project().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
        .collect();
    names.sort();
    assert!(names.len() > 20, "these are all pages: {names:?}");
    names.iter().map(|name| Page::read(&format!("docs/{name}"))).collect()
}
