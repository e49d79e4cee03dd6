//! A report for people.

use bytesize::ByteSize;
use connector_schemas::record_type;
use serde_json::Value;

use super::Report;
use crate::{
    examination::{Facts, Libc, Shown},
    note::Note,
    permission::Permission,
    reference::{Key, Reference},
};

/// The most names that are shown of a list.
const MAX_NAMES: usize = 10;

pub(super) fn of(report: &Report) -> String {
    let examination = &report.examination;
    let mut parts = Vec::new();
    if let Some(note) = &examination.note {
        parts.push(head(note));
        parts.push(rows(&origin(note)));
        parts.push(permissions(&note.permissions));
    }
    parts.extend(report.reference.as_ref().map(configuration));
    parts.push(format!("file:\n{}", rows(&file(report))));
    parts.push(verdict(report));
    parts.join("\n\n")
}

fn head(note: &Note) -> String {
    let name = format!("{} {}", note.slug, note.version);
    note.description.as_ref().map_or_else(|| name.clone(), |description| format!("{name}\n{description}"))
}

type Row = (&'static str, String);

fn rows(rows: &[Row]) -> String {
    rows.iter().map(|(name, value)| format!("  {name:<13} {value}")).collect::<Vec<_>>().join("\n")
}

fn origin(note: &Note) -> Vec<Row> {
    let or_unsaid = |value: &Option<String>| value.clone().unwrap_or_else(|| "(not said)".to_owned());
    vec![
        ("home page", or_unsaid(&note.homepage)),
        ("licence", or_unsaid(&note.license)),
        ("record types", record_types(&note.record_types)),
        ("state format", note.state_format.to_string()),
        ("interface", note.abi.to_string()),
        ("SDK", or_unsaid(&note.sdk)),
        ("rustc", or_unsaid(&note.rustc)),
        ("target", or_unsaid(&note.target)),
        ("panics", note.panic.to_string()),
    ]
}

fn record_types(names: &[String]) -> String {
    let shown = |name: &String| match record_type(name) {
        Some(_) => name.clone(),
        None => format!("{name} (unknown to this runner)"),
    };
    match names {
        [] => "(not said)".to_owned(),
        names => names.iter().map(shown).collect::<Vec<_>>().join(", "),
    }
}

fn permissions(permissions: &[Permission]) -> String {
    if permissions.is_empty() {
        return "permissions: none".to_owned();
    }
    let width =
        permissions.iter().map(|permission| permission.to_string().chars().count()).max().unwrap_or(0);
    let line =
        |permission: &Permission| format!("  {:<width$}  {}", permission.to_string(), permission.meaning());
    format!("permissions:\n{}", permissions.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn configuration(reference: &Reference) -> String {
    if reference.keys.is_empty() {
        return "configuration: (no keys described)".to_owned();
    }
    let keys = reference.keys.iter().map(key).collect::<Vec<_>>().join("\n");
    format!("configuration:\n{keys}")
}

fn key(key: &Key) -> String {
    let mut marks = vec![if key.required { "required" } else { "optional" }];
    if key.secret {
        marks.push("secret");
    }
    let title = key.title.as_ref().filter(|title| !title.eq_ignore_ascii_case(&key.key));
    let words =
        [title, key.description.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join(". ");
    let words = if words.is_empty() { "(not described)".to_owned() } else { words };
    let mut facts = vec![key.kind.clone()];
    facts.extend(key.default.as_ref().map(|value| format!("default {value}")));
    if !key.examples.is_empty() {
        let examples: Vec<String> = key.examples.iter().map(Value::to_string).collect();
        facts.push(format!("such as {}", examples.join(" or ")));
    }
    format!("  {} ({}): {words}\n      {}", key.key, marks.join(", "), facts.join("; "))
}

fn file(report: &Report) -> Vec<Row> {
    let size = format!("{} ({} bytes)", ByteSize(report.size).display().iec(), report.size);
    let mut rows = vec![
        ("path", report.examination.path.display().to_string()),
        ("size", size),
        ("sha256", report.sha256.to_string()),
    ];
    if let Some(facts) = &report.examination.facts {
        rows.extend(library(report, facts));
    }
    rows
}

fn library(report: &Report, facts: &Facts) -> Vec<Row> {
    let mut rows = vec![
        ("architecture", facts.architecture.clone()),
        ("build id", facts.build_id.clone().unwrap_or_else(|| "none".to_owned())),
        ("C library", libc(report, facts)),
        ("needs", names(&facts.needed, facts.needed.len())),
        ("exports", exports(facts)),
        ("static TLS", static_tls(facts.static_tls).to_owned()),
    ];
    let searches = facts.search_paths.iter();
    rows.extend(searches.map(|search| (search.tag.as_str(), search.path.clone())));
    rows
}

fn libc(report: &Report, facts: &Facts) -> String {
    let here = report.host_glibc.map(|version| format!(" (here: glibc {version})")).unwrap_or_default();
    let needed = match (facts.libc, facts.glibc) {
        (Some(Libc::Glibc) | None, Some(version)) => format!("glibc {version} or newer"),
        (Some(libc), _) => libc.as_str().to_owned(),
        (None, None) => "none".to_owned(),
    };
    needed + &here
}

fn exports(facts: &Facts) -> String {
    match facts.unexpected_export_count {
        0 => "nothing beside the connector".to_owned(),
        count => format!("{count} unexpected: {}", names(&facts.unexpected_exports, count)),
    }
}

const fn static_tls(is_static: bool) -> &'static str {
    if is_static {
        "yes: a process has little room for it; should loading it fail with `cannot allocate memory in static TLS \
         block`, whoever builds it must make its allocator, or another library inside, use dynamic TLS"
    } else {
        "no"
    }
}

fn names(names: &[String], count: usize) -> String {
    match names {
        [] => "nothing".to_owned(),
        _ if count <= MAX_NAMES => names.join(", "),
        _ => format!("{}, and {} more", names[..MAX_NAMES].join(", "), count - MAX_NAMES),
    }
}

fn verdict(report: &Report) -> String {
    match report.examination.problems.as_slice() {
        [] => "It can be loaded here.".to_owned(),
        problems => {
            let problems: Vec<String> = problems.iter().map(|problem| Shown(problem).to_string()).collect();
            format!("It cannot be loaded here:\n{}", problems.join("\n"))
        }
    }
}
