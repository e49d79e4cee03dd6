//! Tests of the masker.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::configuration::ConfigurationSource;

fn masker_of(value: &Value, schema: Option<&Value>) -> Masker {
    let configuration =
        Configuration::from_bytes(&ConfigurationSource::Stdin, value.to_string().as_bytes()).unwrap();
    Masker::new(&configuration, schema).unwrap()
}

/// A masker of one secret under the key `k`.
fn masker(secret: &str) -> Masker {
    masker_of(&json!({"k": secret}), None)
}

#[test]
fn every_form_of_a_secret_is_replaced() {
    let table = [
        ("hunter2", "it is hunter2, hunter2!", "it is [secret k], [secret k]!"),
        ("hunter2", "xhunter2y", "x[secret k]y"),
        ("a\"b\\c\nd", r#"{"t":"a\"b\\c\nd"}"#, r#"{"t":"[secret k]"}"#),
        ("a\"b\\c\nd", r#""{\"t\":\"a\\\"b\\\\c\\nd\"}""#, r#""{\"t\":\"[secret k]\"}""#),
        ("ab/cd/ef", r"ab\/cd\/ef", "[secret k]"),
        ("pässwörd", r"p\u00e4ssw\u00f6rd p\u00E4ssw\u00F6rd pässwörd", "[secret k] [secret k] [secret k]"),
        ("it's \u{7f} \"x\"", "it's \\u{7f} \\\"x\\\"", "[secret k]"),
        ("a b/c+d=é", "?t=a%20b%2Fc%2Bd%3D%C3%A9&x", "?t=[secret k]&x"),
        ("a b/c+d=é", "?t=a%20b%2fc%2bd%3d%c3%a9&x", "?t=[secret k]&x"),
        ("a b/c+d=é", "t=a+b%2Fc%2Bd%3D%C3%A9", "t=[secret k]"),
        ("a b/c+d=é", "/a%20b/c%2Bd%3D%C3%A9/", "/[secret k]/"),
        ("a-b_c.d~e!", "a-b_c.d~e! a-b_c.d~e%21 a%2Db%5Fc%2Ed%7Ee%21", "[secret k] [secret k] [secret k]"),
        ("p@ss:w/rd", "https://me:p%40ss%3Aw%2Frd@host/", "https://me:[secret k]@host/"),
        ("a b'c^d", "https://e/?q=a%20b%27c^d", "https://e/?q=[secret k]"),
        ("hunter2", "68756e74657232 68756E74657232", "[secret k] [secret k]"),
        ("hunter2\n", "hunter2", "[secret k]"),
        ("", "nothing at all", "nothing at all"),
        ("  ", "a  b", "a  b"),
    ];
    for (secret, text, expected) in table {
        assert_eq!(masker(secret).mask(text), expected, "{secret:?} in {text}");
    }
}

#[test]
fn base64_is_replaced_at_every_alignment_with_and_without_padding() {
    for secret in ["hunter2-hunter2", "abcdef", "sub?je>ct~~", "ÿÿÿþþþ>>>???"] {
        let masker = masker(secret);
        for before in ["", "u", "us", "usr", "user:", "x-user:"] {
            for after in ["", "!", "!!", "!!!"] {
                let whole = format!("{before}{secret}{after}");
                for encoded in [STANDARD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
                    let text = format!("Authorization: Basic {encoded}");
                    let masked = masker.mask(&text).into_owned();
                    let left = masked.replacen("[secret k]", "", 1).replace("Authorization: Basic ", "");
                    assert!(masked.contains("[secret k]"), "{whole}: {text} became {masked}");
                    // Characters that hold bits of the secret are gone; those of the rest and the padding may stay.
                    let most = before.len() * 8 / 6 + (after.len() * 8).div_ceil(6) + 2;
                    assert!(left.len() <= most, "{whole}: {left} is left");
                }
            }
        }
    }
}

#[test]
fn base64_inside_urls_and_json_is_replaced() {
    let secret = "ÿÿÿþþþ>>>???";
    let encoded = STANDARD.encode(secret);
    assert!(encoded.contains('/') && encoded.contains('+'), "{encoded}");
    let table = [
        encoded.replace('+', "%2B").replace('/', "%2F"),
        encoded.replace('+', "%2b").replace('/', "%2f"),
        encoded.replace('/', "\\/"),
    ];
    for text in table {
        assert_eq!(masker(secret).mask(&format!("<{text}>")), "<[secret k]>", "{text}");
    }
}

#[test]
fn short_secrets_are_replaced_only_as_whole_words() {
    let table = [
        ("12345", "id 12345, id=12345; \"12345\"", "id [secret k], id=[secret k]; \"[secret k]\""),
        ("12345", "123456 012345 x12345 12345x", "123456 012345 x12345 12345x"),
        ("a", "a cat, a-b, ä a", "[secret k] cat, [secret k]-b, ä [secret k]"),
        ("abc", "YWJj YWJjZA", "[secret k] YWJjZA"),
        ("ab", "YWI= YWI YWIx", "[secret k] [secret k] YWIx"),
        ("a b", "a%20b a+b", "[secret k] [secret k]"),
        ("ab", "6162 61626", "[secret k] 61626"),
        ("123456", "x1234567", "x[secret k]7"),
    ];
    for (secret, text, expected) in table {
        assert_eq!(masker(secret).mask(text), expected, "{secret} in {text}");
    }
}

#[test]
fn every_longer_line_of_a_secret_is_one_too() {
    let key = "-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nshort\n-----END PRIVATE KEY-----\n";
    let masker = masker(key);
    let table = [
        ("found MIIEvQIBADANBgkq here", "found [secret k] here"),
        ("-----BEGIN PRIVATE KEY-----", "[secret k]"),
        ("in short", "in short"),
        (key, "[secret k]"),
    ];
    for (text, expected) in table {
        assert_eq!(masker.mask(text), expected);
    }
}

#[test]
fn the_longest_secret_is_named_and_nothing_of_any_is_left() {
    let masker = masker_of(
        &json!({"part": "hunter2", "whole": "hunter2-token", "left": "abcdef-x", "right": "x-ghijkl-y"}),
        None,
    );
    let table = [
        ("hunter2", "[secret part]"),
        ("hunter2-token", "[secret whole]"),
        ("hunter2hunter2-token", "[secret part][secret whole]"),
        ("abcdef-x-ghijkl-y", "[secret right]"),
        ("abcdef-x abcdef-x", "[secret left] [secret left]"),
    ];
    for (text, expected) in table {
        assert_eq!(masker.mask(text), expected, "{text}");
    }
}

#[test]
fn the_schema_decides_what_is_secret() {
    let value = json!({
        "token": "hunter2-token", "path": "/var/lib/repository", "pin": 471_147, "vault": {"a": ["deepest-secret", 5, true, null]}
    });
    let schema = json!({"properties": {"token": {"secret": true}, "pin": {"secret": true}, "vault": {"secret": true}}});
    let text = "hunter2-token /var/lib/repository 471147 deepest-secret 5 true null";
    let table = [
        (
            Some(&schema),
            "[secret token] /var/lib/repository [secret pin] [secret vault/a/0] [secret vault/a/1] true null",
        ),
        (None, "[secret token] [secret path] 471147 [secret vault/a/0] 5 true null"),
    ];
    for (schema, expected) in table {
        assert_eq!(masker_of(&value, schema).mask(text), expected);
    }
}

#[test]
fn a_schema_that_marks_nothing_masks_nothing() {
    let masker = masker_of(&json!({"token": "hunter2"}), Some(&json!({"type": "object"})));
    assert!(matches!(masker.mask("hunter2"), Cow::Borrowed("hunter2")));
    assert!(matches!(Masker::default().mask_bytes(b"hunter2"), Cow::Borrowed(b"hunter2")));
}

#[test]
fn a_key_that_holds_a_secret_or_drives_a_terminal_is_not_named() {
    let masker =
        masker_of(&json!({"token": "token", "my-hunter2": "hunter2", "a\u{1b}[31m": "third-secret"}), None);
    assert_eq!(masker.mask("token hunter2 third-secret"), "[secret] [secret] [secret a?[31m]");
}

#[test]
fn text_that_is_no_utf8_is_masked_too() {
    assert_eq!(&*masker("hunter2").mask_bytes(b"\xff hunter2 \xfe"), b"\xff [secret k] \xfe");
}

#[test]
fn a_secret_that_was_cut_off_is_replaced_too() {
    let masker = masker("hunter2-token");
    let table = [
        ("it is hunter2-toke", "it is [secret k]"),
        ("it is h", "it is [secret k]"),
        ("hunter2-token and hunt", "[secret k] and [secret k]"),
        ("nothing to see", "nothing to see"),
        ("", ""),
    ];
    for (text, expected) in table {
        let masked = masker.mask_cut(text.as_bytes());
        assert_eq!(str::from_utf8(&masked).unwrap(), expected);
    }
}

#[test]
fn more_secret_text_than_can_be_searched_for_is_refused_rather_than_left_unmasked() {
    let secrets = |count: usize| -> Vec<(String, String)> {
        (0..count).map(|at| ("k".to_owned(), format!("{at:04}/{}", "x+".repeat(500)))).collect()
    };
    assert!(Masker::of(&secrets(20)).is_ok());
    let error = Masker::of(&secrets(1000)).unwrap_err();
    assert!(matches!(error, MaskerError::TooMuch), "{error}");
    assert_eq!(error.exit_code(), ExitCode::Configuration);
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", masker("hunter2"));
    assert!(shown.starts_with("Masker") && !shown.contains("hunter2"), "{shown}");
}

/// Every way in which the property below writes a secret.
fn written(secret: &str, way: usize) -> String {
    let json = Value::from(secret).to_string();
    match way {
        0 => secret.to_owned(),
        1 => json,
        2 => Value::from(json).to_string(),
        3 => format!("{secret:?}"),
        4 => percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string(),
        5 => STANDARD.encode(secret),
        _ => STANDARD.encode(format!("me:{secret}@")),
    }
}

proptest! {
    #[test]
    fn no_form_of_a_longer_secret_survives(
        secret in "[ -~äß€\n\t]{6,40}",
        before in "[ -~é]{0,20}",
        after in "[ -~é]{0,20}",
        way in 0_usize..7,
    ) {
        prop_assume!(secret.trim().len() >= 6);
        let form = written(&secret, way);
        let masked = masker(&secret).mask(&format!("{before}{form}{after}")).into_owned();
        prop_assert!(masked.contains("[secret"), "{} in {}", form, masked);
        prop_assert!(!masked.contains(form.trim_matches('"').trim_end_matches('=')), "{} in {}", form, masked);
    }

    #[test]
    fn any_bytes_and_any_secrets_are_masked_without_panic(
        secrets in prop::collection::vec(".{0,12}", 0..5),
        text in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let masker = masker_of(&json!({"k": secrets}), None);
        let _ = (masker.mask_bytes(&text), masker.mask_cut(&text), masker.mask(&String::from_utf8_lossy(&text)));
    }

    #[test]
    fn what_holds_no_secret_is_left_as_it_is(text in "[a-z ]{0,80}") {
        let masker = masker("HUNTER2!");
        prop_assert!(matches!(masker.mask(&text), Cow::Borrowed(same) if same == text));
    }
}
