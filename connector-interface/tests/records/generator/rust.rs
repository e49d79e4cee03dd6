//! Writes the structs and enums of one record type as Rust.

use std::collections::BTreeSet;

use super::{
    name,
    object::{Kind, Object, Presence, Property, Words},
};

/// A file that a stranger can read: what it is and where it comes from, then the record, then what it is made of.
pub(crate) fn file(record_type: &str, schema_id: &str, record: &Object) -> String {
    let mut file = format!(
        "//! The record type `{record_type}`.\n\
         //!\n\
         //! Written from `schemas/schemas/records/{schema_id}.json` by\n\
         //! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.\n\n"
    );
    file.push_str(&imports(record));
    file.push_str(&object(record, &format!("record! {{\n    {} {record_type:?}", record.name)));
    file
}

fn object(object: &Object, head: &str) -> String {
    let mut text = structure(object);
    text.push_str(&required_structure(object));
    text.push_str(&methods(object));
    text.push_str(&listing(object, head));
    for property in &object.properties {
        text.push_str(&parts(&property.kind, &property.description));
    }
    text
}

/// The types that only this property has.
fn parts(kind: &Kind, description: &str) -> String {
    match kind {
        Kind::Known(_) | Kind::Link(_) => String::new(),
        Kind::Words(words) => enumeration(words, description),
        Kind::Object(nested) => object(nested, &format!("object! {{\n    {}", nested.name)),
        Kind::List(element) | Kind::OrNull(element) => parts(element, description),
    }
}

fn structure(object: &Object) -> String {
    let Object { name, description, properties } = object;
    let derived = if has_required(object) { "" } else { ", Default" };
    let fields: String = properties.iter().map(field).collect();
    format!(
        "{}#[derive(Debug, Clone, PartialEq{derived})]\npub struct {name} {{\n{fields}extras: Extras,\n}}\n\n",
        documented("", description)
    )
}

fn field(property: &Property) -> String {
    let kind = rust_type(&property.kind);
    let kind = match property.presence {
        Presence::Required => kind,
        Presence::Optional => format!("Option<{kind}>"),
        Presence::Nullable => format!("Nullable<{kind}>"),
    };
    format!("{}pub {}: {kind},\n", documented("    ", &property.description), property.field)
}

/// `NewX`: the required properties by name, so that the compiler tells which is missing.
fn required_structure(object: &Object) -> String {
    if !has_required(object) {
        return String::new();
    }
    let name = &object.name;
    let fields: String = of_presence(object, Presence::Required).map(field).collect();
    format!(
        "/// What every [`{name}`] has.\n\
         #[derive(Debug, Clone, PartialEq)]\npub struct New{name} {{\n{fields}}}\n\n"
    )
}

fn methods(object: &Object) -> String {
    let name = &object.name;
    let setters: Vec<String> = object.properties.iter().filter_map(setter).collect();
    format!("impl {name} {{\n{}{}}}\n\n", constructor(object), setters.concat())
}

fn constructor(object: &Object) -> String {
    if !has_required(object) {
        return "/// One without any property yet; the other methods set them.\n\
                #[must_use]\npub fn new() -> Self {\nSelf::default()\n}\n"
            .to_owned();
    }
    let fields: String = object.properties.iter().map(initial_value).collect();
    format!(
        "/// One with what is required; the other methods set the rest.\n\
         #[must_use]\npub fn new(required: New{}) -> Self {{\nSelf {{\n{fields}extras: Extras::default(),\n}}\n}}\n",
        object.name
    )
}

fn initial_value(property: &Property) -> String {
    let field = &property.field;
    match property.presence {
        Presence::Required => format!("{field}: required.{field},\n"),
        Presence::Optional => format!("{field}: None,\n"),
        Presence::Nullable => format!("{field}: Nullable::Absent,\n"),
    }
}

fn setter(property: &Property) -> Option<String> {
    let field = &property.field;
    let kind = rust_type(&property.kind);
    let (taken, conversion) = match (property.presence, &property.kind) {
        (Presence::Required, _) => return None,
        (Presence::Optional, Kind::Link(target)) => (format!("OptionalLink<{target}>"), "into_link"),
        (Presence::Optional, _) => (format!("OptionalValue<{kind}>"), "into_value"),
        (Presence::Nullable, _) => (format!("Into<Nullable<{kind}>>"), "into"),
    };
    Some(format!(
        "\n{}#[must_use]\npub fn {field}(mut self, {field}: impl {taken}) -> Self {{\n\
         self.{field} = {field}.{conversion}();\nself\n}}\n",
        documented("    ", &property.description)
    ))
}

/// The list from which reading and writing are made; its head is the macro and what that is told first.
fn listing(object: &Object, head: &str) -> String {
    let line = |property: &Property| {
        let presence = format!("{:?}", property.presence).to_lowercase();
        format!("        {presence} {} {:?},\n", property.field, property.name)
    };
    let lines: String = object.properties.iter().map(line).collect();
    format!("{head} {{\n{lines}    }}\n}}\n\n")
}

fn enumeration(words: &Words, description: &str) -> String {
    let line = |word: &String| format!("        {} {word:?},\n", name::upper_camel_case(word));
    let lines: String = words.words.iter().map(line).collect();
    format!(
        "enumeration! {{\n{}    {} {{\n{lines}    }}\n}}\n\n",
        documented("    ", description),
        words.name
    )
}

fn rust_type(kind: &Kind) -> String {
    match kind {
        Kind::Known(name) => (*name).to_owned(),
        Kind::Link(target) => format!("RecordOrUri<{target}>"),
        Kind::Words(words) => words.name.clone(),
        Kind::Object(object) => object.name.clone(),
        Kind::List(element) => format!("Vec<{}>", rust_type(element)),
        Kind::OrNull(value) => format!("Option<{}>", rust_type(value)),
    }
}

fn has_required(object: &Object) -> bool {
    of_presence(object, Presence::Required).next().is_some()
}

fn of_presence(object: &Object, presence: Presence) -> impl Iterator<Item = &Property> {
    object.properties.iter().filter(move |property| property.presence == presence)
}

/// The `use` lines; the record's own types need none.
fn imports(record: &Object) -> String {
    let mut imports = Imports::default();
    imports.of_property.extend(["Extras", "record"]);
    imports.add_object(record);
    imports.of_records.remove(&record.name);
    imports.written()
}

#[derive(Default)]
struct Imports {
    of_records: BTreeSet<String>,
    of_crate: BTreeSet<&'static str>,
    of_property: BTreeSet<&'static str>,
}

impl Imports {
    fn written(&self) -> String {
        let records: Vec<_> = self.of_records.iter().map(String::as_str).collect();
        let records = match records.as_slice() {
            [] => String::new(),
            [name] => format!("use super::{name};\n"),
            names => format!("use super::{{{}}};\n", names.join(", ")),
        };
        let of_property: Vec<_> = self.of_property.iter().copied().collect();
        let of_property = format!("property::{{{}}}", of_property.join(", "));
        let of_crate: Vec<_> = self.of_crate.iter().copied().chain([of_property.as_str()]).collect();
        format!("{records}use crate::{{{}}};\n\n", of_crate.join(", "))
    }

    fn add_object(&mut self, object: &Object) {
        for Property { presence, kind, .. } in &object.properties {
            if *presence == Presence::Nullable {
                self.of_property.insert("Nullable");
            }
            if *presence == Presence::Optional {
                let is_link = matches!(kind, Kind::Link(_));
                self.of_property.insert(if is_link { "OptionalLink" } else { "OptionalValue" });
            }
            self.add_kind(kind);
        }
    }

    fn add_kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Known(name @ ("DateTime" | "Uri")) => drop(self.of_crate.insert(name)),
            Kind::Known(name @ ("DateOrTime" | "Percentage")) => drop(self.of_property.insert(name)),
            Kind::Known(_) => {}
            Kind::Link(target) => {
                self.of_property.insert("RecordOrUri");
                self.of_records.insert(target.clone());
            }
            Kind::Words(_) => drop(self.of_property.insert("enumeration")),
            Kind::Object(object) => {
                self.of_property.insert("object");
                self.add_object(object);
            }
            Kind::List(element) | Kind::OrNull(element) => self.add_kind(element),
        }
    }
}

/// How long a line of documentation may be.
const LINE_LENGTH: usize = 118;

/// Documentation lines at this indentation, wrapped; a blank line stays one.
fn documented(indentation: &str, text: &str) -> String {
    let mut lines = String::new();
    for paragraph in text.split('\n') {
        let mut line = format!("{indentation}///");
        for word in paragraph.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > LINE_LENGTH {
                lines.push_str(&line);
                line = format!("\n{indentation}///");
            }
            line.push(' ');
            line.push_str(word);
        }
        lines.push_str(&line);
        lines.push('\n');
    }
    lines
}
