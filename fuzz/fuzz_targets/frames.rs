//! The frames of a hostile worker: no bytes panic, and nothing is held beyond the cap.
#![no_main]

use connector_loader::fuzzing::take_frames;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // What comes out is lines of JSON, whatever went in.
    for line in take_frames(bytes).split_inclusive(|byte| *byte == b'\n') {
        assert!(line.starts_with(b"{\"run\":") && line.ends_with(b"}\n"));
    }
});
