//! The ways in which a secret may be written.

use std::fmt::Write as _;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// The bytes below which a value is replaced only as a whole word: it may well be a part of ordinary words.
const SHORT: usize = 6;
/// The bytes from which a line of a longer value counts as a secret of its own.
const LINE: usize = 8;
/// The bytes up to which a value is looked for in base64 and hexadecimal too. Longer ones are certificates and the like,
/// which have lines; the patterns of one huge line would take hundreds of megabytes.
const LONGEST_DERIVED: usize = 16 * 1024;

/// What `encodeURIComponent` encodes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
/// What RFC 3986 asks to encode everywhere.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// As [`UNRESERVED`], but leaves the slashes of paths, as Python does.
const SLASHES: &AsciiSet = &UNRESERVED.remove(b'/');
/// What forms encode.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*');
/// What URL parsers encode in a query.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');
/// What URL parsers encode in a path.
const PATH: &AsciiSet = &QUERY.remove(b'\'').add(b'?').add(b'^').add(b'`').add(b'{').add(b'}');
/// What URL parsers encode in a user name or password.
const USERINFO: &AsciiSet =
    &PATH.add(b'/').add(b':').add(b';').add(b'=').add(b'@').add(b'[').add(b'\\').add(b']').add(b'|');

/// One way in which a secret may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) text: Vec<u8>,
    pub(super) border: Border,
}

/// What must stand beside a match, or belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Border {
    /// Nothing in particular.
    Any,
    /// No ASCII letter or digit.
    Token,
    /// The match is the middle of base64: a character on either side may hold some bits of the secret's first and last
    /// bytes.
    Base64 {
        /// The one before does.
        before: bool,
        /// The one after does.
        after: bool,
    },
}

impl Border {
    /// The range to replace for a match at this range, or `None` if it does not count.
    pub(super) fn applied(self, text: &[u8], range: Range<usize>) -> Option<Range<usize>> {
        let before = || range.start.checked_sub(1).map(|at| text[at]);
        let after = || text.get(range.end).copied();
        match self {
            Border::Any => Some(range),
            Border::Token => {
                let is_word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
                (!is_word(before()) && !is_word(after())).then_some(range)
            }
            Border::Base64 { before: with_before, after: with_after } => {
                let start = range.start - usize::from(with_before && before().is_some_and(is_base64));
                let end = range.end + usize::from(with_after && after().is_some_and(is_base64));
                let padding = text[end..].iter().take(2).take_while(|&&byte| byte == b'=').count();
                Some(start..end + padding)
            }
        }
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// All forms of a secret, the plain one first; none of an empty one. Some may be there twice.
pub(super) fn forms(secret: &str) -> Vec<Form> {
    let trimmed = secret.trim();
    let lines = secret.lines().map(str::trim).filter(|line| line.len() >= LINE && *line != trimmed);
    let mut texts = vec![secret, trimmed];
    texts.extend(lines);
    texts.dedup();
    texts.into_iter().filter(|text| !text.is_empty()).flat_map(forms_of_text).collect()
}

fn forms_of_text(text: &str) -> Vec<Form> {
    let border = if text.len() < SHORT { Border::Token } else { Border::Any };
    let mut written = vec![text.to_owned()];
    written.extend(escaped(text));
    written.extend(url_encoded(text));
    let is_long = text.len() > LONGEST_DERIVED;
    if !is_long {
        written.extend(hexadecimal(text));
    }
    if border == Border::Token {
        written.extend(
            [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD].map(|engine| engine.encode(text)),
        );
    }
    let mut forms: Vec<Form> =
        written.into_iter().map(|text| Form { text: text.into_bytes(), border }).collect();
    if border == Border::Any && !is_long {
        forms.extend(inside_base64(text));
    }
    forms
}

/// As JSON strings and Rust's `Debug` write it, also when such a string is written into another.
fn escaped(text: &str) -> Vec<String> {
    let json = json_escaped(text);
    let mut written = vec![json_escaped(&json), json.replace('/', "\\/")];
    if !text.is_ascii() {
        let ascii = ascii_escaped(&json, false);
        written.extend([json_escaped(&ascii), ascii, ascii_escaped(&json, true)]);
    }
    let debug = format!("{text:?}");
    written.extend([debug[1..debug.len() - 1].to_owned(), json]);
    written
}

fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// With `\u1234` for all beyond ASCII, as some encoders write.
fn ascii_escaped(text: &str, upper_case: bool) -> String {
    let mut written = String::new();
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => written.push(char::from(byte)),
            _ if upper_case => write!(written, "\\u{unit:04X}").unwrap_or_default(),
            _ => write!(written, "\\u{unit:04x}").unwrap_or_default(),
        }
    }
    written
}

/// As parts of a URL, by the different ideas of what to encode there, with upper-case and lower-case digits.
fn url_encoded(text: &str) -> Vec<String> {
    let sets = [NON_ALPHANUMERIC, COMPONENT, UNRESERVED, SLASHES, FORM, QUERY, PATH, USERINFO];
    let encoded = sets.into_iter().map(|set| utf8_percent_encode(text, set).to_string());
    let form = utf8_percent_encode(text, FORM).to_string().replace("%20", "+");
    let encoded: Vec<String> = encoded.chain([form]).collect();
    let lower: Vec<String> = encoded.iter().map(|text| lower_case_digits(text)).collect();
    [encoded, lower].concat()
}

fn lower_case_digits(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // What follows a percent sign that was itself left as it is may be anything.
        let digits = part.len().min(2);
        let (digits, rest) = part.split_at_checked(digits).unwrap_or(("", part));
        lower.extend(["%", &digits.to_ascii_lowercase(), rest]);
    }
    lower
}

fn hexadecimal(text: &str) -> [String; 2] {
    let mut lower = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        write!(lower, "{byte:02x}").unwrap_or_default();
    }
    [lower.to_uppercase(), lower]
}

/// The part of base64 that the secret alone decides, for each of the three ways in which it can lie in what was encoded
/// (`user:token`, say).
fn inside_base64(text: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        for bytes_before in 0..3 {
            forms.extend(inside_base64_behind(bytes_before, text, &engine));
        }
    }
    forms
}

fn inside_base64_behind(bytes_before: usize, text: &str, engine: &GeneralPurpose) -> Vec<Form> {
    let encoded = engine.encode([&[0_u8; 2][..bytes_before], text.as_bytes()].concat());
    let (first_bit, end_bit) = (8 * bytes_before, 8 * (bytes_before + text.len()));
    let decided = &encoded[first_bit.div_ceil(6)..end_bit / 6];
    let border = Border::Base64 { before: first_bit % 6 != 0, after: end_bit % 6 != 0 };
    let in_url = decided.replace('+', "%2B").replace('/', "%2F");
    let in_json = decided.replace('/', "\\/");
    let written = [decided.to_owned(), lower_case_digits(&in_url), in_url, in_json];
    written.into_iter().map(|text| Form { text: text.into_bytes(), border }).collect()
}
