//! What connectors are there, and what one is, without running any of it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{console::Console, exit_code::ExitCode, frame::Level, note::Note};

use super::{
    CliError,
    args::{Format, Search},
    prepare::{find, locator},
    print, printable_lines,
};

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
            Err(error) => console.say(Level::Warn, &format!("passed over: {}", crate::chain(&error))),
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

/// Shows what a connector's note says.
pub(crate) fn inspect(search: &Search, connector: &str, format: Format) -> Result<ExitCode, CliError> {
    let (path, note) = find(search, connector)?;
    if format == Format::Json {
        let mut value = json!(note);
        value["path"] = json!(path);
        return print(format!("{value}\n").as_bytes());
    }
    let mut text = format!("{} {}\n", note.slug, note.version);
    if let Some(description) = &note.description {
        let _ = writeln!(text, "{description}");
    }
    let _ = writeln!(text, "\nfile       {}", path.display());
    let _ = writeln!(text, "interface  {}", note.abi);
    let _ = writeln!(text, "panics     {}", note.panic);
    let _ = writeln!(text, "\nconfiguration:\n{}", configuration(&note.configuration_schema));
    print(printable_lines(&text).as_bytes()).and_then(|_| print(b"\n"))
}

/// The keys of a configuration, one a line.
fn configuration(schema: &Value) -> String {
    let Some(properties) = schema["properties"].as_object().filter(|keys| !keys.is_empty()) else {
        return "  (no keys described)".to_owned();
    };
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let lines = properties.iter().map(|(key, property)| {
        let mut marks = vec![if required.contains(&key.as_str()) { "required" } else { "optional" }];
        if property["secret"] == Value::Bool(true) {
            marks.push("secret");
        }
        let description = property["description"].as_str().unwrap_or("(not described)");
        format!("  {key} ({}): {}", marks.join(", "), description.replace('\n', " "))
    });
    lines.collect::<Vec<_>>().join("\n")
}
