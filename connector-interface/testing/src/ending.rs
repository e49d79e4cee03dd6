//! How a run would end that a client's error ends.

use connector_interface::{
    __testing::{self, failure_kind},
    Error, Timestamp,
};

/// The runner's exit code for this error: 10 for a configuration that does not do, 20 for an error of the connector's
/// own, 27 for a source that cannot be reached, and so on, as `codeclimate-connector explain` tells.
///
/// A client that stops because it was asked to makes 130, as after Ctrl-C.
///
/// ```
/// # use connector_interface::Error;
/// # use connector_testing::exit_code;
/// assert_eq!(exit_code(&Error::source_unavailable("no route to host")), 27);
/// ```
#[must_use]
pub fn exit_code(error: &Error) -> u8 {
    match __testing::failure(error).kind.as_str() {
        failure_kind::UNSUPPORTED => 2,
        failure_kind::CONFIGURATION => 10,
        failure_kind::INVALID_RECORD => 21,
        failure_kind::PANIC => 22,
        failure_kind::PAUSED => 26,
        failure_kind::SOURCE_UNAVAILABLE => 27,
        failure_kind::CANCELLED | failure_kind::CLOSED => 130,
        _ => 20,
    }
}

/// When a paused run is worth going on with, where the error says so.
///
/// ```
/// # use connector_interface::Error;
/// # use connector_testing::resume_after;
/// let noon = "2020-02-21T12:00:00Z".parse()?;
/// assert_eq!(resume_after(&Error::paused_until("the limit is reached", noon)), Some(noon));
/// # Ok::<(), connector_interface::Error>(())
/// ```
#[must_use]
pub fn resume_after(error: &Error) -> Option<Timestamp> {
    __testing::failure(error).resume_after.as_ref()?.parse().ok()
}
