//! Checks records against the schema of their type.

use std::cell::Cell;
use std::sync::OnceLock;

use jsonschema::Validator;
use jsonschema::json::{Node as _, Object as _};

use crate::error::{FieldError, RecordError};
use crate::explain::explain;
use crate::found;
use crate::nearest::nearest;
use crate::record_type::{RecordType, nearest_record_type, position, record_types};
use crate::syntax;
use crate::tape::{Document, Tape, TapeJson, TapeNode};
use crate::unknown::unknown_properties;
use crate::validator::compile;

/// How many errors of one record are described; the rest are counted.
const DESCRIBED_ERRORS: usize = 1_000;

/// Checks records of all types; one serves all threads.
///
/// Making one costs next to nothing: a type's schema is compiled when its first record is checked.
pub struct Checker {
    /// In the order of [`record_types`].
    types: Box<[CheckedType]>,
}

struct CheckedType {
    record_type: &'static RecordType,
    validator: OnceLock<Result<Validator<TapeJson>, String>>,
}

/// The proof that a record is as its type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedRecord<'r> {
    record_type: &'static RecordType,
    text: &'r str,
}

impl<'r> CheckedRecord<'r> {
    /// The type that the record's `_type` names.
    pub fn record_type(&self) -> &'static RecordType {
        self.record_type
    }

    /// The record as it was given: one JSON object, perhaps with white space around and within it.
    pub fn text(&self) -> &'r str {
        self.text
    }
}

impl Checker {
    /// A checker that has compiled nothing yet.
    pub fn new() -> Self {
        let unused = |record_type| CheckedType { record_type, validator: OnceLock::new() };
        Self { types: record_types().map(unused).collect() }
    }

    /// Checks one record, given as the bytes of one JSON object.
    ///
    /// Properties that the type does not know are accepted; [`Checker::unknown_properties`] lists them.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the record. Bytes that are no JSON object, and a `_type` that is missing or
    /// unknown, are the only error told, because nothing more can be known.
    pub fn check<'r>(&self, bytes: &'r [u8]) -> Result<CheckedRecord<'r>, RecordError> {
        let text = syntax::text(bytes).map_err(RecordError::untyped)?;
        with_document(text, |document| {
            let known = self.type_of(document)?;
            let validator = known.validator.get_or_init(|| compile(known.record_type)).as_ref();
            let validator = validator.map_err(|reason| known.uncheckable(reason))?;
            if document.repeated_names().len() == 0 && validator.is_valid(document.root()) {
                return Ok(CheckedRecord { record_type: known.record_type, text });
            }
            Err(known.errors(document, validator))
        })
    }

    /// Strict mode: every property of the record, nested ones too, that its type does not know, each with the name
    /// that was probably meant. A misspelt optional property is found only here.
    ///
    /// # Errors
    ///
    /// The one reason why the record's type cannot be told. Whether the record is valid is not asked.
    pub fn unknown_properties(&self, bytes: &[u8]) -> Result<Vec<FieldError>, RecordError> {
        let text = syntax::text(bytes).map_err(RecordError::untyped)?;
        with_document(text, |document| {
            let known = self.type_of(document)?;
            Ok(unknown_properties(known.record_type, document.root()))
        })
    }

    fn type_of<'r>(&self, document: &'r Document<'r>) -> Result<&CheckedType, RecordError> {
        type_of(document.root()).map(|position| &self.types[position]).map_err(RecordError::untyped)
    }
}

impl Default for Checker {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let compiled = self.types.iter().filter(|known| known.validator.get().is_some());
        formatter.debug_set().entries(compiled.map(|known| known.record_type.name())).finish()
    }
}

impl CheckedType {
    /// All errors of a record of this type, sorted by their place.
    fn errors(&self, document: &Document<'_>, validator: &Validator<TapeJson>) -> RecordError {
        let mut errors: Vec<_> = document.repeated_names().map(repeated_name).collect();
        let mut omitted = 0;
        for error in validator.iter_errors(document.root()) {
            if errors.len() < DESCRIBED_ERRORS {
                explain(&error, &mut errors);
            } else {
                omitted += 1;
            }
        }
        errors.sort_by(|one, other| one.pointer.cmp(&other.pointer));
        RecordError { record_type: Some(self.record_type.name().to_owned()), errors, omitted }
    }

    fn uncheckable(&self, reason: &str) -> RecordError {
        let name = self.record_type.name();
        let error = FieldError::mismatch("", format!("a usable schema of {name}"), reason);
        RecordError { record_type: Some(name.to_owned()), errors: vec![error], omitted: 0 }
    }
}

impl RecordError {
    fn untyped(error: FieldError) -> Self {
        Self { record_type: None, errors: vec![error], omitted: 0 }
    }
}

/// Reads the record onto the thread's tape, whose memory so serves one record after the other.
#[inline]
fn with_document<T>(
    text: &str,
    work: impl FnOnce(&Document<'_>) -> Result<T, RecordError>,
) -> Result<T, RecordError> {
    thread_local! {
        static TAPE: Cell<Tape<'static>> = Cell::default();
    }
    // A record produced while the thread's variables are torn down gets a new tape.
    let mut tape = TAPE.try_with(Cell::take).unwrap_or_default().recycled();
    let result = match syntax::parse(&mut tape, text) {
        Ok(document) => work(&document),
        Err(error) => Err(RecordError::untyped(error)),
    };
    let _ = TAPE.try_with(|kept| kept.set(tape.recycled()));
    result
}

/// Where in the table of record types the record's type stands.
fn type_of(record: TapeNode<'_>) -> Result<usize, FieldError> {
    if record.as_object().is_none() {
        return Err(FieldError::mismatch("", "one JSON object", found::value(&record.to_value())));
    }
    let Some(name) = record.property("_type") else {
        return Err(missing_type(record));
    };
    let Some(name) = name.string() else {
        return Err(FieldError::mismatch(
            "/_type",
            "the name of a record type",
            found::value(&name.to_value()),
        ));
    };
    position_remembered(name).ok_or_else(|| unknown_type(name))
}

/// Sources send many records of one type in a row, so the thread remembers the last one.
#[inline]
fn position_remembered(name: &str) -> Option<usize> {
    thread_local! {
        static LAST: Cell<usize> = const { Cell::new(0) };
    }
    let last = LAST.get();
    if record_types().nth(last).is_some_and(|known| known.name() == name) {
        return Some(last);
    }
    let found = position(name)?;
    LAST.set(found);
    Some(found)
}

fn missing_type(record: TapeNode<'_>) -> FieldError {
    let names = record.as_object().into_iter().flat_map(|object| object.members()).map(|(name, _)| name);
    FieldError::missing("", "_type", nearest("_type", names))
}

fn unknown_type(name: &str) -> FieldError {
    let found = found::value(&name.into());
    FieldError::mismatch("/_type", "the name of a record type", &*found)
        .saying(format!("unknown record type, found {found}"))
        .suggesting(nearest_record_type(name))
}

fn repeated_name(pointer: String) -> FieldError {
    FieldError::mismatch(pointer, "each property once", "the same property again")
        .saying("this property stands more than once in its object")
}
