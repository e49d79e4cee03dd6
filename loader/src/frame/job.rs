//! What a worker is asked to do, and how it says that it is done.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::confinement::Rules;

use super::Rejections;

/// One verb of one connector. Crosses the private channel, never argv or the environment: it holds secrets.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    /// Absolute.
    pub(crate) connector: PathBuf,
    /// A number of `v1::verb`.
    pub(crate) verb: u32,
    /// The verb's payload, JSON; may be empty.
    pub(crate) payload: String,
    /// Each top-level key of the configuration with its value as JSON text.
    pub(crate) configuration: BTreeMap<String, String>,
    /// The state left by an earlier run, JSON.
    pub(crate) state: Option<String>,
    /// What becomes of records that break their schema.
    #[serde(default)]
    pub(crate) rejections: Rejections,
    /// Whether `DEBUG` lines are wanted.
    pub(crate) debug: bool,
    /// Where the sources lie of whose panics the way is wanted; none but for their author.
    #[serde(default)]
    pub(crate) sources: Option<PathBuf>,
    /// What must not be cut in half before it is masked: the secret texts with their labels.
    pub(crate) secrets: Vec<(String, String)>,
    /// What the connector may reach.
    pub(crate) rules: Rules,
    /// Where the run is to stop by itself; nowhere in a run that is not looked at.
    #[serde(default)]
    pub(crate) stop: Option<StopAfter>,
    /// How the run is looked at; none where only its records are wanted.
    #[serde(default)]
    pub(crate) scrutiny: Option<Scrutiny>,
}

/// A place in a run, the same each time, at which it is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StopAfter {
    /// The connector is asked to stop while it sets this state; the first is 1.
    CancelAtCheckpoint(u64),
    /// The worker is gone as soon as this state is on its way.
    KillAtCheckpoint(u64),
    /// The connector is asked to stop while it produces this record; 0 is before it begins.
    CancelAtRecord(u64),
}

/// How a run is looked at, beside what it produces.
///
/// Every state then leaves the worker, also one that another follows at once, and refused records are sent along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Scrutiny {
    /// Whether the client is only made and dropped, and the verb left out.
    pub(crate) creates_only: bool,
    /// How long the worker waits after the verb for what comes too late.
    pub(crate) linger_milliseconds: u64,
}

/// How far a worker has come. Kept on the status page, so that a worker that died can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u32)]
pub(crate) enum Stage {
    /// Reading its job.
    Start = 0,
    /// Opening the library; its constructors run here.
    Load = 1,
    /// Making the client.
    Create = 2,
    /// Doing the verb.
    Verb = 3,
    /// Dropping the client.
    Close = 4,
    /// The last frame is on its way.
    End = 5,
    /// The frame channel was closed or replaced under the worker, which then gave up.
    ChannelLost = 6,
    /// The worker's own code panicked.
    Bug = 7,
}

impl Stage {
    pub(crate) fn from_number(number: u32) -> Self {
        [Self::Start, Self::Load, Self::Create, Self::Verb, Self::Close, Self::End, Self::ChannelLost]
            .into_iter()
            .find(|stage| *stage as u32 == number)
            .unwrap_or(Self::Bug)
    }
}

/// The last frame: the only proof that a verb has come to its end.
///
/// Tagged from the outside: a tag within would have serde buffer the answer, which a `RawValue` cannot come from.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum End {
    /// The verb returned well, with its answer.
    Done { answer: Option<Box<RawValue>> },
    /// It did not.
    Failed { stage: Stage, failure: FailureReport },
}

/// A failure as the ABI describes it; unknown members are dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureReport {
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<FieldProblem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resume_after: Option<String>,
}

/// One error of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldProblem {
    pub(crate) pointer: String,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) expected: String,
    #[serde(default)]
    pub(crate) found: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) suggestion: Option<String>,
}

impl FailureReport {
    pub(crate) fn new(kind: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), message: message.into(), errors: Vec::new(), resume_after: None }
    }

    pub(crate) fn from_json(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_else(|_| {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(super::MAX_TEXT)]);
            Self::new("connector", format!("the connector failed with text that is not a failure: {text}"))
        })
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Why a job could not be passed on or taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    #[error("the job could not be sent to the worker")]
    Write(#[source] io::Error),
    #[error("the job could not be read")]
    Read(#[source] io::Error),
    #[error("the job is not JSON")]
    Json(#[from] serde_json::Error),
}

/// Sends a job over the channel.
pub(crate) fn write_job(channel: &mut impl Write, job: &Job) -> Result<(), JobError> {
    let json = serde_json::to_vec(job)?;
    let length = (json.len() as u64).to_le_bytes();
    channel.write_all(&length).and_then(|()| channel.write_all(&json)).map_err(JobError::Write)
}

/// Receives a job from the channel. The supervisor is trusted; its length is not capped.
pub(crate) fn read_job(channel: &mut impl Read) -> Result<Job, JobError> {
    let mut length = [0; 8];
    channel.read_exact(&mut length).map_err(JobError::Read)?;
    let mut json = Vec::new();
    let announced = u64::from_le_bytes(length);
    channel.take(announced).read_to_end(&mut json).map_err(JobError::Read)?;
    Ok(serde_json::from_slice(&json)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_arrives_as_it_was_sent() {
        let answer = RawValue::from_string(r#"{"isValid":true}"#.to_owned()).unwrap();
        let failure = FailureReport::new("panic", "boom");
        for end in [
            End::Done { answer: None },
            End::Done { answer: Some(answer) },
            End::Failed { stage: Stage::Close, failure },
        ] {
            let sent = serde_json::to_string(&end).unwrap();
            let arrived: End = serde_json::from_str(&sent).unwrap();
            assert_eq!(format!("{arrived:?}"), format!("{end:?}"), "{sent}");
        }
    }
}
