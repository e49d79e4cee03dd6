//! Whether a text is a JSON object, found out at compile time.

use super::text::Writer;

/// Objects and arrays inside each other; the compiler's own limit for constant functions is 128 calls.
const MAX_DEPTH: usize = 40;

/// Ends the compilation where the text of `configuration.schema.json` is not a JSON object.
pub(super) const fn check_schema(text: &str) {
    let mut reader = Reader { bytes: text.as_bytes(), at: 0 };
    reader.skip_space();
    let is_object = reader.next_is(b'{') && reader.value(MAX_DEPTH);
    reader.skip_space();
    if !is_object || reader.at < reader.bytes.len() {
        refuse(reader.line());
    }
}

const fn refuse(line: u32) -> ! {
    let mut message = Writer::<300>::new();
    message.number("configuration.schema.json is not a JSON object, as line ", line);
    message
        .raw(" shows: write `{}` into it, and have it written with UPDATE_CONFIGURATION_SCHEMA=1 cargo test");
    match message.as_str() {
        Some(message) => panic!("{}", message),
        None => panic!("configuration.schema.json is not a JSON object"),
    }
}

/// Each method that gives `bool` says whether it could read what it is named for, and stands behind that if so.
struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    /// The line, from 1, at which it stands.
    const fn line(&self) -> u32 {
        let (mut line, mut index) = (1, 0);
        while index < self.at && index < self.bytes.len() {
            line += (self.bytes[index] == b'\n') as u32;
            index += 1;
        }
        line
    }

    const fn next_is(&self, byte: u8) -> bool {
        self.at < self.bytes.len() && self.bytes[self.at] == byte
    }

    const fn byte(&mut self, byte: u8) -> bool {
        let is = self.next_is(byte);
        self.at += is as usize;
        is
    }

    const fn skip_space(&mut self) {
        while self.next_is(b' ') || self.next_is(b'\n') || self.next_is(b'\r') || self.next_is(b'\t') {
            self.at += 1;
        }
    }

    const fn value(&mut self, depth: usize) -> bool {
        if depth == 0 || self.at == self.bytes.len() {
            return false;
        }
        match self.bytes[self.at] {
            b'{' => self.list(b'}', depth),
            b'[' => self.list(b']', depth),
            b'"' => self.string(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    /// An array or, where it ends with a brace, an object.
    const fn list(&mut self, end: u8, depth: usize) -> bool {
        self.at += 1;
        self.skip_space();
        if self.byte(end) {
            return true;
        }
        loop {
            let has_name = end != b'}' || self.name();
            if !has_name || !self.value(depth - 1) {
                return false;
            }
            self.skip_space();
            if !self.byte(b',') {
                return self.byte(end);
            }
            self.skip_space();
        }
    }

    const fn name(&mut self) -> bool {
        if !self.string() {
            return false;
        }
        self.skip_space();
        let has_colon = self.byte(b':');
        self.skip_space();
        has_colon
    }

    const fn string(&mut self) -> bool {
        if !self.byte(b'"') {
            return false;
        }
        while self.at < self.bytes.len() && self.bytes[self.at] >= 0x20 {
            let byte = self.bytes[self.at];
            self.at += 1;
            if byte == b'"' {
                return true;
            }
            if byte == b'\\' && !self.escape() {
                return false;
            }
        }
        false
    }

    /// What follows a backslash.
    const fn escape(&mut self) -> bool {
        if self.at == self.bytes.len() {
            return false;
        }
        self.at += 1;
        match self.bytes[self.at - 1] {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => true,
            b'u' => {
                let start = self.at;
                while self.at < start + 4
                    && self.at < self.bytes.len()
                    && self.bytes[self.at].is_ascii_hexdigit()
                {
                    self.at += 1;
                }
                self.at == start + 4
            }
            _ => false,
        }
    }

    const fn word(&mut self, word: &[u8]) -> bool {
        let mut index = 0;
        while index < word.len() {
            if !self.byte(word[index]) {
                return false;
            }
            index += 1;
        }
        true
    }

    const fn number(&mut self) -> bool {
        self.byte(b'-');
        let has_whole = self.byte(b'0') || self.digits();
        if !has_whole || (self.byte(b'.') && !self.digits()) {
            return false;
        }
        if !self.byte(b'e') && !self.byte(b'E') {
            return true;
        }
        let _ = self.byte(b'+') || self.byte(b'-');
        self.digits()
    }

    const fn digits(&mut self) -> bool {
        let start = self.at;
        while self.at < self.bytes.len() && self.bytes[self.at].is_ascii_digit() {
            self.at += 1;
        }
        self.at > start
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::check_schema;

    fn is_taken(text: &str) -> bool {
        let text = text.to_owned();
        std::panic::catch_unwind(move || check_schema(&text)).is_ok()
    }

    #[test]
    fn it_takes_what_serde_json_takes_for_an_object() {
        let values = [
            "{}",
            " {\n}\t\r",
            "",
            " ",
            "{",
            "}",
            "{}x",
            "{}{}",
            "[]",
            "null",
            "{\"a\":1}",
            "{\"a\" : 1 , \"b\":2}",
            "{\"a\":1,}",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{'a':1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":[]}",
            "{\"a\":[1,2]}",
            "{\"a\":[1,]}",
            "{\"a\":[}",
            "{\"a\":[1}",
            "{\"a\":{\"b\":[{}]}}",
            "{// no\n}",
            "\u{feff}{}",
        ];
        let members = [
            "true",
            "false",
            "null",
            "tru",
            "nul",
            "truex",
            "0",
            "-0",
            "01",
            "1.5",
            "1.",
            ".5",
            "-",
            "1e9",
            "1E-9",
            "1e",
            "1e+",
            "+1",
            "0x1",
            "\"\"",
            "\"ä\"",
            "\"a\\n\"",
            "\"\\u00e4\"",
            "\"\\u00g4\"",
            "\"\\u00e\"",
            "\"\\x\"",
            "\"\\",
            "\"a",
            "\"a\nb\"",
            "\"a\\\"b\"",
        ];
        let members = members.map(|member| format!("{{\"a\": {member}}}"));
        for text in values.into_iter().map(str::to_owned).chain(members) {
            let is_object = serde_json::from_str::<Map<String, Value>>(&text).is_ok();
            assert_eq!(is_taken(&text), is_object, "{text:?}");
        }
    }

    #[test]
    fn it_says_in_which_line_and_what_to_do() {
        let panic = std::panic::catch_unwind(|| check_schema("{\n  \"type\": object\n}")).unwrap_err();
        let message = panic.downcast::<String>().unwrap();
        assert!(
            message.starts_with("configuration.schema.json is not a JSON object, as line 2 shows: write"),
            "{message}"
        );
    }

    #[test]
    fn it_comes_to_an_end_with_what_is_nested_too_deep() {
        assert!(is_taken(&format!("{{\"a\":{}{}}}", "[".repeat(38), "]".repeat(38))));
        assert!(!is_taken(&format!("{{\"a\":{}", "[".repeat(100_000))));
    }
}
