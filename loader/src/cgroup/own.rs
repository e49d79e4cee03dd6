//! The limit that the runner's own cgroup has already: a container's, set from outside.

use std::path::{Path, PathBuf};

use super::layout::{Hierarchy, Layout, Version};
use super::{CgroupError, FileError, MemoryEvents, files, v1, v2};

/// The tightest memory limit on the runner itself, and so on all that it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLimit {
    /// In bytes.
    pub bytes: u64,
    /// The file that holds it.
    pub file: PathBuf,
    version: Version,
}

/// Above this, v1's 'no limit' begins: the largest number of pages, in bytes.
const V1_UNLIMITED: u64 = 1 << 62;

impl OwnLimit {
    /// Looks at the runner's own cgroup and those above it, as far as this system shows them; none where none is limited.
    ///
    /// # Errors
    /// Where there is no memory controller to ask.
    pub fn read() -> Result<Option<OwnLimit>, CgroupError> {
        Ok(tightest(&Layout::read()?.memory))
    }

    /// How often the limit was met, by whichever process under it.
    ///
    /// # Errors
    /// Names the file that could not be read.
    pub fn events(&self) -> Result<MemoryEvents, FileError> {
        let directory = self.file.parent().unwrap_or(Path::new("/"));
        match self.version {
            Version::V1 => v1::events(directory),
            Version::V2 => v2::events(directory),
        }
    }
}

fn tightest(hierarchy: &Hierarchy) -> Option<OwnLimit> {
    let own = hierarchy.own.as_ref().filter(|own| own.is_dir()).unwrap_or(&hierarchy.mount_point);
    let name = match hierarchy.version {
        Version::V1 => "memory.limit_in_bytes",
        Version::V2 => "memory.max",
    };
    let above = own.ancestors().take_while(|folder| folder.starts_with(&hierarchy.mount_point));
    let limits = above.filter_map(|folder| {
        let file = folder.join(name);
        let bytes = files::read_number(&file).ok().filter(|bytes| *bytes < V1_UNLIMITED)?;
        Some(OwnLimit { bytes, file, version: hierarchy.version })
    });
    limits.min_by_key(|limit| limit.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_tightest_limit_on_the_way_up_counts() {
        for (version, name, unlimited) in [
            (Version::V1, "memory.limit_in_bytes", "9223372036854771712"),
            (Version::V2, "memory.max", "max"),
        ] {
            let root = tempfile::tempdir().unwrap();
            let own = root.path().join("outer/inner");
            fs::create_dir_all(&own).unwrap();
            let hierarchy =
                Hierarchy { version, mount_point: root.path().to_owned(), own: Some(own.clone()) };
            assert_eq!(tightest(&hierarchy), None);
            fs::write(own.join(name), unlimited).unwrap();
            assert_eq!(tightest(&hierarchy), None);
            fs::write(root.path().join("outer").join(name), "4096\n").unwrap();
            fs::write(root.path().join(name), "8192\n").unwrap();
            let found = tightest(&hierarchy).unwrap();
            assert_eq!((found.bytes, found.file), (4096, root.path().join("outer").join(name)));
        }
    }
}
