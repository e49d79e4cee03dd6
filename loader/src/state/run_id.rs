//! What the id of a run tells.

use jiff::Timestamp;
use uuid::Uuid;

/// When a run began, as its id tells, which is a UUID that sorts by time (RFC 9562, version 7). A chain has the id of its
/// first run. None where it is no such id.
pub(crate) fn begun_at(run: &str) -> Option<Timestamp> {
    let (seconds, nanoseconds) = Uuid::parse_str(run).ok()?.get_timestamp()?.to_unix();
    Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanoseconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_run_tells_when_it_began() {
        // The example of RFC 9562, appendix A.6.
        let begun = begun_at("017F22E2-79B0-7CC3-98C4-DC0C0C07398F").map(|time| time.to_string());
        assert_eq!(begun.as_deref(), Some("2022-02-22T19:22:22Z"));
        for text in ["", "r-1", "919108f7-52d1-4320-9bac-f847db4148a8"] {
            assert_eq!(begun_at(text), None, "{text}");
        }
    }
}
