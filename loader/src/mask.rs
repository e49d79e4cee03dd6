//! Replaces the secrets of a configuration in whatever text comes from a connector.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};
use serde_json::Value;

use crate::configuration::Configuration;
use crate::exit_code::ExitCode;

mod form;
#[cfg(test)]
mod tests;

use form::{Border, Form, forms};

/// The bytes of all forms of all secrets together: a search over them takes some fifty times as much memory.
const MAX_PATTERNS: usize = 8 << 20;

/// Why no masker can be made.
#[derive(Debug, thiserror::Error)]
pub enum MaskerError {
    /// More than could be searched for in reasonable memory.
    #[error(
        "the configuration holds too much secret text to mask all of it; keep only keys and passwords in it, and long texts in files"
    )]
    TooMuch,
    /// The search cannot be made.
    #[error("cannot prepare the search for the secrets of the configuration")]
    Search {
        /// What the pattern search said.
        #[from]
        source: BuildError,
    },
}

impl MaskerError {
    /// The ending that this error leads to.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        ExitCode::Configuration
    }
}

/// Replaces secrets by `[secret <key>]`, whether they stand there as they are or JSON-escaped, URL-encoded, in base64 or
/// in hexadecimal.
///
/// Every place where a secret begins is found, also inside of and across others, and all of it is replaced; a
/// leftmost-longest search would leave the tail of a secret that overlaps another. Where several overlap, the key of the
/// longest is named. Values under 6 bytes are replaced only where no letter or digit of ASCII stands beside them.
///
/// A masker works on whole lines. Mask first, shorten afterwards; a line that had to be cut before it was complete goes
/// through [`Masker::mask_cut`].
#[derive(Clone, Default)]
pub struct Masker {
    /// `None` if there is nothing to mask.
    search: Option<AhoCorasick>,
    /// What each pattern of the search stands for.
    patterns: Vec<Pattern>,
    /// What is written in place of a secret, one for each secret value.
    replacements: Vec<String>,
}

#[derive(Clone)]
struct Pattern {
    form: Form,
    replacement: usize,
}

impl fmt::Debug for Masker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Masker").field("patterns", &self.patterns.len()).finish_non_exhaustive()
    }
}

/// A part of a text that is to be replaced.
struct Span {
    range: Range<usize>,
    replacement: usize,
    /// The bytes of the longest secret in it.
    longest: usize,
}

impl Masker {
    /// A masker for what the connector's schema marks as secret or, without a schema, for every string of the
    /// configuration.
    ///
    /// # Errors
    ///
    /// [`MaskerError::TooMuch`] beyond some 150 KiB of secret text; nothing is ever left unmasked for want of memory.
    pub fn new(configuration: &Configuration, schema: Option<&Value>) -> Result<Masker, MaskerError> {
        Masker::of(&secret_texts(configuration, schema))
    }

    /// A masker for texts with their labels.
    pub(crate) fn of(secrets: &[(String, String)]) -> Result<Masker, MaskerError> {
        let patterns = patterns(secrets);
        if patterns.is_empty() {
            return Ok(Masker::default());
        }
        if patterns.iter().map(|pattern| pattern.form.text.len()).sum::<usize>() > MAX_PATTERNS {
            return Err(MaskerError::TooMuch);
        }
        // The default for few patterns is a DFA, which for long ones takes tens of megabytes and a tenth of a second.
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let search =
            AhoCorasick::builder().kind(kind).build(patterns.iter().map(|pattern| &pattern.form.text))?;
        let mut masker = Masker { search: Some(search), patterns, replacements: Vec::new() };
        masker.replacements = secrets.iter().map(|(label, _)| masker.replacement(label)).collect();
        Ok(masker)
    }

    /// The text without secrets.
    #[must_use]
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.mask_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(masked) => Cow::Owned(String::from_utf8_lossy(&masked).into_owned()),
        }
    }

    /// The labels of the secrets that were replaced in a text that was masked, by this masker or one of the same secrets.
    pub(crate) fn replaced_in<'m>(&'m self, masked: &str) -> Vec<&'m str> {
        let labels = self.replacements.iter().filter_map(|mark| {
            let label = mark.strip_prefix("[secret ")?.strip_suffix(']')?;
            masked.contains(mark.as_str()).then_some(label)
        });
        labels.collect()
    }

    /// The bytes without secrets.
    #[must_use]
    pub fn mask_bytes<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        self.replace(text, self.spans(text))
    }

    /// The beginning of a longer text without secrets: one that was cut off at the end is replaced too.
    #[must_use]
    pub fn mask_cut<'t>(&self, beginning: &'t [u8]) -> Cow<'t, [u8]> {
        let mut spans = self.spans(beginning);
        spans.extend(self.patterns.iter().filter_map(|pattern| pattern.cut_off(beginning)));
        self.replace(beginning, spans)
    }

    fn spans(&self, text: &[u8]) -> Vec<Span> {
        let Some(search) = &self.search else { return Vec::new() };
        let matches = search.find_overlapping_iter(text);
        matches
            .filter_map(|found| self.patterns.get(found.pattern().as_usize())?.span(text, found.range()))
            .collect()
    }

    fn replace<'t>(&self, text: &'t [u8], spans: Vec<Span>) -> Cow<'t, [u8]> {
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = Vec::with_capacity(text.len());
        let mut at = 0;
        for span in merged(spans) {
            masked.extend_from_slice(&text[at..span.range.start]);
            masked.extend_from_slice(self.replacements[span.replacement].as_bytes());
            at = span.range.end;
        }
        masked.extend_from_slice(&text[at..]);
        Cow::Owned(masked)
    }

    /// The label is a key that the operator chose; should it hold a secret, it is left out.
    fn replacement(&self, label: &str) -> String {
        let printable: String =
            label.chars().map(|character| if character.is_control() { '?' } else { character }).collect();
        if label.is_empty() || !self.spans(printable.as_bytes()).is_empty() {
            return "[secret]".to_owned();
        }
        format!("[secret {printable}]")
    }
}

/// The texts that a masker of this configuration replaces, with their labels.
pub(crate) fn secret_texts(configuration: &Configuration, schema: Option<&Value>) -> Vec<(String, String)> {
    let mut secrets = Vec::new();
    for secret in configuration.secrets(schema) {
        add_scalars(secret.pointer.trim_start_matches('/').to_owned(), secret.value, &mut secrets);
    }
    secrets
}

/// All numbers and texts in a value, with the keys that lead to them.
fn add_scalars(label: String, value: &Value, secrets: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => secrets.push((label, text.clone())),
        Value::Number(number) => secrets.push((label, number.to_string())),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                add_scalars(format!("{label}/{at}"), item, secrets);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                add_scalars(format!("{label}/{key}"), value, secrets);
            }
        }
        // Two or three words that stand in every log; masking them would tell more than it hides.
        Value::Null | Value::Bool(_) => {}
    }
}

/// One pattern for each different text. Of the same text, the one with the weaker condition stays.
fn patterns(secrets: &[(String, String)]) -> Vec<Pattern> {
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
    for (replacement, (_, value)) in secrets.iter().enumerate() {
        for form in forms(value) {
            let place = *places.entry(form.text.clone()).or_insert(patterns.len());
            match patterns.get_mut(place) {
                Some(known) if known.form.border == Border::Token => known.form.border = form.border,
                Some(_) => {}
                None => patterns.push(Pattern { form, replacement }),
            }
        }
    }
    patterns
}

impl Pattern {
    /// The part of the text that a match stands for, or `None` if it is only a part of a longer word.
    fn span(&self, text: &[u8], range: Range<usize>) -> Option<Span> {
        let range = self.form.border.applied(text, range)?;
        Some(Span { range, replacement: self.replacement, longest: self.form.text.len() })
    }

    /// The longest end of the text that begins this secret.
    fn cut_off(&self, text: &[u8]) -> Option<Span> {
        let most = self.form.text.len().min(text.len() + 1);
        let length = (1..most).rev().find(|&length| text.ends_with(&self.form.text[..length]))?;
        let range = text.len() - length..text.len();
        Some(Span { range, replacement: self.replacement, longest: length })
    }
}

/// Spans in order, with those that overlap as one.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.range.start, usize::MAX - span.longest));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.range.start < last.range.end => last.absorb(&span),
            _ => merged.push(span),
        }
    }
    merged
}

impl Span {
    fn absorb(&mut self, other: &Span) {
        self.range.end = self.range.end.max(other.range.end);
        if other.longest > self.longest {
            self.longest = other.longest;
            self.replacement = other.replacement;
        }
    }
}
