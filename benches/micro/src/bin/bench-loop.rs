//! The work on records in one loop of one process, to hold the whole pipeline against: prints the seconds it took.

#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use codeclimate_connector_bench::incident::{FIRST, Template};
use connector_interface::Error;
use connector_schemas::Checker;

const USAGE: &str = "usage: bench-loop check RECORDS | bench-loop write RECORDS FILE";

/// All that stands around a record, but for its number in the run.
const BEFORE_SEQUENCE: &[u8] = br#"{"run":"0197a5c2-9f3e-7c41-8d52-3b1f6e0a9c77","sequence":"#;
const BEFORE_RECORD: &[u8] = br#","connector":{"slug":"bench","version":"0.1.0"},"stream":"stream-1","extractedAt":"2020-02-21T12:00:00.123Z","record":"#;
const AFTER_RECORD: &[u8] = b"}\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(taken) => {
            println!("{:.6}", taken.as_secs_f64());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<Duration, Error> {
    match *arguments {
        ["check", records] => check(number(records)?),
        ["write", records, file] => write(number(records)?, file),
        _ => Err(Error::new(USAGE)),
    }
}

fn number(text: &str) -> Result<u64, Error> {
    text.parse()
        .map_err(|error| Error::new(format!("RECORDS is a number, and `{text}` is none ({error}); {USAGE}")))
}

/// Parses and checks the records.
fn check(records: u64) -> Result<Duration, Error> {
    let start = Instant::now();
    let (checker, mut template) = (Checker::new(), Template::new()?);
    for number in 0..records {
        checker.check(template.numbered(FIRST + number))?;
    }
    Ok(start.elapsed())
}

/// Parses and checks the records, and writes each with its envelope.
fn write(records: u64, file: &str) -> Result<Duration, Error> {
    let start = Instant::now();
    let (checker, mut template) = (Checker::new(), Template::new()?);
    let output =
        File::create(file).map_err(|error| Error::new(format!("{file} cannot be written: {error}")))?;
    let mut output = BufWriter::with_capacity(64 * 1024, output);
    for number in 0..records {
        let record = checker.check(template.numbered(FIRST + number))?;
        output.write_all(BEFORE_SEQUENCE)?;
        write!(output, "{number}")?;
        output.write_all(BEFORE_RECORD)?;
        output.write_all(record.text().as_bytes())?;
        output.write_all(AFTER_RECORD)?;
    }
    output.flush()?;
    Ok(start.elapsed())
}
