//! What connectors are there, and what one is, without running any of it.

use std::fmt::Write as _;

use connector_schemas::record_type;
use serde_json::{Value, json};

use crate::{
    console::Console,
    digest::Digest,
    examination::{Examination, GlibcVersion, Host},
    exit_code::ExitCode,
    frame::Level,
    note::{Note, NoteError},
    reference::Reference,
};

use super::{
    CliError,
    args::{Format, Search},
    prepare::{find, host, locator},
    print, printable_lines,
};

#[cfg(test)]
mod tests;
mod text;

/// Lists the connectors that a slug can name, with what their notes say.
pub(crate) fn list(search: &Search, format: Format, console: &mut Console) -> Result<ExitCode, CliError> {
    let listing = locator(search)?.list();
    for folder in search.connector_path.iter().filter(|folder| !folder.is_dir()) {
        console.say(Level::Warn, &format!("--connector-path {} is not a folder", folder.display()));
    }
    for problem in &listing.problems {
        console.say(Level::Warn, &crate::chain(problem).replace('\n', ";"));
    }
    let mut rows = Vec::new();
    for found in listing.found {
        let note = Note::read(&found.path);
        match note.and_then(|note| note.check_file_name(&found.path).map(|()| note)) {
            Ok(note) => rows.push((found, note)),
            Err(error) => console.say(Level::Warn, &passed_over(&error)),
        }
    }
    if rows.is_empty() {
        console.say(Level::Warn, "no connector found; --connector-path FOLDER names a folder to look in");
    }
    let mut text = String::new();
    for (found, note) in &rows {
        // Writing to a string does not fail.
        let _ = match format {
            Format::Text => writeln!(text, "{}\t{}\t{}", found.slug, note.version, found.path.display()),
            Format::Json => {
                let row = json!({ "slug": found.slug, "version": note.version, "path": found.path });
                writeln!(text, "{row}")
            }
        };
    }
    print(text.as_bytes())
}

fn passed_over(error: &NoteError) -> String {
    let advice = error.problem.remedy().operator.map(|advice| format!("; {advice}")).unwrap_or_default();
    format!("passed over: {}{advice}", crate::chain(error))
}

/// Shows what a connector's file is, and whether it can be loaded here.
pub(crate) fn inspect(search: &Search, connector: &str, format: Format) -> Result<ExitCode, CliError> {
    let found = find(search, connector)?;
    let host = host();
    let report = Report::new(found.examine(&host), &found.bytes, &host);
    match format {
        Format::Text => print(printable_lines(&text::of(&report)).as_bytes())?,
        Format::Json => print(format!("{}\n", escaped(&report.json())).as_bytes())?,
    };
    Ok(if report.examination.problems.is_empty() { ExitCode::Done } else { ExitCode::ConnectorUnusable })
}

/// JSON that cannot drive a terminal: JSON itself lets some control characters stand.
fn escaped(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if character.is_control() {
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    text
}

/// All that is known of a file.
struct Report {
    examination: Examination,
    size: u64,
    sha256: Digest,
    reference: Option<Reference>,
    host_glibc: Option<GlibcVersion>,
}

impl Report {
    fn new(examination: Examination, bytes: &[u8], host: &Host) -> Report {
        let reference = examination.note.as_ref().map(|note| Reference::of(&note.configuration_schema));
        Report {
            examination,
            size: bytes.len() as u64,
            sha256: Digest::of_bytes(bytes),
            reference,
            host_glibc: host.glibc,
        }
    }

    /// The note's own keys on the top level, where they have always been.
    fn json(&self) -> Value {
        let Examination { path, facts, note, problems } = &self.examination;
        let mut value = note.as_ref().map_or_else(|| json!({}), |note| json!(note));
        let names = note.iter().flat_map(|note| &note.record_types);
        value["unknownRecordTypes"] = names.filter(|name| record_type(name).is_none()).cloned().collect();
        value["configuration"] = json!(self.reference);
        value["path"] = json!(path);
        value["file"] = json!({ "size": self.size, "sha256": self.sha256, "library": facts });
        value["glibcHere"] = json!(self.host_glibc);
        value["loadable"] = json!(problems.is_empty());
        value["problems"] = json!(problems);
        value
    }
}
