//! The verb that asks whether a configuration works.

use codeclimate_connector_abi::v1::verb;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    console::Console,
    exit_code::ExitCode,
    frame::Level,
    supervisor::{Outcome, denial_hint},
};

use super::{CliError, args::Run, print, session::Session, summary::held};

/// The answer, as connectors give it and as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub(super) is_valid: bool,
    #[serde(default)]
    error_messages: Vec<String>,
}

impl Answer {
    fn refused(messages: Vec<String>) -> Self {
        Self { is_valid: false, error_messages: messages }
    }

    /// None where it is no answer.
    pub(super) fn read(answer: &RawValue) -> Option<Self> {
        serde_json::from_str(answer.get()).ok()
    }

    pub(super) fn sentence(&self) -> String {
        if self.is_valid {
            return "the configuration works".to_owned();
        }
        format!("the configuration does not work: {}", self.error_messages.join("; "))
    }

    fn print(&self) -> Result<ExitCode, CliError> {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        print(&line)?;
        Ok(if self.is_valid { ExitCode::Done } else { ExitCode::Configuration })
    }
}

/// Prints whether the configuration works.
///
/// A configuration that cannot be read, or that its schema refuses, is an answer like any other.
pub(crate) fn verify_configuration(
    run: &Run,
    debug: bool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let mut session = match Session::new(run, console) {
        Ok(session) => session,
        Err(error) => return refuse(error),
    };
    let job = session.prepared.job(verb::VERIFY_CONFIGURATION, String::new(), debug);
    let outcome = session.ask("verify-configuration", &job)?;
    conclude(&mut session, outcome)
}

/// Answers for a configuration that never reached the connector.
fn refuse(error: CliError) -> Result<ExitCode, CliError> {
    if error.exit_code() == ExitCode::Configuration {
        Answer::refused(messages(&error)).print()?;
    }
    Err(error)
}

fn messages(error: &CliError) -> Vec<String> {
    match error {
        CliError::Check(crate::configuration::CheckError::Refused { problems, .. }) => {
            problems.iter().map(ToString::to_string).collect()
        }
        error => vec![crate::chain(error)],
    }
}

pub(super) fn conclude(session: &mut Session<'_>, mut outcome: Outcome) -> Result<ExitCode, CliError> {
    let masker = &session.prepared.masker;
    if outcome.code == ExitCode::Configuration {
        let message = outcome.failure.as_ref().map(|failure| masker.mask(&failure.message).into_owned());
        Answer::refused(message.into_iter().collect()).print()?;
    }
    if outcome.code != ExitCode::Done {
        return Ok(session.conclude("verify-configuration", None, &outcome));
    }
    let answer = outcome.answer.as_ref().and_then(|answer| Answer::read(answer));
    let Some(mut answer) = answer else {
        outcome.code = ExitCode::ConnectorError;
        outcome.what =
            "answered with something that is not {\"isValid\":...,\"errorMessages\":[...]}".to_owned();
        outcome.advice = "this is a bug in the connector: tell its author".to_owned();
        return Ok(session.conclude("verify-configuration", None, &outcome));
    };
    for message in &mut answer.error_messages {
        *message = masker.mask(message).into_owned();
    }
    tell(session, &answer, &outcome);
    session.console.flush();
    outcome.what = answer.sentence();
    let code = answer.print()?;
    Ok(session.report("verify-configuration", None, &outcome, code, None))
}

fn tell(session: &mut Session<'_>, answer: &Answer, outcome: &Outcome) {
    let note = &session.prepared.note;
    let level = if answer.is_valid { Level::Info } else { Level::Error };
    let held = held(outcome);
    let text = format!("{} {} verify-configuration: {}; {held}", note.slug, note.version, answer.sentence());
    session.console.say(level, &text);
    let hint = answer.error_messages.iter().find_map(|message| denial_hint(message));
    // What a trace has named needs no guess.
    let is_named = outcome.denials.iter().any(|denial| !denial.is_usual);
    if let Some(hint) =
        hint.filter(|_| session.prepared.is_sandboxed() && outcome.fences.is_some() && !is_named)
    {
        session.console.say(Level::Info, &format!("probably the sandbox denied it: {hint}"));
    }
}
