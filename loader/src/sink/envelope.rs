//! The line that goes out for each record.

use std::io::Write;

use serde_json::Value;

/// The lines of one run: what stands before each record, with who produced it.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    /// The last line up to its record. From one line to the next, a few bytes of it change.
    head: Vec<u8>,
    sequence: u64,
    sequence_at: usize,
    sequence_end: usize,
    time_at: usize,
    before_time: Vec<u8>,
}

const BEFORE_RECORD: &[u8] = b"\",\"record\":";

/// A line in the parts that it is put together from, each of them at its place in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a>([&'a [u8]; 3]);

impl<'a> Line<'a> {
    /// A line that is whole already.
    #[cfg(test)]
    pub(crate) const fn whole(line: &'a [u8]) -> Self {
        Self([line, b"", b""])
    }

    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|part| part.len()).sum()
    }

    /// In their order.
    pub(crate) fn parts(&self) -> [&'a [u8]; 3] {
        self.0
    }

    pub(crate) fn append_to(&self, buffer: &mut Vec<u8>) {
        buffer.reserve(self.len());
        self.0.iter().for_each(|part| buffer.extend_from_slice(part));
    }
}

impl Envelope {
    pub(crate) fn new(run: &str, slug: &str, version: &str, stream: Option<&str>) -> Self {
        let run = Value::from(run);
        let slug = Value::from(slug);
        let (version, stream) = (Value::from(version), Value::from(stream));
        let head = format!("{{\"run\":{run},\"sequence\":").into_bytes();
        let before_time = format!(
            ",\"connector\":{{\"slug\":{slug},\"version\":{version}}},\"stream\":{stream},\"extractedAt\":\""
        );
        let (sequence_at, before_time) = (head.len(), before_time.into_bytes());
        let mut envelope = Self { head, sequence: 0, sequence_at, sequence_end: 0, time_at: 0, before_time };
        envelope.rewrite("");
        envelope
    }

    /// The line of a record. Time and record have been checked: neither can break out of its place.
    pub(crate) fn line<'a>(&'a mut self, sequence: u64, extracted_at: &str, record: &'a str) -> Line<'a> {
        let is_next = self.sequence.checked_add(1) == Some(sequence);
        let is_same = self.sequence == sequence;
        self.sequence = sequence;
        if !(is_same || is_next && add_one(&mut self.head[self.sequence_at..self.sequence_end])) {
            self.rewrite(extracted_at);
        } else if !self.has_time(extracted_at) {
            self.write_time(extracted_at);
        }
        Line([&self.head, record.as_bytes(), b"}\n"])
    }

    fn rewrite(&mut self, extracted_at: &str) {
        self.head.truncate(self.sequence_at);
        // Writing to memory does not fail.
        let _ = write!(self.head, "{}", self.sequence);
        self.sequence_end = self.head.len();
        self.head.extend_from_slice(&self.before_time);
        self.time_at = self.head.len();
        self.write_time(extracted_at);
    }

    fn has_time(&self, extracted_at: &str) -> bool {
        self.head[self.time_at..].strip_suffix(BEFORE_RECORD) == Some(extracted_at.as_bytes())
    }

    fn write_time(&mut self, extracted_at: &str) {
        self.head.truncate(self.time_at);
        self.head.extend_from_slice(extracted_at.as_bytes());
        self.head.extend_from_slice(BEFORE_RECORD);
    }
}

/// Adds one to a decimal number; false where that would take one more digit.
fn add_one(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return true;
        }
        *digit = b'0';
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_one_line_of_json_whatever_the_names_hold() {
        for stream in [None, Some("."), Some("a \"quoted\"\nname")] {
            let mut line = Vec::new();
            let mut envelope = Envelope::new("r-1", "git", "0.1.0", stream);
            envelope.line(7, "2020-02-21T12:00:00Z", r#"{"_type":"Branch"}"#).append_to(&mut line);
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            let json: Value = serde_json::from_slice(&line).unwrap();
            let expected = serde_json::json!({
                "run": "r-1",
                "sequence": 7,
                "connector": { "slug": "git", "version": "0.1.0" },
                "stream": stream,
                "extractedAt": "2020-02-21T12:00:00Z",
                "record": { "_type": "Branch" },
            });
            assert_eq!(json, expected);
        }
    }

    #[test]
    fn each_line_has_its_own_number_and_time_whatever_the_last_one_had() {
        let mut envelope = Envelope::new("r", "git", "0.1.0", None);
        let (early, late) = ("2020-02-21T12:00:00Z", "2020-02-21T12:00:00.123+01:00");
        let (times, end) = ([early, early, late, early], u64::MAX);
        for (number, time) in
            (0..2000).chain([5, 7, 8, 8, 999, 1000, end - 1, end, 0, 1]).zip(times.iter().cycle())
        {
            let mut line = Vec::new();
            let parts = envelope.line(number, time, "{}");
            parts.append_to(&mut line);
            assert_eq!(parts.len(), line.len());
            let fresh = format!(
                "{{\"run\":\"r\",\"sequence\":{number},\"connector\":{{\"slug\":\"git\",\"version\":\"0.1.0\"}},\
                 \"stream\":null,\"extractedAt\":\"{time}\",\"record\":{{}}}}\n"
            );
            assert_eq!(String::from_utf8(line).unwrap(), fresh);
        }
    }
}
