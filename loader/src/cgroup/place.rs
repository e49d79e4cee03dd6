//! Makes the folder of a run where the kernel lets this process make one.

use std::io;
use std::path::{Path, PathBuf};

use super::layout::{Hierarchy, Version};
use super::remedy::Remedy;
use super::{CgroupError, files, leaf};

/// The folder that holds the runs, so that a sweep finds them; it exists only while a run does.
pub(super) const PARENT: &str = "codeclimate-connector";

/// How often a folder is made again that another runner removed, empty, in between.
const ATTEMPTS: usize = 5;

/// The cgroups under which runs may live.
pub(super) struct Bases {
    /// Tried first, outermost first.
    outer: Vec<PathBuf>,
    /// The one nearest to the runner, whose refusal tells most.
    nearest: PathBuf,
}

impl Bases {
    /// v1 has no delegation and no rule against processes beside children: the own cgroup keeps outer limits in force.
    /// On v2 the root of the mount is free for root; a user has the own cgroup, or its parent after a move into a leaf.
    pub(super) fn of(hierarchy: &Hierarchy) -> Bases {
        let own = hierarchy.own.as_ref().filter(|own| own.is_dir());
        let nearest = own.unwrap_or(&hierarchy.mount_point).clone();
        let mut outer = Vec::new();
        if hierarchy.version == Version::V2 {
            outer.push(hierarchy.mount_point.clone());
            outer.extend(leaf::base_of(&nearest).map(Path::to_owned));
            outer.dedup();
            outer.retain(|base| *base != nearest);
        }
        Bases { outer, nearest }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.outer.iter().chain([&self.nearest])
    }
}

/// Makes `<base>/codeclimate-connector/<name>` under the first base that allows it.
pub(super) fn make(hierarchy: &Hierarchy, name: &str, controllers: &[&str]) -> Result<PathBuf, CgroupError> {
    let bases = Bases::of(hierarchy);
    for base in &bases.outer {
        match make_under(base, hierarchy, name, controllers) {
            Err(error) if is_refusal(&error) => {}
            other => return other,
        }
    }
    make_under(&bases.nearest, hierarchy, name, controllers).map_err(|error| {
        leaf::leave_if_unused();
        if is_refusal(&error) { refused(&bases, hierarchy, error) } else { error }
    })
}

/// Whether another base may still do, because this one is not ours to use.
fn is_refusal(error: &CgroupError) -> bool {
    match error {
        CgroupError::Busy { .. } | CgroupError::NotDelegated { .. } => true,
        CgroupError::File(error) => {
            matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
        }
        _ => false,
    }
}

fn refused(bases: &Bases, hierarchy: &Hierarchy, error: CgroupError) -> CgroupError {
    let tried: Vec<_> = bases.all().map(|base| base.display().to_string()).collect();
    let remedy = Remedy::for_error(&error, hierarchy);
    CgroupError::Refused { tried: tried.join(" or "), remedy, source: Box::new(error) }
}

fn make_under(
    base: &Path,
    hierarchy: &Hierarchy,
    name: &str,
    controllers: &[&str],
) -> Result<PathBuf, CgroupError> {
    let mut result = try_make(base, hierarchy, name, controllers);
    for _ in 1..ATTEMPTS {
        match &result {
            Err(error) if was_removed_meanwhile(error) => {
                result = try_make(base, hierarchy, name, controllers);
            }
            _ => break,
        }
    }
    if result.is_err() {
        // Succeeds only when no other run is inside.
        let _ = files::remove(&base.join(PARENT));
    }
    result
}

fn was_removed_meanwhile(error: &CgroupError) -> bool {
    match error {
        CgroupError::File(error) => error.kind() == io::ErrorKind::NotFound,
        CgroupError::NotDelegated { .. } => true,
        _ => false,
    }
}

fn try_make(
    base: &Path,
    hierarchy: &Hierarchy,
    name: &str,
    controllers: &[&str],
) -> Result<PathBuf, CgroupError> {
    let parent = base.join(PARENT);
    let run = parent.join(name);
    match hierarchy.version {
        Version::V1 => files::make_if_missing(&parent)?,
        Version::V2 => {
            leaf::enable_or_step_aside(base, hierarchy.own.as_deref(), controllers)?;
            files::make_if_missing(&parent)?;
            leaf::enable(&parent, controllers)?;
        }
    }
    files::make(&run)?;
    Ok(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    fn hierarchy(version: Version, root: &TempDir, own: &str) -> Hierarchy {
        let own = root.path().join(own);
        fs::create_dir_all(&own).unwrap();
        Hierarchy { version, mount_point: root.path().to_owned(), own: Some(own.components().collect()) }
    }

    fn handing_down(directory: &Path, controllers: &str) {
        fs::create_dir_all(directory).unwrap();
        fs::write(directory.join("cgroup.controllers"), controllers).unwrap();
        fs::write(directory.join("cgroup.subtree_control"), controllers).unwrap();
    }

    #[test]
    fn bases_go_from_the_root_to_the_runner() {
        use Version::{V1, V2};
        let table = [
            (V1, "", vec![""]),
            (V1, "job/7", vec!["job/7"]),
            (V2, "", vec![""]),
            (V2, "user/scope", vec!["", "user/scope"]),
            (V2, "user/scope/runner-7", vec!["", "user/scope", "user/scope/runner-7"]),
            (V2, "runner-7", vec!["", "runner-7"]),
        ];
        for (version, own, expected) in table {
            let root = tempfile::tempdir().unwrap();
            let bases = Bases::of(&hierarchy(version, &root, own));
            let found: Vec<_> = bases.all().map(|base| base.strip_prefix(root.path()).unwrap()).collect();
            assert_eq!(found, expected.iter().map(Path::new).collect::<Vec<_>>(), "{version:?} {own}");
        }
    }

    #[test]
    fn an_own_cgroup_that_is_not_there_leaves_the_mounts_root() {
        let root = tempfile::tempdir().unwrap();
        let own = Some(root.path().join("another/namespace"));
        let hierarchy = Hierarchy { version: Version::V1, mount_point: root.path().to_owned(), own };
        assert!(Bases::of(&hierarchy).all().eq([root.path()]));
    }

    #[test]
    fn a_run_is_made_under_the_first_base_that_hands_down() {
        let root = tempfile::tempdir().unwrap();
        let hierarchy = hierarchy(Version::V2, &root, "scope");
        handing_down(root.path(), "cpu");
        handing_down(&root.path().join("scope"), "memory pids");
        handing_down(&root.path().join("scope").join(PARENT), "memory pids");
        let made = make(&hierarchy, "7-x", &["memory", "pids"]).unwrap();
        assert_eq!(made, root.path().join("scope").join(PARENT).join("7-x"));
        assert!(made.is_dir() && !root.path().join(PARENT).exists());
    }

    #[test]
    fn only_a_refusal_leads_to_the_next_base() {
        let root = tempfile::tempdir().unwrap();
        let hierarchy = hierarchy(Version::V2, &root, "scope");
        for base in [root.path().to_owned(), root.path().join("scope")] {
            handing_down(&base, "memory");
            handing_down(&base.join(PARENT), "memory");
        }
        make(&hierarchy, "7-x", &["memory"]).unwrap();
        let error = make(&hierarchy, "7-x", &["memory"]).unwrap_err();
        assert!(
            matches!(&error, CgroupError::File(error) if error.kind() == io::ErrorKind::AlreadyExists),
            "{error}"
        );
        assert!(!root.path().join("scope").join(PARENT).join("7-x").exists());
    }

    #[test]
    fn a_refusal_names_every_place_the_remedy_and_the_cause() {
        let root = tempfile::tempdir().unwrap();
        let hierarchy = hierarchy(Version::V2, &root, "scope");
        let scope = root.path().join("scope");
        handing_down(root.path(), "cpu");
        handing_down(&scope, "");
        let error = make(&hierarchy, "7-x", &["memory"]).unwrap_err();
        let CgroupError::Refused { tried, remedy, source } = error else { panic!("{error:?}") };
        assert_eq!(tried, format!("{} or {}", root.path().display(), scope.display()));
        assert_eq!(remedy, Remedy::SwitchOn);
        assert_eq!(
            source.to_string(),
            format!("{} does not hand down the controllers memory", scope.display())
        );
        assert!(!root.path().join(PARENT).exists(), "nothing is left behind");
    }
}
