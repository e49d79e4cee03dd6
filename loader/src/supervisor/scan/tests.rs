//! What the quick reading finds is what serde_json finds.

use proptest::prelude::*;

use super::*;

/// Whether something is found, which must be what serde_json finds.
fn is_found(text: &str) -> bool {
    assert!(is_confirmed(text), "{text}");
    scan(text).is_some()
}

#[test]
fn what_records_are_made_of_is_read_without_help() {
    for text in [
        r#"{"_type":"Branch"}"#,
        r#" { "self" : "https://a.example/1" , "_type" : "Branch" } "#.trim_start(),
        r#"{"_type":"Branch","a":[],"b":{},"c":[[{}],[1, -0.5e+7,0,10E2]],"d":true,"e":false,"f":null}"#,
        r#"{"_type":"Branch","name":"a \"quoted\" \\ name \u00e9\ud83d\ude00 of some length\/\b\f\n\r\t"}"#,
        r#"{"_type":"Branch","grün":"größer als zuvor, und länger als acht Bytes"}"#,
    ] {
        assert!(is_found(text), "{text}");
    }
}

#[test]
fn what_is_wrong_or_rare_is_left_to_serde_json() {
    for text in [
        "",
        "{",
        "{}",
        "[]",
        r#"{"a":1}"#,
        r#"{"_type":"Branch"}}"#,
        r#"{"_type":"Branch",}"#,
        r#"{"_type":"Branch" "a":1}"#,
        r#"{"_type":"Branch","a":01}"#,
        r#"{"_type":"Branch","a":1.}"#,
        r#"{"_type":"Branch","a":-}"#,
        r#"{"_type":"Branch","a":1e}"#,
        r#"{"_type":"Branch","a":+1}"#,
        r#"{"_type":"Branch","a":tru}"#,
        r#"{"_type":"Branch","a":[1,]}"#,
        r#"{"_type":"Branch","a":[1}"#,
        r#"{"_type":"Branch","a":{"b"}}"#,
        r#"{"_type":"Branch","a":"\x"}"#,
        r#"{"_type":"Branch","a":"\u12g4"}"#,
        r#"{"_type":"Branch","a":"\u12"#,
        r#"{"_type":"Branch","a":"\"#,
        r#"{"_type":"Branch","_type":"Commit"}"#,
        r#"{"_type":"Branch","self":"a","self":"b"}"#,
        r#"{"_type":"Branch","self":null}"#,
        r#"{"_type":7}"#,
        r#"{"\u005ftype":"Branch","_type":"Commit"}"#,
        r#"{"_type":"Br\u0061nch"}"#,
    ] {
        assert_eq!(scan(text), None, "{text}");
    }
    let deep = format!(r#"{{"_type":"Branch","a":{}{}}}"#, "[".repeat(65), "]".repeat(65));
    assert_eq!(scan(&deep), None);
}

/// Pieces of JSON, of which by far not every row is one.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        " ",
        "\"",
        "\\",
        "\\u",
        "00e9",
        "\"_type\"",
        "\"self\"",
        "\"Branch\"",
        "\"a\"",
        "0",
        "12",
        "-",
        ".5",
        "e",
        "E+1",
        "true",
        "null",
        "ü",
        "\"_type\":\"Branch\"",
        ",\"b\":",
        "{\"c\":[1,2]}",
        "\\\"",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn whatever_is_found_serde_json_finds_too(pieces in pieces()) {
        is_found(&pieces);
        is_found(&format!(r#"{{"_type":"Branch",{pieces}}}"#));
        is_found(&format!(r#"{{"_type":"Branch","value":{pieces}}}"#));
        is_found(&format!(r#"{{"_type":"Branch","value":"{pieces}"}}"#));
    }

    #[test]
    fn a_quote_is_found_wherever_it_stands(text in "[ab\"\\\\ü\u{1}]{0,40}") {
        let first = text.bytes().position(|byte| matches!(byte, b'"' | b'\\'));
        prop_assert_eq!(quote_or_backslash(text.as_bytes()), first);
    }
}
