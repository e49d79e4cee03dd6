//! Values that no error may show.

use std::sync::{PoisonError, RwLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in the place of a secret.
pub(crate) const HIDDEN: &str = "[secret]";
/// Shorter values would be found everywhere. The runner hides them where they stand alone.
const SHORTEST: usize = 6;

/// The secrets of one client, in every form that may come back in a text.
#[derive(Default)]
pub(crate) struct Secrets {
    forms: RwLock<Vec<String>>,
}

impl Secrets {
    pub(crate) fn add(&self, secret: &str) {
        if secret.len() < SHORTEST {
            return;
        }
        let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        forms.extend(forms_of(secret));
        // The longest first: one secret may be a part of another.
        forms.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        forms.dedup();
    }

    pub(crate) fn mask(&self, text: &str) -> String {
        let forms = self.forms.read().unwrap_or_else(PoisonError::into_inner);
        forms.iter().fold(text.to_owned(), |text, form| text.replace(form, HIDDEN))
    }
}

fn forms_of(secret: &str) -> [String; 5] {
    let quoted = serde_json::Value::from(secret).to_string();
    [
        secret.to_owned(),
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        STANDARD.encode(secret),
        quoted[1..quoted.len() - 1].to_owned(),
    ]
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
            ("nothing", "nothing"),
        ] {
            assert_eq!(secrets.mask(text), wanted);
        }
    }

    #[test]
    fn a_value_of_a_few_letters_is_left_to_the_runner() {
        let secrets = Secrets::default();
        secrets.add("a");
        assert_eq!(secrets.mask("banana"), "banana");
    }
}
