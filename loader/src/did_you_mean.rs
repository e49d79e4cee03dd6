//! Guesses which of several names a person meant.

/// The most similar of `names`, if it is similar enough to be a slip of `written`.
///
/// A slip is about one wrong, missing or swapped letter in four, or a common beginning of most of the name.
#[must_use]
pub fn did_you_mean<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.into_iter().filter(|name| is_slip(written, name));
    let likeness =
        |name: &str| strsim::normalized_damerau_levenshtein(&written.to_lowercase(), &name.to_lowercase());
    let ranked = near.map(|name| (likeness(name), name));
    ranked.max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, name)| name)
}

fn is_slip(written: &str, name: &str) -> bool {
    let (written, name) = (written.to_lowercase(), name.to_lowercase());
    let slips = 1 + written.chars().count() / 4;
    // Names of one or two letters are all one slip from each other.
    let short = written.chars().count().min(name.chars().count()) < 3;
    let few_slips = !short && strsim::damerau_levenshtein(&written, &name) <= slips;
    written == name || few_slips || strsim::jaro_winkler(&written, &name) > 0.88
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_names_are_not() {
        let table = [
            ("gti", Some("git")),
            ("gi", Some("git")),
            ("GIT", Some("git")),
            ("pagerdutty", Some("pagerduty")),
            ("pager", Some("pagerduty")),
            ("api_token", Some("apiToken")),
            ("apitoken", Some("apiToken")),
            ("jira", None),
            ("x", None),
            ("", None),
            ("continuous", None),
        ];
        for (written, expected) in table {
            let names = ["git", "pagerduty", "apiToken", "circleci"];
            assert_eq!(did_you_mean(written, names), expected, "{written}");
        }
    }

    #[test]
    fn the_nearest_of_several_is_taken() {
        assert_eq!(did_you_mean("tokn", ["tokens", "token", "to"]), Some("token"));
    }

    #[test]
    fn without_names_there_is_no_guess() {
        assert_eq!(did_you_mean("git", []), None);
    }
}
