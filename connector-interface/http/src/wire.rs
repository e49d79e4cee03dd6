//! What an exchange comes to: an answer whose body can be read, or a failure with what it means.

use std::{
    io::ErrorKind::PermissionDenied,
    time::{Duration, SystemTime},
};

use ureq::http::{HeaderMap, StatusCode};

use crate::{
    address::Address,
    call::{Call, EXCERPT_BYTES, Failure, Later, Name, excerpt, status_text},
    error::{Error, ErrorKind},
    exchange::{Broken, Exchanger, Pieces},
    rate_limit::{self, Told},
    retry::is_worth_a_retry,
    secrets::Secrets,
    settings::Settings,
    spelling::Extent,
    waits::Waits,
};

/// How long the beginning of an error's body is waited for.
const LONGEST_BEGINNING: Duration = Duration::from_secs(5);

/// What every request needs, whatever it is for.
pub(crate) struct Wire {
    pub(crate) exchanger: Exchanger,
    pub(crate) secrets: Secrets,
    pub(crate) settings: Settings,
    pub(crate) waits: Waits,
}

/// An answer with its body still to come.
pub(crate) struct Answered {
    pub(crate) name: Name,
    pub(crate) address: Address,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Pieces,
}

impl Answered {
    /// How long it asks to wait, where its status is one that a wait may mend.
    pub(crate) fn told(&self) -> Option<Told> {
        let status = self.status.as_u16();
        // Some ask for a wait with 403 (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>).
        let can_ask_to_wait = is_worth_a_retry(status) || status == 403;
        can_ask_to_wait.then(|| rate_limit::told(&self.headers, SystemTime::now())).flatten()
    }
}

impl Wire {
    /// The answer again where it is a success.
    pub(crate) fn success(&self, call: &Call, mut answered: Answered) -> Result<Answered, Failure> {
        if answered.status.is_success() {
            return Ok(answered);
        }
        let status = answered.status.as_u16();
        let told = answered.told();
        let (beginning, extent) = self.beginning(&mut answered.body)?;
        let excerpt = excerpt(&beginning, extent, &self.secrets);
        let what = format!("answered {}", status_text(answered.status));
        if is_worth_a_retry(status) || told.is_some() {
            let later = Later { name: answered.name, what, status: Some(status), told, excerpt };
            return Err(Failure::Later(Box::new(later)));
        }
        Err(Failure::Final(refused(call, &answered, &what, &excerpt)))
    }

    /// All of the body, with the answer that it belongs to.
    pub(crate) fn whole_body(&self, mut answered: Answered) -> Result<(Answered, Vec<u8>), Failure> {
        let mut body = Vec::new();
        while let Some(piece) = answered.body.next().map_err(|broken| self.broken(&answered.name, broken))? {
            if body.len() + piece.len() > self.settings.most_body_bytes {
                return Err(Failure::Final(self.too_large(&answered.name, "a body")));
            }
            body.extend_from_slice(&piece);
        }
        Ok((answered, body))
    }

    pub(crate) fn too_large(&self, name: &Name, what: &str) -> Error {
        let most = self.settings.most_body_bytes;
        let message = format!(
            "{name} answered with {what} of more than {most} bytes: ask for smaller pages, or raise the cap with \
             `most_body_bytes` on the client's builder"
        );
        Error::new(ErrorKind::Body, message)
    }

    /// As much of an error's body as is worth showing; what cannot be read is not missed.
    fn beginning(&self, body: &mut Pieces) -> Result<(Vec<u8>, Extent), Error> {
        body.end_within(self.settings.answer_timeout.min(LONGEST_BEGINNING));
        let mut beginning = Vec::new();
        while beginning.len() < EXCERPT_BYTES {
            match body.next() {
                Ok(Some(piece)) => beginning.extend_from_slice(&piece),
                Ok(None) => return Ok((beginning, Extent::Whole)),
                Err(Broken::TooSlow | Broken::Transport(_)) => break,
                Err(Broken::Stopped(stopped)) => return Err(stopped),
            }
        }
        Ok((beginning, Extent::Cut))
    }

    /// What a broken exchange means for the request.
    pub(crate) fn broken(&self, name: &Name, broken: Broken) -> Failure {
        use ureq::Error::{BadUri, ConnectProxyFailed, Http, Io, Rustls, Timeout, Tls};
        let error = match broken {
            Broken::Stopped(stopped) => return Failure::Final(stopped),
            Broken::TooSlow => {
                let seconds = self.settings.answer_timeout.as_secs_f32();
                return self.later(name, &format!("got no whole answer within {seconds} s"));
            }
            Broken::Transport(error) => error,
        };
        match error {
            // The sandbox; the system's own words let the runner say which option would allow it.
            Io(error) if error.kind() == PermissionDenied => {
                self.at_once(name, ErrorKind::Request, &error.to_string())
            }
            Io(error) if is_bad_certificate(&error) => {
                let what =
                    format!("{error}; add the authority that has signed it to the system's certificates");
                self.at_once(name, ErrorKind::Unavailable, &what)
            }
            Io(error) => self.later(name, &format!("got no whole answer: {error}")),
            Timeout(phase) => self.later(name, &format!("got no answer in time: {phase} timed out")),
            Rustls(_) | Tls(_) => self.at_once(name, ErrorKind::Unavailable, &error.to_string()),
            ConnectProxyFailed(ref reason) => {
                let what = format!("{error}; check the proxy in the configuration");
                match proxy_status(reason) {
                    Some(status) if !is_worth_a_retry(status) => {
                        self.at_once(name, ErrorKind::Unavailable, &what)
                    }
                    _ => self.later(name, &format!("got no answer: {what}")),
                }
            }
            Http(_) | BadUri(_) => self.at_once(name, ErrorKind::Request, &error.to_string()),
            error => self.later(name, &format!("got no whole answer: {error}")),
        }
    }

    fn later(&self, name: &Name, what: &str) -> Failure {
        let (name, what) = (name.clone(), self.secrets.mask(what));
        Failure::Later(Box::new(Later { name, what, status: None, told: None, excerpt: String::new() }))
    }

    fn at_once(&self, name: &Name, kind: ErrorKind, what: &str) -> Failure {
        Failure::Final(Error::new(kind, format_args!("{name} got no answer: {}", self.secrets.mask(what))))
    }
}

/// What a proxy has answered, if it has, in the words of ureq: `proxy server responded 502/502`.
fn proxy_status(reason: &str) -> Option<u16> {
    reason.rsplit_once('/').and_then(|(_, status)| status.parse().ok())
}

/// The same certificate would come again.
fn is_bad_certificate(error: &std::io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
}

fn refused(call: &Call, answered: &Answered, what: &str, excerpt: &str) -> Error {
    let name = &answered.name;
    let status = answered.status.as_u16();
    let (kind, remedy) = match status {
        401 if answered.address.origin() != call.address.origin() => (
            ErrorKind::Refused,
            "; it was redirected there, without credentials: configure that place instead",
        ),
        401 => (ErrorKind::Refused, "; check the credentials in the configuration"),
        403 => (ErrorKind::Refused, "; the credentials in the configuration do not allow it"),
        407 => (ErrorKind::Status, "; check the proxy in the configuration"),
        300..=399 => (ErrorKind::Status, "; it is not followed there"),
        _ => (ErrorKind::Status, ""),
    };
    Error::new(kind, format_args!("{name} {what}{excerpt}{remedy}")).with_status(Some(status))
}
