//! The file of a connector, read as bytes: nothing in it makes the reader panic.
#![no_main]

use std::path::Path;

use connector_loader::note::Note;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Note::from_bytes(Path::new("libcodeclimate_connector_x.so"), bytes);
});
