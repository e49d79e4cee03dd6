//! Versions of glibc.

use std::fmt;

use serde::{Serialize, Serializer};

/// A version of glibc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlibcVersion {
    /// Always 2 so far.
    pub major: u32,
    /// Raised twice a year.
    pub minor: u32,
}

impl GlibcVersion {
    /// The version in a text such as `2.36` or `2.36.9000`.
    #[must_use]
    pub fn parse(text: &str) -> Option<GlibcVersion> {
        let mut numbers = text.split('.').map(|part| part.parse().ok());
        Some(GlibcVersion { major: numbers.next()??, minor: numbers.next()?? })
    }

    /// The version that has symbols of this version, such as `GLIBC_2.36`. Private symbols have none.
    #[must_use]
    pub fn of_symbol(version: &str) -> Option<GlibcVersion> {
        match version.strip_prefix("GLIBC_")? {
            // Not a version of symbols: the mark of a library with compact relocations, which 2.36 was the first to read.
            "ABI_DT_RELR" => Some(GlibcVersion { major: 2, minor: 36 }),
            number => GlibcVersion::parse(number),
        }
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

impl Serialize for GlibcVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_symbols_and_compared_as_numbers() {
        let table = [
            ("GLIBC_2.36", Some("2.36")),
            ("GLIBC_2.2.5", Some("2.2")),
            ("GLIBC_ABI_DT_RELR", Some("2.36")),
            ("GLIBC_PRIVATE", None),
            ("GLIBC_2", None),
            ("GCC_3.0", None),
            ("GLIBCXX_3.4.32", None),
        ];
        for (symbol, expected) in table {
            let found = GlibcVersion::of_symbol(symbol).map(|version| version.to_string());
            assert_eq!(found.as_deref(), expected, "{symbol}");
        }
        assert!(GlibcVersion::parse("2.4") < GlibcVersion::parse("2.36"));
    }
}
