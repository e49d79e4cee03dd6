//! The rules once more, for whoever wants to know what they allow.

use std::path::{Path, PathBuf};

use super::{Rules, system};

/// What the rules of a run let it reach, with all links followed.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
    ports: Vec<u16>,
}

impl Reach {
    /// The reach under these rules; `temporary` is the private folder of the run.
    pub(crate) fn of(rules: &Rules, temporary: &Path) -> Self {
        let programs = system::PROGRAMS.iter().filter(|_| rules.exec).map(PathBuf::from);
        let read = rules.system.iter().chain(&rules.read).cloned().chain(programs);
        let devices = system::DEVICES.iter().map(PathBuf::from);
        let write = rules.write.iter().cloned().chain([temporary.to_owned()]).chain(devices);
        Self { read: resolved(read), write: resolved(write), ports: rules.ports.clone() }
    }

    /// Whether a path, whose links have been followed, may be read.
    pub(crate) fn reads(&self, path: &Path) -> bool {
        self.writes(path) || self.read.iter().any(|granted| path.starts_with(granted))
    }

    /// Whether a path, whose links have been followed, may be written.
    pub(crate) fn writes(&self, path: &Path) -> bool {
        self.write.iter().any(|granted| path.starts_with(granted))
    }

    /// Whether a TCP port may be connected to.
    pub(crate) fn connects(&self, port: u16) -> bool {
        self.ports.contains(&port)
    }
}

/// What is not there cannot be reached.
fn resolved(paths: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    paths.filter_map(|path| path.canonicalize().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confinement::Sandbox;

    #[test]
    fn what_is_granted_is_reached_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().canonicalize().unwrap().join(name);
        for name in ["read", "write", "other", "temporary"] {
            std::fs::create_dir(path(name)).unwrap();
        }
        std::os::unix::fs::symlink(path("read"), path("link")).unwrap();
        let rules = Rules {
            ports: vec![443],
            read: vec![path("link")],
            write: vec![path("write")],
            ..Rules::granting_nothing(Sandbox::BestEffort, 1)
        };
        let reach = Reach::of(&rules, &path("temporary"));
        assert!(reach.reads(&path("read/file")) && !reach.writes(&path("read/file")));
        assert!(reach.reads(&path("write/file")) && reach.writes(&path("temporary/file")));
        assert!(!reach.reads(&path("other")) && !reach.reads(Path::new("/bin/sh")));
        assert!(reach.connects(443) && !reach.connects(80));
    }
}
