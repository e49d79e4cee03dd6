//! Records, good and bad.

use std::{thread, time::Duration};

use connector_interface::{Error, ProduceError, State, Stream, Timestamp};
use serde_json::{Value, json};

use crate::Misbehaving;

pub(crate) fn streams(client: &Misbehaving) -> Result<(), Error> {
    for name in ["first", "second"] {
        let uri = format!("https://misbehaving.example/{name}");
        client.context.records.produce(&Stream::new(name, &uri, name))?;
    }
    Ok(())
}

pub(crate) fn branch(number: u64) -> Value {
    json!({ "_type": "Branch", "name": format!("branch-{number}") })
}

pub(crate) fn one_record_and_a_checkpoint(client: &Misbehaving) -> Result<(), Error> {
    client.context.records.produce(&branch(1))?;
    client.context.state.set(&State::at(Timestamp::now()))
}

/// The same, and waits until they have left the process, which may not live much longer.
pub(crate) fn one_record_that_has_left(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    thread::sleep(Duration::from_millis(200));
    Ok(())
}

pub(crate) fn well(client: &Misbehaving) -> Result<(), Error> {
    for number in 1..=client.configuration.count {
        client.context.records.produce(&branch(number))?;
        if number % 100 == 0 || number == client.configuration.count {
            client.context.state.set(&State::at(Timestamp::now()).with("number", number))?;
        }
    }
    Ok(())
}

pub(crate) fn large(client: &Misbehaving) -> Result<(), Error> {
    let mebibytes = usize::try_from(client.configuration.count).unwrap_or(usize::MAX);
    Ok(client.context.records.produce(&json!({ "_type": "Branch", "name": "n".repeat(mebibytes << 20) }))?)
}

fn three_errors() -> Value {
    json!({ "_type": "Incident", "id": 7, "self": "https://misbehaving.example/7", "status": "resolvd",
            "title": "Disk full" })
}

pub(crate) fn invalid(client: &Misbehaving) -> Result<(), Error> {
    client.context.records.produce(&branch(1))?;
    Ok(client.context.records.produce(&three_errors())?)
}

/// Logs each error that comes back, so that a test sees what the connector saw.
pub(crate) fn tolerate_invalid(client: &Misbehaving) -> Result<(), Error> {
    match client.context.records.produce(&three_errors()) {
        Err(ProduceError::Invalid { errors }) => {
            for error in errors {
                client.context.logger.with_tag("pointer", &error.pointer).info(format!("came back: {error}"));
            }
        }
        other => return Err(Error::new(format!("expected a refusal, found {other:?}"))),
    }
    Ok(client.context.records.produce(&branch(1))?)
}

pub(crate) fn other(client: &Misbehaving) -> Result<(), Error> {
    Ok(client.context.records.produce(&branch(1))?)
}

/// What a `Value` could not be made of.
pub(crate) fn raw(client: &Misbehaving, record: &[u8]) -> Result<(), Error> {
    Ok(client.context.records.produce_json(record)?)
}

pub(crate) fn deep(client: &Misbehaving) -> Result<(), Error> {
    let depth = usize::try_from(client.configuration.count).unwrap_or(usize::MAX);
    let (open, close) = ("[".repeat(depth), "]".repeat(depth));
    raw(client, format!(r#"{{"_type":"Branch","name":{open}{close}}}"#).as_bytes())
}
