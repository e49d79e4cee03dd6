//! The one line that makes a library a connector.

/// Exports a [`Client`](crate::Client) from this library and writes its metadata into an ELF note.
///
/// Stands once, at the root of a crate named `codeclimate-connector-<slug>` whose `crate-type` is
/// `["cdylib", "rlib"]`, with the schema of its configuration in `configuration.schema.json` beside
/// its `Cargo.toml`. The crate may say `#![forbid(unsafe_code)]`.
///
/// ```ignore
/// connector_interface::export_connector!(PagerDuty);
/// ```
#[macro_export]
macro_rules! export_connector {
    ($client:ty) => {
        const _: () = {
            use $crate::__export::{
                __call_root_module_loader, CheckTypeLayout, LibHeader, Metadata, Note, RootModule,
                RootModuleRef, RootModuleResult, create, padded_length, slug_of,
            };

            const METADATA: Metadata = Metadata {
                slug: slug_of(env!("CARGO_PKG_NAME")),
                version: env!("CARGO_PKG_VERSION"),
                description: env!("CARGO_PKG_DESCRIPTION"),
                configuration_schema: include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/configuration.schema.json"
                )),
            };

            #[used]
            #[unsafe(link_section = ".note.connector")]
            static NOTE: Note<{ padded_length(METADATA) }> = Note::new(METADATA);

            fn root_module() -> RootModuleRef {
                use $crate::__export::PrefixTypeTrait as _;
                RootModule { create: create::<$client> }.leak_into_prefix()
            }

            extern "C" fn load() -> RootModuleResult {
                __call_root_module_loader(root_module)
            }

            // The name and the value that `abi_stable`'s own attribute gives them; that attribute needs
            // `abi_stable` among the author's dependencies.
            #[unsafe(no_mangle)]
            static _1as_0lib_1header_0root_bmodule_bloader: LibHeader =
                // SAFETY: `load` returns the `RootModuleRef` that the type parameter names.
                unsafe { LibHeader::from_constructor::<RootModuleRef>(load, CheckTypeLayout::Yes) };
        };
    };
}
