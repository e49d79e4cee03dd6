//! The author's own words for whatever is wrong at a place of a configuration.

use serde_json::Value;

use super::schema::Applied;

/// The keyword with the words, named as ajv-errors names it: <https://ajv.js.org/packages/ajv-errors.html>. Its other
/// forms, which are objects, are not read.
const KEYWORD: &str = "errorMessage";

/// The words for the place at a JSON pointer: those of the innermost key that has some, on the way to it.
pub(crate) fn message(root: &Value, pointer: &str) -> Option<String> {
    let mut applied = Applied::of(root, root);
    let mut innermost = applied.text(KEYWORD);
    for segment in pointer.split('/').skip(1) {
        let Some(below) = applied.below(&unescaped(segment)) else { break };
        applied = Applied::of(root, below);
        innermost = applied.text(KEYWORD).or(innermost);
    }
    innermost
}

fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
