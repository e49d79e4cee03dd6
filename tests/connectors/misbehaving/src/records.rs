//! Records, good and bad.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

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

pub(crate) fn well(client: &Misbehaving) -> Result<(), Error> {
    for number in 1..=client.configuration.count {
        client.context.records.produce(&branch(number))?;
        if number % 100 == 0 || number == client.configuration.count {
            client.context.state.set(&State::at(Timestamp::now()).with("number", number))?;
        }
    }
    Ok(())
}

pub(crate) fn print_storm(client: &Misbehaving) -> Result<(), Error> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for printer in 0..4 {
            let done = &done;
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    println!("{{\"_type\":\"Branch\",\"printer\":{printer}}} {}", "x".repeat(100));
                }
            });
        }
        let produced = well(client);
        done.store(true, Ordering::Relaxed);
        produced
    })
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

pub(crate) fn after_return(client: &Misbehaving) -> Result<(), Error> {
    let context = client.context.clone();
    thread::spawn(move || {
        for number in 1.. {
            if let Err(error) = context.records.produce(&branch(number)) {
                context.logger.info(format!("refused after the return: {error}"));
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
    thread::sleep(Duration::from_millis(20));
    Ok(())
}
