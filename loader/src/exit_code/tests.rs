//! Tests of the exit codes.

use super::*;

/// The documented numbers: scripts of operators depend on them.
const PROMISED: [(u8, ExitCode); 25] = [
    (0, ExitCode::Done),
    (2, ExitCode::Usage),
    (10, ExitCode::Configuration),
    (11, ExitCode::ConnectorNotFound),
    (12, ExitCode::ConnectorUnusable),
    (13, ExitCode::BuildFailed),
    (20, ExitCode::ConnectorError),
    (21, ExitCode::InvalidRecords),
    (22, ExitCode::ConnectorPanicked),
    (23, ExitCode::ConnectorCrashed),
    (24, ExitCode::ConnectorExited),
    (25, ExitCode::Protocol),
    (26, ExitCode::Paused),
    (27, ExitCode::SourceUnavailable),
    (28, ExitCode::Nonconforming),
    (30, ExitCode::MemoryLimit),
    (31, ExitCode::Deadline),
    (32, ExitCode::OtherLimit),
    (33, ExitCode::Denied),
    (40, ExitCode::OutputFailed),
    (41, ExitCode::StreamHeld),
    (50, ExitCode::Unenforceable),
    (70, ExitCode::Bug),
    (130, ExitCode::Interrupted),
    (143, ExitCode::Terminated),
];

#[test]
fn the_numbers_are_the_promised_ones() {
    for (number, code) in PROMISED {
        assert_eq!(code.number(), number, "{code:?}");
        assert_eq!(u8::from(code), number);
    }
}

#[test]
fn only_the_promised_numbers_have_a_meaning() {
    for number in 0..=u8::MAX {
        let promised = PROMISED.iter().find(|row| row.0 == number).map(|row| row.1);
        assert_eq!(ExitCode::from_number(number), promised, "{number}");
    }
}

#[test]
fn all_holds_each_ending_once_and_in_order() {
    let numbers = ExitCode::ALL.map(ExitCode::number);
    assert!(numbers.is_sorted_by(|left, right| left < right), "{numbers:?}");
    assert_eq!(numbers, PROMISED.map(|row| row.0));
}

#[test]
fn titles_are_short_and_all_different() {
    let mut titles = ExitCode::ALL.map(ExitCode::title);
    titles.sort_unstable();
    assert!(titles.is_sorted_by(|left, right| left < right), "a title stands twice: {titles:?}");
    for title in titles {
        assert!(title.len() <= 30 && !title.ends_with('.'), "{title}");
    }
}

#[test]
fn every_explanation_is_one_paragraph_of_its_own() {
    let mut explanations = ExitCode::ALL.map(ExitCode::explain);
    for text in explanations {
        assert!((150..700).contains(&text.len()), "{} bytes: {text}", text.len());
        assert!(text.ends_with('.') && !text.contains('\n') && !text.contains("  "), "{text}");
    }
    explanations.sort_unstable();
    assert!(explanations.is_sorted_by(|left, right| left < right));
}

#[test]
fn every_failure_says_what_is_kept() {
    let words = ["stay", "kept", "nothing", "Nothing", "no state has changed", "state is"];
    for code in ExitCode::ALL.into_iter().filter(|&code| code != ExitCode::Done) {
        let text = code.explain();
        assert!(words.iter().any(|word| text.contains(word)), "{code:?} does not say what is kept: {text}");
    }
}
