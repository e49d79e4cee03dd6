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
///
/// Two named parts may follow, each a list of literals: `permissions`, what the connector needs to reach (`network`,
/// `exec`, `connect:<key>`, `read:<key>`, `write:<key>`), and `record_types`, the types of record that it produces. Both
/// are checked when the crate is compiled.
///
/// ```ignore
/// connector_interface::export_connector!(
///     PagerDuty,
///     permissions: ["network"],
///     record_types: ["Incident", "Service", "User"],
/// );
/// ```
#[macro_export]
macro_rules! export_connector {
    ($client:ty $(, $part:ident: [$($text:literal),* $(,)?])* $(,)?) => {
        // Two export lines meet here, under a name that says what is wrong.
        const _ONE_EXPORT_LINE_IN_A_LIBRARY: () = ();

        const _: () = assert!(
            cfg!(panic = "unwind"),
            "a connector is built with panics that unwind, so that the runner can tell what happened and where: take \
             `panic = \"abort\"` out of the profiles in Cargo.toml"
        );

        const _: () = {
            use $crate::__export::{
                __call_root_module_loader, CheckTypeLayout, LibHeader, Metadata, Note, RootModule,
                RootModuleRef, RootModuleResult, create, either, padded_length, schema, slug_of,
                state_format,
            };

            const METADATA: Metadata = {
                let metadata = Metadata {
                    slug: slug_of(env!("CARGO_PKG_NAME")),
                    version: env!("CARGO_PKG_VERSION"),
                    state_format: state_format::<$client>(),
                    description: env!("CARGO_PKG_DESCRIPTION"),
                    homepage: either(env!("CARGO_PKG_HOMEPAGE"), env!("CARGO_PKG_REPOSITORY")),
                    license: env!("CARGO_PKG_LICENSE"),
                    configuration_schema: schema(include_str!(concat!(
                        env!("CARGO_MANIFEST_DIR"),
                        "/configuration.schema.json"
                    ))),
                    permissions: &[],
                    record_types: &[],
                };
                $(let metadata = $crate::__export_part!(metadata, $part, &[$($text),*]);)*
                metadata
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
    ($client:ty $(, $part:ident: [$($text:expr),* $(,)?])* $(,)?) => {
        compile_error!("permissions and record types are literals: write each out, such as `permissions: [\"network\"]`");
    };
    ($($anything:tt)*) => {
        compile_error!(
            "write `export_connector!(Client);` with the name of your client and, where it has some, \
             `permissions: [\"network\"]` and `record_types: [\"Incident\"]` after it"
        );
    };
}

/// One named part of the export line.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_part {
    ($metadata:ident, permissions, $texts:expr) => {
        match option_env!("UPDATE_CONFIGURATION_SCHEMA") {
            None => $metadata.permissions($texts),
            Some(_) => $metadata.permissions_before_schema($texts),
        }
    };
    ($metadata:ident, record_types, $texts:expr) => {
        $metadata.record_types($texts)
    };
    ($metadata:ident, $other:ident, $texts:expr) => {
        compile_error!(concat!(
            "the export line has no part `",
            stringify!($other),
            "`: write `permissions` or `record_types`"
        ))
    };
}
