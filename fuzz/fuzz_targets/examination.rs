//! The file of a connector, examined whole: whatever is in it, nothing panics, and what is wrong with it can be told.
#![no_main]

use std::path::Path;

use connector_loader::examination::{Examination, GlibcVersion, Host};
use connector_loader::reference::Reference;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("libcodeclimate_connector_x.so");
    let glibc = GlibcVersion::parse("2.36");
    // Without folders, no name in the bytes makes the examination look at files.
    let host = Host { abi: (1, 0), glibc, folders: Vec::new() };
    let examination = Examination::new(path, path, bytes, &host);
    if let Some(note) = &examination.note {
        let _ = Reference::of(&note.configuration_schema);
    }
    if let Err(error) = examination.loadable() {
        assert!(!error.problems.is_empty());
        let _ = error.to_string();
    }
});
