//! Tests that a `Uri` is what the `uri` format of the schemas accepts.

use std::sync::LazyLock;

use connector_interface::Uri;
use connector_schemas::Checker;
use proptest::prelude::*;
use serde_json::json;

static CHECKER: LazyLock<Checker> = LazyLock::new(Checker::new);

fn is_accepted(text: &str) -> bool {
    let actor = json!({"_type": "Actor", "id": "1", "self": text});
    CHECKER.check(actor.to_string().as_bytes()).is_ok()
}

/// Texts that are often nearly addresses.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https?://|file:|mailto:|x:/?/?)?[a-z0-9./:@?#%&=\\[\\] <>\"é\u{a0}{}~-]{0,12}",
        "https://[a-z.]{1,6}(:[0-9]{0,6})?/\\PC{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn a_text_is_a_uri_where_the_schemas_take_it_as_one(text in text()) {
        prop_assert_eq!(text.parse::<Uri>().is_ok(), is_accepted(&text));
    }

    #[test]
    fn encoding_makes_a_uri_and_leaves_a_uri_alone(text in text()) {
        if let Ok(uri) = Uri::encoded(&text) {
            prop_assert!(is_accepted(uri.as_str()), "{uri}");
            prop_assert!(text != uri.as_str() || is_accepted(&text));
        }
        if let Ok(uri) = text.parse::<Uri>() {
            prop_assert_eq!(Uri::encoded(&text), Ok(uri));
        }
    }

    #[test]
    fn a_uri_with_a_segment_is_a_uri(text in text(), name in any::<String>()) {
        if let Ok(uri) = text.parse::<Uri>() {
            let longer = uri.with_segment(&name);
            prop_assert!(is_accepted(longer.as_str()), "{uri} and {name:?} became {longer}");
            let again = longer.with_segment("a");
            prop_assert!(is_accepted(again.as_str()), "{longer} became {again}");
        }
    }
}
