//! Every way to say a secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use connector_interface::{Error, Stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::Misbehaving;

/// The secret as it is, JSON-escaped, URL-encoded, and in the base64 of a basic authorization.
pub(crate) fn every_form(token: &str) -> String {
    format!(
        "token {token}, json {}, url https://x.example/?token={}, Authorization: Basic {}",
        json!({ "token": token }),
        utf8_percent_encode(token, NON_ALPHANUMERIC),
        STANDARD.encode(format!("user:{token}"))
    )
}

pub(crate) fn say(client: &Misbehaving) {
    let token = &client.configuration.api_token;
    let said = every_form(token);
    client.context.logger.with_tag(token, token).warn(&said);
    client.context.logger.debug(&said);
    log::error!("{said}");
    tracing::info!(token = token.as_str(), "{said}");
    println!("{said}");
    eprintln!("{said}");
    // The operator is told of refused records, and so of what stands in them.
    let record = json!({ "_type": "Branch", "id": token, "name": { token.as_str(): token } });
    if client.context.records.produce(&record).is_ok() {
        panic!("a bad record was taken");
    }
    let named = std::thread::Builder::new().name(token.replace('\0', "")).spawn({
        let said = said.clone();
        move || panic!("{said}")
    });
    // It panicked, and that is the point.
    let _ = named.map(std::thread::JoinHandle::join);
}

pub(crate) fn fail(client: &Misbehaving) -> Result<(), Error> {
    say(client);
    Err(Error::new(every_form(&client.configuration.api_token)))
}

pub(crate) fn panic(client: &Misbehaving) -> Result<(), Error> {
    say(client);
    panic!("{}", every_form(&client.configuration.api_token))
}

/// Nobody but the sandbox ever says this.
pub(crate) fn path(client: &Misbehaving) -> Result<(), Error> {
    let path = format!("/tmp/of-{}", client.configuration.api_token);
    Ok(std::fs::write(path, "")?)
}

pub(crate) fn streams(client: &Misbehaving) -> Result<(), Error> {
    let token = &client.configuration.api_token;
    Ok(client.context.records.produce(&Stream::new(token, "https://x.example", token))?)
}

/// Whatever the runner says of the record goes into the error.
pub(crate) fn records(client: &Misbehaving) -> Result<(), Error> {
    let token = &client.configuration.api_token;
    let record = json!({ "_type": "Incident", "id": { "token": token }, "status": token, "title": [token] });
    Ok(client.context.records.produce(&record)?)
}
