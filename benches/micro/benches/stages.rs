//! What each stage on the way of a record costs: `cargo bench -p connector-benches`.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a benchmark has nobody else to tell")]

use codeclimate_connector_abi::abi_stable::sabi_trait::TD_Opaque;
use codeclimate_connector_abi::abi_stable::std_types::{RResult, RSlice, RStr, RVec};
use codeclimate_connector_abi::v1::{Host, Host_TO, HostBox};
use connector_benches::{inputs, sides};
use connector_schemas::Checker;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use serde_json::Value;

fn main() {
    divan::main();
}

/// The inputs that have a name of their own.
const INPUTS: [&str; 5] = ["incident", "1 KiB", "64 KiB", "deep", "wide"];

fn input(name: &str) -> String {
    match name {
        "incident" => inputs::incident(),
        "1 KiB" => inputs::long(1024),
        "64 KiB" => inputs::long(64 * 1024),
        "deep" => inputs::deep(),
        _ => inputs::wide(),
    }
    .unwrap()
}

/// The floor: the bytes are copied, and each is looked at once.
#[divan::bench(args = INPUTS)]
fn copy_and_scan(bencher: Bencher, name: &str) {
    let record = input(name).into_bytes();
    let mut copy = Vec::with_capacity(record.len());
    bencher.counter(BytesCount::of_slice(&record)).bench_local(|| {
        copy.clear();
        copy.extend_from_slice(black_box(&record));
        copy.iter().fold(false, |any, &byte| any | (byte < b' '))
    });
}

/// For comparison: what a `Value` costs, before anything is checked.
#[divan::bench(args = INPUTS)]
fn parse_into_value(bencher: Bencher, name: &str) {
    let record = input(name);
    bencher
        .counter(BytesCount::of_str(&record))
        .bench_local(|| serde_json::from_str::<Value>(black_box(&record)).unwrap());
}

#[divan::bench(args = INPUTS)]
fn check(bencher: Bencher, name: &str) {
    check_record(bencher, &input(name));
}

#[divan::bench(args = inputs::examples().map(|(name, _)| name))]
fn check_example(bencher: Bencher, name: &str) {
    check_record(bencher, &inputs::example(name).unwrap());
}

fn check_record(bencher: Bencher, record: &str) {
    let checker = Checker::new();
    bencher
        .counter(BytesCount::of_str(record))
        .bench_local(|| checker.check(black_box(record.as_bytes())).is_ok());
}

/// An author's side: an incident is made with all its strings, and written as JSON.
#[divan::bench]
fn produce_typed(bencher: Bencher) {
    let producer = sides::producer();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| sides::produce_typed(&producer, 1).unwrap());
}

/// Only the way across the binary interface and back.
#[divan::bench]
fn cross_the_interface(bencher: Bencher) {
    let record = input("incident");
    let host: HostBox = Host_TO::from_value(Nobody, TD_Opaque);
    bencher.counter(BytesCount::of_str(&record)).bench_local(|| {
        host.produce(RSlice::from_slice(black_box(record.as_bytes())), RStr::from_str("")).is_ok()
    });
}

struct Nobody;

impl Host for Nobody {
    fn produce(&self, _: RSlice<'_, u8>, _: RStr<'_>) -> RResult<(), RVec<u8>> {
        RResult::ROk(())
    }

    fn call(&self, _: u32, _: RSlice<'_, u8>) -> RResult<RVec<u8>, RVec<u8>> {
        RResult::ROk(RVec::new())
    }
}

/// Records of one pass through a side, which costs a socket and two threads.
const RECORDS: u64 = 10_000;

#[divan::bench(sample_count = 10)]
fn worker_side(bencher: Bencher) {
    let records = inputs::incidents(RECORDS).unwrap();
    bencher.counter(ItemsCount::new(RECORDS)).bench_local(|| sides::through_worker(&records).unwrap());
}

#[divan::bench(sample_count = 10)]
fn supervisor_side(bencher: Bencher) {
    let frames = connector_loader::internals::frames(inputs::incidents(RECORDS).unwrap()).unwrap();
    bencher
        .counter(ItemsCount::new(RECORDS))
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_local_values(|folder| {
            sides::through_supervisor(&frames, folder.path()).unwrap();
            folder
        });
}
