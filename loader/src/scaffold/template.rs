//! The templates, and the files of each.

use clap::ValueEnum;

/// What a new connector reads at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// A source behind HTTP: a token, pages, a cassette of recorded answers for the tests.
    Http,
    /// A local file, without network.
    Minimal,
}

/// The files of a template: what each is called in the new crate, and where it lies here. `Cargo.toml` and `.gitignore`
/// have other names here, as cargo and git would obey them.
macro_rules! sources {
    ($folder:literal: $($path:literal),* $(,)?) => {
        &[
            (".github/workflows/ci.yml", include_str!("templates/shared/ci.yml")),
            (".gitignore", include_str!("templates/shared/gitignore")),
            ("Cargo.toml", include_str!(concat!("templates/", $folder, "/manifest.toml"))),
            ("README.md", include_str!(concat!("templates/", $folder, "/README.md"))),
            ("check.json", include_str!(concat!("templates/", $folder, "/check.json"))),
            (
                "configuration.schema.json",
                include_str!(concat!("templates/", $folder, "/configuration.schema.json")),
            ),
            $(($path, include_str!(concat!("templates/", $folder, "/", $path))),)*
        ]
    };
}

const HTTP: &[(&str, &str)] = sources!(
    "http":
    "src/api.rs",
    "src/configuration.rs",
    "src/lib.rs",
    "tests/cassettes/incidents.json",
    "tests/connector.rs",
);

const MINIMAL: &[(&str, &str)] = sources!(
    "minimal":
    "src/configuration.rs",
    "src/deployment.rs",
    "src/lib.rs",
    "tests/connector.rs",
    "tests/deployments.ndjson",
);

impl Template {
    /// As it is typed.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Minimal => "minimal",
        }
    }

    /// The paths of its files with their texts, which are still to be filled in.
    pub(super) fn sources(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let sources = match self {
            Self::Http => HTTP,
            Self::Minimal => MINIMAL,
        };
        sources.iter().copied()
    }

    /// The crates of the kit that its `Cargo.toml` names.
    pub(super) const fn crates(self) -> &'static [&'static str] {
        match self {
            Self::Http => &["connector-http", "connector-interface", "connector-testing"],
            Self::Minimal => &["connector-interface", "connector-testing"],
        }
    }
}
