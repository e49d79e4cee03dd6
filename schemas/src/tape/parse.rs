//! Fills a tape with serde_json's parser.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::names::Names;
use super::read::Reading;
use super::{Document, Slot, Span, Tape, narrow};

impl<'r> Tape<'r> {
    /// Parses one JSON value of at most 4 GiB that fills the whole text.
    ///
    /// What our own reader takes need not be read by serde_json. All else is, whether it turns out right or wrong.
    ///
    /// # Errors
    ///
    /// What serde_json says about the text, with line and column: bad syntax, half a surrogate pair, a number out of
    /// the range of `f64`, more than 127 levels of nesting, something after the value.
    pub(crate) fn parse(&mut self, text: &'r str) -> Result<Document<'_>, serde_json::Error> {
        self.clear();
        if u32::try_from(text.len()).is_err() {
            return Err(serde_json::Error::custom("a record is at most 4 GiB long"));
        }
        if self.parse_alone(text).is_none() {
            self.parse_by_serde_json(text)?;
        }
        Ok(self.document())
    }

    /// Parses with our own reader; none where it is not sure.
    #[inline]
    pub(crate) fn parse_alone(&mut self, text: &'r str) -> Option<()> {
        Reading::of(self, text).whole()
    }

    /// Parses as serde_json does, from the beginning.
    pub(crate) fn parse_by_serde_json(&mut self, text: &'r str) -> Result<(), serde_json::Error> {
        self.clear();
        let mut parser = serde_json::Deserializer::from_str(text);
        Filling { tape: self }.deserialize(&mut parser)?;
        parser.end()
    }

    pub(super) fn document(&self) -> Document<'_> {
        Document { slots: &self.slots, unescaped: &self.unescaped, repeated_names: &self.repeated_names }
    }

    /// Appends a number, given as exactly its text.
    pub(super) fn push_number(&mut self, text: &'r str) -> Result<(), serde_json::Error> {
        let mut parser = serde_json::Deserializer::from_str(text);
        Filling { tape: self }.deserialize(&mut parser)?;
        parser.end()
    }

    #[inline]
    pub(super) fn push(&mut self, slot: Slot<'r>) {
        self.slots.push(slot);
    }

    /// Where the next slot will stand. A slot takes at least one byte of a text whose length fits.
    #[inline]
    pub(super) fn position(&self) -> u32 {
        narrow(self.slots.len())
    }

    fn push_unescaped(&mut self, string: &str) {
        let start = narrow(self.unescaped.len());
        self.unescaped.push_str(string);
        self.push(Slot::Unescaped(Span { start, length: narrow(string.len()) }));
    }
}

/// Appends the next value to the tape.
struct Filling<'t, 'r> {
    tape: &'t mut Tape<'r>,
}

impl<'r> Filling<'_, 'r> {
    fn again(&mut self) -> Filling<'_, 'r> {
        Filling { tape: self.tape }
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

    fn visit_unit<E>(self) -> Result<(), E> {
        self.tape.push(Slot::Null);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.tape.push(Slot::Boolean(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.tape.push(Slot::Unsigned(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.tape.push(Slot::Negative(value));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.tape.push(Slot::Float(value));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, string: &'r str) -> Result<(), E> {
        self.tape.push(Slot::Text(string));
        Ok(())
    }

    fn visit_str<E>(self, string: &str) -> Result<(), E> {
        self.tape.push_unescaped(string);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'r>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let array = self.tape.position();
        self.tape.push(Slot::Null);
        let mut length = 0;
        while elements.next_element_seed(self.again())?.is_some() {
            length += 1;
        }
        self.tape.slots[array as usize] = Slot::Array { length, end: self.tape.position() };
        Ok(())
    }

    fn visit_map<A: MapAccess<'r>>(mut self, mut members: A) -> Result<(), A::Error> {
        let object = self.tape.position();
        self.tape.push(Slot::Null);
        let mut names = Names::of(object);
        loop {
            let name = self.tape.position();
            if members.next_key_seed(self.again())?.is_none() {
                break;
            }
            names.add(self.tape, name);
            members.next_value_seed(self.again())?;
        }
        names.close(self.tape);
        Ok(())
    }
}
