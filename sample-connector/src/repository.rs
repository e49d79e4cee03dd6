//! One git repository: opening it, its names, its branches.

use std::{
    collections::BTreeSet,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use connector_interface::{Error, Logger};
use gix::{ObjectId, bstr::ByteSlice, open::permissions, sec};

use crate::uri::percent_encoded;

/// An open repository.
pub(crate) struct Repository {
    /// The path as configured, which is also the id of its stream.
    pub(crate) id: String,
    /// Where it is, as a `file:` URI.
    pub(crate) uri: String,
    /// The name of its folder, without `.git`.
    pub(crate) name: String,
    /// Where its objects are, which is one folder for all its linked worktrees.
    pub(crate) common_folder: PathBuf,
    /// Commits of a shallow clone whose parents were not fetched.
    pub(crate) boundary: BTreeSet<ObjectId>,
    pub(crate) git: gix::Repository,
}

/// A local branch.
pub(crate) struct Branch {
    pub(crate) name: String,
    pub(crate) head: ObjectId,
}

/// Why a configured path does not do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error(
        "path: `{path}` cannot be read; correct it, or make it readable (working directory: {working_directory})"
    )]
    Unreadable {
        path: String,
        working_directory: String,
        #[source]
        source: std::io::Error,
    },
    #[error("path: `{part}`, where the git repository `{path}` keeps its data, cannot be read")]
    Denied {
        path: String,
        part: String,
        #[source]
        source: std::io::Error,
    },
    #[error("path: `{path}` lies inside the git repository `{top}`; name that folder")]
    Inside { path: String, top: String },
    #[error(
        "path: `{path}` is not a git repository; name the top folder of a working tree, or a bare repository"
    )]
    NotARepository {
        path: String,
        #[source]
        source: gix::Error,
    },
    #[error("path: the git repository `{path}` cannot be read; check it with `git fsck`")]
    Damaged {
        path: String,
        #[source]
        source: gix::Error,
    },
}

impl Repository {
    pub(crate) fn open(path: &str) -> Result<Self, OpenError> {
        // First, because git's own answer to a path that is not there speaks of `HEAD` files.
        let given = Path::new(path).canonicalize().map_err(|source| unreadable(path, source))?;
        let git = options().open(&given).map_err(|source| not_a_repository(path, &given, source))?;
        let damaged = |source| OpenError::Damaged { path: path.to_owned(), source };
        let git = git.to_thread_local();
        let folder = canonical(git.workdir().unwrap_or(git.git_dir()));
        let shallow = git.shallow_commits().map_err(damaged)?;
        Ok(Self {
            id: path.to_owned(),
            uri: format!("file://{}", percent_encoded(folder.as_os_str().as_bytes())),
            name: name(&folder),
            common_folder: canonical(git.common_dir()),
            boundary: shallow.iter().flat_map(|commits| commits.iter().copied()).collect(),
            git,
        })
    }

    /// The local branches, in the order of their names.
    pub(crate) fn branches(&self, logger: &Logger) -> Result<Vec<Branch>, Error> {
        let failed = |error: gix::Error| self.error("its branches cannot be read", error);
        let mut branches = Vec::new();
        for reference in self.git.references().map_err(failed)?.local_branches().map_err(failed)? {
            let mut reference = reference.map_err(failed)?;
            let name = reference.name().shorten().to_str_lossy().into_owned();
            let is_alias = reference.try_id().is_none();
            match reference.peel_to_id() {
                Ok(head) => branches.push(Branch { name, head: head.detach() }),
                Err(_) if is_alias => {
                    logger.warn(format!("branch `{name}` stands for one that is gone; left out"));
                }
                Err(error) => return Err(self.error(&format!("its branch `{name}` cannot be read"), error)),
            }
        }
        Ok(branches)
    }

    /// The branch that `HEAD` stands for, also where it has no commit yet.
    pub(crate) fn default_branch(&self) -> Result<Option<String>, Error> {
        let head = self.git.head().map_err(|error| self.error("its HEAD cannot be read", error))?;
        Ok(head.referent_name().map(|name| name.shorten().to_str_lossy().into_owned()))
    }

    /// The commit that `HEAD` names without a branch.
    pub(crate) fn detached_head(&self) -> Result<Option<ObjectId>, Error> {
        let head = self.git.head().map_err(|error| self.error("its HEAD cannot be read", error))?;
        Ok(if head.is_detached() { head.id().map(gix::Id::detach) } else { None })
    }

    /// The commit that an id, a short id or a name such as `main` or `v1.0` stands for.
    pub(crate) fn resolve(&self, entity: &str) -> Result<ObjectId, Error> {
        let found = self.git.rev_parse_single(entity).and_then(|id| id.object()?.peel_to_commit());
        found.map(|commit| commit.id).map_err(|error| {
            let what =
                format!("it has no commit `{entity}`; give a commit id, or the name of a branch or tag");
            self.error(&what, error)
        })
    }

    /// An error of this repository, with its path in front and its cause behind.
    pub(crate) fn error(&self, what: &str, cause: gix::Error) -> Error {
        Error::from(cause).context(what).context(format!("git repository `{}`", self.id))
    }
}

/// How repositories are opened.
///
/// They are trusted whoever owns them: a service reads the repositories of other users, and nothing here runs a
/// program that a repository names. Variables such as `GIT_DIR` do not count, because a connector reads what its
/// configuration says; the user's own git configuration does, for `user.name`.
fn options() -> gix::open::Options {
    let mut permissions = gix::open::Permissions::isolated();
    permissions.env.home = sec::Permission::Allow;
    permissions.env.xdg_config_home = sec::Permission::Allow;
    permissions.config = permissions::Config { env: false, ..permissions::Config::all() };
    gix::open::Options::default().permissions(permissions).with(sec::Trust::Full)
}

fn unreadable(path: &str, source: std::io::Error) -> OpenError {
    let working_directory = std::env::current_dir().unwrap_or_default().display().to_string();
    OpenError::Unreadable { path: path.to_owned(), working_directory, source }
}

fn not_a_repository(path: &str, given: &Path, source: gix::Error) -> OpenError {
    if let Some((part, source)) = denied_part(given) {
        return OpenError::Denied { path: path.to_owned(), part: part.display().to_string(), source };
    }
    let path = path.to_owned();
    if gix::discover::is_git(given).is_ok() || gix::discover::is_git(&given.join(".git")).is_ok() {
        return OpenError::Damaged { path, source };
    }
    match gix::discover::upwards(given) {
        Ok((above, _)) => {
            let (git_folder, working_tree) = above.into_repository_and_work_tree_directories();
            OpenError::Inside { path, top: working_tree.unwrap_or(git_folder).display().to_string() }
        }
        Err(_) => OpenError::NotARepository { path, source },
    }
}

/// The folder of git's data that may not be read: in a linked worktree it lies elsewhere, and the sandbox of the runner
/// has only heard of the path. Without a look of our own, git would say that it is not there.
fn denied_part(given: &Path) -> Option<(PathBuf, std::io::Error)> {
    let linked = std::fs::read_to_string(given.join(".git")).ok();
    let linked = linked.and_then(|text| Some(given.join(text.strip_prefix("gitdir:")?.trim())));
    let folders = linked.into_iter().chain([given.join(".git"), given.to_owned()]);
    folders.into_iter().find_map(|folder| match std::fs::File::open(folder.join("HEAD")) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let of_worktree = folder.parent().filter(|parent| parent.ends_with("worktrees"));
            let common = of_worktree.and_then(Path::parent).unwrap_or(&folder);
            Some((canonical(common), error))
        }
        _ => None,
    })
}

fn canonical(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

fn name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
    name.strip_suffix(".git").filter(|name| !name.is_empty()).unwrap_or(&name).to_owned()
}
