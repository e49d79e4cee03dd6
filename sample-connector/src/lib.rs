#![forbid(unsafe_code)]
//! x
use connector_interface::*;
#[derive(serde::Deserialize)]
struct Cfg {}
struct Git;
impl Client for Git { type Configuration = Cfg;
 fn new(_: Cfg, _: Context) -> Result<Self, Error> { Ok(Git) }
 fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> { Ok(VerifyConfigurationResult::valid()) }
 fn discover_streams(&self) -> Result<(), Error> { Ok(()) }
 fn sync_stream(&self, _: &Stream, _: Timestamp) -> Result<(), Error> { Ok(()) }
}
connector_interface::export_connector!(Git);
