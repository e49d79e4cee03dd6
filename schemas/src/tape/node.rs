//! Shows a tape to `jsonschema` as a JSON document.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Write as _;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object, cmp};
use serde_json::{Map, Number, Value};

use super::names::same;
use super::{Document, Slot};

/// The representation of JSON that validators are compiled for.
pub(crate) struct TapeJson;

/// One value on a tape.
#[derive(Clone, Copy)]
pub(crate) struct TapeNode<'r> {
    document: &'r Document<'r>,
    slot: usize,
}

/// An object's or an array's place on a tape.
#[derive(Clone)]
pub(crate) struct Parts<'r> {
    document: &'r Document<'r>,
    length: usize,
    first: usize,
    end: usize,
    /// Where the name stands that follows the one last looked up: a schema mostly asks in the order of the record.
    next: Cell<usize>,
}

impl<'r> TapeNode<'r> {
    #[inline]
    pub(super) fn new(document: &'r Document<'r>, slot: usize) -> Self {
        Self { document, slot }
    }

    /// The value of the property with this name, if this is an object that has it.
    #[inline]
    pub(crate) fn property(self, name: &str) -> Option<Self> {
        self.as_object()?.property(name)
    }

    /// The value's text, if it is a string.
    #[inline]
    pub(crate) fn string(self) -> Option<&'r str> {
        self.document.string(self.value())
    }

    /// The JSON pointer from this value to the name or value at `slot`, which lies within it.
    pub(super) fn pointer_to(self, slot: usize) -> String {
        let mut pointer = String::new();
        let mut node = self;
        // A name stands one slot before its value.
        while slot > node.slot
            && let Some((step, part)) = node.part_around(slot)
        {
            push_step(&mut pointer, &step);
            node = part;
        }
        pointer
    }

    /// The element or property of this value in which `slot` lies.
    fn part_around(self, slot: usize) -> Option<(Cow<'r, str>, Self)> {
        if let Some(object) = self.as_object() {
            let mut members = object.members().map(|(name, value)| (Cow::Borrowed(name), value));
            return members.find(|(_, value)| slot < value.after());
        }
        let mut elements = self.as_array()?.elements().enumerate();
        let (index, element) = elements.find(|(_, element)| slot < element.after())?;
        Some((Cow::Owned(index.to_string()), element))
    }

    #[inline]
    fn value(self) -> Slot<'r> {
        self.document.slots[self.slot]
    }

    #[inline]
    fn after(self) -> usize {
        self.document.after(self.slot)
    }

    #[inline]
    fn parts(self, length: u32, end: u32) -> Parts<'r> {
        let first = self.slot + 1;
        Parts {
            document: self.document,
            length: length as usize,
            first,
            end: end as usize,
            next: Cell::new(first),
        }
    }
}

/// Appends `/name` to a JSON pointer, escaped as RFC 6901 asks.
pub(crate) fn push_step(pointer: &mut String, name: &str) {
    pointer.push('/');
    for letter in name.chars() {
        match letter {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

impl<'r> Parts<'r> {
    #[inline]
    fn node(&self, slot: usize) -> TapeNode<'r> {
        TapeNode::new(self.document, slot)
    }

    #[inline]
    fn property(&self, name: &str) -> Option<TapeNode<'r>> {
        let next = self.next.get();
        let value = self.find(name, next, self.end).or_else(|| self.find(name, self.first, next))?;
        self.next.set(self.document.after(value));
        Some(self.node(value))
    }

    /// The slot of the value with this name, among the names from slot `first` to before slot `end`.
    #[inline]
    fn find(&self, name: &str, first: usize, end: usize) -> Option<usize> {
        let mut slot = first;
        while slot < end {
            if self.document.string(self.document.slots[slot]).is_some_and(|found| same(found, name)) {
                return Some(slot + 1);
            }
            slot = self.document.after(slot + 1);
        }
        None
    }
}

impl Json for TapeJson {
    type Node<'r> = TapeNode<'r>;
    type PreparedKey = Box<str>;
    type StringBuffer = ();

    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(TapeNode<'_>) -> T) -> T {
        let slots = [Slot::Text(string)];
        f(Document { slots: &slots, unescaped: "", repeated_names: &[] }.root())
    }
}

impl<'r> Node<'r, TapeJson> for TapeNode<'r> {
    type Object = Parts<'r>;
    type Array = Parts<'r>;
    type Number = TapeNumber;

    #[inline]
    fn as_object(&self) -> Option<Parts<'r>> {
        match self.value() {
            Slot::Object { length, end } => Some(self.parts(length, end)),
            _ => None,
        }
    }

    #[inline]
    fn as_array(&self) -> Option<Parts<'r>> {
        match self.value() {
            Slot::Array { length, end } => Some(self.parts(length, end)),
            _ => None,
        }
    }

    #[inline]
    fn as_string(&self) -> Option<Cow<'r, str>> {
        self.string().map(Cow::Borrowed)
    }

    #[inline]
    fn as_number(&self) -> Option<TapeNumber> {
        match self.value() {
            Slot::Unsigned(value) => Some(TapeNumber::Unsigned(value)),
            Slot::Negative(value) => Some(TapeNumber::Negative(value)),
            Slot::Float(value) => Some(TapeNumber::Float(value)),
            _ => None,
        }
    }

    #[inline]
    fn as_boolean(&self) -> Option<bool> {
        match self.value() {
            Slot::Boolean(value) => Some(value),
            _ => None,
        }
    }

    #[inline]
    fn is_null(&self) -> bool {
        matches!(self.value(), Slot::Null)
    }

    #[inline]
    fn json_type(&self) -> JsonType {
        match self.value() {
            Slot::Null => JsonType::Null,
            Slot::Boolean(_) => JsonType::Boolean,
            Slot::Unsigned(_) | Slot::Negative(_) | Slot::Float(_) => JsonType::Number,
            Slot::Text(_) | Slot::Unescaped(_) => JsonType::String,
            Slot::Array { .. } => JsonType::Array,
            Slot::Object { .. } => JsonType::Object,
        }
    }

    #[inline]
    fn equals_value(&self, expected: &Value) -> bool {
        match (self.string(), expected) {
            (Some(string), Value::String(expected)) => string == expected,
            (Some(_), _) | (None, Value::String(_)) => false,
            _ => cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'r, Value> {
        Cow::Owned(match self.value() {
            Slot::Null => Value::Null,
            Slot::Boolean(value) => Value::Bool(value),
            Slot::Unsigned(value) => value.into(),
            Slot::Negative(value) => value.into(),
            Slot::Float(value) => value.into(),
            Slot::Text(_) | Slot::Unescaped(_) => self.string().unwrap_or_default().into(),
            Slot::Array { length, end } => Value::Array(
                self.parts(length, end).elements().map(|element| element.to_value().into_owned()).collect(),
            ),
            Slot::Object { length, end } => {
                let members = self.parts(length, end).members();
                Value::Object(
                    members
                        .map(|(name, value)| (name.to_owned(), value.to_value().into_owned()))
                        .collect::<Map<_, _>>(),
                )
            }
        })
    }

    #[inline]
    fn identity(&self) -> Option<NodeIdentity> {
        // A tape has fewer than 2^32 slots, so no two of them share a tag.
        Some(NodeIdentity::tagged(self.document.slots.as_ptr().addr(), self.slot as u32))
    }
}

impl<'r> Object<'r, TapeJson> for Parts<'r> {
    type Node = TapeNode<'r>;
    type MemberName = &'r str;
    type MembersIter = Members<'r>;

    #[inline]
    fn len(&self) -> usize {
        self.length
    }

    #[inline]
    fn get(&self, key: &Box<str>) -> Option<TapeNode<'r>> {
        self.property(key)
    }

    #[inline]
    fn members(&self) -> Members<'r> {
        Members(self.clone())
    }
}

impl<'r> Array<'r, TapeJson> for Parts<'r> {
    type Node = TapeNode<'r>;
    type ElementsIter = Elements<'r>;

    #[inline]
    fn len(&self) -> usize {
        self.length
    }

    #[inline]
    fn elements(&self) -> Elements<'r> {
        Elements(self.clone())
    }
}

/// Names and values of the rest of an object.
pub(crate) struct Members<'r>(Parts<'r>);

impl<'r> Iterator for Members<'r> {
    type Item = (&'r str, TapeNode<'r>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = &mut self.0;
        rest.length = rest.length.checked_sub(1)?;
        let name = rest.document.string(rest.document.slots[rest.first])?;
        let value = rest.node(rest.first + 1);
        rest.first = value.after();
        Some((name, value))
    }
}

/// Values of the rest of an array.
pub(crate) struct Elements<'r>(Parts<'r>);

impl<'r> Iterator for Elements<'r> {
    type Item = TapeNode<'r>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = &mut self.0;
        rest.length = rest.length.checked_sub(1)?;
        let element = rest.node(rest.first);
        rest.first = element.after();
        Some(element)
    }
}

/// A number as serde_json's parser tells it.
#[derive(Clone, Copy)]
pub(crate) enum TapeNumber {
    Unsigned(u64),
    Negative(i64),
    Float(f64),
}

/// 2^63 and 2^64, which `f64` holds exactly.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_TO_64: f64 = 2.0 * TWO_TO_63;

impl JsonNumber for TapeNumber {
    #[inline]
    fn as_u64(&self) -> Option<u64> {
        match *self {
            Self::Unsigned(value) => Some(value),
            Self::Negative(_) | Self::Float(_) => None,
        }
    }

    #[inline]
    fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Unsigned(value) => i64::try_from(value).ok(),
            Self::Negative(value) => Some(value),
            Self::Float(_) => None,
        }
    }

    #[inline]
    fn as_f64(&self) -> Option<f64> {
        Some(match *self {
            Self::Unsigned(value) => value as f64,
            Self::Negative(value) => value as f64,
            Self::Float(value) => value,
        })
    }

    fn as_str(&self) -> Cow<'_, str> {
        let mut text = String::new();
        // Writing to a `String` cannot fail.
        let _ = match self {
            Self::Unsigned(value) => write!(text, "{value}"),
            Self::Negative(value) => write!(text, "{value}"),
            Self::Float(value) => write!(text, "{value:?}"),
        };
        Cow::Owned(text)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Owned(match *self {
            Self::Unsigned(value) => value.into(),
            Self::Negative(value) => value.into(),
            // serde_json's parser gives no infinity and no NaN.
            Self::Float(value) => Number::from_f64(value).unwrap_or_else(|| 0.into()),
        })
    }

    /// Whole numbers that 64 bits hold, also when written as `1.0` or `1e3`.
    ///
    /// The parser turns an integer beyond 64 bits into the nearest `f64`. No later program would get that number back
    /// as it was written, so it is not an integer here.
    #[inline]
    fn is_integer(&self) -> bool {
        match *self {
            Self::Unsigned(_) | Self::Negative(_) => true,
            Self::Float(value) => value.fract() == 0.0 && value > -TWO_TO_63 && value < TWO_TO_64,
        }
    }
}
