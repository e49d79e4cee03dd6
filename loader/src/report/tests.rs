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

fn assert_is_safe(page: &str) {
    assert!(page.len() < MOST, "{} bytes", page.len());
    let small = page.to_lowercase();
    for wrong in
        ["<script", "<img", "<b>", "<a ", " src=", " href=", "url(", "@import", "javascript:\"", "</style><"]
    {
        assert!(!small.contains(wrong), "{wrong}");
    }
    let unseen = |letter: char| {
        (letter.is_control() && letter != '\n')
            || ('\u{202a}'..='\u{202e}').contains(&letter)
            || letter == '\u{200f}'
    };
    assert!(!page.contains(unseen), "{:?}", page.chars().find(|letter| unseen(*letter)));
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
        ("runs", "744"),
        ("done", "727"),
        ("paused", "9"),
        ("failed", "8"),
        ("records", "669,600"),
        ("bytes", "127.7 MiB"),
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
