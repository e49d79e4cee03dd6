//! The ELF note that tells what a library is without running it, written at compile time.

/// What the note says of a connector.
#[derive(Clone, Copy)]
pub struct Metadata {
    /// The package's name less its prefix.
    pub slug: &'static str,
    /// The package's version.
    pub version: &'static str,
    /// The package's description; may be empty.
    pub description: &'static str,
    /// The text of `configuration.schema.json`.
    pub configuration_schema: &'static str,
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
    assert!(bytes.len() > PREFIX.len(), "the package's name has no slug after `codeclimate-connector-`");
    match std::str::from_utf8(bytes.split_at(PREFIX.len()).1) {
        Ok(slug) => slug,
        Err(_) => panic!("cut at an ASCII prefix"),
    }
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
        let mut writer = Writer { bytes: [0; DESCRIPTION], length: 0 };
        writer = write(writer, metadata);
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
    write(Writer { bytes: [], length: 0 }, metadata).length.next_multiple_of(4)
}

const fn write<const N: usize>(mut writer: Writer<N>, metadata: Metadata) -> Writer<N> {
    writer = writer.member("{\"slug\":", metadata.slug);
    writer = writer.member(",\"version\":", metadata.version);
    writer = writer.member(",\"abi\":", ABI);
    writer = writer.member(",\"panic\":", PANIC);
    writer = writer.member(",\"description\":", metadata.description);
    writer = writer.raw(",\"configurationSchema\":");
    writer.raw(metadata.configuration_schema).raw("}")
}

/// Appends to a buffer, or, where the buffer has no room, counts only.
struct Writer<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Writer<N> {
    const fn member(self, before: &str, value: &str) -> Self {
        let mut writer = self.raw(before).byte(b'"');
        let bytes = value.as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            let byte = bytes[index];
            assert!(byte >= 0x20, "name, version and description of a connector are one line each");
            if byte == b'"' || byte == b'\\' {
                writer = writer.byte(b'\\');
            }
            writer = writer.byte(byte);
            index += 1;
        }
        writer.byte(b'"')
    }

    const fn raw(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            self = self.byte(bytes[index]);
            index += 1;
        }
        self
    }

    const fn byte(mut self, byte: u8) -> Self {
        if self.length < N {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: Metadata = Metadata {
        slug: "git",
        version: "0.1.0",
        description: r#"reads "git" \ history"#,
        configuration_schema: r#"{"type":"object"}"#,
    };
    static NOTE: Note<{ padded_length(METADATA) }> = Note::new(METADATA);

    #[test]
    fn the_description_is_json_with_its_exact_size() {
        let size = NOTE.description_size as usize;
        let json: serde_json::Value = serde_json::from_slice(&NOTE.description[..size]).unwrap();
        assert_eq!(json["description"], METADATA.description);
        assert_eq!(json["configurationSchema"]["type"], "object");
        assert_eq!(json["abi"], codeclimate_connector_abi::VERSION);
        assert!(NOTE.description[size..].iter().all(|&byte| byte == 0));
        assert_eq!((NOTE.name_size, NOTE.note_type, NOTE.name), (10, 1, *b"Connector\0\0\0"));
    }

    #[test]
    fn the_slug_is_what_follows_the_prefix() {
        assert_eq!(slug_of("codeclimate-connector-my-tool"), "my-tool");
        assert!(std::panic::catch_unwind(|| slug_of("git-connector")).is_err());
        assert!(std::panic::catch_unwind(|| slug_of("codeclimate-connector-")).is_err());
    }
}
