//! The record types, and records checked outside of any run.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use connector_schemas::{Checker, FieldError, nearest_record_type, record_type, record_types};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{exit_code::ExitCode, supervisor::records as counted};

use super::{CliError, args::Format, print};

/// Why records or a schema cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordsError {
    #[error("there is no record type {name:?}{}; `schema` without a name lists all", hint(*nearest))]
    UnknownType { name: String, nearest: Option<&'static str> },
    #[error("cannot read records from {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(", did you mean {name}?")).unwrap_or_default()
}

impl RecordsError {
    pub(crate) const fn exit_code(&self) -> ExitCode {
        ExitCode::Usage
    }
}

/// Prints the schema of a record type, or the names of all.
pub(crate) fn schema(name: Option<&str>) -> Result<ExitCode, CliError> {
    let Some(name) = name else { return print(names().as_bytes()) };
    match record_type(name) {
        Some(found) => print(found.schema_text().as_bytes()),
        None => {
            Err(RecordsError::UnknownType { name: name.to_owned(), nearest: nearest_record_type(name) }
                .into())
        }
    }
}

fn names() -> String {
    let mut text = String::new();
    for record_type in record_types() {
        let description = record_type.schema()["description"].as_str().unwrap_or_default().to_owned();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:<22} {description}", record_type.name());
    }
    text
}

/// The verdict on one line of input.
#[derive(Debug, Serialize)]
struct Verdict<'a> {
    line: u64,
    valid: bool,
    errors: Vec<Complaint<'a>>,
}

#[derive(Debug, Serialize)]
struct Complaint<'a> {
    pointer: &'a str,
    message: &'a str,
}

/// As much of an envelope as it takes to know one.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    record: &'a RawValue,
}

/// Checks every line of a file; blank lines are passed over.
pub(crate) fn validate(file: &Path, format: Format, strict: bool) -> Result<ExitCode, CliError> {
    let read = |source| CliError::from(RecordsError::Read { path: file.to_owned(), source });
    let mut input: Box<dyn BufRead> = match file.to_str() {
        Some("-") => Box::new(io::stdin().lock()),
        _ => Box::new(BufReader::with_capacity(1 << 18, File::open(file).map_err(read)?)),
    };
    let mut report = Report::new(format, BufWriter::new(io::stdout().lock()));
    let checker = Checker::new();
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes).map_err(read)? == 0 {
            break;
        }
        // Some editors put a byte order mark at the start, which nobody sees.
        let line = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii();
        if !line.is_empty() {
            report.add(number, &errors_of(&checker, line, strict)).map_err(CliError::Output)?;
        }
    }
    report.finish().map_err(CliError::Output)
}

/// Everything that is wrong with a record, or with the record in an envelope.
fn errors_of(checker: &Checker, line: &[u8], strict: bool) -> Vec<FieldError> {
    let record = record_in(line);
    let mut errors = match checker.check(record) {
        Ok(_) => Vec::new(),
        Err(error) => error.errors,
    };
    if strict {
        errors.extend(checker.unknown_properties(record).unwrap_or_default());
    }
    errors
}

/// The record of an envelope, or what was given where it is none.
pub(crate) fn record_in(line: &[u8]) -> &[u8] {
    match serde_json::from_slice::<Envelope<'_>>(line) {
        Ok(envelope) if !has_type(line) => envelope.record.get().as_bytes(),
        _ => line,
    }
}

/// Some record types have a member `record` of their own; an envelope has no `_type`.
fn has_type(line: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Typed<'a> {
        #[serde(borrow, rename = "_type")]
        _record_type: &'a RawValue,
    }
    serde_json::from_slice::<Typed<'_>>(line).is_ok()
}

struct Report<W> {
    format: Format,
    output: W,
    lines: u64,
    bad: u64,
}

impl<W: Write> Report<W> {
    fn new(format: Format, output: W) -> Self {
        Self { format, output, lines: 0, bad: 0 }
    }

    fn add(&mut self, line: u64, errors: &[FieldError]) -> io::Result<()> {
        self.lines += 1;
        self.bad += u64::from(!errors.is_empty());
        match self.format {
            Format::Json => self.add_json(line, errors),
            Format::Text => self.add_text(line, errors),
        }
    }

    fn add_json(&mut self, line: u64, errors: &[FieldError]) -> io::Result<()> {
        let errors: Vec<_> = errors
            .iter()
            .map(|error| Complaint { pointer: &error.pointer, message: &error.message })
            .collect();
        serde_json::to_writer(&mut self.output, &Verdict { line, valid: errors.is_empty(), errors })?;
        self.output.write_all(b"\n")
    }

    fn add_text(&mut self, line: u64, errors: &[FieldError]) -> io::Result<()> {
        for error in errors {
            let place = if error.pointer.is_empty() { "the record" } else { &error.pointer };
            writeln!(self.output, "line {line}: {place}: {}", crate::console::printable(&error.message))?;
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<ExitCode> {
        if self.format == Format::Text {
            writeln!(self.output, "{}, {} of them invalid", counted(self.lines), self.bad)?;
        }
        self.output.flush()?;
        Ok(if self.bad == 0 { ExitCode::Done } else { ExitCode::InvalidRecords })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRANCH: &str = r#"{"_type":"Branch","name":"main"}"#;

    #[test]
    fn records_and_envelopes_are_both_checked() {
        let checker = Checker::new();
        let envelope = format!(r#"{{"run":"r","sequence":0,"record":{BRANCH}}}"#);
        let bad = r#"{"sequence":0,"record":{"_type":"Branch","name":1}}"#;
        let own_member = r#"{"_type":"Metric","id":"1","self":"https://x.example/1","record":"Incident"}"#;
        let cases =
            [(BRANCH, ""), (envelope.as_str(), ""), (own_member, ""), (bad, "/name"), ("[]", ""), ("{", "")];
        for (line, pointer) in cases {
            let errors = errors_of(&checker, line.as_bytes(), false);
            let is_bad = [bad, "[]", "{"].contains(&line);
            assert_eq!(!errors.is_empty(), is_bad, "{line}: {errors:?}");
            assert!(errors.iter().all(|error| error.pointer == pointer), "{line}: {errors:?}");
        }
    }

    #[test]
    fn strict_mode_refuses_what_the_schema_does_not_describe() {
        let line = br#"{"_type":"Branch","nam":"main"}"#;
        assert!(errors_of(&Checker::new(), line, false).is_empty());
        assert_eq!(errors_of(&Checker::new(), line, true).len(), 1);
    }

    #[test]
    fn the_report_is_one_object_a_line() {
        let mut output = Vec::new();
        let mut report = Report::new(Format::Json, &mut output);
        report.add(1, &[]).unwrap();
        let error = FieldError {
            pointer: "/name".into(),
            message: "expected a string".into(),
            expected: "a string".into(),
            found: "1".into(),
            suggestion: None,
        };
        report.add(3, &[error]).unwrap();
        assert_eq!(report.finish().unwrap(), ExitCode::InvalidRecords);
        assert_eq!(
            String::from_utf8(output).unwrap(),
            "{\"line\":1,\"valid\":true,\"errors\":[]}\n\
             {\"line\":3,\"valid\":false,\"errors\":[{\"pointer\":\"/name\",\"message\":\"expected a string\"}]}\n"
        );
    }
}
