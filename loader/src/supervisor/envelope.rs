//! The line that goes out for each record.

use std::io::Write;

use serde_json::Value;

/// Who produced the records of a run: the part of the envelope that never changes within it.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    before_sequence: Vec<u8>,
    before_time: Vec<u8>,
}

impl Envelope {
    pub(crate) fn new(run: &str, slug: &str, version: &str, stream: Option<&str>) -> Self {
        let run = Value::from(run);
        let slug = Value::from(slug);
        let (version, stream) = (Value::from(version), Value::from(stream));
        Self {
            before_sequence: format!("{{\"run\":{run},\"sequence\":").into_bytes(),
            before_time: format!(
                ",\"connector\":{{\"slug\":{slug},\"version\":{version}}},\"stream\":{stream},\"extractedAt\":\""
            )
            .into_bytes(),
        }
    }

    /// Writes one line. Time and record have been checked: neither can break out of its place.
    pub(crate) fn write(&self, line: &mut Vec<u8>, sequence: u64, extracted_at: &str, record: &str) {
        line.clear();
        line.extend_from_slice(&self.before_sequence);
        // Writing to memory does not fail.
        let _ = write!(line, "{sequence}");
        line.extend_from_slice(&self.before_time);
        line.extend_from_slice(extracted_at.as_bytes());
        line.extend_from_slice(b"\",\"record\":");
        line.extend_from_slice(record.as_bytes());
        line.extend_from_slice(b"}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_one_line_of_json_whatever_the_names_hold() {
        for stream in [None, Some("."), Some("a \"quoted\"\nname")] {
            let mut line = Vec::new();
            let envelope = Envelope::new("r-1", "git", "0.1.0", stream);
            envelope.write(&mut line, 7, "2020-02-21T12:00:00Z", r#"{"_type":"Branch"}"#);
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
}
