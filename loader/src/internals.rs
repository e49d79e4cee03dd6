//! The two sides of a record's path, for benchmarks and for tests that count what it costs. Not for anybody else.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Read},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use codeclimate_connector_abi::v1::verb;

use crate::{
    confinement::{Rules, Sandbox},
    frame::{Job, Rejections, Status},
    mask::Masker,
    sink::{Destination, Scope, Start},
    state::Lane,
    supervisor::take_into_sink,
    worker::{Outbox, Services},
};

/// What may go wrong on either side.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The worker's side: checks records as a connector produces them, and sends frames.
pub struct WorkerSide {
    services: Services,
    outbox: Arc<Outbox>,
}

impl WorkerSide {
    /// Starts a worker's side whose frames go into the channel. Somebody has to read the other end: a worker whose
    /// channel is gone ends the process.
    ///
    /// # Errors
    /// Where the system refuses a page of memory, or a thread.
    pub fn start(channel: UnixStream) -> Result<Self, Failure> {
        let (status, _) = Status::create()?;
        status.set_time_left(Duration::from_secs(3600));
        let status = Arc::new(status);
        let outbox = Arc::new(Outbox::start(channel, Arc::clone(&status))?);
        let services = Services::new(&job(), Masker::of(&[])?, Arc::clone(&outbox), status);
        Ok(Self { services, outbox })
    }

    /// Takes a record as `Host::produce` does; an empty time is now.
    ///
    /// # Errors
    /// What the connector would be answered.
    pub fn produce(&self, record: &[u8], extracted_at: &str) -> Result<(), String> {
        self.services.produce(record, extracted_at).map_err(|failure| failure.message)
    }

    /// Sends the last frame, and returns when everything has been written.
    pub fn finish(self) {
        self.outbox.finish(br#"{"done":{"answer":null}}"#);
    }
}

/// A sync without limits and fences: those are not on the path of a record.
fn job() -> Job {
    Job {
        connector: PathBuf::new(),
        verb: verb::SYNC_STREAM,
        payload: String::new(),
        configuration: BTreeMap::new(),
        state: None,
        rejections: Rejections::default(),
        debug: false,
        sources: None,
        secrets: Vec::new(),
        rules: Rules::granting_nothing(Sandbox::Off, 0),
        stop: None,
        scrutiny: None,
    }
}

/// What the worker's side sends for these records, with its last frame.
///
/// # Errors
/// As [`WorkerSide::start`] and [`WorkerSide::produce`].
pub fn frames<R: AsRef<[u8]>>(records: impl IntoIterator<Item = R>) -> Result<Vec<u8>, Failure> {
    let (ours, mut theirs) = UnixStream::pair()?;
    let reader = thread::spawn(move || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        theirs.read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    let worker = WorkerSide::start(ours)?;
    let produced = records.into_iter().try_for_each(|record| worker.produce(record.as_ref(), ""));
    worker.finish();
    let bytes = reader.join().map_err(|_| "the thread that reads the frames has panicked")??;
    Ok(produced.map(|()| bytes)?)
}

/// The supervisor's side: takes frames until the channel ends, and brings the records into a folder; gives their number.
/// No state is kept.
///
/// # Errors
/// Where frames are not what they should be, or the folder cannot be written to.
pub fn take_frames(channel: UnixStream, folder: &Path) -> Result<u64, Failure> {
    let destination = Destination::parse(&format!("folder:{}", folder.display()))?;
    let sink = destination.open(&scope(), &Start::New)?.sink;
    let (progress, taken) = take_into_sink(channel, sink);
    Ok(taken.map(|()| progress.delivered())?)
}

fn scope() -> Scope {
    Scope {
        connection: "internals".to_owned(),
        stream: "s".to_owned(),
        lane: Lane::Sync,
        chain: "c".to_owned(),
        run: "r".to_owned(),
        connector: "bench".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRANCH: &str = r#"{"_type":"Branch","name":"main"}"#;

    #[test]
    fn what_one_side_sends_the_other_brings_into_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let bytes = frames([BRANCH; 1000]).unwrap();
        let writer = thread::spawn(move || std::io::Write::write_all(&mut theirs, &bytes));
        assert_eq!(take_frames(ours, folder.path()).unwrap(), 1000);
        writer.join().unwrap().unwrap();
        let file = folder.path().join("internals/s/Branch.00001.ndjson");
        let lines = std::fs::read_to_string(file).unwrap();
        assert_eq!(lines.matches(&format!("\"record\":{BRANCH}}}\n")).count(), 1000);
    }

    #[test]
    fn what_the_worker_refuses_is_told() {
        let told = frames([r#"{"_type":"Branch","name":7}"#]).unwrap_err().to_string();
        assert!(told.contains("name"), "{told}");
    }
}
