//! Checks records a second time, in a process that no connector can reach.

use connector_schemas::Checker;

/// The second check of a run's records.
pub(crate) struct Recheck {
    checker: Checker,
    only_streams: bool,
}

impl Recheck {
    /// `only_streams` refuses records of any other type, as a discovery must.
    pub(crate) fn new(only_streams: bool) -> Self {
        Self { checker: Checker::new(), only_streams }
    }

    /// Checks one record; gives what is wrong with it.
    pub(crate) fn check(&mut self, record: &str) -> Result<(), String> {
        let checked = self.checker.check(record.as_bytes()).map_err(|error| error.to_string())?;
        match checked.record_type().name() {
            "Stream" => Ok(()),
            other if self.only_streams => Err(format!("a discovery produced a record of type {other}")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_worker_should_have_refused_is_refused_here() {
        let branch = r#"{"_type":"Branch","name":"main"}"#;
        assert_eq!(Recheck::new(false).check(branch), Ok(()));
        let nameless = Recheck::new(false).check(r#"{"_type":"Branch","name":7}"#).unwrap_err();
        assert!(nameless.contains("/name"), "{nameless}");
        let not_a_stream = Recheck::new(true).check(branch).unwrap_err();
        assert_eq!(not_a_stream, "a discovery produced a record of type Branch");
    }
}
