//! What a page shows of a connector is the connector's own text.

use std::{fs, path::Path};

use crate::{page::Page, project};

/// The lines of each file below a folder, without their indentation.
fn files(folder: &Path, found: &mut Vec<Vec<String>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push(lines(&text));
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    text.trim_end().lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn the_code_that_the_buildkite_page_shows_is_that_of_the_connector() {
    let mut sources = Vec::new();
    files(&project().join("connectors/buildkite"), &mut sources);
    let page = Page::read("docs/example-buildkite.md");
    let shown = page.blocks.iter().filter(|(language, _)| language == "rust" || language == "json");
    let excerpts: Vec<_> = shown.map(|(_, text)| lines(text)).collect();
    assert!(excerpts.len() >= 9, "these are all excerpts: {excerpts:?}");
    for excerpt in excerpts {
        let is_there = sources.iter().any(|lines| lines.windows(excerpt.len()).any(|part| part == excerpt));
        assert!(
            is_there,
            "docs/example-buildkite.md shows what stands in no file of connectors/buildkite; copy it anew:\n{}",
            excerpt.join("\n")
        );
    }
}
