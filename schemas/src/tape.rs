//! A parsed record as one flat, reusable list of slots.
//!
//! Three quarters of the time of `serde_json::from_slice::<Value>` and validation go into building the `Value`: a map
//! and a string for every property. A [`Tape`] holds no text of its own. Its slots point into the record, it is
//! filled by serde_json's parser and used again for the next record, so that checking allocates nothing.

mod node;
mod parse;

pub(crate) use node::{TapeJson, TapeNode, push_step};

/// A record that grew the tape beyond this many slots (16 bytes each) does not keep that memory.
const KEPT_SLOTS: usize = 1 << 16;

/// Buffers for one record at a time.
#[derive(Default)]
pub(crate) struct Tape {
    slots: Vec<Slot>,
    /// Every string that is not in the record as it stands, because it was written with escapes.
    unescaped: String,
    /// Slots of the names that an object has for a second time.
    repeated_names: Vec<u32>,
}

/// One value of the record, or one name; a container's parts follow it.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Null,
    Boolean(bool),
    Unsigned(u64),
    Negative(i64),
    Float(f64),
    /// Text as it stands in the record.
    Text(Span),
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

/// A part of a text, in bytes. 32 bits keep a slot at 16 bytes.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    length: u32,
}

/// The record that a tape holds.
pub(crate) struct Document<'r> {
    slots: &'r [Slot],
    text: &'r str,
    unescaped: &'r str,
    repeated_names: &'r [u32],
}

impl Tape {
    /// Forgets the record, and the memory too if it was an unusually large one.
    pub(crate) fn clear(&mut self) {
        if self.slots.capacity() > KEPT_SLOTS || self.unescaped.capacity() > KEPT_SLOTS {
            *self = Self::default();
        }
        self.slots.clear();
        self.unescaped.clear();
        self.repeated_names.clear();
    }
}

impl<'r> Document<'r> {
    /// The record itself.
    pub(crate) fn root(&'r self) -> TapeNode<'r> {
        TapeNode::new(self, 0)
    }

    /// JSON pointers of the names that stand in an object for a second time.
    pub(crate) fn repeated_names(&'r self) -> impl ExactSizeIterator<Item = String> {
        self.repeated_names.iter().map(|&slot| self.root().pointer_to(slot as usize))
    }

    fn string(&self, slot: Slot) -> Option<&'r str> {
        match slot {
            Slot::Text(span) => Some(&self.text[span.range()]),
            Slot::Unescaped(span) => Some(&self.unescaped[span.range()]),
            _ => None,
        }
    }

    /// The first slot after the value at `slot`.
    fn after(&self, slot: usize) -> usize {
        match self.slots[slot] {
            Slot::Array { end, .. } | Slot::Object { end, .. } => end as usize,
            _ => slot + 1,
        }
    }
}

impl Span {
    fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_no_larger_than_promised() {
        assert_eq!(size_of::<Slot>(), 16);
    }

    #[test]
    fn the_memory_of_an_unusually_large_record_is_given_back() {
        let mut tape = Tape::default();
        let numbers = format!("[{}0]", "0,".repeat(KEPT_SLOTS));
        tape.parse(&numbers).unwrap();
        assert!(tape.slots.capacity() > KEPT_SLOTS);
        tape.clear();
        assert_eq!(tape.slots.capacity(), 0);
    }

    #[test]
    fn the_memory_of_an_ordinary_record_is_used_again() {
        let mut tape = Tape::default();
        tape.parse(r#"{"a":["b\n",1]}"#).unwrap();
        let capacity = tape.slots.capacity();
        tape.clear();
        assert_eq!((tape.slots.len(), tape.slots.capacity()), (0, capacity));
    }
}
