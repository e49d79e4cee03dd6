//! What [`export_connector!`](crate::export_connector) expands to; not for use by hand.

pub use codeclimate_connector_abi::{
    abi_stable::{
        library::{__call_root_module_loader, CheckTypeLayout, LibHeader, RootModuleResult},
        prefix_type::PrefixTypeTrait,
    },
    v1::{RootModule, RootModuleRef},
};

pub use crate::{
    connector::create,
    note::{Metadata, Note, either, padded_length, schema, slug_of, state_format},
};
