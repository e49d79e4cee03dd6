//! Whatever a worker sends, only what is right comes through.

use super::*;

#[test]
fn a_forged_record_cannot_leave_its_envelope() {
    let cases: [(&[u8], &str); 12] = [
        (br#"{"_type":"Branch","self":"x","a":1}"#, ""),
        (br#"{"a":1}"#, "missing field `_type`"),
        (br#"{"_type":"../../etc"}"#, "its _type \"../../etc\" is unknown"),
        (br#"{"_type":"Branch","_type":"Commit"}"#, "duplicate field `_type`"),
        (br#"{"_type":"Branch","self":7}"#, "invalid type"),
        (br#"{"_type":"Branch"}}"#, "trailing characters"),
        (br#"{"_type":"Branch"},"sequence":9"#, "trailing characters"),
        (b"{\"a\":\n1}", "byte 5 is a control character"),
        (b"[1]", "not a JSON object"),
        (b"", "not a JSON object"),
        (b"{\"a\":\"\xff\"}", "invalid utf-8"),
        (br#"{"a":"#, "EOF"),
    ];
    for (record, complaint) in cases {
        match check_record(record, "") {
            Ok((text, _)) => assert_eq!((text.as_bytes(), complaint), (record, "")),
            Err(error) => {
                assert!(!complaint.is_empty() && error.to_string().contains(complaint), "{error}");
            }
        }
    }
}

#[test]
fn a_type_is_told_from_the_last_one() {
    let mut last = Last::default();
    assert!(last.check_record(br#"{"_type":""}"#).is_err());
    for name in ["Branch", "Branch", "Commit", "Branch"] {
        let record = format!(r#"{{"_type":"{name}","self":"x"}}"#);
        let (_, head) = last.check_record(record.as_bytes()).unwrap();
        assert_eq!((head.record_type, head.uri.as_deref()), (name, Some("x")));
    }
    assert!(last.check_record(br#"{"_type":"Branches"}"#).is_err());
}

/// Tells in which order it was called.
struct Told(std::sync::mpsc::Sender<&'static str>);

impl crate::sink::Sink for Told {
    fn append(&mut self, _record: &Outgoing<'_>) -> Result<(), crate::sink::SinkError> {
        let _ = self.0.send("record");
        Ok(())
    }

    fn flush(&mut self) -> Result<(), crate::sink::SinkError> {
        Ok(())
    }

    fn note(&mut self) -> Result<(), crate::sink::SinkError> {
        let _ = self.0.send("noted");
        Ok(())
    }

    fn commit(
        &mut self,
        _mark: &crate::state::Mark,
    ) -> Result<crate::state::Position, crate::sink::SinkError> {
        Ok(crate::state::Position::Null)
    }

    fn settle(&mut self) -> Result<(), crate::sink::SinkError> {
        let _ = self.0.send("settled");
        Ok(())
    }
}

#[test]
fn each_checkpoint_is_noted_where_it_stands_and_the_last_one_is_committed_in_time() {
    use crate::frame::{append, append_record};
    let record = |bytes: &mut Vec<u8>| {
        append_record(bytes, "2020-02-21T12:00:00Z", br#"{"_type":"Branch","name":"a"}"#);
    };
    let mut bytes = Vec::new();
    record(&mut bytes);
    for _ in 0..2 {
        append(&mut bytes, Kind::Checkpoint, br#"{"checkpointTime":"2020-02-21T12:00:00Z"}"#);
        record(&mut bytes);
    }
    append(&mut bytes, Kind::Checkpoint, br#"{"checkpointTime":"2020-02-21T12:00:00Z"}"#);
    let (teller, told) = std::sync::mpsc::channel();
    let committed = super::super::take_into(bytes, Box::new(Told(teller)));
    let told = told.try_iter().collect::<Vec<_>>();
    assert_eq!(told, ["record", "noted", "record", "noted", "record", "noted", "settled", "settled"]);
    assert_eq!(committed, Some(3));
}

#[test]
fn a_forged_time_cannot_leave_its_string() {
    for time in ["2020-02-21T12:00:00Z", "2020-02-21 12:00:00.123+01:00"] {
        assert_eq!(check_time(time.as_bytes()).unwrap(), time);
    }
    let mut last = Last::default();
    assert!(last.check_time(b"").is_err());
    for time in ["2020-02-21T12:00:00Z", "2020-02-21T12:00:00Z", "2020-02-21T12:00:00.5Z"] {
        assert_eq!(last.check_time(time.as_bytes()).unwrap(), time);
    }
    assert!(last.check_time(b"2020-02-21T12:00:00.5").is_err());
    for time in ["", "yesterday", "2020-02-21T12:00:00Z\",\"x\":\"", "2020-02-21T12:00:00Z\n"] {
        assert!(check_time(time.as_bytes()).is_err(), "{time:?}");
    }
}
