//! What is done wrong.

use std::{
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use connector_interface::{Error, Stream};
use serde_json::{Value, json};

use crate::{Nonconforming, configuration::Fault, item};

/// In `verify_configuration`.
pub(crate) fn while_verifying(client: &Nonconforming) {
    if client.has(Fault::Verify) {
        // It is refused, and that is not told.
        let _ = client.context.records.produce(&incident("verified", "resolved"));
    }
}

/// A stream that should not be there.
pub(crate) fn stream(client: &Nonconforming) -> Option<String> {
    match client.configuration.fault {
        Some(Fault::Streams) => Some("first".to_owned()),
        Some(Fault::StreamsStable) => Some(format!("at-{}", now())),
        _ => None,
    }
}

/// In `discover_streams`.
pub(crate) fn while_discovering(client: &Nonconforming) {
    if client.has(Fault::StreamsRefused) {
        // The refusal is not told.
        let _ = client.context.records.produce(&json!({ "_type": "Stream", "id": "third", "name": "third" }));
    }
}

/// Another number each time that somebody asks.
fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

/// In `sync_stream`, before anything else.
pub(crate) fn while_syncing(client: &Nonconforming, stream: &Stream) -> Result<(), Error> {
    let records = &client.context.records;
    match client.configuration.fault {
        Some(Fault::RecordsValid) => {
            // The refusal is not told.
            let _ = records.produce(&incident("invalid", "on fire"));
        }
        Some(Fault::TypesDeclared) => records.produce(&board())?,
        Some(Fault::UniqueSelf) => records.produce(&twin(stream, client.configuration.items))?,
        Some(Fault::UniqueSelfAcross) => records.produce(&shared(stream))?,
        Some(Fault::Secrets) => {
            client.context.logger.info(format!("asking with {}", client.configuration.api_token));
        }
        Some(Fault::Stdout) => println!("asking"),
        Some(Fault::AfterReturn) => go_on(client),
        Some(Fault::SecretInSelf) => {
            for id in ["one", "other"] {
                records.produce(&telltale(client, id))?;
            }
        }
        Some(Fault::StdoutWhenResumed) if client.context.state.get()?.is_some() => println!("going on"),
        _ => {}
    }
    Ok(())
}

fn incident(id: &str, status: &str) -> Value {
    let uri = format!("https://nonconforming.example/{id}");
    json!({
        "_type": "Incident", "id": id, "self": uri, "title": id, "status": status, "createdAt": "2020-02-21T00:00:00Z",
    })
}

fn board() -> Value {
    json!({
        "_type": "Board", "id": "board", "self": "https://nonconforming.example/board", "name": "board",
        "boardType": "kanban",
    })
}

/// Another environment in the place of one that there is.
fn twin(stream: &Stream, items: u64) -> Value {
    let number = (1..=items).rev().find(|number| number % 3 == 2).unwrap_or(2);
    json!({
        "_type": "Environment", "id": "twin", "self": item::address(stream.id(), number), "name": "twin",
    })
}

/// An environment that names the token.
fn telltale(client: &Nonconforming, id: &str) -> Value {
    let uri = format!("https://nonconforming.example/?token={}", client.configuration.api_token);
    json!({ "_type": "Environment", "id": id, "self": uri, "name": id })
}

/// An environment that is another one in each stream.
fn shared(stream: &Stream) -> Value {
    json!({
        "_type": "Environment", "id": "shared", "self": "https://nonconforming.example/shared", "name": stream.id(),
    })
}

fn go_on(client: &Nonconforming) {
    let context = client.context.clone();
    thread::spawn(move || {
        for _ in 0..20 {
            thread::sleep(Duration::from_millis(10));
            // It is refused, and that is not told.
            let _ = context.records.produce(&incident("late", "resolved"));
        }
    });
}
