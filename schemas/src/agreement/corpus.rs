//! A large corpus of records, valid and broken, on which every verdict is compared with that of `serde_json::Value`.
//!
//! `CORPUS=10000000 cargo test --release -p connector-schemas corpus` takes as many records, and `CORPUS_SEED` others.

use std::collections::HashSet;
use std::fmt;

use fastrand::Rng;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

use super::{CHECKER, VALUE_VALIDATORS, list_pointers};
use crate::record_type::{position, record_types};
use crate::tape::Tape;

const RECORDS: usize = 40_000;
const SEED: u64 = 2020;

#[test]
fn every_record_of_a_corpus_gets_the_verdict_that_its_value_gets() {
    let from_environment = |name| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let records = from_environment("CORPUS").unwrap_or(RECORDS as u64);
    let mut random = Rng::with_seed(from_environment("CORPUS_SEED").unwrap_or(SEED));
    let corpus = Corpus::new();
    let mut accepted = 0;
    let (mut taken, mut beyond, mut types) = (0, 0, HashSet::new());
    for number in 0..records {
        let text = corpus.record(&mut random);
        let found = CHECKER.check(text.as_bytes());
        match is_valid(&text) {
            Some(expected) => assert_eq!(found.is_ok(), expected, "record {number}: {text}\n{found:?}"),
            None => beyond += 1,
        }
        taken += u64::from(both_readers_agree(&text));
        if let Ok(record) = found {
            accepted += 1;
            types.insert(record.record_type().name());
        }
    }
    println!("{records} records: {accepted} valid, {taken} read without serde_json, {beyond} not compared");
    // A corpus of one sort would show nothing.
    assert!((records / 5..records * 4 / 5).contains(&accepted), "{accepted} of {records} are valid");
    assert!(taken > records * 4 / 5, "only {taken} of {records} were read by our own reader");
    assert!(beyond <= records / 100, "{beyond} of {records} could not be compared");
    assert_eq!(types.len(), record_types().len(), "valid ones of all types");
}

/// What serde_json, the decision about repeated names, and the validator of values say of a record; none where it holds
/// an integer beyond 64 bits, about which a tape and a value differ, as is decided.
fn is_valid(text: &str) -> Option<bool> {
    let Ok(Unrepeated(true)) = serde_json::from_str(text) else {
        return Some(false);
    };
    let record: Value = serde_json::from_str(text).unwrap();
    if has_integer_beyond_64_bits(&record) {
        return None;
    }
    let known = record["_type"].as_str().and_then(position);
    Some(known.is_some_and(|known| record.is_object() && VALUE_VALIDATORS[known].is_valid(&record)))
}

fn has_integer_beyond_64_bits(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.is_f64()
                && number.as_f64().is_some_and(|float| float.abs() >= 9e18 && float.fract() == 0.0)
        }
        Value::Array(elements) => elements.iter().any(has_integer_beyond_64_bits),
        Value::Object(members) => members.values().any(has_integer_beyond_64_bits),
        _ => false,
    }
}

/// Whether our own reader took the text. Then it must have put the same onto the tape as serde_json.
fn both_readers_agree(text: &str) -> bool {
    let (mut ours, mut theirs) = (Tape::default(), Tape::default());
    let taken = ours.parse_alone(text).is_some();
    let refused = theirs.parse_by_serde_json(text).err();
    if taken {
        assert!(refused.is_none(), "taken: {text}\n{refused:?}");
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"), "{text}");
    }
    taken
}

/// Whether no object anywhere in a text has the same name twice.
struct Unrepeated(bool);

impl<'de> Deserialize<'de> for Unrepeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UnrepeatedVisitor)
    }
}

struct UnrepeatedVisitor;

impl<'de> Visitor<'de> for UnrepeatedVisitor {
    type Value = Unrepeated;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Unrepeated, E> {
        Ok(Unrepeated(true))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unrepeated, E> {
        Ok(Unrepeated(true))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unrepeated, E> {
        Ok(Unrepeated(true))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unrepeated, E> {
        Ok(Unrepeated(true))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unrepeated, E> {
        Ok(Unrepeated(true))
    }

    fn visit_str<E>(self, _: &str) -> Result<Unrepeated, E> {
        Ok(Unrepeated(true))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Unrepeated, A::Error> {
        let mut all = true;
        while let Some(Unrepeated(element)) = elements.next_element()? {
            all &= element;
        }
        Ok(Unrepeated(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unrepeated, A::Error> {
        let (mut all, mut names) = (true, HashSet::new());
        while let Some((name, Unrepeated(value))) = members.next_entry::<String, Unrepeated>()? {
            all &= value & names.insert(name);
        }
        Ok(Unrepeated(all))
    }
}

/// What records of the corpus are made of.
struct Corpus {
    examples: Vec<Value>,
    values: Vec<Value>,
}

/// Numbers as a text may write them, at the edges of what types hold.
const NUMBERS: [&str; 24] = [
    "0",
    "-0",
    "-1",
    "1.0",
    "1e3",
    "1E+2",
    "1e-2",
    "0.5",
    "100",
    "100.0000001",
    "99.99999999999999",
    "9007199254740993",
    "123456789012345678",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "-9223372036854775808",
    "5e-324",
    "01",
    "1.",
    "-",
    "1e999",
];

/// Strings that are nearly of a format, or of none.
const STRINGS: [&str; 20] = [
    "",
    "open",
    "Incident",
    "https://example.com/1",
    "http://example.com/a_b/~c?d=e#f",
    "https://example.com/ä",
    "https://example.com/a b",
    "https://example.com/%zz",
    "HTTPS://example.com",
    "//example.com",
    "2020-02-21",
    "2020-02-30",
    "2020-02-21T12:00:00Z",
    "2020-02-21 12:00:00.5+01:00",
    "2020-02-21T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "quotes \" and \\ and /",
    "\u{0}\u{1f}\u{7f}\u{80}\n\t",
    "😀 é 漢字",
    "0123456789abcde",
];

impl Corpus {
    fn new() -> Self {
        let examples: Vec<Value> = record_types()
            .flat_map(|known| known.schema()["examples"].as_array().unwrap())
            .cloned()
            .collect();
        let mut values = vec![json!(null), json!(true), json!([]), json!({}), json!([[1], {"a": null}])];
        values.extend(STRINGS.map(Value::from));
        values.push(json!({"timeZone": "UTC", "date": "2020-02-21"}));
        values.extend(examples.iter().cloned());
        Self { examples, values }
    }

    /// The text of a record, most often with something wrong in it.
    fn record(&self, random: &mut Rng) -> String {
        let mut record = random.choice(&self.examples).unwrap().clone();
        for _ in 0..random.usize(0..3) {
            self.change(&mut record, random);
        }
        let style = Style::any(random);
        let mut text = String::new();
        style.write(&record, random, &mut text);
        if random.u8(..) < 12 { damaged(&text, random) } else { text }
    }

    fn change(&self, record: &mut Value, random: &mut Rng) {
        let mut pointers = Vec::new();
        list_pointers(record, &mut String::new(), &mut pointers);
        let Some(pointer) = random.choice(&pointers) else {
            return;
        };
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match random.u8(0..8) {
            0 => *record.pointer_mut(pointer).unwrap() = random.choice(&self.values).unwrap().clone(),
            1 => *record.pointer_mut(pointer).unwrap() = random.choice(STRINGS).unwrap().into(),
            2 => {
                // Written below as the number itself.
                let number = random.choice(NUMBERS).unwrap();
                *record.pointer_mut(pointer).unwrap() = json!({ NUMBER: number });
            }
            3 => {
                if let Some(members) = record.pointer_mut(parent).unwrap().as_object_mut() {
                    members.remove(name);
                }
            }
            4 => change_letter(record.pointer_mut(pointer).unwrap(), random),
            5 => {
                if let Some(members) = record.pointer_mut(parent).unwrap().as_object_mut() {
                    let value = members.remove(name).unwrap();
                    members.insert(format!("{name}s"), value);
                }
            }
            6 => {
                let value = record.pointer_mut(pointer).unwrap();
                *value = json!([value.take()]);
            }
            _ => {
                if let Some(members) = record.pointer_mut(parent).unwrap().as_object_mut() {
                    let unknown: String = std::iter::repeat_with(|| random.alphanumeric()).take(8).collect();
                    members.insert(unknown, random.choice(&self.values).unwrap().clone());
                }
            }
        }
    }
}

/// Puts another letter into a string: the smallest damage to a date, an address or a word of an enumeration.
fn change_letter(value: &mut Value, random: &mut Rng) {
    let Some(text) = value.as_str() else {
        return;
    };
    let mut letters: Vec<char> = text.chars().collect();
    if !letters.is_empty() {
        let at = random.usize(0..letters.len());
        letters[at] = if random.bool() { random.char('0'..='9') } else { random.char(..'\u{2ff}') };
    }
    *value = letters.into_iter().collect::<String>().into();
}

/// Damages a text as such: cuts it, or changes, repeats or adds a letter.
fn damaged(text: &str, random: &mut Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = random.usize(0..letters.len());
    match random.u8(0..4) {
        0 => letters.truncate(at),
        1 => {
            let others = ['"', '\\', ',', '}', '[', ' ', '\n', '\u{1}', '7', 'u', 'é'];
            letters[at] = *random.choice(&others).unwrap();
        }
        2 => letters.insert(at, letters[at]),
        _ => letters.push(*random.choice(&['}', ' ', '\n', 'x', '\0']).unwrap()),
    }
    letters.into_iter().collect()
}

/// The only name of an object that stands for a number as it is to be written.
const NUMBER: &str = "a number";

/// How a record is written.
struct Style {
    /// Out of 256: how often a letter is escaped, white space stands between tokens, and a name is repeated.
    escapes: u8,
    space: u8,
    repetitions: u8,
}

impl Style {
    fn any(random: &mut Rng) -> Self {
        let mut one_of = |choices: &[u8]| *random.choice(choices).unwrap();
        Self {
            escapes: one_of(&[0, 0, 8, 255]),
            space: one_of(&[0, 0, 30, 255]),
            repetitions: one_of(&[0, 0, 0, 2]),
        }
    }

    fn write(&self, value: &Value, random: &mut Rng, text: &mut String) {
        self.write_space(random, text);
        match value {
            Value::String(string) => self.write_string(string, random, text),
            Value::Array(elements) => {
                text.push('[');
                for (at, element) in elements.iter().enumerate() {
                    text.push_str(if at > 0 { "," } else { "" });
                    self.write(element, random, text);
                }
                self.write_space(random, text);
                text.push(']');
            }
            Value::Object(members) if members.contains_key(NUMBER) => {
                text.push_str(members[NUMBER].as_str().unwrap_or_default());
            }
            Value::Object(members) => {
                text.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    text.push_str(if at > 0 { "," } else { "" });
                    self.write_member(name, value, random, text);
                    if random.u8(..) < self.repetitions {
                        text.push(',');
                        self.write_member(name, value, random, text);
                    }
                }
                self.write_space(random, text);
                text.push('}');
            }
            other => text.push_str(&other.to_string()),
        }
        self.write_space(random, text);
    }

    fn write_member(&self, name: &str, value: &Value, random: &mut Rng, text: &mut String) {
        self.write_space(random, text);
        self.write_string(name, random, text);
        self.write_space(random, text);
        text.push(':');
        self.write(value, random, text);
    }

    fn write_string(&self, string: &str, random: &mut Rng, text: &mut String) {
        text.push('"');
        for letter in string.chars() {
            let must = matches!(letter, '"' | '\\' | '\0'..='\u{1f}');
            if !must && random.u8(..) >= self.escapes {
                text.push(letter);
                continue;
            }
            match letter {
                '"' | '\\' | '/' if random.bool() => text.extend(['\\', letter]),
                '\n' => text.push_str("\\n"),
                _ => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        text.push_str(&if random.bool() {
                            format!("\\u{unit:04x}")
                        } else {
                            format!("\\u{unit:04X}")
                        });
                    }
                }
            }
            if random.u16(..) == 0 {
                // Half of a surrogate pair.
                text.push_str(random.choice(["\\ud83d", "\\ude00", "\\ud83d\\u0041", "\\ud8"]).unwrap());
            }
        }
        text.push('"');
    }

    fn write_space(&self, random: &mut Rng, text: &mut String) {
        if random.u8(..) < self.space {
            text.push(*random.choice(&[' ', '\n', '\t', '\r']).unwrap());
        }
    }
}
