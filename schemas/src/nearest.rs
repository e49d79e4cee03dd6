//! Finds the name that someone probably meant.

/// Longer words are not compared: nobody misspells a name into that, and comparing costs length times length.
const LONGEST_WORD: usize = 64;

/// The candidate closest to `written`, if any is close enough to be worth asking about.
///
/// Upper and lower case, `-`, `_` and spaces make no difference, so `created_at` finds `createdAt`. Beyond that,
/// a third of the letters may be wrong. Of two equally close candidates the first wins.
pub(crate) fn nearest<'c>(written: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if written.len() > LONGEST_WORD {
        return None;
    }
    let written = folded(written);
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(&written, candidate)?, candidate)))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Edits from the folded word to the candidate; `None` when they are too many.
fn distance(written: &str, candidate: &str) -> Option<usize> {
    if candidate.len() > LONGEST_WORD {
        return None;
    }
    let candidate = folded(candidate);
    let tolerated = (written.chars().count() / 3).max(1);
    let distance = strsim::osa_distance(written, &candidate);
    // A word of one letter is one edit away from every other: nothing of it would be left.
    let something_left = distance < written.chars().count();
    (distance <= tolerated && something_left).then_some(distance)
}

fn folded(text: &str) -> String {
    text.chars().filter(|letter| !matches!(letter, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [&str; 5] = ["created", "running", "errored", "complete", "canceled"];

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        for (written, meant) in [
            ("Running", Some("running")),
            ("runing", Some("running")),
            ("urnning", Some("running")),
            ("completed", Some("complete")),
            ("cancelled", Some("canceled")),
            ("CREATED", Some("created")),
            ("success", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(written, STATES), meant, "{written:?}");
        }
    }

    #[test]
    fn separators_and_case_do_not_count() {
        for written in ["created_at", "CreatedAt", "created-at", "CREATED AT"] {
            assert_eq!(nearest(written, ["updatedAt", "createdAt"]), Some("createdAt"), "{written:?}");
        }
    }

    #[test]
    fn a_very_long_word_is_compared_with_nothing() {
        let long = "created".repeat(100_000);
        assert_eq!(nearest(&long, STATES), None);
        assert_eq!(nearest("created", [long.as_str()]), None);
    }
}
