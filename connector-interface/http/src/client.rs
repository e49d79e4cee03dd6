//! What all clones of a client share, with how it makes one request.

use std::time::SystemTime;

use ureq::http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION, USER_AGENT},
};

use crate::{
    address::{Address, NotAnAddress},
    call::{Call, EXCERPT_BYTES, Failure, Later, Name, Part, Repeat, excerpt, status_text},
    concurrency::{Permit, Permits},
    error::{Error, ErrorKind},
    exchange::{Broken, Exchanger, Incoming, Outgoing, Pieces},
    hold::Hold,
    oauth::{Grant, TokenSource},
    rate_limit::{self, Told},
    retry::{Next, Tries, is_worth_a_retry},
    secrets::Secrets,
    settings::Settings,
    waits::Waits,
};

/// Redirects that are followed for one answer.
const MOST_REDIRECTS: usize = 5;

pub(crate) struct Client {
    pub(crate) base: Address,
    pub(crate) credentials: Credentials,
    pub(crate) headers: HeaderMap,
    pub(crate) settings: Settings,
    pub(crate) exchanger: Exchanger,
    pub(crate) permits: Permits,
    pub(crate) hold: Hold,
    pub(crate) secrets: Secrets,
    pub(crate) waits: Waits,
}

pub(crate) enum Credentials {
    None,
    Header(HeaderName, HeaderValue),
    Tokens(TokenSource),
}

/// What one request was given to prove who asks.
struct Proof {
    name: HeaderName,
    value: HeaderValue,
    /// Where the source may refuse it because it is too old.
    token: Option<String>,
}

/// An answer that is a success, with its body still to come.
pub(crate) struct Answered {
    pub(crate) name: Name,
    pub(crate) address: Address,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Pieces,
}

/// How a success is read. It may be called again where it asks for another attempt.
pub(crate) type Read<'a, R> = dyn FnMut(Answered) -> Result<R, Failure> + 'a;

impl Client {
    /// Makes the request until there is an answer, or no sense in another attempt.
    pub(crate) fn perform<R>(&self, call: &Call, read: &mut Read<'_, R>) -> Result<R, Error> {
        let mut tries = Tries::default();
        loop {
            let later = match self.attempt(call, read) {
                Ok(read) => return Ok(read),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Later(later)) => later,
            };
            let next = match (call.repeat, later.told) {
                (Repeat::Never, _) => Next::GiveUp,
                (Repeat::Freely, Some(told)) => tries.after_told(told.wait, &self.settings),
                (Repeat::Freely, None) => tries.after_failure(fastrand::f64(), &self.settings),
            };
            match next {
                Next::Wait(wait) => self.waits.wait(wait, &later)?,
                Next::GiveUp => return Err(later.into_error(tries.made(), call.repeat)),
            }
        }
    }

    fn attempt<R>(&self, call: &Call, read: &mut Read<'_, R>) -> Result<R, Failure> {
        self.waits.check()?;
        if call.part == Part::Token {
            let answered = self.follow(call, None)?;
            return read(self.success(call, answered, None)?);
        }
        self.hold.wait(&self.waits, &Name::new(call, &call.address, &self.secrets).short())?;
        let proof = self.proof()?;
        let permit = self.permits.acquire(&self.waits)?;
        let answered = self.follow_with_proof(call, proof)?;
        let answered = self.success(call, answered, Some(&permit))?;
        if call.at_most.is_none() {
            // A stream is read as slowly as its elements are used, which may need requests of their own.
            drop(permit);
        }
        read(answered)
    }

    /// Where a token is refused, another one is fetched, once.
    fn follow_with_proof(&self, call: &Call, proof: Option<Proof>) -> Result<Answered, Failure> {
        let answered = self.follow(call, proof.as_ref())?;
        let (Credentials::Tokens(source), Some(token)) =
            (&self.credentials, proof.and_then(|proof| proof.token))
        else {
            return Ok(answered);
        };
        if answered.status != StatusCode::UNAUTHORIZED {
            return Ok(answered);
        }
        source.forget(&token);
        self.follow(call, self.proof()?.as_ref())
    }

    fn proof(&self) -> Result<Option<Proof>, Error> {
        let source = match &self.credentials {
            Credentials::None => return Ok(None),
            Credentials::Header(name, value) => {
                return Ok(Some(Proof { name: name.clone(), value: value.clone(), token: None }));
            }
            Credentials::Tokens(source) => source,
        };
        let token = source.token(&self.waits, || self.fetch_token(source))?;
        let value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| {
            Error::new(
                ErrorKind::Body,
                format_args!("the token from {} cannot stand in a header", source.address),
            )
        })?;
        Ok(Some(Proof { name: AUTHORIZATION, value, token: Some(token) }))
    }

    fn fetch_token(&self, source: &TokenSource) -> Result<Grant, Error> {
        let text = |text: &str| HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
        let headers = [
            (AUTHORIZATION, text(&source.credentials.basic)),
            (CONTENT_TYPE, text("application/x-www-form-urlencoded")),
            (ACCEPT, text("application/json")),
        ];
        let call = Call {
            method: Method::POST,
            address: source.address.clone(),
            headers: headers.into_iter().collect(),
            body: Some(source.form().into_bytes().into()),
            repeat: Repeat::Freely,
            part: Part::Token,
            hidden: Vec::new(),
            at_most: Some(self.settings.answer_timeout),
        };
        let grant = self.perform(&call, &mut |answered| {
            let (name, body) = (answered.name.clone(), self.whole_body(answered)?.1);
            // What serde found is not told: it could be the token.
            serde_json::from_slice::<Grant>(&body).map_err(|_| {
                Failure::Final(Error::new(
                    ErrorKind::Body,
                    format_args!("{name} answered without an access_token"),
                ))
            })
        });
        let grant = grant.map_err(refused_client)?;
        self.secrets.add(&grant.access_token);
        Ok(grant)
    }

    /// Sends the request, and goes where its answers redirect it. Credentials and the author's headers go to the first
    /// origin only.
    fn follow(&self, call: &Call, proof: Option<&Proof>) -> Result<Answered, Failure> {
        let origin = call.address.origin();
        let mut trail = vec![call.address.clone()];
        let mut is_home = true;
        loop {
            let address = trail[trail.len() - 1].clone();
            is_home &= address.origin() == origin;
            let name = Name::new(call, &address, &self.secrets);
            let outgoing = if is_home { at_home(call, proof, &address) } else { abroad(call, &address) };
            let incoming = self
                .exchanger
                .exchange(outgoing, &self.waits, call.at_most)
                .map_err(|broken| self.broken(&name, broken))?;
            let Some(location) = redirect(call, &incoming) else {
                let Incoming { status, headers, body } = incoming;
                return Ok(Answered { name, address, status, headers, body });
            };
            trail.push(self.next_stop(&name, &trail, &location)?);
        }
    }

    fn next_stop(&self, name: &Name, trail: &[Address], location: &str) -> Result<Address, Error> {
        let here = &trail[trail.len() - 1];
        let shown = self.secrets.mask(location);
        let wrong = |why: &str| {
            let message = format!("{name} redirects to {shown}: {why}");
            Error::new(ErrorKind::Request, message)
        };
        let next = here.resolve(location).map_err(|reason| wrong(&reason.to_string()))?;
        if here.origin().scheme == "https" && next.origin().scheme == "http" {
            return Err(wrong("what is asked for encrypted is not sent on in the clear"));
        }
        if trail.contains(&next) {
            return Err(wrong("the redirects lead in a circle"));
        }
        if trail.len() > MOST_REDIRECTS {
            return Err(wrong(&format!("more than {MOST_REDIRECTS} redirects")));
        }
        Ok(next)
    }

    /// Learns from the status and the headers; gives the answer back where it is a success.
    fn success(
        &self,
        call: &Call,
        mut answered: Answered,
        permit: Option<&Permit>,
    ) -> Result<Answered, Failure> {
        let now = SystemTime::now();
        let status = answered.status.as_u16();
        if answered.status.is_success() {
            if let Some(permit) = permit {
                permit.succeeded();
                rate_limit::exhausted(&answered.headers, now)
                    .into_iter()
                    .for_each(|told| self.hold.note(told));
            }
            return Ok(answered);
        }
        let told = wait_asked_for(status, &answered.headers, now);
        if let Some(permit) = permit {
            if matches!(status, 429 | 503) {
                permit.refused();
            }
            told.into_iter().for_each(|told| self.hold.note(told));
        }
        let excerpt = excerpt(&self.beginning(&mut answered.body)?, &self.secrets);
        let what = format!("answered {}", status_text(answered.status));
        if is_worth_a_retry(status) || told.is_some() {
            let name = answered.name;
            return Err(Failure::Later(Later { name, what, status: Some(status), told, excerpt }));
        }
        Err(Failure::Final(refused(call, &answered, &what, &excerpt)))
    }

    /// All of the body, with the answer that it belongs to.
    pub(crate) fn whole_body(&self, mut answered: Answered) -> Result<(Answered, Vec<u8>), Failure> {
        let most = self.settings.most_body_bytes;
        let mut body = Vec::new();
        while let Some(piece) = answered.body.next().map_err(|broken| self.broken(&answered.name, broken))? {
            if body.len() + piece.len() > most {
                let message = format!(
                    "{} answered with a body of more than {most} bytes: ask for smaller pages, or raise the cap with \
                     `most_body_bytes` on the client's builder",
                    answered.name
                );
                return Err(Failure::Final(Error::new(ErrorKind::Body, message)));
            }
            body.extend_from_slice(&piece);
        }
        Ok((answered, body))
    }

    /// As much of an error's body as is worth showing; what cannot be read is not missed.
    fn beginning(&self, body: &mut Pieces) -> Result<Vec<u8>, Error> {
        let mut beginning = Vec::new();
        while beginning.len() < EXCERPT_BYTES {
            match body.next() {
                Ok(Some(piece)) => beginning.extend_from_slice(&piece),
                Ok(None) | Err(Broken::TooSlow | Broken::Transport(_)) => break,
                Err(Broken::Stopped(stopped)) => return Err(stopped),
            }
        }
        Ok(beginning)
    }

    /// What a broken exchange means for the request.
    pub(crate) fn broken(&self, name: &Name, broken: Broken) -> Failure {
        let later = |what: String| {
            let (name, what) = (name.clone(), self.secrets.mask(&what));
            Failure::Later(Later { name, what, status: None, told: None, excerpt: String::new() })
        };
        let at_once = |kind, what: &str| {
            Failure::Final(Error::new(
                kind,
                format_args!("{name} got no answer: {}", self.secrets.mask(what)),
            ))
        };
        match broken {
            Broken::Stopped(stopped) => Failure::Final(stopped),
            Broken::TooSlow => {
                later(format!("got no whole answer within {} s", self.settings.answer_timeout.as_secs()))
            }
            Broken::Transport(ureq::Error::Io(error))
                if error.kind() == std::io::ErrorKind::PermissionDenied =>
            {
                at_once(ErrorKind::Request, &error.to_string())
            }
            Broken::Transport(ureq::Error::Io(error)) => later(format!("got no whole answer: {error}")),
            Broken::Transport(ureq::Error::Timeout(phase)) => {
                later(format!("got no answer in time: {phase} timed out"))
            }
            Broken::Transport(error @ (ureq::Error::Rustls(_) | ureq::Error::Tls(_))) => {
                at_once(ErrorKind::Unavailable, &error.to_string())
            }
            Broken::Transport(error @ ureq::Error::ConnectProxyFailed(_)) => {
                at_once(ErrorKind::Unavailable, &format!("{error}: check the proxy in the configuration"))
            }
            Broken::Transport(error @ (ureq::Error::Http(_) | ureq::Error::BadUri(_))) => {
                at_once(ErrorKind::Request, &error.to_string())
            }
            Broken::Transport(error) => later(format!("got no whole answer: {error}")),
        }
    }
}

fn at_home(call: &Call, proof: Option<&Proof>, address: &Address) -> Outgoing {
    let mut headers = call.headers.clone();
    if let Some(proof) = proof {
        headers.insert(proof.name.clone(), proof.value.clone());
    }
    Outgoing {
        method: call.method.clone(),
        url: address.as_str().to_owned(),
        headers,
        body: call.body.clone(),
    }
}

fn abroad(call: &Call, address: &Address) -> Outgoing {
    let carried = [ACCEPT, USER_AGENT].into_iter();
    let headers =
        carried.filter_map(|name| call.headers.get(&name).cloned().map(|value| (name, value))).collect();
    Outgoing { method: call.method.clone(), url: address.as_str().to_owned(), headers, body: None }
}

/// Where the answer sends a request that may go there.
fn redirect(call: &Call, incoming: &Incoming) -> Option<String> {
    let is_redirect = matches!(incoming.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    if !is_redirect || !(call.method == Method::GET || call.method == Method::HEAD) {
        return None;
    }
    incoming.headers.get(LOCATION).map(|location| String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// A wait that the source asks for. Some say so with 403
/// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>).
fn wait_asked_for(status: u16, headers: &HeaderMap, now: SystemTime) -> Option<Told> {
    if is_worth_a_retry(status) || status == 403 { rate_limit::told(headers, now) } else { None }
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

/// RFC 6749, section 5.2: a client that is not known, or may not do this, is answered with 400 or 401.
fn refused_client(error: Error) -> Error {
    if !matches!(error.status(), Some(400 | 401 | 403)) {
        return error;
    }
    let status = error.status();
    let message = format!("the client id and secret in the configuration were refused: {error}");
    Error::new(ErrorKind::Refused, message).with_status(status)
}

/// Names the key of a configuration that holds no address.
pub(crate) fn bad_address(key: &str, reason: &NotAnAddress) -> Error {
    let message = format!("{key}: expected a URL such as https://api.example.com, but {reason}");
    Error::new(ErrorKind::Configuration, message)
}
