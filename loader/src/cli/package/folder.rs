//! The folder of a package: there as a whole or not at all.

use std::{
    fs::{self, File, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};
use tempfile::{Builder, TempDir};

use crate::{exit_code::ExitCode, slug::Slug};

/// Why a package could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackageError {
    #[error(
        "{} holds {:?}, which belongs to no package of this connector and would go with the older one; name another \
         folder with --output", .folder.display(), .name
    )]
    Foreign { folder: PathBuf, name: String },
    #[error("{} is not a folder; name another one with --output", .0.display())]
    NotAFolder(PathBuf),
    #[error("cannot {what} {}; what was there before is still there", .path.display())]
    Write {
        what: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot read {}, which belongs into the package", .path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl PackageError {
    pub(crate) const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Foreign { .. } | Self::NotAFolder(_) => ExitCode::Usage,
            Self::Write { .. } | Self::Read { .. } => ExitCode::OutputFailed,
        }
    }

    fn when(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { what, path: path.to_owned(), source }
    }
}

/// A file that belongs into the package.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, PackageError> {
    fs::read(path).map_err(|source| PackageError::Read { path: path.to_owned(), source })
}

/// Where a package is to be.
pub(super) struct PackageFolder {
    path: PathBuf,
    is_there: bool,
}

impl PackageFolder {
    /// Looks, before anything is built, whether there is nothing in the way.
    pub(super) fn new(path: &Path, slug: &Slug) -> Result<Self, PackageError> {
        let path = std::path::absolute(path).map_err(PackageError::when("find", path))?;
        // A link stays, and leads to the new package.
        let path = path.canonicalize().unwrap_or(path);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path, is_there: false });
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(PackageError::NotAFolder(path));
            }
            Err(error) => return Err(PackageError::when("look into", &path)(error)),
        };
        let file = slug.file_name();
        for entry in entries {
            let name = entry.map_err(PackageError::when("look into", &path))?.file_name();
            let name = name.to_string_lossy();
            let is_ours = [file.as_str(), "README.md", "CONFIGURATION.md"].contains(&&*name)
                || name.strip_prefix(file.as_str()) == Some(".sha256");
            if !is_ours {
                return Err(PackageError::Foreign { folder: path, name: name.into_owned() });
            }
        }
        Ok(Self { path, is_there: true })
    }

    /// Writes the files into a new folder, which then takes its place.
    pub(super) fn write(&self, files: &[(String, Vec<u8>)]) -> Result<(), PackageError> {
        let above = self.path.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(above).map_err(PackageError::when("make", above))?;
        let new = Builder::new().prefix(".package-").tempdir_in(above);
        let new = new.map_err(PackageError::when("write into", above))?;
        for (name, content) in files {
            let path = new.path().join(name);
            write_file(&path, content).map_err(PackageError::when("write", &path))?;
        }
        let mode = Permissions::from_mode(0o755);
        fs::set_permissions(new.path(), mode).map_err(PackageError::when("write", new.path()))?;
        let synced = File::open(new.path()).and_then(|folder| folder.sync_all());
        synced.map_err(PackageError::when("write", new.path()))?;
        self.put(new)?;
        File::open(above).and_then(|folder| folder.sync_all()).map_err(PackageError::when("write", above))
    }

    fn put(&self, new: TempDir) -> Result<(), PackageError> {
        let failed = PackageError::when("put the package into", &self.path);
        if !self.is_there {
            fs::rename(new.path(), &self.path).map_err(failed)?;
            // It is not there any more under its first name.
            let _ = new.keep();
            return Ok(());
        }
        match renameat_with(CWD, new.path(), CWD, &self.path, RenameFlags::EXCHANGE) {
            // What goes with `new` now is the older one.
            Ok(()) => Ok(()),
            // Some file systems cannot exchange; for a moment there is nothing then.
            Err(Errno::INVAL | Errno::NOSYS) => self.replace(new),
            Err(error) => Err(failed(error.into())),
        }
    }

    fn replace(&self, new: TempDir) -> Result<(), PackageError> {
        let failed = || PackageError::when("put the package into", &self.path);
        let above = self.path.parent().unwrap_or(Path::new("/"));
        let old = Builder::new().prefix(".package-").tempdir_in(above).map_err(failed())?;
        let old_path = old.path().join("old");
        fs::rename(&self.path, &old_path).map_err(failed())?;
        if let Err(error) = fs::rename(new.path(), &self.path) {
            // Back where it was; a second failure leaves it in the folder beside, which then stays.
            if fs::rename(&old_path, &self.path).is_err() {
                let _ = old.keep();
            }
            return Err(failed()(error));
        }
        let _ = new.keep();
        Ok(())
    }
}

fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Vec<(String, Vec<u8>)> {
        let file = "libcodeclimate_connector_rain.so";
        vec![
            (file.to_owned(), text.into()),
            (format!("{file}.sha256"), text.into()),
            ("README.md".to_owned(), text.into()),
        ]
    }

    fn folder(path: &Path) -> Result<PackageFolder, PackageError> {
        PackageFolder::new(path, &"rain".parse().unwrap())
    }

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn an_older_package_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("deep/dist");
        folder(&path).unwrap().write(&files("old")).unwrap();
        fs::write(path.join("CONFIGURATION.md"), "only of the older one").unwrap();
        folder(&path).unwrap().write(&files("new")).unwrap();
        let expected =
            ["README.md", "libcodeclimate_connector_rain.so", "libcodeclimate_connector_rain.so.sha256"];
        assert_eq!(names(&path), expected);
        assert_eq!(fs::read_to_string(path.join("README.md")).unwrap(), "new");
        assert_eq!(names(&above.path().join("deep")), ["dist"]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("README.md"))), (0o755, 0o644));
    }

    #[test]
    fn where_folders_cannot_be_exchanged_the_older_one_goes_first() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().canonicalize().unwrap().join("dist");
        folder(&path).unwrap().write(&files("old")).unwrap();
        let new = Builder::new().prefix(".package-").tempdir_in(above.path()).unwrap();
        fs::write(new.path().join("README.md"), "new").unwrap();
        folder(&path).unwrap().replace(new).unwrap();
        assert_eq!(
            (names(&path), names(above.path())),
            (vec!["README.md".to_owned()], vec!["dist".to_owned()])
        );
    }

    #[test]
    fn what_is_no_package_of_this_connector_is_left_alone() {
        let above = tempfile::tempdir().unwrap();
        fs::write(above.path().join("libcodeclimate_connector_snow.so"), "").unwrap();
        let told = folder(above.path()).map(drop).unwrap_err().to_string();
        assert!(
            told.contains("holds \"libcodeclimate_connector_snow.so\", which belongs to no package"),
            "{told}"
        );
        let file = above.path().join("libcodeclimate_connector_snow.so");
        let told = folder(&file).map(drop).unwrap_err().to_string();
        assert!(told.contains("is not a folder"), "{told}");
    }
}
