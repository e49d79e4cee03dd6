//! The stages that need somebody at the other end: the connector's producer, the worker's side, the supervisor's side.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use codeclimate_connector_bench::incident::{FIRST, typed};
use connector_interface::__testing::{Failure, Host, context};
use connector_interface::{Error, RecordProducer};
use connector_loader::internals::{WorkerSide, take_frames};

/// The time of every record, so that no clock is read.
pub const EXTRACTED_AT: &str = "2020-02-21T12:00:00.123Z";

/// A runner that takes every record and does nothing with it.
struct Taker;

impl Host for Taker {
    fn produce(&self, _: &[u8], _: &str) -> Result<(), Failure> {
        Ok(())
    }

    fn call(&self, _: u32, _: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(Vec::new())
    }
}

/// A producer whose records are written as JSON, and go nowhere.
pub fn producer() -> RecordProducer {
    let host: Arc<dyn Host> = Arc::new(Taker);
    context(&host, Default::default()).records
}

/// Makes this many typed incidents and produces them.
///
/// # Errors
/// Where an incident is not one.
pub fn produce_typed(producer: &RecordProducer, records: u64) -> Result<(), Error> {
    for number in FIRST..FIRST + records {
        producer.produce(&typed(number)?)?;
    }
    Ok(())
}

/// Brings records through the worker's side, to somebody who reads its frames and forgets them.
///
/// # Errors
/// Where a record is refused, or the system refuses what a worker needs.
pub fn through_worker<R: AsRef<[u8]>>(records: impl IntoIterator<Item = R>) -> Result<(), Error> {
    let mut records = records.into_iter();
    with_worker(|worker| records.try_for_each(|record| worker.produce(record.as_ref(), EXTRACTED_AT)))
}

/// The same with one record, as often as is said, a part of it from each thread.
///
/// # Errors
/// As [`through_worker`].
pub fn through_worker_by(threads: u64, records: u64, record: &str) -> Result<(), Error> {
    let share = records / threads.max(1);
    let part =
        |worker: &WorkerSide| (0..share).try_for_each(|_| worker.produce(record.as_bytes(), EXTRACTED_AT));
    with_worker(|worker| {
        thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(move || part(worker))).collect();
            running.into_iter().try_for_each(|thread| {
                thread.join().unwrap_or_else(|_| Err("a thread that produces has panicked".to_owned()))
            })
        })
    })
}

fn with_worker(produce: impl FnOnce(&WorkerSide) -> Result<(), String>) -> Result<(), Error> {
    let (ours, mut theirs) = UnixStream::pair()?;
    let reader = thread::spawn(move || -> io::Result<()> {
        let mut forgotten = vec![0; 256 * 1024];
        while theirs.read(&mut forgotten)? > 0 {}
        Ok(())
    });
    let worker = WorkerSide::start(ours).map_err(|error| Error::new(error.to_string()))?;
    let produced = produce(&worker);
    worker.finish();
    reader.join().map_err(|_| Error::new("the thread that reads the frames has panicked"))??;
    produced.map_err(Error::new)
}

/// Brings the frames of a worker through the supervisor's side into a folder; gives the number of records.
///
/// # Errors
/// Where the frames are not as a worker sends them, or the folder cannot be written to.
pub fn through_supervisor(frames: &[u8], folder: &Path) -> Result<u64, Error> {
    let (ours, mut theirs) = UnixStream::pair()?;
    thread::scope(|scope| {
        let writer = scope.spawn(move || theirs.write_all(frames));
        let taken = take_frames(ours, folder).map_err(|error| Error::new(error.to_string()));
        writer.join().map_err(|_| Error::new("the thread that sends the frames has panicked"))??;
        taken
    })
}
