//! A state that does not fit who is to go on from it: the connector is asked.

use codeclimate_connector_abi::v1::verb;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    delivery::Opening,
    exit_code::ExitCode,
    frame::Level,
    state::{Lease, Mismatch, Request, check_state, reset_command},
};

use super::{
    super::{CliError, session::Session},
    Kept,
};

/// Why a state is not gone on from.
#[derive(Debug, thiserror::Error)]
#[error("{what}; {reset}")]
pub(crate) struct StaleState {
    what: String,
    reset: String,
}

/// The connector's word on an older state.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Migration {
    is_accepted: bool,
    #[serde(default)]
    state: Option<Value>,
}

impl Kept<'_> {
    /// Lets a state be gone on from that does not fit, if the operator or the connector says so.
    pub(super) fn adapt(
        &self,
        session: &mut Session<'_>,
        opening: &mut Opening,
        request: &Request<'_>,
        mismatch: &Mismatch,
        debug: bool,
    ) -> Result<(), CliError> {
        if *mismatch == Mismatch::Configuration && self.keep.accepts_changes {
            return Ok(opening.adapt(request, None)?);
        }
        let answer = self.ask(session, opening.lease(), mismatch, debug)?;
        match answer {
            Some(Migration { is_accepted: true, state }) => {
                session.console.say(Level::Info, "the connector goes on from its older state");
                Ok(opening.adapt(request, state)?)
            }
            _ => Err(stale(opening.lease(), request, mismatch).into()),
        }
    }

    /// Asks the connector; none where it has no answer.
    fn ask(
        &self,
        session: &mut Session<'_>,
        lease: &Lease,
        mismatch: &Mismatch,
        debug: bool,
    ) -> Result<Option<Migration>, CliError> {
        let payload = json!({
            "state": lease.token(),
            "stateFormat": lease.token_format().unwrap_or(session.prepared.note.state_format),
            "version": lease.token_version(),
            "isConfigurationChanged": *mismatch == Mismatch::Configuration,
        });
        let job = session.prepared.job(verb::MIGRATE_STATE, payload.to_string(), debug);
        let outcome = session.ask("migrate-state", &job)?.cancelled_if_asked();
        if matches!(outcome.code, ExitCode::Interrupted | ExitCode::Terminated) {
            return Err(CliError::Cancelled(outcome.code));
        }
        let answer = outcome.answer.as_ref().filter(|_| outcome.code == ExitCode::Done);
        let answer = answer.and_then(|answer| serde_json::from_str::<Migration>(answer.get()).ok());
        // A state that could not have been set is no answer.
        Ok(answer.filter(|answer| answer.state.as_ref().is_none_or(|state| check_state(state).is_ok())))
    }
}

fn stale(lease: &Lease, request: &Request<'_>, mismatch: &Mismatch) -> StaleState {
    let (what, instead) = match mismatch {
        Mismatch::Configuration => (
            "the configuration has changed since this stream was last synced, and its state may not fit it"
                .to_owned(),
            "go on all the same with --accept-changed-configuration (in a project file: accept-changed-configuration = true); or \
             sync it under another name; or ",
        ),
        Mismatch::Format { found, known } => (
            format!(
                "the unfinished sync of this stream has a state of format {found}, and {} {} reads {known}",
                request.connector, request.version
            ),
            "finish it with the version of the connector that began it; or ",
        ),
    };
    let is_format = matches!(mismatch, Mismatch::Format { .. });
    let command = reset_command(lease.key());
    let option = if is_format { " --unfinished" } else { "" };
    let lost = lease.state().lost_by_reset(is_format);
    StaleState { what, reset: format!("{instead}`{command}{option}`, after which {lost}") }
}
