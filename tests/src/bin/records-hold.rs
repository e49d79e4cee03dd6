//! `records-hold REFERENCE folder:PATH|sqlite:FILE`: whether a sink holds exactly the records of a file of envelopes. Says
//! in what it differs, and ends with 1 then.

#![expect(clippy::expect_used, reason = "in a test, a panic with the reason is the report")]

use std::{env, path::Path, process::ExitCode};

use connector_tests::contents::Contents;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [reference, sink] = &arguments[..] else { panic!("a reference and a sink are wanted") };
    let reference = Contents::of_file(Path::new(reference));
    assert!(!reference.records.is_empty() && reference.torn.is_empty(), "the reference is none");
    let (kind, path) = sink.split_once(':').expect("folder:PATH or sqlite:FILE");
    let contents = match kind {
        "sqlite" => Contents::of_database(Path::new(path)),
        _ => Contents::of_folder(Path::new(path)),
    };
    let Some(difference) = contents.difference(&reference.records) else { return ExitCode::SUCCESS };
    println!("{sink}: {difference}");
    ExitCode::FAILURE
}
