//! Takes secrets out of what is recorded and of what is compared.

use serde_json::Value;

use super::tape::{Body, Exchange, Request, Response, Tape};
use crate::secret::{MASK, Secret};

/// Shorter ones are parts of ordinary words, which would be replaced with them.
const SHORTEST: usize = 6;

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
        self.secrets.extend(Secret::new(secret).map(|forms| (secret.to_owned(), forms)));
        self.secrets.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Ok(())
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

    /// Whether a tape may be written: no secret is in it, wherever that may be.
    pub(super) fn check(&self, tape: &Tape) -> Result<(), String> {
        for (number, exchange) in tape.exchanges.iter().enumerate() {
            let bodies = [&exchange.request.body, &exchange.response.body];
            let bodies = bodies.into_iter().flatten().map(Body::bytes);
            let whole = serde_json::to_vec(exchange).unwrap_or_default();
            if bodies.chain([whole]).any(|text| self.finds(&text)) {
                let line = self.text(&exchange.request.line());
                return Err(format!("a secret is still in exchange {number} ({line})"));
            }
        }
        if self.finds(tape.upstream.as_bytes()) {
            return Err("a secret is in the upstream's URL".to_owned());
        }
        Ok(())
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
            tape(json!({ "method": "GET", "path": "/t0p/s3cret" }), fine.clone()),
            tape(json!({ "method": "GET", "path": "/", "query": [["t0p/s3cret", ""]] }), fine.clone()),
            tape(json!({ "method": "GET", "path": "/", "body": "a=t0p%2Fs3cret" }), fine.clone()),
            tape(plain.clone(), json!({ "status": 200, "headers": { "link": "t0p/s3cret" } })),
            tape(plain.clone(), json!({ "status": 200, "body": { "base64": "AHQwcC9zM2NyZXQ=" } })),
        ];
        for tape in held {
            assert!(scrubber.check(&tape).is_err(), "{tape:?}");
            let exchange = &tape.exchanges[0];
            let scrubbed = scrubber.exchange(&exchange.request, &exchange.response);
            scrubber.check(&Tape { upstream: tape.upstream, exchanges: vec![scrubbed] }).unwrap();
        }
        scrubber.check(&tape(plain, fine)).unwrap();
    }
}
