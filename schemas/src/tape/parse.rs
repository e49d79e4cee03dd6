//! Fills a tape with serde_json's parser.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{Document, Slot, Span, Tape};

/// An object with more properties is searched for repeated names by hashing, once it is complete.
const FEW_PROPERTIES: u32 = 32;

/// Repeated names beyond this many are not listed one by one.
const LISTED_REPETITIONS: usize = 100;

impl Tape {
    /// Parses one JSON value of at most 4 GiB that fills the whole text.
    ///
    /// # Errors
    ///
    /// What serde_json says about the text, with line and column: bad syntax, half a surrogate pair, a number out of
    /// the range of `f64`, more than 127 levels of nesting, something after the value.
    pub(crate) fn parse<'r>(&'r mut self, text: &'r str) -> Result<Document<'r>, serde_json::Error> {
        self.clear();
        if u32::try_from(text.len()).is_err() {
            return Err(serde_json::Error::custom("a record is at most 4 GiB long"));
        }
        let mut parser = serde_json::Deserializer::from_str(text);
        Filling { tape: self, text }.deserialize(&mut parser)?;
        parser.end()?;
        let Self { slots, unescaped, repeated_names } = self;
        Ok(Document { slots, text, unescaped, repeated_names })
    }
}

/// Appends the next value of `text` to the tape.
struct Filling<'t, 'r> {
    tape: &'t mut Tape,
    text: &'r str,
}

impl<'r> Filling<'_, 'r> {
    fn again(&mut self) -> Filling<'_, 'r> {
        Filling { tape: self.tape, text: self.text }
    }

    fn push(&mut self, slot: Slot) {
        self.tape.slots.push(slot);
    }

    /// Where the next slot will stand. A slot takes at least one byte of a text whose length fits.
    fn position(&self) -> u32 {
        narrow(self.tape.slots.len())
    }

    fn push_unescaped(&mut self, string: &str) {
        let start = narrow(self.tape.unescaped.len());
        self.tape.unescaped.push_str(string);
        self.push(Slot::Unescaped(Span { start, length: narrow(string.len()) }));
    }

    fn string_at(&self, slot: u32) -> &str {
        match self.tape.slots[slot as usize] {
            Slot::Text(span) => &self.text[span.range()],
            Slot::Unescaped(span) => &self.tape.unescaped[span.range()],
            _ => "",
        }
    }

    fn repeats(&mut self, name: u32) {
        if self.tape.repeated_names.len() < LISTED_REPETITIONS {
            self.tape.repeated_names.push(name);
        }
    }
}

impl<'r> DeserializeSeed<'r> for Filling<'_, 'r> {
    type Value = ();

    fn deserialize<D: Deserializer<'r>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'r> Visitor<'r> for Filling<'_, 'r> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.push(Slot::Null);
        Ok(())
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        self.push(Slot::Boolean(value));
        Ok(())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
        self.push(Slot::Unsigned(value));
        Ok(())
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
        self.push(Slot::Negative(value));
        Ok(())
    }

    fn visit_f64<E>(mut self, value: f64) -> Result<(), E> {
        self.push(Slot::Float(value));
        Ok(())
    }

    fn visit_borrowed_str<E>(mut self, string: &'r str) -> Result<(), E> {
        match span_within(self.text, string) {
            Some(span) => self.push(Slot::Text(span)),
            None => self.push_unescaped(string),
        }
        Ok(())
    }

    fn visit_str<E>(mut self, string: &str) -> Result<(), E> {
        self.push_unescaped(string);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'r>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let array = self.position();
        self.push(Slot::Null);
        let mut length = 0;
        while elements.next_element_seed(self.again())?.is_some() {
            length += 1;
        }
        self.tape.slots[array as usize] = Slot::Array { length, end: self.position() };
        Ok(())
    }

    fn visit_map<A: MapAccess<'r>>(mut self, mut members: A) -> Result<(), A::Error> {
        let object = self.position();
        self.push(Slot::Null);
        let mut names = Names::default();
        let mut name = self.position();
        while members.next_key_seed(self.again())?.is_some() {
            names.add(name, &mut self, object);
            members.next_value_seed(self.again())?;
            name = self.position();
        }
        self.tape.slots[object as usize] = Slot::Object { length: names.length, end: name };
        if names.length > FEW_PROPERTIES {
            self.find_repeated_names_by_hashing(object);
        }
        Ok(())
    }
}

impl Filling<'_, '_> {
    fn find_repeated_names_by_hashing(&mut self, object: u32) {
        let mut repeated = Vec::new();
        let mut seen = HashSet::new();
        for name in self.names_before(object, self.position()) {
            if !seen.insert(self.string_at(name)) {
                repeated.push(name);
            }
        }
        for name in repeated {
            self.repeats(name);
        }
    }

    /// The slots of an object's names before slot `end`.
    fn names_before(&self, object: u32, end: u32) -> impl Iterator<Item = u32> {
        let first = Some(object + 1).filter(|&name| name < end);
        std::iter::successors(first, move |name| {
            let value = name + 1;
            let next = match self.tape.slots[value as usize] {
                Slot::Array { end, .. } | Slot::Object { end, .. } => end,
                _ => value + 1,
            };
            (next < end).then_some(next)
        })
    }
}

/// The names met so far in one object.
///
/// Almost no object repeats a name. One bit for each kind of name (its length and a few of its letters) tells most
/// new names from all earlier ones, and only the others are compared.
#[derive(Default)]
struct Names {
    length: u32,
    kinds: u64,
}

impl Names {
    fn add(&mut self, name: u32, filling: &mut Filling<'_, '_>, object: u32) {
        self.length += 1;
        if self.length > FEW_PROPERTIES {
            return;
        }
        let text = filling.string_at(name);
        let kind = 1 << kind_of_name(text.as_bytes());
        let met = self.kinds & kind != 0
            && filling.names_before(object, name).any(|earlier| filling.string_at(earlier) == text);
        self.kinds |= kind;
        if met {
            filling.repeats(name);
        }
    }
}

/// A number below 64 that differs for most pairs of names of one record type.
fn kind_of_name(name: &[u8]) -> u32 {
    let letter = |at: usize| u32::from(name.get(at).copied().unwrap_or_default());
    let ends = letter(0).wrapping_mul(31) ^ letter(name.len().wrapping_sub(1)).wrapping_mul(7);
    (ends ^ letter(name.len() / 2).wrapping_mul(13)).wrapping_add(narrow(name.len()).wrapping_mul(5)) % 64
}

/// Where `part` stands in `text`, if it is a borrowed part of it.
fn span_within(text: &str, part: &str) -> Option<Span> {
    let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (end <= text.len()).then(|| Span { start: narrow(start), length: narrow(part.len()) })
}

/// A length or position within a text whose length was found to fit into 32 bits.
fn narrow(length: usize) -> u32 {
    debug_assert!(u32::try_from(length).is_ok(), "checked by `Tape::parse`");
    length as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated_names(text: &str) -> Vec<String> {
        Tape::default().parse(text).unwrap().repeated_names().collect()
    }

    #[test]
    fn a_repeated_name_is_found_wherever_it_stands() {
        for (text, pointers) in [
            (r#"{"a":1,"b":2}"#, &[][..]),
            (r#"{"a":1,"a":2}"#, &["/a"]),
            (r#"{"a":{"a":{"a":1}}}"#, &[]),
            (r#"{"a":[{"b":1,"c":2,"b":3}]}"#, &["/a/0/b"]),
            (r#"{"a":1,"\u0061":2,"a":3}"#, &["/a", "/a"]),
            (r#"{"a/b~c":1,"x":[1,{"y":2}],"a/b~c":2}"#, &["/a~1b~0c"]),
            (r#"{"":1,"":2}"#, &["/"]),
        ] {
            assert_eq!(repeated_names(text), pointers, "{text}");
        }
    }

    #[test]
    fn a_repeated_name_is_found_among_many() {
        for properties in [2, FEW_PROPERTIES - 1, FEW_PROPERTIES, FEW_PROPERTIES + 1, 5_000] {
            let names: Vec<String> = (0..properties).map(|number| format!(r#""p{number}":[0]"#)).collect();
            let distinct = names.join(",");
            assert_eq!(repeated_names(&format!("{{{distinct}}}")), [""; 0], "{properties}");
            assert_eq!(repeated_names(&format!(r#"{{{distinct},"p1":0}}"#)), ["/p1"], "{properties}");
        }
    }

    #[test]
    fn only_so_many_repetitions_are_listed() {
        let many = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(10_000));
        assert_eq!(repeated_names(&many).len(), LISTED_REPETITIONS);
    }
}
