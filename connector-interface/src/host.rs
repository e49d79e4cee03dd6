//! The runner as the rest of this crate sees it: the ABI's host object, or a fake in tests.

use std::sync::Arc;

use codeclimate_connector_abi::{
    abi_stable::std_types::{RSlice, RStr},
    v1::HostBox,
};

use crate::failure::Failure;

pub(crate) type SharedHost = Arc<dyn Host>;

/// What the runner offers. Callable from any thread.
pub trait Host: Send + Sync {
    /// Takes one record, a JSON object. The time is RFC 3339, or empty for 'now'.
    fn produce(&self, record: &[u8], extracted_at: &str) -> Result<(), Failure>;
    /// Does one of the services in the ABI crate's `host_call`.
    fn call(&self, kind: u32, payload: &[u8]) -> Result<Vec<u8>, Failure>;
}

/// The real one, behind the ABI.
pub(crate) struct AbiHost(pub(crate) HostBox);

impl Host for AbiHost {
    fn produce(&self, record: &[u8], extracted_at: &str) -> Result<(), Failure> {
        self.0
            .produce(RSlice::from_slice(record), RStr::from_str(extracted_at))
            .into_result()
            .map_err(|failure| Failure::from_bytes(&failure))
    }

    fn call(&self, kind: u32, payload: &[u8]) -> Result<Vec<u8>, Failure> {
        self.0
            .call(kind, RSlice::from_slice(payload))
            .into_result()
            .map(Vec::from)
            .map_err(|failure| Failure::from_bytes(&failure))
    }
}
