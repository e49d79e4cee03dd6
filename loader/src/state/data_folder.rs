//! The folder in which the runner keeps what is to outlive a run.

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rustix::fs::statfs;

use super::{StateError, file::FILE};

const NAME: &str = "codeclimate-connector";

/// A folder that only its owner can enter, on a disk of this machine.
#[derive(Debug, Clone)]
pub(crate) struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    /// Where it is when nobody names one: `$XDG_DATA_HOME/codeclimate-connector`, or
    /// `~/.local/share/codeclimate-connector`, or, without a home, `/var/lib/codeclimate-connector`.
    pub(crate) fn usual(variable: &dyn Fn(&str) -> Option<OsString>) -> PathBuf {
        let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let of_user = || absolute("HOME").map(|home| home.join(".local/share"));
        absolute("XDG_DATA_HOME").or_else(of_user).unwrap_or_else(|| PathBuf::from("/var/lib")).join(NAME)
    }

    /// Opens it; makes it, where it is not there.
    ///
    /// # Errors
    /// Where it cannot be made, lies on a network file system, or is open to other users and not ours to close.
    pub(crate) fn open(path: &Path) -> Result<Self, StateError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let failed = |what| {
            let path = path.clone();
            move |source| StateError::System { what, path, source }
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed("make the folder above"))?;
        }
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed("make the data folder")(error));
            }
            _ => {}
        }
        let metadata = fs::metadata(&path).map_err(failed("inspect the data folder"))?;
        if !metadata.is_dir() {
            return Err(StateError::Folder {
                path,
                problem: "is no folder; name another with --data-folder",
            });
        }
        refuse_network(&path)?;
        if metadata.permissions().mode() & 0o077 != 0 {
            close_to_others(&path)?;
        }
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside it, made where it is not there.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, StateError> {
        let path = self.path.join(name);
        let made = DirBuilder::new().mode(0o700).recursive(true).create(&path);
        made.map_err(|source| StateError::System { what: "make", path: path.clone(), source })?;
        Ok(path)
    }

    /// Makes it last that files were made in it.
    pub(crate) fn sync(&self) -> Result<(), StateError> {
        let synced = File::open(&self.path).and_then(|folder| folder.sync_all());
        synced.map_err(|source| StateError::System { what: "sync", path: self.path.clone(), source })
    }
}

/// One that is ours, or holds nothing, is closed to others; what somebody else uses is left as it is.
fn close_to_others(path: &Path) -> Result<(), StateError> {
    let failed = |what| move |source| StateError::System { what, path: path.to_owned(), source };
    let mut entries = fs::read_dir(path).map_err(failed("read the data folder"))?;
    let is_ours = path.join(FILE).exists() || entries.next().is_none();
    if !is_ours {
        let problem = "is open to other users and holds other files; `chmod 700` it, or name a folder of its own with \
                       --data-folder";
        return Err(StateError::Folder { path: path.to_owned(), problem });
    }
    fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(failed("close to other users"))
}

fn refuse_network(path: &Path) -> Result<(), StateError> {
    let found = statfs(path).map_err(|error| StateError::System {
        what: "inspect",
        path: path.to_owned(),
        source: error.into(),
    })?;
    match network_file_system(found.f_type) {
        Some(kind) => Err(StateError::Network { path: path.to_owned(), kind }),
        None => Ok(()),
    }
}

/// The name of a file system that other machines share, by its magic number (`statfs(2)`, `linux/magic.h`). With FUSE,
/// nobody can tell.
fn network_file_system(magic: impl Into<i64>) -> Option<&'static str> {
    // Some are negative where the field has 32 bits.
    match magic.into() & 0xffff_ffff {
        0x6969 => Some("NFS"),
        0x517b => Some("SMB"),
        0xff53_4d42 => Some("CIFS"),
        0xfe53_4d42 => Some("SMB2"),
        0x0102_1997 => Some("9P"),
        0x5346_414f => Some("AFS"),
        0x00c3_6400 => Some("Ceph"),
        0x0bd0_0bd0 => Some("Lustre"),
        0x0116_1970 => Some("GFS2"),
        0x7461_636f => Some("OCFS2"),
        0x7375_7245 => Some("Coda"),
        0x564c => Some("NCP"),
        0x6573_5546 => Some("FUSE"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_place_is_in_the_home_of_the_user() {
        let cases: [(&[(&str, &str)], &str); 4] = [
            (&[("HOME", "/home/a"), ("XDG_DATA_HOME", "/data")], "/data/codeclimate-connector"),
            (&[("HOME", "/home/a"), ("XDG_DATA_HOME", "")], "/home/a/.local/share/codeclimate-connector"),
            (&[("HOME", "/home/a")], "/home/a/.local/share/codeclimate-connector"),
            (&[], "/var/lib/codeclimate-connector"),
        ];
        for (variables, expected) in cases {
            let variable = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            };
            assert_eq!(DataFolder::usual(&variable), Path::new(expected));
        }
    }

    #[test]
    fn a_folder_is_made_for_its_owner_only_and_one_of_others_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let made = folder.path().join("a/b");
        DataFolder::open(&made).unwrap();
        assert_eq!(mode(&made), 0o700);

        let empty = folder.path().join("empty");
        fs::create_dir(&empty).unwrap();
        fs::set_permissions(&empty, Permissions::from_mode(0o755)).unwrap();
        DataFolder::open(&empty).unwrap();
        assert_eq!(mode(&empty), 0o700);

        let shared = folder.path().join("shared");
        fs::create_dir(&shared).unwrap();
        fs::write(shared.join("photo"), "").unwrap();
        fs::set_permissions(&shared, Permissions::from_mode(0o755)).unwrap();
        let refused = DataFolder::open(&shared).unwrap_err().to_string();
        assert!(
            refused.contains("is open to other users and holds other files; `chmod 700` it"),
            "{refused}"
        );
        assert_eq!(mode(&shared), 0o755);

        fs::write(folder.path().join("file"), "").unwrap();
        let refused = DataFolder::open(&folder.path().join("file")).unwrap_err().to_string();
        assert!(refused.ends_with("is no folder; name another with --data-folder"), "{refused}");
    }

    #[test]
    fn file_systems_that_machines_share_are_known_by_number() {
        for (magic, name) in [(0x6969_i64, Some("NFS")), (-11_317_950, Some("CIFS")), (0xef53, None)] {
            assert_eq!(network_file_system(magic), name);
        }
    }
}
