//! Finds the names that stand in an object more than once.

use std::collections::HashSet;

use super::{Slot, Tape};

/// An object with more properties is searched for repeated names by hashing, once it is complete.
const FEW_PROPERTIES: u32 = 32;

/// Repeated names beyond this many are not listed one by one.
const LISTED_REPETITIONS: usize = 100;

/// The names met so far in one object.
///
/// Almost no object repeats a name. One bit for each kind of name (a hash of its length and its ends) tells most new
/// names from all earlier ones, and only the others are compared.
pub(super) struct Names {
    object: u32,
    length: u32,
    kinds: [u64; 4],
}

impl Names {
    /// Those of the object whose slot is `object`.
    #[inline]
    pub(super) fn of(object: u32) -> Self {
        Self { object, length: 0, kinds: [0; 4] }
    }

    /// Takes the name at slot `name`, which is the last one on the tape.
    #[inline]
    pub(super) fn add(&mut self, tape: &mut Tape<'_>, name: u32) {
        self.length += 1;
        if self.length > FEW_PROPERTIES {
            return;
        }
        let kind = kind_of_name(tape.string_at(name));
        let bits = &mut self.kinds[usize::from(kind >> 6)];
        let bit = 1 << (kind & 63);
        let met = *bits & bit != 0;
        *bits |= bit;
        if met && tape.is_repeated(self.object, name) {
            tape.list_repeated(name);
        }
    }

    /// Ends the object, all of whose members are on the tape.
    #[inline]
    pub(super) fn close(self, tape: &mut Tape<'_>) {
        let end = tape.position();
        tape.slots[self.object as usize] = Slot::Object { length: self.length, end };
        if self.length > FEW_PROPERTIES {
            tape.find_repeated_names_by_hashing(self.object, end);
        }
    }
}

impl Tape<'_> {
    #[inline]
    fn string_at(&self, slot: u32) -> &str {
        match self.slots[slot as usize] {
            Slot::Text(text) => text,
            Slot::Unescaped(span) => self.unescaped.get(span.range()).unwrap_or_default(),
            _ => "",
        }
    }

    #[cold]
    fn is_repeated(&self, object: u32, name: u32) -> bool {
        let text = self.string_at(name);
        self.names_before(object, name).any(|earlier| self.string_at(earlier) == text)
    }

    #[cold]
    fn list_repeated(&mut self, name: u32) {
        if self.repeated_names.len() < LISTED_REPETITIONS {
            self.repeated_names.push(name);
        }
    }

    #[cold]
    fn find_repeated_names_by_hashing(&mut self, object: u32, end: u32) {
        let mut seen = HashSet::new();
        let mut names = Vec::new();
        for name in self.names_before(object, end) {
            if !seen.insert(self.string_at(name)) {
                names.push(name);
            }
        }
        for name in names {
            self.list_repeated(name);
        }
    }

    /// The slots of an object's names before slot `end`.
    fn names_before(&self, object: u32, end: u32) -> impl Iterator<Item = u32> {
        let first = Some(object + 1).filter(|&name| name < end);
        std::iter::successors(first, move |name| {
            let value = (name + 1) as usize;
            let next = super::narrow(self.slots[value].end_at(value));
            (next < end).then_some(next)
        })
    }
}

/// A number that differs for most pairs of names of one record type.
#[inline]
fn kind_of_name(name: &str) -> u8 {
    let (first, last) = ends(name.as_bytes());
    let ends = first ^ last.rotate_left(29) ^ name.len() as u64;
    // Multiplying by an odd number without a pattern (the golden ratio) mixes all bits into the highest.
    (ends.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8
}

/// Whether two names are the same: in few instructions for those of up to 16 bytes, which are nearly all.
#[inline]
pub(super) fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    one.len() == other.len() && ends(one) == ends(other) && (one.len() <= 16 || one == other)
}

/// The first and the last eight bytes of a name: all of it where it has no more than 16.
#[inline]
fn ends(name: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        return (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into());
    }
    (name.iter().fold(0, |bytes, &byte| bytes << 8 | u64::from(byte)), 0)
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
    fn names_are_the_same_only_if_every_byte_is() {
        for length in 0..40 {
            let name = "n".repeat(length);
            assert!(same(&name, &name.clone()), "{length}");
            assert!(!same(&name, &format!("{name}n")), "{length}");
            for at in 0..length {
                let mut other = name.clone();
                other.replace_range(at..=at, "m");
                assert!(!same(&name, &other), "{name} and {other}");
            }
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
