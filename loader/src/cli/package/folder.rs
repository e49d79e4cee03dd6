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
    /// The name of the connector's file.
    library: String,
    /// Of the folder that is there already, its mode.
    mode: Option<u32>,
}

impl PackageFolder {
    /// Looks, before anything is built, whether there is nothing in the way.
    pub(super) fn new(path: &Path, slug: &Slug) -> Result<Self, PackageError> {
        let absolute = std::path::absolute(path).map_err(PackageError::when("find", path))?;
        // A link stays, and leads to the new package.
        let path = match absolute.canonicalize() {
            Ok(path) => path,
            Err(_) if absolute.is_symlink() => return Err(PackageError::NotAFolder(absolute)),
            Err(_) => absolute,
        };
        let mode = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => Some(metadata.permissions().mode() & 0o7777),
            Ok(_) => return Err(PackageError::NotAFolder(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(PackageError::when("look into", &path)(error)),
        };
        let folder = Self { path, library: slug.file_name(), mode };
        if folder.mode.is_some() {
            folder.look_into(&folder.path)?;
        }
        Ok(folder)
    }

    /// Refuses a folder that holds anything but a package of this connector.
    fn look_into(&self, folder: &Path) -> Result<(), PackageError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(PackageError::when("look into", &self.path))? {
            let entry = entry.map_err(PackageError::when("look into", &self.path))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // Not what a link leads to.
            let is_file = entry.file_type().is_ok_and(|file_type| file_type.is_file());
            if !is_file || !self.is_of_a_package(&name) {
                return Err(self.foreign(name));
            }
            names.push(name);
        }
        // Documents alone are somebody else's.
        let is_package = names.is_empty() || names.contains(&self.library);
        if is_package { Ok(()) } else { Err(self.foreign(names.swap_remove(0))) }
    }

    fn is_of_a_package(&self, name: &str) -> bool {
        [self.library.as_str(), "README.md", "CONFIGURATION.md"].contains(&name)
            || name.strip_prefix(&self.library) == Some(".sha256")
    }

    fn foreign(&self, name: String) -> PackageError {
        PackageError::Foreign { folder: self.path.clone(), name }
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
        let mode = Permissions::from_mode(self.mode.unwrap_or(0o755));
        fs::set_permissions(new.path(), mode).map_err(PackageError::when("write", new.path()))?;
        let synced = File::open(new.path()).and_then(|folder| folder.sync_all());
        synced.map_err(PackageError::when("write", new.path()))?;
        self.put(new)?;
        File::open(above).and_then(|folder| folder.sync_all()).map_err(PackageError::when("write", above))
    }

    fn put(&self, new: TempDir) -> Result<(), PackageError> {
        let failed = || PackageError::when("put the package into", &self.path);
        if self.mode.is_none() {
            fs::rename(new.path(), &self.path).map_err(failed())?;
            // It is not there any more under its first name.
            let _ = new.keep();
            return Ok(());
        }
        let exchange = || renameat_with(CWD, new.path(), CWD, &self.path, RenameFlags::EXCHANGE);
        match exchange() {
            Ok(()) => {}
            // Some file systems cannot exchange; for a moment there is nothing then.
            Err(Errno::INVAL | Errno::NOSYS) => return self.replace(new),
            Err(error) => return Err(failed()(error.into())),
        }
        // What goes with `new` now is the older one, unless somebody has put something else there meanwhile.
        let looked = self.look_into(new.path());
        if looked.is_err() && exchange().is_err() {
            let _ = new.keep();
        }
        looked
    }

    fn replace(&self, new: TempDir) -> Result<(), PackageError> {
        let failed = || PackageError::when("put the package into", &self.path);
        let above = self.path.parent().unwrap_or(Path::new("/"));
        let old = Builder::new().prefix(".package-").tempdir_in(above).map_err(failed())?;
        let old_path = old.path().join("old");
        fs::rename(&self.path, &old_path).map_err(failed())?;
        let put =
            self.look_into(&old_path).and_then(|()| fs::rename(new.path(), &self.path).map_err(failed()));
        if let Err(error) = put {
            // Back where it was; a second failure leaves it in the folder beside, which then stays.
            if fs::rename(&old_path, &self.path).is_err() {
                let _ = old.keep();
            }
            return Err(error);
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
    fn documents_without_a_connector_and_folders_with_their_names_are_left_alone() {
        let above = tempfile::tempdir().unwrap();
        let documents = above.path().join("documents");
        fs::create_dir(&documents).unwrap();
        fs::write(documents.join("README.md"), "of somebody else").unwrap();
        let told = folder(&documents).map(drop).unwrap_err().to_string();
        assert!(told.contains("holds \"README.md\", which belongs to no package"), "{told}");

        let dist = above.path().join("dist");
        folder(&dist).unwrap().write(&files("old")).unwrap();
        fs::create_dir(dist.join("CONFIGURATION.md")).unwrap();
        let told = folder(&dist).map(drop).unwrap_err().to_string();
        assert!(told.contains("holds \"CONFIGURATION.md\""), "{told}");

        std::os::unix::fs::symlink("nowhere", above.path().join("link")).unwrap();
        let told = folder(&above.path().join("link")).map(drop).unwrap_err().to_string();
        assert!(told.contains("is not a folder"), "{told}");
    }

    #[test]
    fn what_was_put_there_while_it_was_built_is_kept_and_the_older_package_with_it() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("dist");
        folder(&path).unwrap().write(&files("old")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        let dist = folder(&path).unwrap();
        let signature = path.join("libcodeclimate_connector_rain.so.sig");
        fs::write(&signature, "signed").unwrap();
        let told = dist.write(&files("new")).unwrap_err().to_string();
        assert!(told.contains("rain.so.sig\", which belongs to no package"), "{told}");
        let read = |name| fs::read_to_string(path.join(name)).unwrap();
        assert_eq!(
            (read("README.md"), fs::read_to_string(&signature).unwrap()),
            ("old".into(), "signed".into())
        );
        assert_eq!(names(above.path()), ["dist"]);

        let new = Builder::new().prefix(".package-").tempdir_in(above.path()).unwrap();
        dist.replace(new).unwrap_err();
        assert_eq!(fs::read_to_string(&signature).unwrap(), "signed");

        fs::remove_file(signature).unwrap();
        dist.write(&files("new")).unwrap();
        assert_eq!((read("README.md"), names(above.path())), ("new".into(), vec!["dist".to_owned()]));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
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
