//! What the guide shows of a connector, and does not compile by itself, is the connector's own text.

use std::{fs, path::Path};

use crate::{pages, project};

/// What stands behind the fence of such a block.
pub(crate) const EXCERPT: &str = "rust,ignore";

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
fn every_excerpt_is_the_text_of_the_connector() {
    let mut sources = Vec::new();
    files(&project().join("connectors/buildkite"), &mut sources);
    let mut count = 0;
    for page in pages() {
        let is_example = page.path == "docs/example-buildkite.md";
        for (fence, text) in &page.blocks {
            if fence != EXCERPT && !(is_example && fence == "json") {
                continue;
            }
            let excerpt = lines(text);
            let is_there =
                sources.iter().any(|lines| lines.windows(excerpt.len()).any(|part| part == excerpt));
            assert!(
                is_there,
                "{} shows what stands in no file of connectors/buildkite; copy it anew:\n{text}",
                page.path
            );
            count += 1;
        }
    }
    assert!(count >= 9, "only {count} excerpts were found");
}
