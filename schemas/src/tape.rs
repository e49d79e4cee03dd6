//! A parsed record as one flat, reusable list of slots.
//!
//! Three quarters of the time of `serde_json::from_slice::<Value>` and validation go into building the `Value`: a map
//! and a string for every property. A [`Tape`] holds no text of its own. Its slots point into the record, and its
//! memory is used again for the next record, so that checking allocates nothing.

mod names;
mod node;
mod parse;
mod read;

pub(crate) use node::{TapeJson, TapeNode, push_step};

/// A record that grew the tape beyond this many slots (24 bytes each) does not keep that memory.
const KEPT_SLOTS: usize = 1 << 16;

/// Buffers for one record at a time.
#[derive(Default, Debug)]
pub(crate) struct Tape<'r> {
    slots: Vec<Slot<'r>>,
    /// Every string that is not in the record as it stands, because it was written with escapes.
    unescaped: String,
    /// Slots of the names that an object has for a second time.
    repeated_names: Vec<u32>,
}

/// One value of the record, or one name; a container's parts follow it.
#[derive(Clone, Copy, Debug)]
enum Slot<'r> {
    Null,
    Boolean(bool),
    Unsigned(u64),
    Negative(i64),
    Float(f64),
    /// Text as it stands in the record.
    Text(&'r str),
    /// Text in [`Tape::unescaped`].
    Unescaped(Span),
    /// `length` elements, which end before slot `end`.
    Array {
        length: u32,
        end: u32,
    },
    /// `length` names, each followed by its value, which end before slot `end`.
    Object {
        length: u32,
        end: u32,
    },
}

/// A part of [`Tape::unescaped`], in bytes.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    length: u32,
}

/// The record that a tape holds.
pub(crate) struct Document<'r> {
    slots: &'r [Slot<'r>],
    unescaped: &'r str,
    repeated_names: &'r [u32],
}

impl Tape<'_> {
    /// The tape's memory, for a record that lives elsewhere. An unusually large record gives its memory back.
    pub(crate) fn recycled<'next>(mut self) -> Tape<'next> {
        if self.slots.capacity() > KEPT_SLOTS || self.unescaped.capacity() > KEPT_SLOTS {
            return Tape::default();
        }
        self.clear();
        let Self { slots, unescaped, repeated_names } = self;
        // The list is empty. Collecting it keeps its memory, as both kinds of slots have the same size.
        Tape { slots: slots.into_iter().map(|_| Slot::Null).collect(), unescaped, repeated_names }
    }

    fn clear(&mut self) {
        self.slots.clear();
        self.unescaped.clear();
        self.repeated_names.clear();
    }
}

impl<'r> Document<'r> {
    /// The record itself.
    #[inline]
    pub(crate) fn root(&'r self) -> TapeNode<'r> {
        TapeNode::new(self, 0)
    }

    /// JSON pointers of the names that stand in an object for a second time.
    pub(crate) fn repeated_names(&'r self) -> impl ExactSizeIterator<Item = String> {
        self.repeated_names.iter().map(|&slot| self.root().pointer_to(slot as usize))
    }

    #[inline]
    fn string(&self, slot: Slot<'r>) -> Option<&'r str> {
        match slot {
            Slot::Text(text) => Some(text),
            Slot::Unescaped(span) => self.unescaped.get(span.range()),
            _ => None,
        }
    }

    /// The first slot after the value at `slot`.
    #[inline]
    fn after(&self, slot: usize) -> usize {
        self.slots[slot].end_at(slot)
    }
}

impl Slot<'_> {
    /// The first slot after this one's value, if it stands at `slot`.
    #[inline]
    fn end_at(&self, slot: usize) -> usize {
        match *self {
            Slot::Array { end, .. } | Slot::Object { end, .. } => end as usize,
            _ => slot + 1,
        }
    }
}

impl Span {
    #[inline]
    fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

/// A length or position within a text whose length was found to fit into 32 bits.
#[inline]
fn narrow(length: usize) -> u32 {
    debug_assert!(u32::try_from(length).is_ok(), "checked by `Tape::parse`");
    length as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_no_larger_than_promised() {
        assert_eq!(size_of::<Slot>(), 24);
    }

    #[test]
    fn the_memory_of_an_unusually_large_record_is_given_back() {
        let mut tape = Tape::default();
        let numbers = format!("[{}0]", "0,".repeat(KEPT_SLOTS));
        tape.parse(&numbers).unwrap();
        assert!(tape.slots.capacity() > KEPT_SLOTS);
        assert_eq!(tape.recycled().slots.capacity(), 0);
    }

    #[test]
    fn the_memory_of_an_ordinary_record_is_used_again() {
        let mut tape = Tape::default();
        tape.parse(r#"{"a":["b\n",1]}"#).unwrap();
        let memory = (tape.slots.as_ptr().addr(), tape.slots.capacity());
        let next = tape.recycled();
        assert_eq!((next.slots.as_ptr().addr(), next.slots.capacity()), memory);
        assert_eq!((next.slots.len(), next.unescaped.len()), (0, 0));
    }
}
