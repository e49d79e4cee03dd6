//! The reference of a connector's configuration, as Markdown.

use connector_schemas::record_type;
use serde_json::{Map, Value};

use crate::{
    examination::Unloadable,
    exit_code::ExitCode,
    note::Note,
    permission::Permission,
    reference::{Key, Reference},
};

use super::{
    CliError,
    args::Search,
    docs::markdown::{cell, code, text},
    prepare::{find, host},
    print, printable_lines,
};

mod markdown;
#[cfg(test)]
mod tests;

/// Prints the reference; a connector that cannot be loaded here has one too.
pub(crate) fn docs(search: &Search, connector: &str) -> Result<ExitCode, CliError> {
    let examination = find(search, connector)?.examine(&host());
    let Some(note) = &examination.note else {
        return Err(Unloadable { path: examination.path, problems: examination.problems }.into());
    };
    print(printable_lines(&of(note)).as_bytes())
}

/// The reference of a connector.
pub(super) fn of(note: &Note) -> String {
    let reference = Reference::of(&note.configuration_schema);
    let parts = [head(note, &reference), run(note, &reference), configuration(&reference)];
    let rest = [permissions(&note.permissions), record_types(&note.record_types)];
    parts.into_iter().chain(rest).collect::<Vec<_>>().join("\n\n")
}

fn head(note: &Note, reference: &Reference) -> String {
    // The name of the struct, which is no title.
    let title = reference.title.as_deref().filter(|title| *title != "Configuration");
    let title = title.unwrap_or(note.slug.as_str());
    let mut facts = vec![format!("Connector {}, version {}", code(note.slug.as_str()), text(&note.version))];
    facts.extend(note.license.as_ref().map(|license| format!("licence {}", text(license))));
    facts.extend(note.homepage.as_ref().map(|page| text(page)));
    let mut parts = vec![format!("# {}", text(title))];
    parts.extend(note.description.as_deref().map(text));
    let same = |description: &&String| Some(description.trim_end_matches('.')) != note.description.as_deref();
    parts.extend(reference.description.as_ref().filter(same).map(|description| text(description)));
    parts.push(format!("{}.", facts.join("; ")));
    parts.join("\n\n")
}

fn run(note: &Note, reference: &Reference) -> String {
    let slug = note.slug.as_str();
    let verbs = [("verify-configuration", ""), ("discover-streams", ""), ("sync-stream", " STREAM 90d")];
    let commands: Vec<String> = verbs
        .iter()
        .map(|(verb, rest)| format!("codeclimate-connector {verb} {slug} {slug}.json{rest}"))
        .collect();
    format!(
        "## Run it\n\nWrite the configuration to a file, here `{slug}.json`:\n\n```json\n{:#}\n```\n\nCheck it, list the \
         streams, and sync one of them, here the last 90 days:\n\n```sh\n{}\n```",
        example(reference),
        commands.join("\n")
    )
}

/// The author's first example, or one with the keys that must be there.
fn example(reference: &Reference) -> Value {
    if let Some(example) = reference.examples.iter().find(|example| example.is_object()) {
        return example.clone();
    }
    let mut example = Map::new();
    for key in reference.keys.iter().filter(|key| key.required && !key.key.contains(['.', '['])) {
        example.insert(key.key.clone(), key.sample());
    }
    Value::Object(example)
}

fn configuration(reference: &Reference) -> String {
    if reference.keys.is_empty() {
        return "## Configuration\n\nIts schema describes no keys.".to_owned();
    }
    let head = "## Configuration\n\n\
                | key | type | required | secret | default | description | examples |\n\
                | --- | --- | --- | --- | --- | --- | --- |";
    let rows = reference.keys.iter().map(row);
    let table = std::iter::once(head.to_owned()).chain(rows).collect::<Vec<_>>().join("\n");
    let choices = reference.keys.iter().filter(|key| !key.choices.is_empty()).map(choices);
    std::iter::once(table).chain(choices).collect::<Vec<_>>().join("\n\n")
}

fn row(key: &Key) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" };
    let title = key.title.as_ref().filter(|title| !title.eq_ignore_ascii_case(&key.key));
    let words: Vec<String> = [title, key.description.as_ref()].into_iter().flatten().cloned().collect();
    // Described one by one below the table.
    let kind = if key.choices.is_empty() { cell(&text(&key.kind)) } else { "one of those below".to_owned() };
    format!(
        "| {} | {kind} | {} | {} | {} | {} | {} |",
        cell(&code(&key.key)),
        yes(key.required),
        yes(key.secret),
        key.default.as_ref().map(|value| cell(&code(&value.to_string()))).unwrap_or_default(),
        cell(&text(&words.join(". "))),
        cell(&key.examples.iter().map(|value| code(&value.to_string())).collect::<Vec<_>>().join(", ")),
    )
}

fn choices(key: &Key) -> String {
    let lines = key
        .choices
        .iter()
        .map(|choice| format!("- {}: {}", code(&choice.value.to_string()), text(&choice.description)));
    format!("Values of {}:\n\n{}", code(&key.key), lines.collect::<Vec<_>>().join("\n"))
}

fn permissions(permissions: &[Permission]) -> String {
    if permissions.is_empty() {
        return "## Permissions\n\nIt asks for none.".to_owned();
    }
    let rows = permissions.iter().map(|permission| {
        format!("| {} | {} |", cell(&code(&permission.to_string())), cell(&text(&permission.meaning())))
    });
    let rows = rows.collect::<Vec<_>>().join("\n");
    format!("## Permissions\n\n| permission | lets it |\n| --- | --- |\n{rows}")
}

fn record_types(names: &[String]) -> String {
    if names.is_empty() {
        return "## Record types\n\nIt does not say which it produces.".to_owned();
    }
    let lines = names.iter().map(|name| match record_type(name) {
        Some(known) => {
            let description = known.schema()["description"].as_str().unwrap_or_default();
            format!("- {}: {}", code(name), text(description))
        }
        None => format!("- {} (unknown to this version of the runner)", code(name)),
    });
    format!("## Record types\n\n{}", lines.collect::<Vec<_>>().join("\n"))
}
