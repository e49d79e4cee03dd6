//! The ways in which a secret may be written, to find it and to replace it.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for a secret.
pub(crate) const MASK: &str = "[secret]";

/// What RFC 3986 asks to encode everywhere.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The bytes from which a secret is looked for inside of longer base64: shorter pieces of it are in many texts.
const SHORTEST_INSIDE: usize = 6;

/// A value that nobody may read.
#[derive(Clone)]
pub(crate) struct Secret {
    /// The longest first, so that none is replaced in part.
    forms: Vec<Vec<u8>>,
}

impl Secret {
    /// `None` for an empty text.
    pub(crate) fn new(secret: &str) -> Option<Self> {
        if secret.is_empty() {
            return None;
        }
        let mut forms: Vec<Vec<u8>> = written(secret).into_iter().map(String::into_bytes).collect();
        forms.extend(in_base64(secret.as_bytes()));
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

fn written(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let percent = utf8_percent_encode(secret, UNRESERVED).to_string();
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    vec![secret.to_owned(), json.replace('/', "\\/"), json, lowered(&percent), percent, lowered(&form), form]
}

/// The same with `%2f` for `%2F`: both are in use.
fn lowered(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at(2);
        text.push_str(&format!("%{}{rest}", digits.to_ascii_lowercase()));
    }
    text
}

/// In base64 by itself, and as it stands in longer base64, as in `user:password`: behind 0, 1 or 2 bytes of a group of
/// three. A character that holds bits of what stands around it is left out.
fn in_base64(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        forms.push(engine.encode(secret).into_bytes());
        for before in (0..3).filter(|_| secret.len() >= SHORTEST_INSIDE) {
            let encoded = engine.encode([&[0, 0, 0][..before], secret].concat());
            let bits = (before + secret.len()) * 8;
            forms.push(encoded.as_bytes()[(before * 8).div_ceil(6)..bits / 6].to_vec());
        }
    }
    forms
}

fn find(text: &[u8], form: &[u8]) -> Option<usize> {
    text.windows(form.len()).position(|window| window == form)
}

fn replace(text: &[u8], form: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(index) = find(rest, form) {
        replaced.extend_from_slice(&rest[..index]);
        replaced.extend_from_slice(MASK.as_bytes());
        rest = &rest[index + form.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
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
    fn a_short_secret_is_not_seen_where_it_is_not() {
        let secret = Secret::new("ab").unwrap();
        assert!(secret.is_in(b"x ab y") && secret.is_in(b"YWI="));
        assert!(!secret.is_in(b"a b"));
        assert!(Secret::new("").is_none());
    }
}
