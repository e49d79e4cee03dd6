//! C01: the library opens and makes its client.

use super::{Observation, ending, made_no_client};
use crate::{
    conformance::verdict::{Finding, Verdict},
    exit_code::ExitCode,
};

/// Judges any run. A configuration that the client refuses in good order is no fault of the library.
pub(crate) fn loads(seen: &Observation) -> Verdict {
    if !made_no_client(seen) {
        return Verdict::passed("");
    }
    let remedy = match seen.code {
        ExitCode::ConnectorPanicked => "return an error from `Client::new` rather than panic",
        ExitCode::ConnectorUnusable => "`inspect FILE` tells all that keeps it from being loaded",
        _ => "let `Client::new` only keep its configuration and context, and work in the verbs",
    };
    let finding = Finding::new("no client was made").expected("a library that opens and makes its client");
    finding.found(ending(seen).unwrap_or_else(|| seen.what.clone())).remedy(remedy).into()
}
