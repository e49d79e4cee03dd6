//! The keys of a table, each with the kind of its values, what counts without it, and what it is for.

use std::borrow::Cow;

use serde_json::{Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::kind::Kind;
use super::report::{Found, Report, kind_of};
use crate::did_you_mean::did_you_mean;

/// A key of one of the file's tables.
pub(super) struct Key<K> {
    pub(super) name: &'static str,
    pub(super) kind: K,
    /// The value that counts without the key, as TOML; empty where nothing does.
    pub(super) default: &'static str,
    /// What it is for, in sentences.
    pub(super) description: &'static str,
}

/// A key, whatever its values are.
pub(super) trait Described: Sync {
    fn name(&self) -> &'static str;
    fn default(&self) -> &'static str;
    fn description(&self) -> &'static str;
    /// The values as JSON Schema, without words.
    fn schema(&self) -> Value;
    /// The values in words.
    fn expected(&self) -> String;
}

impl<K: Kind + Sync> Described for Key<K> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn default(&self) -> &'static str {
        self.default
    }

    fn description(&self) -> &'static str {
        self.description
    }

    fn schema(&self) -> Value {
        self.kind.schema()
    }

    fn expected(&self) -> String {
        self.kind.expected()
    }
}

/// A table of the file, with another whose keys count where it has none.
pub(super) struct Section<'a> {
    /// The keys that lead to it; empty for the whole file.
    pub(super) place: String,
    /// The byte at which its name stands.
    pub(super) offset: usize,
    own: Option<&'a DeTable<'a>>,
    defaults: Option<&'a DeTable<'a>>,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub(super) fn root(table: &'a DeTable<'a>) -> Self {
        Self { place: String::new(), offset: 0, own: Some(table), defaults: None }
    }

    /// What `key` holds, which must be a table.
    pub(super) fn of(
        place: String,
        key: &Spanned<Cow<'a, str>>,
        value: &'a Spanned<DeValue<'a>>,
        report: &mut Report<'_>,
    ) -> Self {
        let own = value.get_ref().as_table();
        if own.is_none() {
            let advice = format!("write [{place}], and keys in the lines below");
            report.add(value.span().start, &place, "a table", kind_of(value.get_ref()), &advice);
        }
        Self { place, offset: key.span().start, own, defaults: None }
    }

    /// The table inside it, and inside its defaults, that has this name; an empty one where there is none.
    pub(super) fn below(&self, name: &'static str, report: &mut Report<'_>) -> Self {
        let place = key_below(&self.place, name);
        let entry = self.own.and_then(|table| table.get_key_value(name));
        let own = match entry {
            Some((key, value)) => Self::of(place, key, value, report),
            None => Self { place, offset: self.offset, own: None, defaults: None },
        };
        let defaults = self.defaults.and_then(|table| table.get(name)?.get_ref().as_table());
        Self { defaults, ..own }
    }

    /// The same with the keys of another where it has none.
    pub(super) fn with_defaults(self, defaults: &Self) -> Self {
        Self { defaults: defaults.own, ..self }
    }

    /// Its entries, in the order of the file.
    pub(super) fn entries(&self) -> Vec<(&'a Spanned<Cow<'a, str>>, &'a Spanned<DeValue<'a>>)> {
        let mut entries: Vec<_> = self.own.into_iter().flatten().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
    }

    /// The value of a key that stands in the section itself.
    pub(super) fn own<K>(&self, key: &Key<K>) -> Option<Found<'a>> {
        let value = self.own?.get(key.name)?;
        Some(Found::new(value, key_below(&self.place, key.name)))
    }

    /// What a key means; what it means by default where it is not there. None where the report has something to say.
    pub(super) fn read<K: Kind>(&self, key: &Key<K>, report: &mut Report<'_>) -> Option<K::Output> {
        if self.own(key).is_some() || self.has_default(key) {
            return self.read_optional(key, report);
        }
        let default = DeValue::parse(key.default).ok();
        let value = default
            .as_ref()
            .and_then(|value| key.kind.read(&Found::new(value, String::new()), &mut report.silent()));
        if value.is_none() {
            self.missing(key, report);
        }
        value
    }

    /// What a key means that may be left out. None also where the report has something to say.
    pub(super) fn read_optional<K: Kind>(&self, key: &Key<K>, report: &mut Report<'_>) -> Option<K::Output> {
        if let Some(found) = self.own(key) {
            return key.kind.read(&found, report);
        }
        // What is wrong with a default has been told where that stands.
        let value = self.defaults?.get(key.name)?;
        key.kind.read(&Found::new(value, String::new()), &mut report.silent())
    }

    fn has_default<K>(&self, key: &Key<K>) -> bool {
        self.defaults.is_some_and(|defaults| defaults.contains_key(key.name))
    }

    fn missing<K: Kind>(&self, key: &Key<K>, report: &mut Report<'_>) {
        let expected = format!("the key `{}` with {}", key.name, key.kind.expected());
        report.add(self.offset, &self.place, &expected, "no such key", "");
    }

    /// Tells of the keys that are none of these; gives those that were perhaps meant. `elsewhere` says where a key belongs
    /// that another table has.
    pub(super) fn refuse_others<'k>(
        &self,
        known: &[&'k str],
        elsewhere: &dyn Fn(&str) -> Option<String>,
        report: &mut Report<'_>,
    ) -> Vec<&'k str> {
        let mut all_meant = Vec::new();
        for (key, _) in self.entries() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let place = key_below(&self.place, name);
            let mut refuse = |expected: &str, advice: &str| {
                report.add(key.span().start, &place, expected, "an unknown key", advice);
            };
            if let Some(advice) = elsewhere(name) {
                refuse("a key of this table", &advice);
            } else if let Some(meant) = did_you_mean(name, known.iter().copied()) {
                refuse("a key of this table", &format!("did you mean `{meant}`?"));
                all_meant.push(meant);
            } else {
                refuse(&format!("one of the keys {}", known.join(", ")), "");
            }
        }
        all_meant
    }
}

/// A key behind those that it is in, as TOML writes it.
pub(super) fn key_below(place: &str, key: &str) -> String {
    let dot = if place.is_empty() { "" } else { "." };
    format!("{place}{dot}{}", as_key(key))
}

/// A key as TOML writes it.
pub(super) fn as_key(key: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if !key.is_empty() && key.chars().all(is_bare) { key.to_owned() } else { as_text(key) }
}

/// A text as TOML writes it: as JSON does, save that one more character has to be escaped.
pub(super) fn as_text(text: &str) -> String {
    json!(text).to_string().replace('\u{7f}', "\\u007f")
}
