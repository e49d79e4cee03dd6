//! A sync whose state is kept, by the connector whose records are all known: one command, as often as it takes.

mod commands;

use std::{
    cell::Cell,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Ended, Runner, Running, contents::Contents};

/// Where the records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Standard output, which is a file of its own for each run.
    Stdout,
    /// Files in a folder.
    Folder,
    /// A database.
    Sqlite,
}

impl Kind {
    /// Those that hold each record once, whatever happens.
    pub const EXACT: [Self; 2] = [Self::Folder, Self::Sqlite];
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stdout, Self::Folder, Self::Sqlite];
}

/// One sync of the paging connector, with a place for all that is kept of it.
pub struct Sync {
    place: TempDir,
    kind: Kind,
    data: PathBuf,
    sink: PathBuf,
    options: Vec<OsString>,
    configuration: Value,
    runs: Cell<usize>,
}

/// The stream that is synced.
pub const STREAM: &str = "items";
const CUTOFF: &str = "2020-02-21";
const SOURCE: &str = "source.json";
/// No state of a test is longer in coming.
const PATIENCE: Duration = Duration::from_secs(60);

/// The record of a stream of the paging connector.
#[must_use]
pub fn stream(id: &str) -> String {
    let uri = format!("https://paging.example/streams/{id}");
    json!({ "_type": "Stream", "id": id, "self": uri, "name": id }).to_string()
}

/// All records of a source in the order in which they are produced: what a run without state and sink makes of it.
///
/// # Panics
/// Where that does not end well with as many records as the source has.
#[must_use]
pub fn reference(source: &Value) -> Vec<Value> {
    let ended = Runner::verb("sync-stream", "paging", source).with([&stream(STREAM), CUTOFF]).run();
    let records = ended.assert(0, "done").records();
    assert_eq!(records.len() as u64, source["count"].as_u64().unwrap_or(100), "{ended:?}");
    records
}

impl Sync {
    /// A sync of a source, which is what the paging connector's configuration says.
    ///
    /// # Panics
    /// Where the file with the source cannot be written.
    #[must_use]
    pub fn new(kind: Kind, source: &Value) -> Self {
        let place = TempDir::new().expect("a temporary folder");
        let sync = Self {
            data: place.path().join("data"),
            sink: place.path().join(if kind == Kind::Sqlite { "records.sqlite3" } else { "sink" }),
            configuration: json!({ "source": place.path().join(SOURCE) }),
            place,
            kind,
            options: Vec::new(),
            runs: Cell::new(0),
        };
        if kind == Kind::Stdout {
            fs::create_dir(&sync.sink).expect("the place is ours");
        }
        sync.change(source);
        sync
    }

    /// With its state in another folder.
    #[must_use]
    pub fn data_in(mut self, folder: &Path) -> Self {
        self.data = folder.join("data");
        self
    }

    /// With its sink in another folder.
    #[must_use]
    pub fn sink_in(mut self, folder: &Path) -> Self {
        self.sink = folder.join(self.sink.file_name().unwrap_or_default());
        self
    }

    /// With more options.
    #[must_use]
    pub fn with<A: Into<OsString>>(mut self, options: impl IntoIterator<Item = A>) -> Self {
        self.options.extend(options.into_iter().map(Into::into));
        self
    }

    /// From now on the source is this one. The configuration stays the same.
    ///
    /// # Panics
    /// Where the file with the source cannot be written.
    pub fn change(&self, source: &Value) {
        fs::write(self.place.path().join(SOURCE), source.to_string()).expect("the place is ours");
    }

    /// The folder in which everything of it lies that was not put elsewhere.
    #[must_use]
    pub fn place(&self) -> &Path {
        self.place.path()
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The folder or file of the sink.
    #[must_use]
    pub fn sink(&self) -> &Path {
        &self.sink
    }

    /// Starts a command of this sync; where the records go to standard output, into a file of its own.
    ///
    /// # Panics
    /// Where that file cannot be made.
    #[must_use]
    pub fn start(&self, runner: Runner) -> Running {
        self.runs.set(self.runs.get() + 1);
        if self.kind == Kind::Stdout {
            let file = File::create(self.output_of(self.runs.get())).expect("the place is ours");
            runner.start_into(file)
        } else {
            runner.start()
        }
    }

    /// Runs the command to its end.
    #[must_use]
    pub fn run(&self) -> Ended {
        self.start(self.runner()).wait()
    }

    fn output_of(&self, run: usize) -> PathBuf {
        self.sink.join(format!("run-{run:05}.ndjson"))
    }

    /// What the sink holds; of standard output, what all runs together have written.
    #[must_use]
    pub fn contents(&self) -> Contents {
        match self.kind {
            Kind::Sqlite => Contents::of_database(&self.sink),
            _ => Contents::of_folder(&self.sink),
        }
    }

    /// What the last run has written to standard output.
    #[must_use]
    pub fn last_output(&self) -> Contents {
        Contents::of_file(&self.output_of(self.runs.get()))
    }

    /// What is kept of the stream; null where that is nothing.
    ///
    /// # Panics
    /// Where what is shown is not JSON.
    #[must_use]
    pub fn kept(&self) -> Value {
        let arguments: [OsString; 6] = [
            "state".into(),
            "--data-folder".into(),
            self.data.clone().into(),
            "show".into(),
            "paging".into(),
            STREAM.into(),
        ];
        let ended = Runner::new(arguments).run();
        match ended.code() {
            Some(0) => serde_json::from_str(&ended.output()).expect("the state is JSON"),
            _ if ended.errors().contains("nothing is kept of the stream") => Value::Null,
            _ => panic!("{ended:?}"),
        }
    }

    /// Records before the last durable checkpoint of the unfinished chain; none where no chain is unfinished.
    #[must_use]
    pub fn durable(&self) -> Option<usize> {
        self.kept()["unfinished"]["records"].as_u64().and_then(|records| records.try_into().ok())
    }

    /// Waits until a running command has made a checkpoint durable behind so many records.
    ///
    /// # Panics
    /// Where that does not come.
    pub fn wait_for_checkpoint(&self, running: &mut Running, records: usize) {
        let end = Instant::now() + PATIENCE;
        while self.durable().is_none_or(|durable| durable < records) {
            assert!(!running.has_ended(), "the run has ended before its checkpoint");
            assert!(Instant::now() < end, "there is no checkpoint");
        }
    }

    /// Whether it holds what it should between two runs: all records before the last durable checkpoint, which are the
    /// first of the reference. Gives how many those are.
    ///
    /// # Errors
    /// What is missing.
    pub fn check_between(&self, reference: &[Value]) -> Result<usize, String> {
        let kept = self.kept();
        let durable = match (&kept["unfinished"]["records"], &kept["finished"]["records"]) {
            // A chain that was finished unseen is followed by one that finds nothing new.
            (_, Value::Number(_)) => reference.len(),
            (Value::Number(records), _) => records.as_u64().map_or(0, |records| records as usize),
            _ => 0,
        };
        let before =
            reference.get(..durable).ok_or_else(|| format!("a checkpoint behind {durable} records"))?;
        match self.contents().lack(before) {
            Some(lack) => Err(format!("the checkpoint behind {durable} records is false: {lack}")),
            None => Ok(durable),
        }
    }

    /// Whether it holds what it should once the chain is finished.
    ///
    /// # Errors
    /// What is missing or too much.
    pub fn check_finished(&self, reference: &[Value]) -> Result<(), String> {
        let contents = self.contents();
        let wrong = match self.kind {
            Kind::Stdout => contents.lack(reference),
            _ => contents.difference(reference),
        };
        wrong.map_or(Ok(()), Err)
    }

    /// Whether the last run to standard output began right behind the checkpoint from which it went on.
    ///
    /// # Errors
    /// What it produced instead.
    pub fn check_repeats(&self, durable: usize, reference: &[Value]) -> Result<(), String> {
        let produced = self.last_output().records;
        let expected = reference.iter().skip(durable).take(produced.len());
        if produced.iter().eq(expected) {
            return Ok(());
        }
        let shown: Vec<&Value> = produced.iter().take(3).map(|record| &record["self"]).collect();
        Err(format!("went on after {durable} records with {} others, which begin {shown:?}", produced.len()))
    }
}
