//! Tests of the page.

mod histories;
mod parts;

use std::{env, fs, path::PathBuf};

use super::{Span, page};
use crate::metrics::samples::now;

/// 1 MiB.
const MOST: usize = 1 << 20;

pub(super) fn month() -> Span {
    Span { since: now() - jiff::SignedDuration::from_hours(720), now: now(), connection: None }
}

/// What stands in the element with this id, as text.
fn text_of(page: &str, id: &str) -> String {
    let (_, behind) = page.split_once(&format!("id=\"{id}\"")).expect(id);
    let (_, inside) = behind.split_once('>').expect(id);
    inside.split('<').next().unwrap_or_default().to_owned()
}

/// The elements that the page is made of.
const ELEMENTS: &str = "article bdi body caption code dd desc details div dl doctype dt figcaption figure footer g h1 h2 \
                        h3 head header html li line main meta p rect section span strong style summary svg table tbody \
                        td th thead time title tr ul";

fn assert_is_safe(page: &str) {
    assert!(page.len() < MOST, "{} bytes", page.len());
    for tag in page.to_lowercase().split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let name = tag.trim_start_matches(['/', '!']).split([' ', '#', '.']).next().unwrap_or_default();
        assert!(ELEMENTS.split(' ').any(|known| known == name), "<{tag}>");
        assert!(
            [" src=", " href=", " on", " style="].iter().all(|attribute| !tag.contains(attribute)),
            "<{tag}>"
        );
    }
    let style = page.split_once("</style>").map_or("", |(style, _)| style);
    assert!(!style.contains("url(") && !style.contains("@import") && page.matches("</style>").count() == 1);
    let is_unseen = |letter: char| {
        (letter.is_control() && letter != '\n') || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{200f}')
    };
    assert!(!page.contains(is_unseen), "{:?}", page.chars().find(|letter| is_unseen(*letter)));
    assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\""));
}

#[test]
fn every_made_up_history_gives_a_safe_page_of_a_bounded_size() {
    // Whoever looks at the pages with a browser names a folder.
    let temporary = tempfile::tempdir().unwrap();
    let folder = env::var_os("REPORT_PAGES").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    for (name, runs) in histories::all() {
        let page = page(&runs, &month());
        assert_is_safe(&page);
        fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
}

#[test]
fn the_counts_are_those_of_the_runs() {
    let page = page(&histories::mixed(), &month());
    for (id, count) in [
        ("runs", "720"),
        ("done", "703"),
        ("paused", "9"),
        ("failed", "8"),
        ("records", "648,000"),
        ("bytes", "123.6 MiB"),
    ] {
        assert_eq!(text_of(&page, &format!("count-{id}")), count, "{id}");
    }
}

#[test]
fn an_empty_history_gives_advice() {
    let page = page(&[], &month());
    assert!(page.contains("No run is remembered") && page.contains("report --since 365d"), "{page}");
    assert!(!page.contains("id=\"failures\""));
}

#[test]
fn the_sections_stand_in_the_order_in_which_an_operator_asks() {
    let page = page(&histories::mixed(), &month());
    let ids = ["verdict", "failures", "runs", "memory", "throughput", "slowest", "waiting"];
    let places: Vec<_> =
        ids.iter().map(|id| page.find(&format!("<section id=\"{id}\"")).expect(id)).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_page_about_one_connection_says_so() {
    let span = Span { connection: Some("<main>".to_owned()), ..month() };
    for runs in [vec![], histories::good()] {
        assert!(page(&runs, &span).contains("Connection <bdi>&lt;main&gt;</bdi>"));
    }
}
