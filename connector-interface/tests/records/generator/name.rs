//! The names of JSON as Rust spells them.

/// Names that the struct of every record has already.
const TAKEN: [&str; 4] = ["new", "with", "extras", "_type"];

/// Keywords of Rust that a schema has used, or is likely to.
const KEYWORDS: [&str; 12] =
    ["abstract", "as", "final", "fn", "for", "in", "match", "mod", "move", "ref", "type", "where"];

/// The struct of a record type. That of `Stream` is another than `connector_interface::Stream`, with which it must not be
/// confused, by the compiler's messages neither.
pub(crate) fn record(record_type: &str) -> String {
    if record_type == "Stream" { "StreamRecord".to_owned() } else { record_type.to_owned() }
}

/// The field of a property: `createdAt` is `created_at`, `self` is `uri`, `type` is `type_`.
pub(crate) fn field(property: &str) -> String {
    if property == "self" {
        return "uri".to_owned();
    }
    let mut field = String::new();
    for letter in property.chars() {
        if letter.is_ascii_uppercase() {
            field.push('_');
        }
        field.push(letter.to_ascii_lowercase());
    }
    assert!(!TAKEN.contains(&field.as_str()), "the property {property} needs a name of its own in Rust");
    assert_identifier(&field);
    if KEYWORDS.contains(&field.as_str()) { field + "_" } else { field }
}

/// The name of a type or variant: `boardType` is `BoardType`, `APPROVED` is `Approved`.
pub(crate) fn upper_camel_case(name: &str) -> String {
    assert_identifier(name);
    let (first, rest) = name.split_at(1);
    let is_shouted = name.chars().all(|letter| letter.is_ascii_uppercase());
    let rest = if is_shouted { rest.to_lowercase() } else { rest.to_owned() };
    first.to_uppercase() + &rest
}

/// The type of a property that no other has: `Incident` and `status` is `IncidentStatus`. A word in which the two meet
/// is not said twice: `PullRequestEvent` and `eventType` is `PullRequestEventType`.
pub(crate) fn part(owner: &str, property: &str) -> String {
    let property = upper_camel_case(property);
    let word_starts = owner.char_indices().filter(|(_, letter)| letter.is_ascii_uppercase());
    let shared = word_starts.map(|(at, _)| &owner[at..]).find(|word| property.starts_with(*word));
    format!("{owner}{}", &property[shared.map_or(0, str::len)..])
}

fn assert_identifier(name: &str) {
    let is_one = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    assert!(is_one, "{name:?} cannot be a name in Rust");
}
