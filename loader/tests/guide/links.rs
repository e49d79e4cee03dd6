//! Every page is in the book, and every link leads somewhere, on a code host as in the book.

use std::collections::BTreeSet;

use crate::{excerpts::EXCERPT, page::Page, pages, project};

#[test]
fn every_page_is_in_the_summary_and_the_other_way_round() {
    let listed = Page::read("docs/SUMMARY.md").links;
    let there: Vec<String> =
        pages().iter().filter_map(|page| page.path.strip_prefix("docs/").map(str::to_owned)).collect();
    let (listed_set, there_set): (BTreeSet<_>, BTreeSet<_>) =
        (listed.iter().collect(), there.iter().collect());
    let missing: Vec<_> = there_set.difference(&listed_set).collect();
    let invented: Vec<_> = listed_set.difference(&there_set).collect();
    assert!(missing.is_empty(), "these pages of docs/ are not in docs/SUMMARY.md: {missing:?}");
    assert!(invented.is_empty(), "docs/SUMMARY.md lists pages that are not there: {invented:?}");
    assert_eq!(listed.len(), listed_set.len(), "docs/SUMMARY.md lists a page twice");
}

/// A page of the guide may lead to another one only: what else is in the project is neither in the book nor in the
/// packages.
#[test]
fn every_link_of_the_guide_leads_to_a_page_and_a_heading_of_it() {
    let pages = pages();
    let mut wrong = Vec::new();
    for page in &pages {
        for link in page.links.iter().filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => Some(page),
                _ => pages.iter().find(|page| page.path == format!("docs/{file}")),
            };
            let is_good = target.is_some_and(|target| {
                anchor.is_empty() || target.anchors.iter().any(|known| known == anchor)
            });
            if !is_good {
                wrong.push(format!("{}: {link}", page.path));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "these links lead to no page of docs/, or to no heading of it; name files outside of docs/ without a link:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_link_of_the_other_pages_leads_to_a_file() {
    let pages = pages();
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"] {
        for link in Page::read(name).links.iter().filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            assert!(project().join(file).exists(), "{name} leads to {link}, which is not there");
            if let Some(page) = pages.iter().find(|page| page.path == file) {
                let is_there = anchor.is_empty() || page.anchors.iter().any(|known| known == anchor);
                assert!(is_there, "{name} leads to {link}, but the page has no such heading");
            }
        }
    }
}

#[test]
fn every_page_with_an_example_in_rust_is_compiled() {
    let list = std::fs::read_to_string(project().join("tests/guide/src/lib.rs")).unwrap();
    for page in pages() {
        let is_example = |fence: &str| fence.split(',').next() == Some("rust") && fence != EXCERPT;
        let has_example = page.blocks.iter().any(|(language, _)| is_example(language));
        let name = page.path.trim_start_matches("docs/");
        assert_eq!(
            list.contains(&format!("\"{name}\"")),
            has_example,
            "{}: tests/guide/src/lib.rs lists the pages with examples in Rust, and no others",
            page.path
        );
    }
}
