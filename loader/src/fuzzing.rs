//! What fuzz targets call that nobody else may: the supervisor's side of the frame channel, over bytes.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Kind, append, append_record};

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
