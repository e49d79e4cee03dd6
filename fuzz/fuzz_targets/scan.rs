//! The quick reading of a record in the supervisor: it accepts nothing that serde_json refuses, and finds the same.
#![no_main]

use connector_loader::fuzzing::is_scan_confirmed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // Whatever holds a control byte has been refused before.
    if text.bytes().all(|byte| byte >= 0x20) {
        assert!(is_scan_confirmed(text), "{text}");
        let within = format!(r#"{{"_type":"Branch","value":{text}}}"#);
        assert!(is_scan_confirmed(&within), "{within}");
    }
});
