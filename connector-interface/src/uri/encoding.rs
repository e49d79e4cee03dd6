//! Percent-encodes what a URI cannot hold.

use std::fmt::Write as _;

/// The text with all encoded that may not stand where it stands; the scheme and the host stay as they are.
pub(super) fn encode_address(text: &str) -> String {
    let (host, rest) = text.split_at(host_end(text));
    let (rest, fragment) = rest.split_once('#').map_or((rest, None), |(rest, part)| (rest, Some(part)));
    let mut encoded = host.to_owned();
    encode(rest, &mut encoded, may_stand_in_address);
    if let Some(fragment) = fragment {
        encoded.push('#');
        encode(fragment, &mut encoded, may_stand_in_address);
    }
    encoded
}

/// The text as one segment of a path.
pub(super) fn encode_segment(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    encode(name, &mut encoded, |letter, _| may_stand_in_segment(letter));
    encoded
}

/// The text with every letter beyond ASCII as its percent-encoded UTF-8 bytes.
pub(super) fn encode_beyond_ascii(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    encode(text, &mut encoded, |letter, _| letter.is_ascii());
    encoded
}

/// Where the path, the query or the fragment begins.
fn host_end(text: &str) -> usize {
    // Only what follows the first `:` is an authority: a query may hold another URL.
    let Some(scheme_end) = text.find(':').filter(|at| text[*at..].starts_with("://")) else {
        return 0;
    };
    let host_start = scheme_end + "://".len();
    let host = &text[host_start..];
    host_start + host.find(['/', '?', '#']).unwrap_or(host.len())
}

/// Appends the text; asks of each letter, and what follows it, whether it may stay.
fn encode(text: &str, encoded: &mut String, may_stay: impl Fn(char, &str) -> bool) {
    for (at, letter) in text.char_indices() {
        let following = &text[at + letter.len_utf8()..];
        if may_stay(letter, following) {
            encoded.push(letter);
        } else {
            encode_letter(letter, encoded);
        }
    }
}

fn encode_letter(letter: char, encoded: &mut String) {
    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
        // Writing to a `String` cannot fail.
        let _ = write!(encoded, "%{byte:02X}");
    }
}

fn may_stand_in_address(letter: char, following: &str) -> bool {
    match letter {
        '/' | '?' => true,
        '%' => following.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2,
        _ => may_stand_in_segment(letter),
    }
}

/// `pchar` of RFC 3986, section 3.3, without `%`; and letters beyond ASCII, after RFC 3987.
fn may_stand_in_segment(letter: char) -> bool {
    if !letter.is_ascii() {
        return !letter.is_control() && !letter.is_whitespace();
    }
    letter.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(letter)
}
