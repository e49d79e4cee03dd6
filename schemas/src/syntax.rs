//! Reads the bytes of a record onto a tape, or says where that fails.

use crate::error::FieldError;
use crate::found;
use crate::tape::{Document, Tape};

/// How much of a broken text is shown, in bytes before cutting to whole characters.
const SHOWN_BYTES: usize = 40;

/// The bytes as text.
///
/// # Errors
///
/// One error about the record as a whole, with the first byte that is not UTF-8.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, FieldError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let found = format!("bytes that are no character at byte {}", error.valid_up_to());
        FieldError::mismatch("", "text in UTF-8", found)
    })
}

/// The text as one JSON value.
///
/// # Errors
///
/// One error about the record as a whole, with the line and column where reading ended.
pub(crate) fn parse<'t, 'r>(tape: &'t mut Tape<'r>, text: &'r str) -> Result<Document<'t>, FieldError> {
    if text.trim_ascii().is_empty() {
        return Err(FieldError::mismatch("", "one JSON object", "no text at all"));
    }
    tape.parse(text).map_err(|error| not_json(text, &error))
}

fn not_json(text: &str, error: &serde_json::Error) -> FieldError {
    let position = byte_position(text, error.line(), error.column());
    let found = match text_around(text, position) {
        "" => format!("the end of the text at byte {position}"),
        around => format!("`{}` at byte {position}", found::excerpt(around)),
    };
    FieldError::mismatch("", "one JSON object", found).saying(format!("not valid JSON: {error}"))
}

/// The byte of the text that line and column, both counted from 1, mean.
fn byte_position(text: &str, line: usize, column: usize) -> usize {
    let lines_before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start_of_line: usize = lines_before.map(str::len).sum();
    start_of_line + column.saturating_sub(1)
}

/// A few characters of the text from `position` on.
fn text_around(text: &str, position: usize) -> &str {
    let boundary = |at: usize| (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    &text[boundary(position)..boundary(position.saturating_add(SHOWN_BYTES))]
}
