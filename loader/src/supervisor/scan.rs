//! Reads the type of a record, and its `self`, in one pass over its JSON.
//!
//! What is found here is what serde_json would find; where this gives none, serde_json is to be asked, for a verdict or for
//! the reason of a refusal. So everything rare may be left to it.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::Deserialize;

/// Depth of nesting that is followed.
const DEPTH: u32 = 64;

/// What sinks sort records by, as it stands in the record.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Scanned<'a> {
    #[serde(borrow, rename = "_type")]
    pub(super) record_type: Cow<'a, str>,
    #[serde(borrow, default, rename = "self")]
    pub(super) uri: Option<Cow<'a, str>>,
}

/// Reads exactly one JSON object, which must be free of control bytes.
///
/// # Errors
/// Where it is none, or has no type, or one of the two members twice.
pub(super) fn read(text: &str) -> serde_json::Result<Scanned<'_>> {
    scan(text).map_or_else(|| serde_json::from_str(text), Ok)
}

/// Whether serde_json finds the same where anything is found. It must.
#[cfg(any(fuzzing, test))]
pub(crate) fn is_confirmed(text: &str) -> bool {
    scan(text)
        .is_none_or(|scanned| serde_json::from_str(text).is_ok_and(|found: Scanned<'_>| found == scanned))
}

/// As [`read`]. None where there is an error, or what is rare: escapes in a name, a member of the two that is no plain
/// text, deep nesting.
fn scan(text: &str) -> Option<Scanned<'_>> {
    let mut scanner = Scanner { text, at: 0 };
    let scanned = scanner.record()?;
    scanner.skip_spaces();
    (scanner.at == text.len()).then_some(scanned)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn record(&mut self) -> Option<Scanned<'a>> {
        let (mut record_type, mut uri) = (None, None);
        self.expect(b'{')?;
        self.skip_spaces();
        loop {
            let name = self.plain_string()?;
            self.colon()?;
            match name {
                "_type" if record_type.is_none() => record_type = Some(self.plain_string()?),
                "self" if uri.is_none() => uri = Some(self.plain_string()?),
                "_type" | "self" => return None,
                _ => self.skip_value(DEPTH)?,
            }
            if !self.goes_on(b'}')? {
                let record_type = Cow::Borrowed(record_type?);
                return Some(Scanned { record_type, uri: uri.map(Cow::Borrowed) });
            }
        }
    }

    fn skip_value(&mut self, depth: u32) -> Option<()> {
        match self.peek()? {
            b'"' => self.skip_string().map(drop),
            b'{' => self.skip_object(depth.checked_sub(1)?),
            b'[' => self.skip_array(depth.checked_sub(1)?),
            b't' => self.skip_word("true"),
            b'f' => self.skip_word("false"),
            b'n' => self.skip_word("null"),
            _ => self.skip_number(),
        }
    }

    fn skip_object(&mut self, depth: u32) -> Option<()> {
        if self.is_empty(b'}') {
            return Some(());
        }
        loop {
            self.skip_string()?;
            self.colon()?;
            self.skip_value(depth)?;
            if !self.goes_on(b'}')? {
                return Some(());
            }
        }
    }

    fn skip_array(&mut self, depth: u32) -> Option<()> {
        if self.is_empty(b']') {
            return Some(());
        }
        loop {
            self.skip_value(depth)?;
            if !self.goes_on(b']')? {
                return Some(());
            }
        }
    }

    /// Behind the bracket that opens; whether the one that closes follows.
    fn is_empty(&mut self, close: u8) -> bool {
        self.at += 1;
        self.skip_spaces();
        self.expect(close).is_some()
    }

    /// Behind a member or an item: true before the next one, false behind the end.
    fn goes_on(&mut self, close: u8) -> Option<bool> {
        self.skip_spaces();
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => {
                self.skip_spaces();
                Some(true)
            }
            byte if byte == close => Some(false),
            _ => None,
        }
    }

    fn colon(&mut self) -> Option<()> {
        self.skip_spaces();
        self.expect(b':')?;
        self.skip_spaces();
        Some(())
    }

    /// A string without escapes: what stands between its quotes.
    fn plain_string(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let is_plain = self.skip_string()?;
        self.text.get(start..self.at - 1).filter(|_| is_plain)
    }

    /// Whether the string has no escapes.
    fn skip_string(&mut self) -> Option<bool> {
        self.expect(b'"')?;
        let mut is_plain = true;
        loop {
            self.at += quote_or_backslash(self.text.as_bytes().get(self.at..)?)?;
            if self.expect(b'"').is_some() {
                return Some(is_plain);
            }
            is_plain = false;
            self.skip_escape()?;
        }
    }

    fn skip_escape(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at + 1..)?;
        let (letter, rest) = rest.split_first()?;
        let digits = match letter {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 0,
            b'u' if rest.first_chunk::<4>()?.iter().all(u8::is_ascii_hexdigit) => 4,
            _ => return None,
        };
        self.at += 2 + digits;
        Some(())
    }

    fn skip_number(&mut self) -> Option<()> {
        // There may be none.
        let _ = self.expect(b'-');
        if self.expect(b'0').is_none() {
            self.skip_digits()?;
        }
        if self.expect(b'.').is_some() {
            self.skip_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.skip_digits()?;
        }
        Some(())
    }

    /// At least one.
    fn skip_digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn skip_word(&mut self, word: &str) -> Option<()> {
        let is_there = self.text.as_bytes().get(self.at..)?.starts_with(word.as_bytes());
        self.at += word.len();
        is_there.then_some(())
    }

    /// Other white space is a control byte.
    fn skip_spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.at += 1;
        Some(())
    }
}

/// Where the first quote or backslash stands; eight bytes are looked at together.
fn quote_or_backslash(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zero_bytes(word ^ every(b'"')) | zero_bytes(word ^ every(b'\\'));
        if found != 0 {
            return Some(8 * number + (found.trailing_zeros() / 8) as usize);
        }
    }
    let at = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    Some(8 * words.len() + at)
}

const fn every(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of each byte that is zero. Above the first of them, bits of others may be set too.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(every(1)) & !word & every(0x80)
}
