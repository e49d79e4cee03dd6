//! Writes a file so that whoever reads it sees all of it, or what was there before.

use std::{
    fs::{self, File, Metadata, Permissions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// All users, whatever the umask says (0644): another service collects it.
    Everyone,
    /// Its owner alone (0600).
    Owner,
    /// Those of the file that it replaces, whose owner it keeps as far as that is allowed; for a new one, those that the
    /// umask leaves.
    AsBefore,
}

/// Puts a file with these bytes where `path` leads, and makes it durable. Links are followed; a device or a pipe is
/// written to as it is.
pub(crate) fn write(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(known) if known.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(known) if known.is_file() => replace(&path.canonicalize()?, bytes, readers, Some(&known)),
        Ok(_) => fs::write(path, bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => replace(path, bytes, readers, None),
        Err(error) => Err(error),
    }
}

fn replace(path: &Path, bytes: &[u8], readers: Readers, known: Option<&Metadata>) -> io::Result<()> {
    let folder = folder_of(path);
    let mut file = beside(path, &folder)?;
    file.write_all(bytes)?;
    let known = known.filter(|_| readers == Readers::AsBefore);
    if let Some(known) = known {
        // Only root may; a user's own file stays the user's.
        let _ = chown(file.path(), Some(known.uid()), Some(known.gid()));
    }
    let permissions = match readers {
        Readers::Everyone => Some(Permissions::from_mode(0o644)),
        Readers::Owner => Some(Permissions::from_mode(0o600)),
        Readers::AsBefore => known.map(Metadata::permissions),
    };
    permissions.map_or(Ok(()), |permissions| file.as_file().set_permissions(permissions))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// A file in the same folder that removes itself; its name begins with a dot and has an ending of its own, so that no
/// collector takes it for a finished one.
fn beside(path: &Path, folder: &Path) -> io::Result<NamedTempFile> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // A name may have 255 bytes.
    let name: String = name.chars().take(40).collect();
    Builder::new()
        .prefix(&format!(".{name}."))
        .suffix(".new")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_replaced_with_the_readers_that_are_wanted_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        write(&path, b"old", Readers::Everyone).unwrap();
        assert_eq!(mode(&path), 0o644);
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        write(&path, b"new", Readers::AsBefore).unwrap();
        assert_eq!((fs::read(&path).unwrap().as_slice(), mode(&path)), (b"new".as_slice(), 0o640));
        write(&path, b"new", Readers::Owner).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_stays_one_and_what_it_leads_to_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real"), folder.path().join("link"));
        write(&path, b"old", Readers::AsBefore).unwrap();
        std::os::unix::fs::symlink("real", &link).unwrap();
        write(&link, b"new", Readers::AsBefore).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn what_cannot_be_replaced_is_an_error_or_is_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing/file");
        assert_eq!(write(&missing, b"x", Readers::AsBefore).unwrap_err().kind(), io::ErrorKind::NotFound);
        let kind = write(folder.path(), b"x", Readers::AsBefore).unwrap_err().kind();
        assert_eq!(kind, io::ErrorKind::IsADirectory);
        write(Path::new("/dev/null"), b"x", Readers::Everyone).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
