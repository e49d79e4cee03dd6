//! The ways in which a secret may be written, to find it and to replace it.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// What stands for a secret.
pub(crate) const MASK: &str = "[secret]";

/// The bytes from which a secret is looked for inside of longer base64: shorter pieces of it are in many texts.
const SHORTEST_INSIDE: usize = 6;
/// The letters that JSON escapes with one letter (RFC 8259, section 7), with that letter.
const JSON_ESCAPES: [(char, char); 8] = [
    ('"', '"'),
    ('\\', '\\'),
    ('/', '/'),
    ('\u{8}', 'b'),
    ('\u{c}', 'f'),
    ('\n', 'n'),
    ('\r', 'r'),
    ('\t', 't'),
];
/// What HTML and XML write for a letter; beyond these, people write the letter itself.
const ENTITIES: [(char, &str); 5] =
    [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")];

/// What the spellings of a letter begin with, apart from the letter itself.
const BEGINNINGS: &[u8] = b"%\\&+";

/// A value that nobody may read.
#[derive(Clone)]
pub(crate) struct Secret {
    /// In plain and in base64, each of which may be escaped where it stands. The longest first, so that none is replaced
    /// in part.
    forms: Vec<String>,
}

impl Secret {
    /// `None` for an empty text.
    pub(crate) fn new(secret: &str) -> Option<Self> {
        if secret.is_empty() {
            return None;
        }
        let mut forms = in_base64(secret.as_bytes());
        forms.push(secret.to_owned());
        forms.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        forms.dedup();
        Some(Self { forms })
    }

    /// Whether any form of it is in the text.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        self.forms.iter().any(|form| find(text, form).is_some())
    }

    /// The text with [`MASK`] for every form of it.
    pub(crate) fn replaced_in(&self, text: &[u8]) -> Vec<u8> {
        self.forms.iter().fold(text.to_vec(), |text, form| replace(&text, form))
    }
}

/// In base64 by itself, and as it stands in longer base64, as in `user:password`: behind 0, 1 or 2 bytes of a group of
/// three. A character that holds bits of what stands around it is left out.
fn in_base64(secret: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        forms.push(engine.encode(secret));
        for before in (0..3).filter(|_| secret.len() >= SHORTEST_INSIDE) {
            let encoded = engine.encode([&[0, 0, 0][..before], secret].concat());
            let bits = (before + secret.len()) * 8;
            forms.push(encoded[(before * 8).div_ceil(6)..bits / 6].to_owned());
        }
    }
    forms
}

/// Where the form stands for the first time, and how many bytes of the text it takes.
fn find(text: &[u8], form: &str) -> Option<(usize, usize)> {
    let first = *form.as_bytes().first()?;
    let may_begin = |at: &usize| text[*at] == first || BEGINNINGS.contains(&text[*at]);
    (0..text.len()).filter(may_begin).find_map(|at| Some((at, spelt_length(&text[at..], form)?)))
}

fn replace(text: &[u8], form: &str) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, length)) = find(rest, form) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(MASK.as_bytes());
        rest = &rest[at + length..];
    }
    replaced.extend_from_slice(rest);
    replaced
}

/// How many bytes at the start of the text spell the form, each letter in one of its spellings. All ways are followed at
/// once: `\\` may be two backslashes, or one that is escaped.
fn spelt_length(text: &[u8], form: &str) -> Option<usize> {
    let mut letters = form.chars();
    let mut ends = spellings(text, letters.next()?);
    for letter in letters {
        if ends.is_empty() {
            return None;
        }
        let following =
            |end: usize| spellings(&text[end..], letter).into_iter().map(move |length| end + length);
        ends = ends.into_iter().flat_map(following).collect();
        ends.sort_unstable();
        ends.dedup();
    }
    ends.into_iter().max()
}

/// The lengths of the spellings of this letter that the text starts with.
fn spellings(text: &[u8], letter: char) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut plain = [0; 4];
    let plain = letter.encode_utf8(&mut plain).as_bytes();
    if text.starts_with(plain) || (letter == ' ' && text.starts_with(b"+")) {
        lengths.push(plain.len());
    }
    match text.first() {
        Some(b'%') => lengths.extend(percent_length(text, plain)),
        Some(b'\\') => lengths.extend(escape_length(text, letter)),
        Some(b'&') => lengths.extend(entity_length(text, letter)),
        _ => {}
    }
    lengths
}

/// Every byte as `%2F` or `%2f` (RFC 3986, section 2.1).
fn percent_length(text: &[u8], plain: &[u8]) -> Option<usize> {
    let is_spelt = |(at, byte): (usize, &u8)| {
        text.get(3 * at) == Some(&b'%') && number_at(text, 3 * at + 1, 2) == Some((*byte).into())
    };
    plain.iter().enumerate().all(is_spelt).then_some(3 * plain.len())
}

/// As strings of JSON and of JavaScript have it: `\n` or `\u000a`.
fn escape_length(text: &[u8], letter: char) -> Option<usize> {
    if JSON_ESCAPES.iter().any(|(escaped, by)| *escaped == letter && text.get(1) == Some(&(*by as u8))) {
        return Some(2);
    }
    let mut units = [0; 2];
    let units = letter.encode_utf16(&mut units);
    let is_spelt = |(at, unit): (usize, &u16)| {
        text[6 * at..].starts_with(b"\\u") && number_at(text, 6 * at + 2, 4) == Some((*unit).into())
    };
    (text.len() >= 6 * units.len() && units.iter().enumerate().all(is_spelt)).then_some(6 * units.len())
}

fn entity_length(text: &[u8], letter: char) -> Option<usize> {
    let (_, entity) = ENTITIES.iter().find(|(named, _)| *named == letter)?;
    text.starts_with(entity.as_bytes()).then_some(entity.len())
}

/// The number that these hexadecimal digits write, in either case.
fn number_at(text: &[u8], at: usize, digits: usize) -> Option<u32> {
    let mut digits = text.get(at..at + digits)?.iter().map(|digit| char::from(*digit).to_digit(16));
    digits.try_fold(0, |number, digit| Some(number * 16 + digit?))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const TOKEN: &str = "t0p/s\"cret +1";

    #[test]
    fn a_secret_is_found_and_replaced_in_every_form() {
        let secret = Secret::new(TOKEN).unwrap();
        let forms = [
            TOKEN.to_owned(),
            r#"t0p/s\"cret +1"#.to_owned(),
            r#"t0p\/s\"cret +1"#.to_owned(),
            "t0p%2Fs%22cret%20%2B1".to_owned(),
            "t0p%2fs%22cret%20%2b1".to_owned(),
            "t0p%2Fs%22cret+%2B1".to_owned(),
            "t0p/s%22cret%20+1".to_owned(),
            "t0p%2fs%22cret +1".to_owned(),
            "t0p/s\"cret \\u002B1".to_owned(),
            "t0p\\u002fs\\u0022cret\\u0020+1".to_owned(),
            "t0p/s&quot;cret +1".to_owned(),
            STANDARD.encode(TOKEN),
            STANDARD.encode(format!("u:{TOKEN}")),
            STANDARD.encode(format!("us:{TOKEN}")),
            STANDARD.encode(format!("use:{TOKEN}:x")),
        ];
        for form in forms {
            let text = format!("before {form} behind");
            assert!(secret.is_in(text.as_bytes()), "{form}");
            let replaced = secret.replaced_in(text.as_bytes());
            assert!(!secret.is_in(&replaced), "{form}");
            let replaced = String::from_utf8(replaced).unwrap();
            assert!(replaced.starts_with("before ") && replaced.contains(MASK), "{replaced}");
        }
        assert!(!secret.is_in(b"t0p secret"));
    }

    #[test]
    fn each_letter_may_be_spelt_in_each_way() {
        let table = [
            ("/hook/ab%2Fcd+ef==x", "ab/cd+ef==x"),
            ("<a&amp;b&lt;c&gt;d&quot;e&#39;f>", "a&b<c>d\"e'f"),
            (r#"{"a":"x\u0026y\u003cz"}"#, "x&y<z"),
            (r"one\\two\u005Cthree\nfour", "one\\two\\three\nfour"),
            ("gr%C3%bc\\u00dfe \\ud83d\\uDE00", "grüße 😀"),
            ("100%25%25off%", "100%%off%"),
            ("100%25off", "100%25off"),
        ];
        for (text, secret) in table {
            assert!(Secret::new(secret).unwrap().is_in(text.as_bytes()), "{secret} in {text}");
        }
        for (text, secret) in
            [("ab%2", "ab/"), ("ab%2G", "ab/"), ("ab\\u002", "ab/"), ("ab%2F", "abX"), ("a+b", "a/b")]
        {
            assert!(!Secret::new(secret).unwrap().is_in(text.as_bytes()), "{secret} in {text}");
        }
    }

    #[test]
    fn a_short_secret_is_not_seen_where_it_is_not() {
        let secret = Secret::new("ab").unwrap();
        assert!(secret.is_in(b"x ab y") && secret.is_in(b"YWI="));
        assert!(!secret.is_in(b"a b"));
        assert!(Secret::new("").is_none());
    }
}
