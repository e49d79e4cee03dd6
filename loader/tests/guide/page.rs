//! One page of Markdown, as far as the tests look at it.

use std::fs;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A page, taken apart.
#[derive(Default)]
pub(crate) struct Page {
    /// Its path from the project's folder.
    pub(crate) path: String,
    /// Where its links lead, as they are written.
    pub(crate) links: Vec<String>,
    /// The anchors of its headings.
    pub(crate) anchors: Vec<String>,
    /// Code within lines.
    pub(crate) spans: Vec<String>,
    /// Blocks of code, each with what stands behind its fence.
    pub(crate) blocks: Vec<(String, String)>,
    /// The rows of its tables: the plain texts of their cells.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(super::project().join(path)).unwrap();
        let mut page = Self { path: path.to_owned(), ..Self::default() };
        let (mut text_of_heading, mut language) = (None, None);
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => page.links.push(dest_url.into_string()),
                Event::Start(Tag::Heading { .. }) => text_of_heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    page.anchors.extend(text_of_heading.take().as_deref().map(anchor));
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(fence))) => {
                    language = Some(fence.into_string());
                    page.blocks.push((String::new(), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => language = None,
                Event::Start(Tag::TableHead | Tag::TableRow) => page.rows.push(Vec::new()),
                Event::Start(Tag::TableCell) => page.last_row().push(String::new()),
                Event::Text(text) => {
                    if let (Some(language), Some(block)) = (&language, page.blocks.last_mut()) {
                        block.0.clone_from(language);
                        block.1.push_str(&text);
                    }
                    page.add(&text, text_of_heading.as_mut());
                }
                Event::Code(code) => {
                    page.spans.push(code.to_string());
                    page.add(&code, text_of_heading.as_mut());
                }
                _ => {}
            }
        }
        page
    }

    /// The rows of this many cells whose first cell is as wanted.
    pub(crate) fn rows_where(&self, cells: usize, is_wanted: impl Fn(&str) -> bool) -> Vec<&[String]> {
        self.rows.iter().map(Vec::as_slice).filter(|row| row.len() == cells && is_wanted(&row[0])).collect()
    }

    fn add(&mut self, text: &str, heading: Option<&mut String>) {
        if let Some(heading) = heading {
            heading.push_str(text);
        } else if let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut()) {
            cell.push_str(text);
        }
    }

    fn last_row(&mut self) -> &mut Vec<String> {
        self.rows.last_mut().unwrap()
    }
}

/// The anchor of a heading, as code hosts and mdbook make it.
fn anchor(heading: &str) -> String {
    let kept = |character: char| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ => character.is_alphanumeric().then(|| character.to_lowercase().next().unwrap_or(character)),
    };
    heading.chars().filter_map(kept).collect()
}

#[test]
fn an_anchor_is_what_code_hosts_make_of_a_heading() {
    for (heading, expected) in [
        ("What is told", "what-is-told"),
        ("`?`", ""),
        ("A range, e.g. 1..2 of it", "a-range-eg-12-of-it"),
        ("Panics, threads, async", "panics-threads-async"),
    ] {
        assert_eq!(anchor(&heading.replace('`', "")), expected);
    }
}
