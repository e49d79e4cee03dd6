//! Tests of the catalogue.

use super::*;

/// The promised numbers and names: scripts depend on them.
const PROMISED: [(&str, &str); 21] = [
    ("C01", "loads"),
    ("C02", "metadata"),
    ("C03", "configuration-schema"),
    ("C04", "glibc"),
    ("C05", "missing-configuration"),
    ("C06", "wrong-type"),
    ("C07", "empty-configuration"),
    ("C08", "unknown-key"),
    ("C09", "verify"),
    ("C10", "streams"),
    ("C11", "streams-stable"),
    ("C12", "records-valid"),
    ("C13", "types-declared"),
    ("C14", "unique-self"),
    ("C15", "cutoff"),
    ("C16", "resume"),
    ("C17", "cancel"),
    ("C18", "memory-flat"),
    ("C19", "secrets"),
    ("C20", "stdout"),
    ("C21", "after-return"),
];

#[test]
fn numbers_and_names_are_the_promised_ones() {
    let all: Vec<(String, &str)> = Test::ALL.iter().map(|test| (test.number(), test.name())).collect();
    let promised: Vec<(String, &str)> = PROMISED.map(|(number, name)| (number.to_owned(), name)).to_vec();
    assert_eq!(all, promised);
}

#[test]
fn a_test_is_found_by_its_name_and_its_number() {
    for (number, name) in PROMISED {
        let test = Test::find(name);
        assert!(test.is_some(), "{name}");
        assert_eq!((Test::find(number), Test::find(&number.to_lowercase())), (test, test));
    }
    for unknown in ["", "C0", "C22", "16", "Resume", "resum"] {
        assert_eq!(Test::find(unknown), None, "{unknown}");
    }
    assert_eq!(Test::nearest("resum"), Some("resume"));
    assert_eq!(Test::nearest("stream-stable"), Some("streams-stable"));
    assert_eq!(Test::nearest("weather"), None);
}

#[test]
fn every_test_has_words_of_its_own() {
    let mut words: Vec<&str> =
        Test::ALL.iter().flat_map(|test| [test.title(), test.why(), test.mend()]).collect();
    for text in &words {
        assert!((20..700).contains(&text.len()) && !text.contains("  ") && !text.contains('\n'), "{text}");
    }
    for test in Test::ALL {
        assert!(test.title().len() <= 80 && !test.title().ends_with('.'), "{}", test.title());
        assert!(test.why().ends_with('.') && test.mend().ends_with('.'), "{}", test.name());
    }
    words.sort_unstable();
    assert!(words.is_sorted_by(|left, right| left < right), "a text stands twice");
}

#[test]
fn what_explain_says_reads_well() {
    insta::assert_snapshot!("resume", Test::Resume.explain());
}
