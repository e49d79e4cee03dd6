//! The ways in which a text may write a secret, letter by letter.

/// What a text is of that in which secrets are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Whole,
    /// Its beginning, which may end within a secret.
    Cut,
}

/// Letters of a secret before a cut that give it away.
const FEWEST_BEFORE_A_CUT: usize = 4;
/// Fewer bytes before a cut may be a part of a letter (`\ud83d\ude00`).
const LONGEST_SPELLING: usize = 12;
/// How often a text may have been encoded over and over.
const MOST_ROUNDS: usize = 3;

/// Whether the secret is anywhere in the text.
pub(crate) fn is_written_in(secret: &str, text: &str) -> bool {
    let mut places = text.char_indices().map(|(at, _)| &text.as_bytes()[at..]);
    places.any(|rest| written_length(secret, rest, Extent::Whole).is_some())
}

/// The length of the secret where the text begins with it, and the greatest of several. Each letter may be written in a
/// way of its own: encoders differ in what they leave as it is.
pub(crate) fn written_length(secret: &str, text: &[u8], extent: Extent) -> Option<usize> {
    let mut letters = secret.chars();
    let mut reached = spellings(letters.next()?, text);
    for (count, letter) in (1..).zip(letters) {
        let is_at_cut = reached.iter().any(|at| text.len() - at < LONGEST_SPELLING);
        if extent == Extent::Cut && count >= FEWEST_BEFORE_A_CUT && is_at_cut {
            return Some(text.len());
        }
        reached = reached
            .iter()
            .flat_map(|at| spellings(letter, &text[*at..]).into_iter().map(move |length| at + length))
            .collect();
        reached.sort_unstable();
        reached.dedup();
        if reached.is_empty() {
            return None;
        }
    }
    reached.into_iter().max()
}

/// The lengths of all ways to write the letter that the text begins with.
fn spellings(letter: char, text: &[u8]) -> Vec<usize> {
    let mut lengths = match text.first() {
        Some(b'%') => percent_encoded(letter, text),
        Some(b'\\') => escaped(letter, text),
        Some(b'&') => as_entity(letter, text),
        Some(b'+') if letter == ' ' => vec![1],
        _ => Vec::new(),
    };
    if text.starts_with(letter.encode_utf8(&mut [0; 4]).as_bytes()) {
        lengths.push(letter.len_utf8());
    }
    lengths
}

/// `%2F` in either case (RFC 3986, section 2.1), and `%252F` where a URL stands in another's query.
fn percent_encoded(letter: char, text: &[u8]) -> Vec<usize> {
    let forms = (0..MOST_ROUNDS).map(|round| {
        let again = "25".repeat(round);
        letter.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{again}{byte:02X}")).collect()
    });
    lengths(forms, text)
}

/// `\/`, `\n` and `\u002f` of JSON (RFC 8259, section 7), with more backslashes where it stands in a string of another.
fn escaped(letter: char, text: &[u8]) -> Vec<usize> {
    let short = match letter {
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        other => other,
    };
    let backslashes = text.iter().take(2 * MOST_ROUNDS).take_while(|byte| **byte == b'\\').count();
    let forms = (1..=backslashes).map(|count| "\\".repeat(count)).flat_map(|backslashes| {
        let units =
            letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("{backslashes}u{unit:04x}")).collect();
        [units, format!("{backslashes}{short}")]
    });
    lengths(forms, text)
}

/// `&amp;`, `&#39;` and `&#x27;`, as they stand in HTML.
fn as_entity(letter: char, text: &[u8]) -> Vec<usize> {
    let name = match letter {
        '&' => "amp",
        '<' => "lt",
        '>' => "gt",
        '"' => "quot",
        _ => "apos",
    };
    let named = "&<>\"'".contains(letter).then(|| format!("&{name};"));
    let number = u32::from(letter);
    let numbered = [
        format!("&#{number};"),
        format!("&#{number:03};"),
        format!("&#x{number:x};"),
        format!("&#x{number:04x};"),
    ];
    lengths(named.into_iter().chain(numbered), text)
}

fn lengths(forms: impl Iterator<Item = String>, text: &[u8]) -> Vec<usize> {
    forms
        .map(String::into_bytes)
        .filter(|form| text.get(..form.len()).is_some_and(|start| start.eq_ignore_ascii_case(form)))
        .map(|form| form.len())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_may_be_written_in_a_way_of_its_own() {
        for (secret, text) in [
            ("ab/cd+ef", "ab/cd+ef"),
            ("ab/cd+ef", "ab%2fcd%2Bef"),
            ("ab/cd+ef", "ab%252Fcd+ef"),
            ("ab/cd+ef", r"ab\/cd\u002bef"),
            ("ab/cd+ef", r"ab\\/cd+ef"),
            ("ab/cd+ef", "ab&#47;cd&#x2B;ef"),
            ("a b~c\"d", "a+b%7Ec%22d"),
            ("a b~c\"d", r#"a%20b~c\"d"#),
            ("a&b'c<d", "a&amp;b&#039;c&lt;d"),
            ("100%25", "100%25"),
            ("100%25", "100%2525"),
            ("a\\b\nc", r"a\\b\nc"),
            ("pässwörd", r"p%C3%A4ssw\u00F6rd"),
            ("key😀", r"key\ud83d\ude00"),
        ] {
            let behind = format!("{text}, and more");
            assert_eq!(written_length(secret, behind.as_bytes(), Extent::Whole), Some(text.len()), "{text}");
        }
    }

    #[test]
    fn another_text_is_none() {
        for text in ["", "ab/cd+e", "ab/cd ef", "AB/CD+EF", "ab%2", "ab%2gcd+ef", "x ab/cd+ef"] {
            assert_eq!(written_length("ab/cd+ef", text.as_bytes(), Extent::Whole), None, "{text}");
        }
    }

    #[test]
    fn at_a_cut_the_beginning_of_a_secret_is_enough() {
        for (text, is_found) in [("ab/c", true), ("ab%2Fcd%2", true), ("ab/", false), ("abxc", false)] {
            let found = written_length("ab/cd+ef", text.as_bytes(), Extent::Cut);
            assert_eq!(found, is_found.then_some(text.len()), "{text}");
        }
    }
}
