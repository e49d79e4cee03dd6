//! What fuzz targets call that nobody else may: what reads bytes that somebody else wrote.

use std::{
    io::Write,
    os::unix::net::UnixStream,
    sync::{Arc, Mutex, PoisonError},
};

use crate::supervisor::take_bytes;

/// Feeds bytes to the intake of a run as if a worker had sent them; gives what would have gone to the sink.
///
/// # Panics
/// Where the system refuses a pair of sockets.
#[must_use]
#[expect(clippy::expect_used, reason = "a fuzz target has nobody else to tell")]
pub fn take_frames(bytes: &[u8]) -> Vec<u8> {
    let (ours, mut theirs) = UnixStream::pair().expect("a pair of sockets");
    let written = Arc::new(Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // An intake that has seen enough closes its end.
            let _ = theirs.write_all(bytes);
        });
        take_bytes(ours, Arc::clone(&written));
    });
    std::mem::take(&mut *written.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Whether the quick reading of a record finds nothing but what serde_json finds too.
#[cfg(fuzzing)]
#[must_use]
pub fn is_scan_confirmed(text: &str) -> bool {
    crate::supervisor::is_scan_confirmed(text)
}

/// Takes over a document of states, plans a run on each, and writes them as a document again. None where it is refused.
#[must_use]
pub fn import_states(bytes: &[u8]) -> Option<String> {
    let states = crate::state::import(bytes).ok()?;
    for (_, state) in &states {
        state.try_everything();
    }
    Some(crate::state::export(&states))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Kind, append, append_record};

    #[test]
    fn states_that_are_taken_over_are_exported_as_they_were() {
        let extreme = r#"{"form":1,"states":[{"connection":"","stream":"","lane":"sync","state":{"connector":"git",
            "epoch":18446744073709551615,
            "finished":{"readUpTo":"-009999-01-02T01:59:59Z","at":"9999-12-30T22:00:00Z"},
            "unfinished":{"id":"","startedAt":"9999-12-30T22:00:00Z","cutoff":"-009999-01-02T01:59:59Z",
                "runs":4294967295,"sink":"stdout","revision":18446744073709551615,
                "records":18446744073709551615,"fingerprint":"","stalled":4294967295}}}]}"#;
        let exported = import_states(extreme.as_bytes()).unwrap();
        assert_eq!(import_states(exported.as_bytes()), Some(exported));
        assert_eq!(import_states(b"{}"), None);
    }

    #[test]
    fn good_frames_come_out_as_envelopes_and_nothing_comes_after_bad_ones() {
        let mut bytes = Vec::new();
        append_record(&mut bytes, "2020-02-21T12:00:00Z", br#"{"_type":"Branch"}"#);
        append(&mut bytes, Kind::Checkpoint, b"{}");
        let good = take_frames(&bytes);
        assert!(good.starts_with(b"{\"run\":\"fuzz\",\"sequence\":0,") && good.ends_with(b"}}\n"));
        let mut bad = vec![255; 64];
        bad.extend(&bytes);
        assert_eq!(take_frames(&bad), b"");
    }
}
