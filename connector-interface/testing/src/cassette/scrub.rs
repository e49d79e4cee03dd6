//! Takes secrets out of what is recorded and of what is compared.

use serde_json::Value;

use super::tape::{Body, Exchange, Request, Response, Tape};
use crate::{
    difference::step,
    secret::{MASK, Secret},
};

/// Shorter ones are parts of ordinary words, which would be replaced with them.
const SHORTEST: usize = 6;
/// The members of answers that are secrets of their own (RFC 6749, section 5.1; OpenID Connect Core 1.0, section
/// 3.1.3.3), also as JavaScript spells them.
const ISSUED: [&str; 6] =
    ["access_token", "refresh_token", "id_token", "accessToken", "refreshToken", "idToken"];

#[derive(Clone, Default)]
pub(super) struct Scrubber {
    /// The longest first, so that none is replaced in part.
    secrets: Vec<(String, Secret)>,
}

impl Scrubber {
    pub(super) fn add(&mut self, secret: &str) -> Result<(), String> {
        if secret.len() < SHORTEST {
            return Err(format!(
                "a secret of {} bytes would be found in ordinary words: give the cassette one of at least {SHORTEST}",
                secret.len()
            ));
        }
        if MASK.contains(secret) {
            return Err(format!(
                "{secret:?} cannot be told from {MASK}, which stands for secrets: give the cassette another one"
            ));
        }
        if self.secrets.iter().any(|(known, _)| known == secret) {
            return Ok(());
        }
        self.secrets.extend(Secret::new(secret).map(|forms| (secret.to_owned(), forms)));
        self.secrets.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Ok(())
    }

    /// Adds the tokens that an answer issues. One that cannot be a secret, as it is too short or no more than the mask, is
    /// none.
    pub(super) fn add_issued(&mut self, value: &Value) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.add_issued(value)),
            Value::Object(members) => {
                for (name, value) in members {
                    if let Some(token) = value.as_str().filter(|_| ISSUED.contains(&name.as_str())) {
                        let _ = self.add(token);
                    }
                    self.add_issued(value);
                }
            }
            _ => {}
        }
    }

    pub(super) fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.secrets.iter().fold(bytes.to_vec(), |bytes, (_, secret)| secret.replaced_in(&bytes))
    }

    pub(super) fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned()
    }

    pub(super) fn request(&self, request: &Request) -> Request {
        Request {
            method: request.method.clone(),
            path: self.text(&request.path),
            query: request.query.iter().map(|(key, value)| (self.text(key), self.text(value))).collect(),
            body: request.body.as_ref().and_then(|body| self.body(body)),
        }
    }

    pub(super) fn exchange(&self, request: &Request, response: &Response) -> Exchange {
        let headers = response.headers.iter().map(|(name, value)| (name.clone(), self.text(value)));
        let response = Response {
            status: response.status,
            headers: headers.collect(),
            body: response.body.as_ref().and_then(|body| self.body(body)),
        };
        Exchange { request: self.request(request), response }
    }

    /// JSON value by value, so that it stays JSON; what is neither JSON nor text as bytes.
    fn body(&self, body: &Body) -> Option<Body> {
        if body.0.is_array() || (body.0.is_object() && body.0.get("base64").is_none()) {
            return Some(Body(self.value(&body.0)));
        }
        Body::of(&self.bytes(&body.bytes()))
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.text(text)),
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(members) => Value::Object(
                members.iter().map(|(key, value)| (self.text(key), self.value(value))).collect(),
            ),
            other if self.bytes(other.to_string().as_bytes()) == MASK.as_bytes() => Value::from(MASK),
            other => other.clone(),
        }
    }

    /// The tape without any secret, those included that were added behind its first exchanges.
    pub(super) fn tape(&self, tape: &Tape) -> Tape {
        let exchanges = tape.exchanges.iter();
        Tape {
            upstream: tape.upstream.clone(),
            exchanges: exchanges
                .map(|exchange| self.exchange(&exchange.request, &exchange.response))
                .collect(),
        }
    }

    /// Whether a tape may be written: no secret is in it, wherever that may be.
    pub(super) fn check(&self, tape: &Tape) -> Result<(), String> {
        for (number, exchange) in tape.exchanges.iter().enumerate() {
            let written = serde_json::to_value(exchange).unwrap_or_default();
            let pointer = format!("/exchanges/{number}");
            let place = self.place(&written, &pointer);
            let is_anywhere = || self.finds(written.to_string().as_bytes());
            if let Some(pointer) = place.or_else(|| is_anywhere().then_some(pointer)) {
                let line = self.text(&exchange.request.line());
                return Err(format!("a secret is still in exchange {number} ({line}), at {pointer}"));
            }
        }
        if self.finds(tape.upstream.as_bytes()) {
            return Err("a secret is in the upstream's URL".to_owned());
        }
        Ok(())
    }

    /// The JSON pointer of the first text or number that a secret is in.
    fn place(&self, value: &Value, pointer: &str) -> Option<String> {
        match value {
            Value::Array(values) => {
                let mut values = values.iter().enumerate();
                values.find_map(|(index, value)| self.place(value, &step(pointer, &index.to_string())))
            }
            Value::Object(members) if !members.contains_key("base64") => {
                members.iter().find_map(|(name, value)| {
                    // A secret that is a name is not to be read in the pointer either.
                    let pointer = step(pointer, &self.text(name));
                    if self.finds(name.as_bytes()) { Some(pointer) } else { self.place(value, &pointer) }
                })
            }
            other => self.finds(&Body(other.clone()).bytes()).then(|| pointer.to_owned()),
        }
    }

    fn finds(&self, text: &[u8]) -> bool {
        self.secrets.iter().any(|(_, secret)| secret.is_in(text))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tape_that_still_holds_a_secret_is_refused() {
        let mut scrubber = Scrubber::default();
        scrubber.add("t0p/s3cret").unwrap();
        let tape = |request: Value, response: Value| -> Tape {
            let exchange = json!({ "request": request, "response": response });
            serde_json::from_value(json!({ "upstream": "https://x.example", "exchanges": [exchange] }))
                .unwrap()
        };
        let (plain, fine) = (json!({ "method": "GET", "path": "/" }), json!({ "status": 200 }));
        let held = [
            (tape(json!({ "method": "GET", "path": "/t0p/s3cret" }), fine.clone()), "/request/path"),
            (
                tape(json!({ "method": "GET", "path": "/", "query": [["t0p/s3cret", ""]] }), fine.clone()),
                "/request/query/0/0",
            ),
            (
                tape(json!({ "method": "GET", "path": "/", "body": "a=t0p%2Fs3cret" }), fine.clone()),
                "/request/body",
            ),
            (
                tape(plain.clone(), json!({ "status": 200, "headers": { "link": "t0p/s3cret" } })),
                "/response/headers/link",
            ),
            (
                tape(plain.clone(), json!({ "status": 200, "body": { "base64": "AHQwcC9zM2NyZXQ=" } })),
                "/response/body",
            ),
        ];
        for (tape, place) in held {
            let told = scrubber.check(&tape).unwrap_err();
            assert!(told.ends_with(&format!("), at /exchanges/0{place}")), "{told}");
            let exchange = &tape.exchanges[0];
            let scrubbed = scrubber.exchange(&exchange.request, &exchange.response);
            scrubber.check(&Tape { upstream: tape.upstream, exchanges: vec![scrubbed] }).unwrap();
        }
        scrubber.check(&tape(plain, fine)).unwrap();
    }

    #[test]
    fn what_cannot_be_a_secret_is_refused() {
        for (text, words) in [("short", "ordinary words"), ("secret", "cannot be told from [secret]")] {
            let told = Scrubber::default().add(text).unwrap_err();
            assert!(told.contains(words), "{told}");
        }
    }
}
