//! The verbs that produce records.

use std::{
    collections::HashSet,
    sync::{Arc, mpsc},
};

use codeclimate_connector_abi::v1::verb;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{json, value::RawValue};

use crate::{
    console::Console,
    cutoff::parse_cutoff,
    delivery::Delivery,
    exit_code::ExitCode,
    frame::Level,
    history::History,
    sink::{Memory, Stdout},
    state::DataFolder,
};

use super::{
    CliError,
    args::{Run, SyncStream},
    journal::Journal,
    keep::Keep,
    kept::Kept,
    session::Session,
    stream::{StreamArgument, StreamRecord},
};

/// Prints the streams that a connector can sync.
pub(crate) fn discover_streams(run: &Run, debug: bool, console: &mut Console) -> Result<ExitCode, CliError> {
    let mut session = Session::new(run, console)?;
    let job = session.prepared.job(verb::DISCOVER_STREAMS, String::new(), debug);
    let outcome = session.run("discover-streams", None, &job, stdout()?)?;
    if outcome.code == ExitCode::Done && outcome.numbers.delivered == 0 {
        let message = "the connector discovered no stream, so there is nothing to sync; a connector should produce at least one";
        session.console.say(Level::Warn, message);
    }
    Ok(session.conclude("discover-streams", None, &outcome))
}

/// Produces the records of a stream.
pub(crate) fn sync_stream(
    arguments: &SyncStream,
    debug: bool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let now = Timestamp::now();
    let cutoff = arguments.earliest_data_cutoff.as_deref().map(|text| parse_cutoff(text, now)).transpose()?;
    let keep = arguments.keep.meant(cutoff, now)?;
    let argument = StreamArgument::read(&arguments.stream)?;
    let mut session = Session::new(&arguments.run, console)?;
    session.connection = keep.connection(session.prepared.note.slug.as_str());
    let kept = Kept::open(&keep, &session.connection)?;
    if let Some(folder) = &keep.data_folder {
        let history = History::open(&DataFolder::open(folder)?)?;
        session = session.remembered_in(Journal::new(Arc::new(history), None));
    }
    let stream = match session.resolve(argument, debug, kept.as_ref())? {
        Ok(stream) => stream,
        Err(code) => return Ok(code),
    };
    if let Some(kept) = kept {
        let ended = kept.sync(&mut session, &stream, debug);
        // The id of a stream, and what stands in a state, come from the connector.
        return ended.map_err(|error| error.masked(&session.prepared.masker));
    }
    // Without a state there is a cutoff: the options have been checked.
    let cutoff = cutoff.unwrap_or(now);
    let payload =
        SyncPayload { stream: &stream.json, earliest_data_cutoff: cutoff, latest_data_cutoff: None };
    session.produce("sync-stream", verb::SYNC_STREAM, &stream, payload.text(), debug, Some(&keep))
}

/// Prints the records of one entity.
pub(crate) fn sync_entity(
    run: &Run,
    stream: &str,
    entity: &str,
    debug: bool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let argument = StreamArgument::read(stream)?;
    let mut session = Session::new(run, console)?;
    let stream = match session.resolve(argument, debug, None)? {
        Ok(stream) => stream,
        Err(code) => return Ok(code),
    };
    let payload = json!({ "stream": stream.json, "entity": entity });
    session.produce("sync-entity", verb::SYNC_ENTITY, &stream, payload.to_string(), debug, None)
}

/// What a connector is told that is to sync a stream.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SyncPayload<'a> {
    pub(crate) stream: &'a RawValue,
    pub(crate) earliest_data_cutoff: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) latest_data_cutoff: Option<Timestamp>,
}

impl SyncPayload<'_> {
    pub(crate) fn text(&self) -> String {
        // Nothing in it that JSON could not say.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn stdout() -> Result<Delivery, CliError> {
    Ok(Delivery::without_state(Box::new(Stdout::open().map_err(CliError::Output)?)))
}

impl Session<'_> {
    /// The stream that is meant; discovers it where only its id is given. The inner error is the exit code
    /// of a discovery that failed, which has been told.
    pub(super) fn resolve(
        &mut self,
        argument: StreamArgument,
        debug: bool,
        kept: Option<&Kept<'_>>,
    ) -> Result<Result<StreamRecord, ExitCode>, CliError> {
        let id = match argument {
            StreamArgument::Record(stream) => return Ok(Ok(stream)),
            StreamArgument::Id(id) => id,
        };
        let (sender, discovered) = mpsc::channel();
        let job = self.prepared.job(verb::DISCOVER_STREAMS, String::new(), debug);
        let delivery = Delivery::without_state(Box::new(Memory::new(sender)));
        let outcome = self.run("discover-streams", None, &job, delivery)?;
        let outcome = outcome.cancelled_if_asked();
        if outcome.code != ExitCode::Done {
            return Ok(Err(self.conclude("discover-streams", None, &outcome)));
        }
        let streams = StreamRecord::read_all(discovered);
        if let (Some(kept), Ok(streams)) = (kept, &streams) {
            let ids: HashSet<&str> = streams.iter().map(|stream| stream.id.as_str()).collect();
            kept.note_discovered(self, &ids)?;
        }
        let found = streams.and_then(|streams| StreamRecord::find(&id, streams));
        // The ids come from the connector, and so may hold a secret.
        Ok(Ok(found.map_err(|error| error.masked(&self.prepared.masker))?))
    }

    fn produce(
        &mut self,
        name: &'static str,
        verb: u32,
        stream: &StreamRecord,
        payload: String,
        debug: bool,
        keep: Option<&Keep>,
    ) -> Result<ExitCode, CliError> {
        let mut job = self.prepared.job(verb, payload, debug);
        job.rejections = keep.map(|keep| keep.rejections).unwrap_or_default();
        let run = self.next_run();
        let (connection, id) = (self.masked(&self.connection), self.masked(&stream.id));
        let letters = keep.map(|keep| keep.letters(&connection, &id, &run)).transpose()?.flatten();
        let delivery = stdout()?.with_letters(letters);
        let (outcome, _) = self.run_kept(name, Some(&stream.id), &job, delivery)?;
        Ok(self.conclude(name, Some(&stream.id), &outcome))
    }
}
