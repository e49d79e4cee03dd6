//! From the job to the point where the connector may be loaded: its file sealed and admitted, the fences up.

use std::{
    env,
    os::{fd::AsFd, unix::net::UnixStream},
};

use crate::{
    confinement::confine,
    frame::{Job, Step, StepError, send_step, wait_for_admission},
};

use super::sealed::Sealed;

/// The library, ready to be loaded by a process that is confined; none where that cannot be, which the supervisor has
/// been told.
pub(super) fn seal_and_confine(channel: &UnixStream, job: &Job) -> Result<Option<Sealed>, StepError> {
    let sealed = match Sealed::copy(&job.connector) {
        Ok(sealed) => sealed,
        Err(error) => return give_up(channel, &Step::NoLibrary(crate::chain(&error))),
    };
    send_step(channel, &Step::Sealed, Some(sealed.descriptor().as_fd()))?;
    if !wait_for_admission(channel)? {
        return Ok(None);
    }
    // The runner has made the folder, and set the variable.
    match confine(&job.rules, &env::temp_dir()) {
        Ok((fences, listener)) => {
            send_step(channel, &Step::Confined(fences), listener.as_ref().map(AsFd::as_fd))?;
            Ok(Some(sealed))
        }
        Err(error) => give_up(channel, &Step::NotConfined(crate::chain(&error))),
    }
}

fn give_up(channel: &UnixStream, reason: &Step) -> Result<Option<Sealed>, StepError> {
    send_step(channel, reason, None)?;
    Ok(None)
}
