//! The named parts of the export line, checked at compile time.

use super::{Metadata, record_types::RECORD_TYPES, text::Writer};

/// What follows what was written, where it is no permission.
const NO_PERMISSION: &str = "` is not a permission: write `network`, `exec`, `connect:<key>`, `read:<key>` or `write:<key>`, \
     where <key> is a key of configuration.schema.json";

const NO_KEY: &str = "` names a key that is not in configuration.schema.json: write the key as it stands there, or write that file \
     anew with UPDATE_CONFIGURATION_SCHEMA=1 cargo test";

const NO_RECORD_TYPE: &str =
    "` is not a record type: write it as `codeclimate-connector schema` lists it, such as `Incident`";

/// The longest key of a permission, in bytes, as runners read them.
const MAX_KEY: usize = 200;

impl Metadata {
    /// The same with what the connector asks to reach.
    ///
    /// # Panics
    /// At compile time, where one is no permission, or names a key that the schema does not have.
    #[must_use]
    pub const fn permissions(self, permissions: &'static [&'static str]) -> Self {
        let schema = self.configuration_schema;
        self.permissions_with(permissions, Some(schema))
    }

    /// As [`permissions`](Self::permissions), for the build whose tests write the schema anew: what keys it will have is
    /// not known yet.
    #[must_use]
    pub const fn permissions_before_schema(self, permissions: &'static [&'static str]) -> Self {
        self.permissions_with(permissions, None)
    }

    const fn permissions_with(mut self, permissions: &'static [&'static str], schema: Option<&str>) -> Self {
        assert!(self.permissions.is_empty(), "`permissions` stands twice in the export line: write one list");
        let mut index = 0;
        while index < permissions.len() {
            check_permission(permissions[index], schema);
            index += 1;
        }
        self.permissions = permissions;
        self
    }

    /// The same with the types of record that the connector produces.
    ///
    /// # Panics
    /// At compile time, where one is not the name of a record type.
    #[must_use]
    pub const fn record_types(mut self, record_types: &'static [&'static str]) -> Self {
        assert!(
            self.record_types.is_empty(),
            "`record_types` stands twice in the export line: write one list"
        );
        let mut index = 0;
        while index < record_types.len() {
            if !is_record_type(record_types[index]) {
                refuse(record_types[index], NO_RECORD_TYPE);
            }
            index += 1;
        }
        self.record_types = record_types;
        self
    }
}

const fn check_permission(permission: &str, schema: Option<&str>) {
    let bytes = permission.as_bytes();
    if is(bytes, b"network") || is(bytes, b"exec") {
        return;
    }
    let Some(key) = key_of(bytes) else { refuse(permission, NO_PERMISSION) };
    if !is_key(key) {
        refuse(permission, NO_PERMISSION);
    }
    if let Some(schema) = schema {
        if !stands_quoted(key, schema.as_bytes()) {
            refuse(permission, NO_KEY);
        }
    }
}

const fn key_of(permission: &[u8]) -> Option<&[u8]> {
    let mut kinds: &[&[u8]] = &[b"connect:", b"read:", b"write:"];
    while let [kind, rest @ ..] = kinds {
        if permission.len() > kind.len() {
            let (start, key) = permission.split_at(kind.len());
            if is(start, kind) {
                return Some(key);
            }
        }
        kinds = rest;
    }
    None
}

const fn is_key(key: &[u8]) -> bool {
    let mut index = 0;
    while index < key.len() {
        // What JSON would escape cannot be found in the text of the schema.
        if key[index] < 0x20 || key[index] == 0x7f || key[index] == b'"' || key[index] == b'\\' {
            return false;
        }
        index += 1;
    }
    !key.is_empty() && key.len() <= MAX_KEY
}

const fn is_record_type(name: &str) -> bool {
    let mut index = 0;
    while index < RECORD_TYPES.len() {
        if is(RECORD_TYPES[index].as_bytes(), name.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether a text holds these bytes between quotation marks.
const fn stands_quoted(key: &[u8], text: &[u8]) -> bool {
    let mut rest = text;
    while let [first, after @ ..] = rest {
        if *first == b'"'
            && after.len() > key.len()
            && after[key.len()] == b'"'
            && is(after.split_at(key.len()).0, key)
        {
            return true;
        }
        rest = after;
    }
    false
}

/// Constant functions cannot compare with `==` yet.
const fn is(found: &[u8], wanted: &[u8]) -> bool {
    if found.len() != wanted.len() {
        return false;
    }
    let mut index = 0;
    while index < found.len() {
        if found[index] != wanted[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// Ends the compilation; `found` is quoted before what is wrong with it.
const fn refuse(found: &str, wrong: &str) -> ! {
    let mut message = Writer::<600>::new();
    message.raw("`");
    message.raw(found);
    message.raw(wrong);
    match message.as_str() {
        Some(message) => panic!("{}", message),
        None => panic!("a permission or a record type in the export line is too long"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: Metadata = Metadata {
        slug: "git",
        version: "0.1.0",
        state_format: 1,
        description: "",
        homepage: "",
        license: "",
        configuration_schema: r#"{"properties":{"path":{},"aß":{}}}"#,
        permissions: &[],
        record_types: &[],
    };

    fn message(made: impl FnOnce() -> Metadata + std::panic::UnwindSafe) -> String {
        let Err(panic) = std::panic::catch_unwind(made) else { return String::new() };
        panic
            .downcast::<String>()
            .map_or_else(|text| (*text.downcast::<&str>().unwrap()).to_owned(), |text| *text)
    }

    #[test]
    fn a_permission_has_one_of_five_forms_and_a_key_of_the_schema() {
        let table: [(&'static [&'static str], &str); 14] = [
            (&[], ""),
            (&["network", "exec"], ""),
            (&["connect:path", "read:path", "write:path", "read:aß"], ""),
            (&["network", "net"], "`net` is not a permission: write `network`"),
            (&[""], "`` is not a permission"),
            (&["read:"], "`read:` is not a permission"),
            (&["read"], "`read` is not a permission"),
            (&["exec:/bin/sh"], "`exec:/bin/sh` is not a permission"),
            (&["read:a\"b"], "`read:a\"b` is not a permission"),
            (&["read:a\nb"], "`read:a\nb` is not a permission"),
            (&["read:pat"], "`read:pat` names a key that is not in configuration.schema.json: write the key"),
            (&["read:paths"], "`read:paths` names a key that is not in"),
            (&["read:a"], "`read:a` names a key that is not in"),
            (&["write: path"], "`write: path` names a key that is not in"),
        ];
        for (permissions, expected) in table {
            let message = message(|| METADATA.permissions(permissions));
            assert!(message.starts_with(expected) && message.is_empty() == expected.is_empty(), "{message}");
        }
    }

    #[test]
    fn a_record_type_is_one_of_those_that_there_are() {
        let table: [(&'static [&'static str], &str); 5] = [
            (&["Branch", "TestResultTotals", "Actor"], ""),
            (&["Branch", "branch"], "`branch` is not a record type: write it as"),
            (&[""], "`` is not a record type"),
            (&["Pull Request"], "`Pull Request` is not a record type"),
            (&["Incidents"], "`Incidents` is not a record type"),
        ];
        for (record_types, expected) in table {
            let message = message(|| METADATA.record_types(record_types));
            assert!(message.starts_with(expected) && message.is_empty() == expected.is_empty(), "{message}");
        }
    }

    #[test]
    fn a_part_stands_once() {
        let twice = message(|| METADATA.permissions(&["exec"]).permissions(&["exec"]));
        assert!(twice.contains("`permissions` stands twice"), "{twice}");
        let twice = message(|| METADATA.record_types(&["Branch"]).record_types(&["Branch"]));
        assert!(twice.contains("`record_types` stands twice"), "{twice}");
    }

    #[test]
    fn a_text_of_any_length_is_refused_with_a_message() {
        let long: &'static str = Box::leak("x".repeat(10_000).into_boxed_str());
        let list: &'static [&'static str] = Box::leak(vec![long].into_boxed_slice());
        assert!(message(|| METADATA.permissions(list)).contains("too long"));
    }
}
