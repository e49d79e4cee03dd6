//! Which streams of a connection are synced.

use globset::{Glob, GlobSet, GlobSetBuilder};

/// Globs over stream ids: those that select, and those that leave out.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    streams: GlobSet,
    excluded: GlobSet,
}

impl Selection {
    /// The streams that one of `streams` matches and none of `excluded`.
    ///
    /// # Errors
    /// The globs cannot be read together; each by itself has been read before.
    pub(crate) fn new(streams: &[Glob], excluded: &[Glob]) -> Result<Self, globset::Error> {
        Ok(Self { streams: set(streams)?, excluded: set(excluded)? })
    }

    /// Whether the stream with this id is synced.
    pub(crate) fn selects(&self, id: &str) -> bool {
        self.streams.is_match(id) && !self.excluded.is_match(id)
    }
}

fn set(globs: &[Glob]) -> Result<GlobSet, globset::Error> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(glob.clone());
    }
    builder.build()
}

/// Reads a glob. `*` and `?` stand for any characters, `/` among them: an id is a name, not a path.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse_glob(text: &str) -> Result<Glob, String> {
    Glob::new(text).map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(streams: &[&str], excluded: &[&str]) -> Selection {
        let globs = |texts: &[&str]| texts.iter().map(|text| parse_glob(text).unwrap()).collect::<Vec<_>>();
        Selection::new(&globs(streams), &globs(excluded)).unwrap()
    }

    #[test]
    fn globs_select_ids_and_leave_others_out() {
        let table: [(&[&str], &[&str], &str, bool); 16] = [
            (&["*"], &[], ".", true),
            (&["*"], &[], "", true),
            (&["*"], &[], "/srv/git/lander.git", true),
            (&["*"], &[], "https://example.com/a?b=c#d", true),
            (&["*"], &["tmp/*"], "tmp/a/b", false),
            (&["*"], &["tmp/*"], "tmp", true),
            (&["*"], &["*"], "a", false),
            (&["a*"], &[], "a/b", true),
            (&["a*"], &[], "ba", false),
            (&["a"], &[], "A", false),
            (&["a", "b"], &[], "b", true),
            (&["v?"], &[], "v1", true),
            (&["[ab]c"], &[], "bc", true),
            (&["{x,y}/z"], &[], "y/z", true),
            (&["\\*"], &[], "*", true),
            (&["\\*"], &[], "a", false),
        ];
        for (streams, excluded, id, expected) in table {
            assert_eq!(
                selection(streams, excluded).selects(id),
                expected,
                "{streams:?} without {excluded:?}: {id:?}"
            );
        }
    }

    #[test]
    fn a_glob_that_cannot_be_read_says_why() {
        for text in ["[a", "{a", "a\\"] {
            assert!(!parse_glob(text).unwrap_err().is_empty(), "{text}");
        }
    }
}
