//! Runs one stage on the way of a record, as often as it is told: what instructions are counted of.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use codeclimate_connector_bench::incident::{FIRST, Template};
use connector_benches::{inputs, sides};
use connector_interface::Error;
use connector_loader::internals;
use connector_schemas::Checker;

const USAGE: &str = "usage: bench-stage check TYPE RECORDS | bench-stage typed RECORDS | bench-stage worker RECORDS \
     | bench-stage threads THREADS RECORDS | bench-stage frames RECORDS FILE | bench-stage supervisor FILE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Error> {
    match *arguments {
        ["check", record_type, records] => check(&record_of(record_type)?, number(records)?),
        ["typed", records] => sides::produce_typed(&sides::producer(), number(records)?),
        ["worker", records] => worker(number(records)?),
        ["threads", threads, records] => {
            sides::through_worker_by(number(threads)?, number(records)?, &inputs::incident()?)
        }
        ["frames", records, file] => frames(number(records)?, file),
        ["supervisor", file] => supervisor(file),
        _ => Err(Error::new(USAGE)),
    }
}

fn number(text: &str) -> Result<u64, Error> {
    text.parse()
        .map_err(|error| Error::new(format!("a number is wanted, and `{text}` is none ({error}); {USAGE}")))
}

fn record_of(record_type: &str) -> Result<String, Error> {
    if record_type == "Incident" { inputs::incident() } else { inputs::example(record_type) }
}

fn check(record: &str, records: u64) -> Result<(), Error> {
    let checker = Checker::new();
    for _ in 0..records {
        checker.check(std::hint::black_box(record.as_bytes()))?;
    }
    Ok(())
}

fn worker(records: u64) -> Result<(), Error> {
    let record = inputs::incident()?;
    sides::through_worker((0..records).map(|_| &record))
}

/// Writes what a worker sends into a file, for `supervisor`.
fn frames(records: u64, file: &str) -> Result<(), Error> {
    let mut template = Template::new()?;
    let records = (0..records).map(|number| template.numbered(FIRST + number).to_vec());
    let frames = internals::frames(records).map_err(|error| Error::new(error.to_string()))?;
    std::fs::write(file, frames).map_err(|error| Error::new(format!("{file} cannot be written: {error}")))
}

fn supervisor(file: &str) -> Result<(), Error> {
    let frames =
        std::fs::read(file).map_err(|error| Error::new(format!("{file} cannot be read: {error}")))?;
    let folder = tempfile::tempdir()?;
    sides::through_supervisor(&frames, folder.path())?;
    Ok(())
}
