//! Lists in headers, whose separators may also stand in quotes.

/// The parts between the separators that stand in no quotes (RFC 9110, section 5.6.4, without its escapes).
pub(crate) fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |letter| {
        is_quoted ^= letter == '"';
        letter == separator && !is_quoted
    })
}
