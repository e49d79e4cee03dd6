//! Gathers what is wrong with a file while it is read, each with its place.

use std::path::Path;

use jiff::Timestamp;
use toml::Spanned;
use toml::de::DeValue;

use super::Problem;

/// The longest text of the file that is shown, in characters.
const SHOWN: usize = 60;

/// A value of the file, and where it is.
#[derive(Debug, Clone)]
pub(super) struct Found<'a> {
    pub(super) value: &'a DeValue<'a>,
    /// The byte at which it begins.
    pub(super) offset: usize,
    /// Its key, behind those that it is in.
    pub(super) place: String,
}

impl<'a> Found<'a> {
    pub(super) fn new(value: &'a Spanned<DeValue<'a>>, place: String) -> Self {
        Self { value: value.get_ref(), offset: value.span().start, place }
    }

    /// One of the items of a list.
    pub(super) fn item(&self, number: usize, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self::new(value, format!("{}[{number}]", self.place))
    }
}

/// What reading takes, and what comes of it.
pub(super) struct Report<'t> {
    text: &'t str,
    /// Where relative paths start.
    pub(super) folder: &'t Path,
    /// From when ages count back.
    pub(super) now: Timestamp,
    /// Each with the byte that it is about.
    problems: Vec<(usize, Problem)>,
}

impl<'t> Report<'t> {
    pub(super) fn new(text: &'t str, folder: &'t Path, now: Timestamp) -> Self {
        Self { text, folder, now, problems: Vec::new() }
    }

    /// One for what has been told already, or is told elsewhere.
    pub(super) fn silent(&self) -> Self {
        Self { text: self.text, folder: self.folder, now: self.now, problems: Vec::new() }
    }

    /// Adds a problem with a value.
    pub(super) fn refuse(&mut self, found: &Found<'_>, expected: &str, advice: &str) {
        let what = shown(found.value);
        self.add(found.offset, &found.place, expected, &what, advice);
    }

    /// Adds a problem.
    pub(super) fn add(&mut self, offset: usize, place: &str, expected: &str, found: &str, advice: &str) {
        let (line, column) = self.position(offset);
        let problem = Problem {
            line,
            column,
            place: place.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            advice: advice.to_owned(),
        };
        self.problems.push((offset, problem));
    }

    /// What is not TOML. What else was found in those lines is of no interest then.
    pub(super) fn add_syntax(&mut self, errors: &[toml::de::Error]) {
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            let line = self.position(offset).0;
            self.problems.retain(|(_, problem)| problem.line != line);
            match error.message() {
                "duplicate key" => {
                    self.add(
                        offset,
                        "",
                        "each key once",
                        "a key that is there already",
                        "leave one of them out",
                    );
                }
                message => {
                    self.add(
                        offset,
                        "",
                        "TOML",
                        message,
                        "texts stand in quotes, lists in brackets; see https://toml.io",
                    );
                }
            }
        }
    }

    /// How many problems there are so far.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    /// All problems, in the order of the file.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|(offset, _)| *offset);
        let mut problems: Vec<Problem> = self.problems.into_iter().map(|(_, problem)| problem).collect();
        problems.dedup();
        problems
    }

    /// Line and character of a byte, from 1.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}

/// What a value is, for messages; texts are cut.
pub(super) fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(is) => is.to_string(),
        DeValue::Array(items) if items.is_empty() => "an empty list".to_owned(),
        other => kind_of(other).to_owned(),
    }
}

/// The type of a value, with its article.
pub(super) const fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A text in quotes, on one line and not too long.
pub(super) fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(SHOWN).collect();
    let dots = if cut.len() < text.len() { "..." } else { "" };
    format!("{cut:?}{dots}")
}
