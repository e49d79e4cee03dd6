//! Reads the deployments that a script has written to a file, one JSON object a line.
//!
//! The source is made up. For yours, change what the operator writes (`configuration.rs`), then
//! what the source holds and what becomes of it (`deployment.rs`), then the reading below.
//! `cargo test` and `codeclimate-connector check` say what is left to do.

#![forbid(unsafe_code)]

pub mod configuration;
mod deployment;

use std::{
    fs::File,
    io::{BufRead, BufReader, Seek, SeekFrom},
};

use connector_interface::{
    Client, Context, Error, LenientProducer, State, Stream, Timestamp, VerifyConfigurationResult,
};

use crate::{configuration::Configuration, deployment::Deployment};

/// A checkpoint behind this many lines: what is read again where a run is stopped.
const LINES_PER_CHECKPOINT: u64 = 10;

/// Answers every verb. One value serves one verb, in a process of its own.
pub struct Connector {
    configuration: Configuration,
    context: Context,
}

// What operators read before the first run, and all that the sandbox lets through: `read:path` is
// the file that they name under the key `path`.
connector_interface::export_connector!(
    Connector,
    permissions: ["read:path"],
    record_types: ["Deployment"],
);

impl Client for Connector {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        Ok(Self {
            configuration,
            context,
        })
    }

    /// Tries what a sync does first.
    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        Ok(match self.open() {
            Ok(_) => VerifyConfigurationResult::valid(),
            Err(error) => VerifyConfigurationResult::invalid([error.to_string()]),
        })
    }

    /// Produces what can be synced, at least one stream: here the file.
    fn discover_streams(&self) -> Result<(), Error> {
        let uri = "https://deploy.example/deployments";
        let stream = Stream::new("deployments", uri, "Deployments");
        Ok(self.context.records.produce(&stream)?)
    }

    /// Reads the file to its end, with a checkpoint behind every few lines.
    fn sync_stream(&self, _deployments: &Stream, cutoff: Timestamp) -> Result<(), Error> {
        // Goes on where a record is bad; `self.context.records` gives you the error instead.
        let records = self.context.lenient_producer();
        let mut file = self.open()?;
        let mut offset = self.reached(&file)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut line = Vec::new();
        for number in 1.. {
            self.context.cancellation.check()?;
            line.clear();
            let length = u64::try_from(file.read_until(b'\n', &mut line)?)?;
            if length == 0 {
                break;
            }
            let deployed_at = produce(&records, offset, &line, cutoff)?;
            offset += length;
            if number % LINES_PER_CHECKPOINT == 0 {
                // A run that is stopped now goes on from here.
                let state = State::at(deployed_at.unwrap_or(cutoff)).with("offset", offset);
                self.context.state.set(&state)?;
            }
        }
        records.finish();
        Ok(())
    }
}

impl Connector {
    fn open(&self) -> Result<BufReader<File>, Error> {
        let path = &self.configuration.path;
        match File::open(path) {
            Ok(file) => Ok(BufReader::new(file)),
            Err(error) => Err(Error::from(error).context(format_args!("cannot open {path}"))),
        }
    }

    /// Where an unfinished sync has come to; the beginning where this one starts anew.
    fn reached(&self, file: &BufReader<File>) -> Result<u64, Error> {
        let state = self.context.state.get()?;
        let offset = state.and_then(|state| state.metadata.get("offset")?.as_u64());
        let offset = offset.unwrap_or(0);
        if offset > file.get_ref().metadata()?.len() {
            let logger = &self.context.logger;
            logger.warn("the file is shorter than what was read of it; starting anew");
            return Ok(0);
        }
        Ok(offset)
    }
}

/// Produces the deployment of a line, and tells when it was, where the line does.
fn produce(
    records: &LenientProducer,
    offset: u64,
    line: &[u8],
    cutoff: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let deployment: Deployment = match serde_json::from_slice(line) {
        Ok(deployment) => deployment,
        Err(error) => {
            records.reject(format_args!("the line at byte {offset}"), error);
            return Ok(None);
        }
    };
    let deployed_at = deployment.deployed_at.timestamp();
    if deployed_at >= cutoff {
        records.produce(&deployment.record())?;
    }
    Ok(Some(deployed_at))
}
