//! The ELF note that tells what a library is without running it, written at compile time.

mod json;
mod parts;
mod record_types;
mod text;

use text::Writer;

use crate::client::Client;

/// What the note says of a connector.
#[derive(Clone, Copy)]
pub struct Metadata {
    /// The package's name less its prefix.
    pub slug: &'static str,
    /// The package's version.
    pub version: &'static str,
    /// The format of the states that it sets, from [`state_format`].
    pub state_format: u32,
    /// The package's description; may be empty.
    pub description: &'static str,
    /// Where to read more of it: the package's home page or, without one, its repository; may be empty.
    pub homepage: &'static str,
    /// The package's licence, as SPDX writes it; may be empty.
    pub license: &'static str,
    /// The text of `configuration.schema.json`.
    pub configuration_schema: &'static str,
    /// What it asks to reach, set by [`Metadata::permissions`].
    pub permissions: &'static [&'static str],
    /// The types of record that it produces, set by [`Metadata::record_types`].
    pub record_types: &'static [&'static str],
}

/// The version of the interface that this crate was built on.
const ABI: &str = codeclimate_connector_abi::VERSION;

const PANIC: &str = if cfg!(panic = "unwind") { "unwind" } else { "abort" };

const PREFIX: &[u8] = b"codeclimate-connector-";

/// The slug in a package's name.
///
/// # Panics
/// At compile time, where the name has not the form `codeclimate-connector-<slug>`.
#[must_use]
pub const fn slug_of(package: &'static str) -> &'static str {
    let bytes = package.as_bytes();
    let mut index = 0;
    while index < PREFIX.len() {
        assert!(
            index < bytes.len() && bytes[index] == PREFIX[index],
            "the package of a connector is named `codeclimate-connector-<slug>`: change `name` in its Cargo.toml"
        );
        index += 1;
    }
    assert!(
        bytes.len() > PREFIX.len(),
        "the package's name has no slug after `codeclimate-connector-`: add one to `name` in its Cargo.toml"
    );
    match std::str::from_utf8(bytes.split_at(PREFIX.len()).1) {
        Ok(slug) => slug,
        Err(_) => panic!("cut at an ASCII prefix"),
    }
}

/// The format of a client's states.
///
/// # Panics
/// At compile time, where it is 0.
#[must_use]
pub const fn state_format<C: Client>() -> u32 {
    assert!(
        C::STATE_FORMAT > 0,
        "`STATE_FORMAT` is 0: write 1, which is the first format of a connector's states, or more"
    );
    C::STATE_FORMAT
}

/// The text of `configuration.schema.json`.
///
/// # Panics
/// At compile time, where it is not a JSON object.
#[must_use]
pub const fn schema(text: &'static str) -> &'static str {
    json::check_schema(text);
    text
}

/// The first of two texts, or the second where the first is empty.
#[must_use]
pub const fn either(first: &'static str, second: &'static str) -> &'static str {
    if first.is_empty() { second } else { first }
}

/// An ELF note with owner `Connector`, as the System V ABI lays notes out: sizes and type, then name and
/// description, each padded to four bytes.
#[repr(C, align(4))]
pub struct Note<const DESCRIPTION: usize> {
    name_size: u32,
    description_size: u32,
    note_type: u32,
    name: [u8; 12],
    description: [u8; DESCRIPTION],
}

impl<const DESCRIPTION: usize> Note<DESCRIPTION> {
    /// The note of a connector. `DESCRIPTION` is [`padded_length`] of the same metadata.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a schema of 4 GiB cannot be compiled")]
    pub const fn new(metadata: Metadata) -> Self {
        let mut writer = Writer::new();
        write(&mut writer, metadata);
        Self {
            name_size: 10,
            description_size: writer.length as u32,
            note_type: 1,
            name: *b"Connector\0\0\0",
            description: writer.bytes,
        }
    }
}

/// The length of the note's JSON, rounded up to the padding of notes.
#[must_use]
pub const fn padded_length(metadata: Metadata) -> usize {
    let mut writer = Writer::<0>::new();
    write(&mut writer, metadata);
    writer.length.next_multiple_of(4)
}

const fn write<const N: usize>(writer: &mut Writer<N>, metadata: Metadata) {
    writer.member("{\"slug\":", metadata.slug);
    writer.member(",\"version\":", metadata.version);
    writer.member(",\"abi\":", ABI);
    writer.member(",\"panic\":", PANIC);
    writer.member(",\"description\":", metadata.description);
    writer.member(",\"homepage\":", metadata.homepage);
    writer.member(",\"license\":", metadata.license);
    writer.number(",\"stateFormat\":", metadata.state_format);
    writer.list(",\"recordTypes\":", metadata.record_types);
    writer.list(",\"permissions\":", metadata.permissions);
    writer.member(",\"rustc\":", env!("CONNECTOR_RUSTC"));
    writer.member(",\"target\":", env!("CONNECTOR_TARGET"));
    writer.member(",\"sdk\":", env!("CARGO_PKG_VERSION"));
    writer.raw(",\"configurationSchema\":");
    writer.raw(metadata.configuration_schema);
    writer.raw("}");
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: Metadata = Metadata {
        slug: "git",
        version: "0.1.0",
        state_format: 1,
        description: r#"reads "git" \ history"#,
        homepage: "https://git.example",
        license: "MIT",
        configuration_schema: r#"{"type":"object","properties":{"path":{}}}"#,
        permissions: &[],
        record_types: &[],
    }
    .permissions(&["network", "read:path"])
    .record_types(&["Branch"]);
    static NOTE: Note<{ padded_length(METADATA) }> = Note::new(METADATA);

    #[test]
    fn the_description_is_json_with_its_exact_size() {
        let size = NOTE.description_size as usize;
        let mut json: serde_json::Value = serde_json::from_slice(&NOTE.description[..size]).unwrap();
        let rustc = json["rustc"].take();
        assert!(rustc.as_str().unwrap().starts_with("1."), "{rustc}");
        assert_eq!(
            json,
            serde_json::json!({
                "slug": "git", "version": "0.1.0", "abi": codeclimate_connector_abi::VERSION, "panic": "unwind",
                "description": METADATA.description, "homepage": "https://git.example", "license": "MIT",
                "stateFormat": 1, "recordTypes": ["Branch"], "permissions": ["network", "read:path"],
                "rustc": null, "target": env!("CONNECTOR_TARGET"), "sdk": env!("CARGO_PKG_VERSION"),
                "configurationSchema": {"type": "object", "properties": {"path": {}}},
            })
        );
        assert!(NOTE.description[size..].iter().all(|&byte| byte == 0));
        assert_eq!((NOTE.name_size, NOTE.note_type, NOTE.name), (10, 1, *b"Connector\0\0\0"));
    }

    #[test]
    fn a_number_is_written_with_all_its_digits() {
        for number in [0, 1, 9, 10, 99, 100, 4_000_000_000, u32::MAX] {
            let mut writer = Writer::<20>::new();
            writer.number("n:", number);
            assert_eq!(writer.as_str(), Some(format!("n:{number}").as_str()));
        }
    }

    #[test]
    fn the_slug_is_what_follows_the_prefix() {
        assert_eq!(slug_of("codeclimate-connector-my-tool"), "my-tool");
        assert!(std::panic::catch_unwind(|| slug_of("git-connector")).is_err());
        assert!(std::panic::catch_unwind(|| slug_of("codeclimate-connector-")).is_err());
    }

    #[test]
    fn the_repository_stands_in_for_a_home_page() {
        assert_eq!(either("https://home.example", "https://code.example"), "https://home.example");
        assert_eq!(either("", "https://code.example"), "https://code.example");
    }
}
