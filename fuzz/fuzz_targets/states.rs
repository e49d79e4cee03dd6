//! A document of states from anywhere: no bytes panic, and what is taken over is exported as it was imported.
#![no_main]

use connector_loader::fuzzing::import_states;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(exported) = import_states(bytes) {
        assert_eq!(import_states(exported.as_bytes()), Some(exported));
    }
});
