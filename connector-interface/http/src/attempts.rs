//! A request made until there is an answer, or no sense in another attempt.

use crate::{
    call::{Failure, Repeat},
    error::Error,
    retry::{Next, Tries},
    wire::Wire,
};

pub(crate) fn until_answered<R>(
    wire: &Wire,
    repeat: Repeat,
    mut attempt: impl FnMut() -> Result<R, Failure>,
) -> Result<R, Error> {
    let mut tries = Tries::default();
    loop {
        wire.waits.check()?;
        let later = match attempt() {
            Ok(answer) => return Ok(answer),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Later(later)) => later,
        };
        let next = match (repeat, later.told) {
            // The wait says at once when another run may go on.
            (Repeat::Never, Some(told)) if wire.waits.would_outlast_the_run(told.wait) => {
                Next::Wait(told.wait)
            }
            (Repeat::Never, _) => Next::GiveUp,
            (Repeat::Freely, Some(told)) => tries.after_told(told.wait, &wire.settings),
            (Repeat::Freely, None) => tries.after_failure(fastrand::f64(), &wire.settings),
        };
        match next {
            Next::Wait(wait) => wire.waits.wait(wait, &later)?,
            Next::GiveUp => return Err(later.into_error(tries.made(), repeat)),
        }
    }
}
