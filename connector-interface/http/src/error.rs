//! Why a request came to nothing.

use std::fmt;

use connector_interface::Timestamp;

/// What is wrong, for authors who want to go on in one case and not in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The runner wants the connector to stop.
    Cancelled,
    /// The source asks to wait longer than this run lasts.
    Paused,
    /// No answer, or none but 'later', after all attempts.
    Unavailable,
    /// 401 or 403: the credentials do not do.
    Refused,
    /// Another status that is not a success: [`Error::status`].
    Status,
    /// The answer is not what was expected: not JSON, of another type, too big.
    Body,
    /// A base URL, proxy or header that cannot be one.
    Configuration,
    /// The request cannot be made, or its pages or redirects lead nowhere.
    Request,
}

/// Why a request came to nothing: which one, what was answered, what to do.
///
/// `?` makes a [`connector_interface::Error`] of it whose kind decides the exit code: a source that is unavailable ends
/// the run with 27, refused credentials with 10, a wait that is too long with 26, anything else with 20. A cancellation
/// passes through as it came.
///
/// It does not implement [`std::error::Error`]: everything that does becomes a plain error of the connector by `?`, and
/// the kind would be lost. It shows no secret.
///
/// ```
/// # use connector_http::{Error, Http};
/// # use serde_json::Value;
/// /// The build, or `None` where the source has forgotten it.
/// fn build(api: &Http, path: &str) -> Result<Option<Value>, Error> {
///     match api.get(path).send() {
///         Ok(answer) => Ok(Some(answer.json()?)),
///         Err(error) if error.status() == Some(404) => Ok(None),
///         Err(error) => Err(error),
///     }
/// }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    status: Option<u16>,
    resume_after: Option<Timestamp>,
    cancellation: Option<connector_interface::Error>,
}

impl Error {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The status of the last answer, where there was one and it is what is wrong.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    pub(crate) fn new(kind: ErrorKind, message: impl fmt::Display) -> Self {
        let message = message.to_string();
        Self(Box::new(Inner { kind, message, status: None, resume_after: None, cancellation: None }))
    }

    pub(crate) fn with_status(mut self, status: Option<u16>) -> Self {
        self.0.status = status;
        self
    }

    pub(crate) fn paused(message: impl fmt::Display, resume_after: Timestamp) -> Self {
        let mut error = Self::new(ErrorKind::Paused, message);
        error.0.resume_after = Some(resume_after);
        error
    }

    pub(crate) fn cancelled(cancellation: connector_interface::Error) -> Self {
        let mut error = Self::new(ErrorKind::Cancelled, &cancellation);
        error.0.cancellation = Some(cancellation);
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.0.kind, self.0.message)
    }
}

impl From<Error> for connector_interface::Error {
    fn from(error: Error) -> Self {
        let Inner { kind, message, resume_after, cancellation, .. } = *error.0;
        match kind {
            ErrorKind::Cancelled => cancellation.unwrap_or_else(|| Self::new(message)),
            ErrorKind::Paused => match resume_after {
                Some(instant) => Self::paused_until(message, instant),
                None => Self::paused(message),
            },
            ErrorKind::Unavailable => Self::source_unavailable(message),
            ErrorKind::Refused | ErrorKind::Configuration => Self::configuration(message),
            ErrorKind::Status | ErrorKind::Body | ErrorKind::Request => Self::new(message),
        }
    }
}
