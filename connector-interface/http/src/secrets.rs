//! Values that no error may show.

use std::{
    collections::VecDeque,
    sync::{PoisonError, RwLock},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};

use crate::spelling::{Extent, written_length};

/// What stands in the place of a secret.
pub(crate) const HIDDEN: &str = "[secret]";
/// Shorter values would be found everywhere. The runner hides them where they stand alone.
pub(crate) const SHORTEST: usize = 6;
/// So many tokens are kept in mind: answers to the last requests may still speak of replaced ones.
const MOST_TOKENS: usize = 4;

/// The secrets of one client, in every form that may come back in a text.
#[derive(Default)]
pub(crate) struct Secrets {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    lasting: Vec<Secret>,
    tokens: VecDeque<Secret>,
}

struct Secret {
    plain: String,
    base64: Vec<String>,
}

impl Secrets {
    pub(crate) fn add(&self, secret: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = known.lasting.iter().all(|other| other.plain != secret);
        if is_new && secret.len() >= SHORTEST {
            known.lasting.push(Secret::new(secret));
        }
    }

    /// A secret that is replaced from time to time.
    pub(crate) fn add_token(&self, token: &str) {
        if token.len() < SHORTEST {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.tokens.push_back(Secret::new(token));
        if known.tokens.len() > MOST_TOKENS {
            known.tokens.pop_front();
        }
    }

    pub(crate) fn mask(&self, text: &str) -> String {
        self.masked(text, Extent::Whole)
    }

    /// Secrets that overlap are hidden together: nothing is left of either.
    pub(crate) fn masked(&self, text: &str, extent: Extent) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut masked = String::with_capacity(text.len());
        let mut hidden_until = 0;
        for (at, letter) in text.char_indices() {
            let length = known.longest(&text.as_bytes()[at..], extent);
            if at >= hidden_until {
                if length.is_some() { masked.push_str(HIDDEN) } else { masked.push(letter) }
            }
            hidden_until = hidden_until.max(length.map_or(0, |length| at + length));
        }
        masked
    }
}

impl Known {
    /// The length of the longest secret that the text begins with.
    fn longest(&self, text: &[u8], extent: Extent) -> Option<usize> {
        let secrets = self.lasting.iter().chain(&self.tokens);
        let forms = secrets.flat_map(|secret| secret.base64.iter().chain([&secret.plain]));
        forms.filter_map(|form| written_length(form, text, extent)).max()
    }
}

impl Secret {
    fn new(secret: &str) -> Self {
        Self { plain: secret.to_owned(), base64: in_base64(secret.as_bytes()) }
    }
}

/// In base64 (RFC 4648) by itself, and as it stands in longer base64, as in `user:password`: behind 0, 1 or 2 bytes of a
/// group of three. There a character that holds bits of what stands around the secret is left out.
fn in_base64(secret: &[u8]) -> Vec<String> {
    let mut forms = vec![STANDARD.encode(secret), URL_SAFE.encode(secret)];
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        forms.push(engine.encode(secret));
        for before in 0..3 {
            let encoded = engine.encode([&[0, 0, 0][..before], secret].concat());
            let bits = (before + secret.len()) * 8;
            forms.push(encoded[(before * 8).div_ceil(6)..bits / 6].to_owned());
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        let secrets = Secrets::default();
        secrets.add("a b\"c/d");
        secrets.add("a b\"c/d and more");
        for (text, wanted) in [
            ("x a b\"c/d y", "x [secret] y"),
            ("x a b\"c/d and more y", "x [secret] y"),
            ("?q=a+b%22c%2Fd", "?q=[secret]"),
            ("/a%20b%22c%2Fd/x", "/[secret]/x"),
            (r#"{"echo":"a b\"c/d"}"#, r#"{"echo":"[secret]"}"#),
            ("Basic YSBiImMvZA==", "Basic [secret]"),
            ("YSBiImMvZA", "[secret]"),
            (r#"{"url":"https:\/\/x\/a b\"c\/d"}"#, r#"{"url":"https:\/\/x\/[secret]"}"#),
            ("/a%20b%22c%2fd/x", "/[secret]/x"),
            ("a b\"c/da b\"c/d", "[secret][secret]"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(secrets.mask(text), wanted);
        }
    }

    #[test]
    fn a_secret_inside_of_base64_is_hidden() {
        let secrets = Secrets::default();
        secrets.add("s3cr3t?>token~");
        for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
            for before in ["", "u", "us", "use", "user"] {
                let masked = secrets.mask(&engine.encode(format!("{before}s3cr3t?>token~:x")));
                assert!(masked.contains(HIDDEN) && masked.len() < 8 + HIDDEN.len() + 5, "{masked}");
            }
        }
    }

    #[test]
    fn secrets_that_overlap_leave_no_tail() {
        let secrets = Secrets::default();
        for secret in ["abcdefgh", "efghijkl", "jklmnopq"] {
            secrets.add(secret);
        }
        for (text, wanted) in [("abcdefghijkl", "[secret]"), ("-abcdefghijklmnopq-", "-[secret]-")] {
            assert_eq!(secrets.mask(text), wanted);
        }
    }

    #[test]
    fn only_the_last_tokens_are_kept_in_mind() {
        let secrets = Secrets::default();
        (0..100).for_each(|number| secrets.add_token(&format!("token-{number:03}")));
        assert_eq!(secrets.mask("token-000 token-096 token-099"), "token-000 [secret] [secret]");
        assert_eq!(secrets.known.read().unwrap().tokens.len(), MOST_TOKENS);
    }

    #[test]
    fn a_value_of_a_few_letters_is_left_to_the_runner() {
        let secrets = Secrets::default();
        secrets.add("a");
        assert_eq!(secrets.mask("banana"), "banana");
    }
}
