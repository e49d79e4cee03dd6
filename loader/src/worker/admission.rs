//! From the job to the point where the connector may be loaded: its file copied, the fences up.

use std::{
    env,
    os::{fd::AsFd, unix::net::UnixStream},
};

use crate::{
    confinement::confine,
    frame::{Job, Step, StepError, send_step},
    sealed::Sealed,
};

/// The library, ready to be loaded by a process that is confined; none where that cannot be, which the supervisor has
/// been told. What is copied is sealed, and has been checked.
pub(super) fn copy_and_confine(
    channel: &UnixStream,
    job: &Job,
    checked: Sealed,
) -> Result<Option<Sealed>, StepError> {
    let library = match checked.copy_of_own() {
        Ok(library) => library,
        Err(error) => return give_up(channel, &Step::NoLibrary(crate::chain(&error))),
    };
    // What other runs have too is out of the connector's reach.
    drop(checked);
    // The runner has made the folder, and set the variable.
    match confine(&job.rules, &env::temp_dir()) {
        Ok((fences, listener)) => {
            send_step(channel, &Step::Confined(fences), listener.as_ref().map(AsFd::as_fd))?;
            Ok(Some(library))
        }
        Err(error) => give_up(channel, &Step::NotConfined(crate::chain(&error))),
    }
}

fn give_up(channel: &UnixStream, reason: &Step) -> Result<Option<Sealed>, StepError> {
    send_step(channel, reason, None)?;
    Ok(None)
}
