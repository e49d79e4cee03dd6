//! The answer to `verify_configuration` that a request gives.

use connector_interface::VerifyConfigurationResult;
use serde::de::IgnoredAny;

use crate::{
    error::{Error, ErrorKind},
    request::Request,
    response::Response,
};

impl Request {
    /// Asks the source whether the configuration works: a request that the credentials must allow, and that answers JSON.
    ///
    /// A configuration whose credentials or address do not do is an answer, with one of these messages; what else is
    /// known goes to the operator as a warning. So is a source that cannot be reached: somebody who sets up a connector
    /// has most likely mistyped its address.
    ///
    /// | answered | message |
    /// | --- | --- |
    /// | 401 | `Unauthorized` |
    /// | 404 | `Not found` |
    /// | 500 and above | `Server error` |
    /// | another status, or nothing in the body | `Did not expect 403 response` |
    /// | nothing | why |
    ///
    /// ```
    /// # use connector_http::Http;
    /// # use connector_interface::{Error, VerifyConfigurationResult};
    /// # struct PagerDuty { api: Http }
    /// # impl PagerDuty {
    /// fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
    ///     self.api.get("/abilities").verify()
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// Where the question stays open: the run is cancelled or over, the request cannot be made, or the answer is a
    /// success that is not JSON.
    pub fn verify(self) -> Result<VerifyConfigurationResult, connector_interface::Error> {
        let client = self.client.clone();
        let Err(error) = self.send().and_then(|answer| checked(&answer)) else {
            return Ok(VerifyConfigurationResult::valid());
        };
        let Some(complaint) = complaint(&error) else { return Err(error.into()) };
        client.wire.waits.logger.warn(&error);
        Ok(VerifyConfigurationResult::invalid([complaint]))
    }
}

fn checked(answer: &Response) -> Result<(), Error> {
    if answer.body.is_empty() {
        let message = format!("{answer:?}, where JSON was expected");
        return Err(Error::new(ErrorKind::Status, message).with_status(Some(answer.status())));
    }
    answer.json::<IgnoredAny>().map(drop)
}

/// None where the error says nothing about the configuration.
fn complaint(error: &Error) -> Option<String> {
    match (error.kind(), error.status()) {
        (ErrorKind::Refused | ErrorKind::Status | ErrorKind::Unavailable, Some(status)) => {
            Some(match status {
                401 => "Unauthorized".to_owned(),
                404 => "Not found".to_owned(),
                500.. => "Server error".to_owned(),
                other => format!("Did not expect {other} response"),
            })
        }
        (ErrorKind::Unavailable, None) => Some(error.to_string()),
        _ => None,
    }
}
