//! JSON text put together at compile time.

/// Appends to a buffer, or, where the buffer has no room, counts only.
pub(super) struct Writer<const N: usize> {
    pub(super) bytes: [u8; N],
    pub(super) length: usize,
}

impl<const N: usize> Writer<N> {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; N], length: 0 }
    }

    /// A member of an object that is a string.
    pub(super) const fn member(&mut self, before: &str, value: &str) {
        self.raw(before);
        self.string(value);
    }

    /// A member of an object that is a number.
    pub(super) const fn number(&mut self, before: &str, value: u32) {
        self.raw(before);
        let mut unit = 1;
        while value / unit > 9 {
            unit *= 10;
        }
        while unit > 0 {
            self.byte(b'0' + (value / unit % 10) as u8);
            unit /= 10;
        }
    }

    /// A member of an object that is an array of strings.
    pub(super) const fn list(&mut self, before: &str, values: &[&str]) {
        self.raw(before);
        self.byte(b'[');
        let mut index = 0;
        while index < values.len() {
            if index > 0 {
                self.byte(b',');
            }
            self.string(values[index]);
            index += 1;
        }
        self.byte(b']');
    }

    const fn string(&mut self, value: &str) {
        self.byte(b'"');
        let bytes = value.as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            let byte = bytes[index];
            assert!(
                byte >= 0x20,
                "name, version, description, home page and licence of a connector are one line each: change them in its Cargo.toml"
            );
            if byte == b'"' || byte == b'\\' {
                self.byte(b'\\');
            }
            self.byte(byte);
            index += 1;
        }
        self.byte(b'"');
    }

    /// Text as it stands.
    pub(super) const fn raw(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            self.byte(bytes[index]);
            index += 1;
        }
    }

    const fn byte(&mut self, byte: u8) {
        if self.length < N {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
    }

    /// What has been written, where it was text and the buffer had room for it.
    pub(super) const fn as_str(&self) -> Option<&str> {
        if self.length > N {
            return None;
        }
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }
}
