//! Fills a tape with the JSON that sources send, in less than half of the time that serde_json takes.
//!
//! It takes a text as a whole, or says nothing about it. Then serde_json reads the text from its beginning: it decides,
//! and has the words for what is wrong. So this must be right only where it says yes, which tests compare.

use memchr::memchr2;

use super::names::Names;
use super::{Slot, Span, Tape, narrow};

/// How deep objects and arrays may lie in each other, as in serde_json.
const DEEPEST: u8 = 127;

/// Integers of so many digits are below 2^63.
const SAFE_DIGITS: usize = 18;

/// Where reading stands in a text.
pub(super) struct Reading<'t, 'r> {
    tape: &'t mut Tape<'r>,
    text: &'r str,
    at: usize,
    /// Whether there is a control byte anywhere: those of white space are allowed between strings, and none in them.
    has_control: bool,
}

impl<'t, 'r> Reading<'t, 'r> {
    pub(super) fn of(tape: &'t mut Tape<'r>, text: &'r str) -> Self {
        Self { tape, text, at: 0, has_control: has_control(text) }
    }

    /// Reads one value that fills the whole text; `None` leaves the tape with a part of it.
    pub(super) fn whole(mut self) -> Option<()> {
        self.value(0)?;
        self.skip_space();
        (self.at == self.text.len()).then_some(())
    }

    /// Strings, of which records mostly consist, are read where this is called.
    #[inline]
    fn value(&mut self, depth: u8) -> Option<()> {
        match self.after_space()? {
            b'"' => self.string(),
            first => self.other_value(first, depth),
        }
    }

    fn other_value(&mut self, first: u8, depth: u8) -> Option<()> {
        match first {
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            b't' => self.word("true", Slot::Boolean(true)),
            b'f' => self.word("false", Slot::Boolean(false)),
            b'n' => self.word("null", Slot::Null),
            first => self.number(first),
        }
    }

    fn object(&mut self, depth: u8) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let mut names = Names::of(self.tape.position());
        self.tape.push(Slot::Null);
        let mut next = self.after_space()?;
        while next != b'}' {
            self.member(next, &mut names, depth)?;
            next = self.after_space()?;
            if next == b',' {
                // A name must follow, not the end.
                next = self.after_space().filter(|&byte| byte == b'"')?;
            } else if next != b'}' {
                return None;
            }
        }
        names.close(self.tape);
        Some(())
    }

    #[inline]
    fn member(&mut self, quote: u8, names: &mut Names, depth: u8) -> Option<()> {
        if quote != b'"' {
            return None;
        }
        let place = self.tape.position();
        self.string()?;
        names.add(self.tape, place);
        if self.after_space()? != b':' {
            return None;
        }
        self.value(depth)
    }

    fn array(&mut self, depth: u8) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let place = self.tape.position();
        self.tape.push(Slot::Null);
        let mut length = 0;
        if self.next_after_space()? == b']' {
            self.at += 1;
        } else {
            loop {
                self.value(depth)?;
                length += 1;
                match self.after_space()? {
                    b',' => {}
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.tape.slots[place as usize] = Slot::Array { length, end: self.tape.position() };
        Some(())
    }

    /// `rest` is the word whose first letter was taken.
    fn word(&mut self, word: &str, slot: Slot<'r>) -> Option<()> {
        let rest = &word.as_bytes()[1..];
        if !self.rest().starts_with(rest) {
            return None;
        }
        self.at += rest.len();
        self.tape.push(slot);
        Some(())
    }

    /// A number whose first byte was taken. All but ordinary integers are left to serde_json's rules.
    fn number(&mut self, first: u8) -> Option<()> {
        if !first.is_ascii_digit() && first != b'-' {
            return None;
        }
        let start = self.at - 1;
        let digits = digits(self.rest());
        let length = digits.1 + 1;
        let ends = !matches!(self.rest().get(digits.1), Some(b'.' | b'e' | b'E'));
        if ends && length <= SAFE_DIGITS && matches!(first, b'1'..=b'9')
            || (ends && first == b'0' && length == 1)
        {
            self.at += digits.1;
            let scale = 10_u64.pow(digits.1 as u32);
            self.tape.push(Slot::Unsigned(u64::from(first - b'0') * scale + digits.0));
            return Some(());
        }
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        self.at += self.rest().iter().take_while(|byte| is_part(byte)).count();
        self.tape.push_number(self.text.get(start..self.at)?).ok()
    }

    /// A string whose opening quote was taken.
    #[inline]
    fn string(&mut self) -> Option<()> {
        let text = self.plain()?;
        if self.take()? != b'"' {
            return self.escaped(text);
        }
        self.tape.push(Slot::Text(text));
        Some(())
    }

    /// The part of a string before the next quote or backslash.
    #[inline]
    fn plain(&mut self) -> Option<&'r str> {
        let length = memchr2(b'"', b'\\', self.rest())?;
        let text = self.text.get(self.at..self.at + length)?;
        self.at += length;
        (!self.has_control || !has_control(text)).then_some(text)
    }

    /// The rest of a string that begins with `text` and then an escape, whose backslash was taken.
    #[inline(never)]
    fn escaped(&mut self, text: &str) -> Option<()> {
        let start = self.tape.unescaped.len();
        self.tape.unescaped.push_str(text);
        loop {
            let letter = self.escape()?;
            self.tape.unescaped.push(letter);
            let text = self.plain()?;
            self.tape.unescaped.push_str(text);
            if self.take()? == b'"' {
                break;
            }
        }
        let length = self.tape.unescaped.len() - start;
        self.tape.push(Slot::Unescaped(Span { start: narrow(start), length: narrow(length) }));
        Some(())
    }

    /// The letter that the bytes after a backslash mean.
    fn escape(&mut self) -> Option<char> {
        Some(match self.take()? {
            letter @ (b'"' | b'\\' | b'/') => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return None,
        })
    }

    fn unicode_escape(&mut self) -> Option<char> {
        let unit = self.four_hex_digits()?;
        let Ok(letter) = char::try_from(u32::from(unit)) else {
            let (b'\\', b'u') = (self.take()?, self.take()?) else {
                return None;
            };
            let pair = [unit, self.four_hex_digits()?];
            return char::decode_utf16(pair).next()?.ok();
        };
        Some(letter)
    }

    fn four_hex_digits(&mut self) -> Option<u16> {
        let digits = self.rest().first_chunk::<4>()?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let unit = digits.iter().try_fold(0, |unit, &byte| Some(unit << 4 | digit(byte)?))?;
        self.at += digits.len();
        u16::try_from(unit).ok()
    }

    #[inline]
    fn rest(&self) -> &'r [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn take(&mut self) -> Option<u8> {
        let byte = *self.text.as_bytes().get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// Takes the next byte that is no white space.
    #[inline]
    fn after_space(&mut self) -> Option<u8> {
        let byte = self.next_after_space()?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn next_after_space(&mut self) -> Option<u8> {
        let byte = *self.text.as_bytes().get(self.at)?;
        if byte > b' ' {
            return Some(byte);
        }
        self.skip_space();
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        self.at += self.rest().iter().take_while(|byte| is_space(byte)).count();
    }
}

/// The number that up to [`SAFE_DIGITS`] decimal digits mean, and how many digits there are.
#[inline]
fn digits(bytes: &[u8]) -> (u64, usize) {
    let mut value = 0_u64;
    let mut length = 0;
    while let Some(byte) = bytes.get(length).filter(|byte| byte.is_ascii_digit()) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        length += 1;
    }
    (value, length)
}

/// Looks at all bytes, without a branch, so that the compiler makes vector instructions of it.
#[inline]
fn has_control(text: &str) -> bool {
    text.bytes().fold(false, |any, byte| any | (byte < b' '))
}
