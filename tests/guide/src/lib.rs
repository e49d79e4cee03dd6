//! The pages of the guide whose examples are compiled and run: `cargo test --doc` does it.

#![forbid(unsafe_code)]

/// One module for each page, so that a failing example names its page.
macro_rules! pages {
    ($($page:ident: $file:literal,)*) => {
        $(
            #[cfg(doctest)]
            #[doc = include_str!(concat!("../../../docs/", $file))]
            mod $page {}
        )*
    };
}

pages! {
    configuration: "configuration.md",
    contract: "contract.md",
    errors: "errors.md",
    first_connector: "first-connector.md",
    http: "http.md",
    records: "records.md",
    state: "state.md",
    testing: "testing.md",
    threads: "threads.md",
}
