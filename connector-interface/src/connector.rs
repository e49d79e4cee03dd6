//! A client behind the ABI: one object that answers calls by number.

use std::sync::{Arc, Mutex, PoisonError};

use codeclimate_connector_abi::{
    abi_stable::{
        sabi_trait::TD_Opaque,
        std_types::{RResult, RSlice, RVec},
    },
    v1::{self, Connector_TO, ConnectorBox, HostBox, failure_kind, verb},
};
use serde::Deserialize;

use crate::{
    client::{Client, Context},
    configuration::ConfigurationMap,
    error::Error,
    failure::Failure,
    host::{AbiHost, SharedHost},
    log_forwarding,
    panic_hook::{self, guard},
    stream::Stream,
    timestamp::Timestamp,
};

/// The `create` of a connector's root module.
pub extern "C" fn create<C: Client>(
    configuration: v1::ConfigurationMap,
    host: HostBox,
) -> RResult<ConnectorBox, v1::Failure> {
    let host: SharedHost = Arc::new(AbiHost(host));
    panic_hook::install(host.clone());
    let made = guard(|| make::<C>(&configuration, &host));
    RResult::from(made.map(boxed).map_err(|failure| failure.to_bytes().into()))
}

fn make<C: Client>(configuration: &v1::ConfigurationMap, host: &SharedHost) -> Result<C, Error> {
    let map = ConfigurationMap::from_abi(configuration)?;
    let context = Context::new(host, map);
    log_forwarding::install(&context.logger);
    C::new(context.configuration.read()?, context)
}

fn boxed<C: Client>(client: C) -> ConnectorBox {
    Connector_TO::from_value(Connector { client: Mutex::new(Some(Arc::new(client))) }, TD_Opaque)
}

struct Connector<C: Client> {
    client: Mutex<Option<Arc<C>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SyncStream {
    stream: Stream,
    earliest_data_cutoff: Timestamp,
    /// There for a backfill.
    latest_data_cutoff: Option<Timestamp>,
}

impl SyncStream {
    fn ask<C: Client>(&self, client: &C) -> Result<(), Error> {
        match self.latest_data_cutoff {
            Some(latest) => client.backfill_stream(&self.stream, self.earliest_data_cutoff, latest),
            None => client.sync_stream(&self.stream, self.earliest_data_cutoff),
        }
    }
}

#[derive(Deserialize)]
struct SyncEntity {
    stream: Stream,
    entity: String,
}

impl<C: Client> Connector<C> {
    fn dispatch(&self, verb: u32, payload: &[u8]) -> Result<Vec<u8>, Error> {
        if verb == verb::CLOSE {
            drop(self.take());
            return Ok(Vec::new());
        }
        let client = self.client()?;
        match verb {
            verb::VERIFY_CONFIGURATION => Ok(serde_json::to_vec(&client.verify_configuration()?)?),
            verb::DISCOVER_STREAMS => client.discover_streams().map(|()| Vec::new()),
            verb::SYNC_STREAM => {
                let asked: SyncStream = serde_json::from_slice(payload)?;
                asked.ask(&*client).map(|()| Vec::new())
            }
            verb::SYNC_ENTITY => {
                let asked: SyncEntity = serde_json::from_slice(payload)?;
                client.sync_entity(&asked.stream, &asked.entity).map(|()| Vec::new())
            }
            verb::MIGRATE_STATE => client.migrate_state(serde_json::from_slice(payload)?)?.into_json(),
            unknown => Err(Error::unsupported(&format!("verb number {unknown}"))),
        }
    }

    fn client(&self) -> Result<Arc<C>, Error> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        client
            .clone()
            .ok_or_else(|| Error::from_failure(Failure::new(failure_kind::CLOSED, "the connector is closed")))
    }

    fn take(&self) -> Option<Arc<C>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<C: Client> v1::Connector for Connector<C> {
    fn call(&self, verb: u32, payload: RSlice<'_, u8>) -> RResult<RVec<u8>, RVec<u8>> {
        let answer = guard(|| self.dispatch(verb, payload.as_slice()));
        RResult::from(answer.map(RVec::from).map_err(|failure| failure.to_bytes().into()))
    }
}

impl<C: Client> Drop for Connector<C> {
    fn drop(&mut self) {
        // Only where the runner did not close it; the panic hook has reported by then.
        let client = self.take();
        let _ = guard(|| {
            drop(client);
            Ok(())
        });
    }
}

#[cfg(test)]
mod tests;
