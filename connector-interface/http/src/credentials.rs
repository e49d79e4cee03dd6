//! What goes with a request to prove who asks.

use ureq::http::{
    HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};

use crate::{
    attempts::until_answered,
    call::{Call, Failure, Repeat},
    error::{Error, ErrorKind},
    oauth::{Grant, TokenSource},
    redirects::{Proof, follow},
    wire::{Answered, Wire},
};

pub(crate) enum Credentials {
    None,
    Header(HeaderName, HeaderValue),
    Tokens(TokenSource),
}

impl Credentials {
    pub(crate) fn proof(&self, wire: &Wire) -> Result<Option<Proof>, Error> {
        match self {
            Self::None => Ok(None),
            Self::Header(name, value) => {
                Ok(Some(Proof { name: name.clone(), value: value.clone(), token: None }))
            }
            Self::Tokens(source) => {
                source.token(&wire.waits, || fetch_token(wire, source)).and_then(bearer).map(Some)
            }
        }
    }

    /// Sends the request with its proof. Where a token is refused, another one is fetched, once.
    pub(crate) fn follow(&self, wire: &Wire, call: &Call, proof: Option<Proof>) -> Result<Answered, Failure> {
        let answered = follow(wire, call, proof.as_ref())?;
        let (Self::Tokens(source), Some(token)) = (self, proof.and_then(|proof| proof.token)) else {
            return Ok(answered);
        };
        if answered.status != StatusCode::UNAUTHORIZED {
            return Ok(answered);
        }
        source.forget(&token);
        follow(wire, call, self.proof(wire)?.as_ref())
    }
}

fn bearer(token: String) -> Result<Proof, Error> {
    let value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| {
        Error::new(ErrorKind::Body, "the access token that was granted cannot stand in a header")
    })?;
    Ok(Proof { name: AUTHORIZATION, value, token: Some(token) })
}

fn fetch_token(wire: &Wire, source: &TokenSource) -> Result<Grant, Error> {
    let call = token_call(wire, source)?;
    let grant = until_answered(wire, call.repeat, || {
        let answered = wire.success(&call, follow(wire, &call, None)?)?;
        let (answered, body) = wire.whole_body(answered)?;
        // What serde found is not told: it could be the token.
        serde_json::from_slice::<Grant>(&body).map_err(|_| {
            let message = format!("{} answered without an access_token", answered.name);
            Failure::Final(Error::new(ErrorKind::Body, message))
        })
    });
    let grant = grant.map_err(refused_client)?;
    wire.secrets.add_token(&grant.access_token);
    Ok(grant)
}

fn token_call(wire: &Wire, source: &TokenSource) -> Result<Call, Error> {
    let basic = HeaderValue::try_from(&source.credentials.basic).map_err(|_| {
        Error::new(ErrorKind::Configuration, "the client id and secret cannot stand in a header")
    })?;
    let headers = [
        (AUTHORIZATION, basic),
        (CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")),
        (ACCEPT, HeaderValue::from_static("application/json")),
    ];
    Ok(Call {
        method: Method::POST,
        address: source.address.clone(),
        headers: headers.into_iter().collect(),
        body: Some(source.form().into_bytes().into()),
        // A token more does no harm.
        repeat: Repeat::Freely,
        hidden: Vec::new(),
        at_most: Some(wire.settings.answer_timeout),
    })
}

/// RFC 6749, section 5.2: a client that is not known, or may not do this, is answered with 400 or 401.
fn refused_client(error: Error) -> Error {
    let status = error.status();
    if !matches!(status, Some(400 | 401 | 403)) {
        return error;
    }
    let message = format!("the client id and secret in the configuration were refused: {error}");
    Error::new(ErrorKind::Refused, message).with_status(status)
}
