//! Measures what checking costs, beside building a `serde_json::Value` and validating that.
//!
//! Run with `cargo run --release --example cost`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use connector_schemas::{Checker, record_type, record_types};
use jsonschema::{Retrieve, Uri, Validator};
use serde_json::Value;

const RECORDS: u32 = 20_000;
const ROUNDS: usize = 9;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let checker = Checker::new();
    println!("{:<16} {:>7} {:>12} {:>12} {:>7}", "record", "bytes", "value, ns", "checker, ns", "ratio");
    for name in ["Incident", "Commit", "PullRequest", "CoverageTotals", "DeliveryBuild"] {
        let known = record_type(name).ok_or("no such type")?;
        let record = known.schema()["examples"][0].to_string();
        let validator = value_validator(known.schema())?;
        let (by_value, by_checker) = compared(
            || {
                serde_json::from_slice::<Value>(record.as_bytes())
                    .is_ok_and(|value| validator.is_valid(&value))
            },
            || checker.check(record.as_bytes()).is_ok(),
        );
        let ratio = by_value as f64 / by_checker as f64;
        println!("{name:<16} {:>7} {by_value:>12} {by_checker:>12} {ratio:>6.2}x", record.len());
    }
    Ok(())
}

/// Median nanoseconds for one record, taken in turns so that a busy machine disturbs both alike.
fn compared(by_value: impl Fn() -> bool, by_checker: impl Fn() -> bool) -> (u128, u128) {
    let mut rounds: Vec<_> = (0..ROUNDS).map(|_| (timed(&by_value), timed(&by_checker))).collect();
    let mut median = |of: fn(&(Duration, Duration)) -> Duration| {
        rounds.sort_by_key(of);
        of(&rounds[ROUNDS / 2]).as_nanos() / u128::from(RECORDS)
    };
    (median(|round| round.0), median(|round| round.1))
}

fn timed(is_valid: impl Fn() -> bool) -> Duration {
    let start = Instant::now();
    for _ in 0..RECORDS {
        assert!(black_box(is_valid()), "the schema's example is valid");
    }
    start.elapsed()
}

fn value_validator(schema: &Value) -> Result<Validator, Box<dyn std::error::Error>> {
    let options = jsonschema::draft7::options().with_retriever(Embedded).should_validate_formats(true);
    Ok(options.build(schema)?)
}

struct Embedded;

impl Retrieve for Embedded {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let found = record_types().find(|known| uri.as_str().ends_with(&format!("/{}", known.id())));
        Ok(found.ok_or("no such schema")?.schema().clone())
    }
}
