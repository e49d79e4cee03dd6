//! The tests that `check` puts a connector to. Numbers and names are a promise to scripts.

mod explanation;
#[cfg(test)]
mod tests;

use crate::did_you_mean::did_you_mean;

/// One test of a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Test {
    Loads = 1,
    Metadata,
    ConfigurationSchema,
    Glibc,
    MissingConfiguration,
    WrongType,
    EmptyConfiguration,
    UnknownKey,
    Verify,
    Streams,
    StreamsStable,
    RecordsValid,
    TypesDeclared,
    UniqueSelf,
    Cutoff,
    Resume,
    Cancel,
    MemoryFlat,
    Secrets,
    Stdout,
    AfterReturn,
}

/// What a test cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// The file alone: nothing of the connector runs.
    File,
    /// A run of the connector; a configuration is made from its schema where none is given.
    Run,
    /// A configuration that the connector can work with.
    Configuration,
    /// The same, and a source that gives the same answers each time.
    Sync,
    /// A second configuration, with ten times the data behind it.
    GrownConfiguration,
}

impl Test {
    /// Every test, in the order of the numbers.
    pub(crate) const ALL: [Test; 21] = [
        Test::Loads,
        Test::Metadata,
        Test::ConfigurationSchema,
        Test::Glibc,
        Test::MissingConfiguration,
        Test::WrongType,
        Test::EmptyConfiguration,
        Test::UnknownKey,
        Test::Verify,
        Test::Streams,
        Test::StreamsStable,
        Test::RecordsValid,
        Test::TypesDeclared,
        Test::UniqueSelf,
        Test::Cutoff,
        Test::Resume,
        Test::Cancel,
        Test::MemoryFlat,
        Test::Secrets,
        Test::Stdout,
        Test::AfterReturn,
    ];

    /// `C16`.
    pub(crate) fn number(self) -> String {
        format!("C{:02}", self as u8)
    }

    /// The word for it on command lines.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Test::Loads => "loads",
            Test::Metadata => "metadata",
            Test::ConfigurationSchema => "configuration-schema",
            Test::Glibc => "glibc",
            Test::MissingConfiguration => "missing-configuration",
            Test::WrongType => "wrong-type",
            Test::EmptyConfiguration => "empty-configuration",
            Test::UnknownKey => "unknown-key",
            Test::Verify => "verify",
            Test::Streams => "streams",
            Test::StreamsStable => "streams-stable",
            Test::RecordsValid => "records-valid",
            Test::TypesDeclared => "types-declared",
            Test::UniqueSelf => "unique-self",
            Test::Cutoff => "cutoff",
            Test::Resume => "resume",
            Test::Cancel => "cancel",
            Test::MemoryFlat => "memory-flat",
            Test::Secrets => "secrets",
            Test::Stdout => "stdout",
            Test::AfterReturn => "after-return",
        }
    }

    /// One line: what is so where it passes.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Test::Loads => "the library opens and makes its client",
            Test::Metadata => "the file says what it is: slug, version, description, license, record types",
            Test::ConfigurationSchema => "the configuration's schema describes every key and refuses others",
            Test::Glibc => "no newer glibc is needed than the systems have that it is meant for",
            Test::MissingConfiguration => "a required key that is left out is refused by name",
            Test::WrongType => "a value of another type is refused by the name of its key",
            Test::EmptyConfiguration => "an empty configuration and empty texts are refused",
            Test::UnknownKey => "a key that the schema does not know is refused by name",
            Test::Verify => "the configuration is found valid, and nothing is produced meanwhile",
            Test::Streams => "there is at least one stream, and no id stands twice",
            Test::StreamsStable => "the same streams are found twice",
            Test::RecordsValid => "a sync ends well, and no record is refused",
            Test::TypesDeclared => "every record is of a type that the file declares",
            Test::UniqueSelf => "no two records of a type have the same self",
            Test::Cutoff => "with a cutoff nothing older comes, and nothing newer is lost",
            Test::Resume => "a sync that is stopped and gone on with gives the same records",
            Test::Cancel => "when asked to stop, it stops within the grace period",
            Test::MemoryFlat => "ten times the data needs hardly more memory",
            Test::Secrets => "no secret of the configuration comes out",
            Test::Stdout => "nothing is written to standard output",
            Test::AfterReturn => "nothing is produced after a verb has returned",
        }
    }

    pub(crate) const fn need(self) -> Need {
        match self {
            Test::Metadata | Test::ConfigurationSchema | Test::Glibc => Need::File,
            Test::Loads
            | Test::MissingConfiguration
            | Test::WrongType
            | Test::EmptyConfiguration
            | Test::UnknownKey => Need::Run,
            Test::Verify | Test::Streams | Test::StreamsStable => Need::Configuration,
            Test::RecordsValid
            | Test::TypesDeclared
            | Test::UniqueSelf
            | Test::Cutoff
            | Test::Resume
            | Test::Cancel
            | Test::Secrets
            | Test::Stdout
            | Test::AfterReturn => Need::Sync,
            Test::MemoryFlat => Need::GrownConfiguration,
        }
    }

    /// The test that a name or a number names: `resume`, `C16`, `c16`.
    pub(crate) fn find(text: &str) -> Option<Test> {
        let is_it = |test: &Test| test.name() == text || test.number().eq_ignore_ascii_case(text);
        Test::ALL.into_iter().find(is_it)
    }

    /// The name that was perhaps meant.
    pub(crate) fn nearest(text: &str) -> Option<&'static str> {
        did_you_mean(text, Test::ALL.map(Test::name))
    }
}

impl Need {
    /// What a person needs to give.
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Need::File => "the connector's file",
            Need::Run => "a run of the connector",
            Need::Configuration => "a configuration",
            Need::Sync => "a configuration, and a source that answers the same each time",
            Need::GrownConfiguration => {
                "a configuration, and a second one with ten times the data (`--grown`)"
            }
        }
    }
}
