//! Where the dynamic linker looks for the libraries that a connector needs, without asking it.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::elf::is_for_this_machine;

/// The folders that glibc is built to look in, with those of Debian's family.
const DEFAULTS: [&str; 8] = [
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
    #[cfg(target_arch = "x86_64")]
    "/lib/x86_64-linux-gnu",
    #[cfg(target_arch = "x86_64")]
    "/usr/lib/x86_64-linux-gnu",
    #[cfg(target_arch = "aarch64")]
    "/lib/aarch64-linux-gnu",
    #[cfg(target_arch = "aarch64")]
    "/usr/lib/aarch64-linux-gnu",
    "/usr/local/lib",
    "/usr/local/lib64",
];

const CONFIGURATION: &str = "/etc/ld.so.conf";
/// How deep files of the configuration include each other at most.
const MAX_INCLUDES: usize = 4;
/// The longest file of the configuration, in bytes.
const MAX_SIZE: u64 = 1 << 20;

/// The folders that the dynamic linker is built with or configured for, and those that this process's own libraries are
/// from: they are loaded already. `LD_LIBRARY_PATH` does not count, as a worker has none.
pub(crate) fn folders() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = own_folders(&read(Path::new("/proc/self/maps")));
    found.extend(DEFAULTS.iter().map(PathBuf::from));
    add_configured(Path::new(CONFIGURATION), MAX_INCLUDES, &mut found);
    let mut different = Vec::new();
    for folder in found {
        if !different.contains(&folder) {
            different.push(folder);
        }
    }
    different
}

/// Whether one of the folders has a library of this name for this machine.
pub(super) fn is_in(folders: &[PathBuf], name: &str) -> bool {
    folders.iter().any(|folder| {
        let mut start = [0; 64];
        let file = File::open(folder.join(name));
        file.is_ok_and(|mut file| file.read_exact(&mut start).is_ok()) && is_for_this_machine(&start)
    })
}

/// The folders of the libraries in a table of mappings: systems without any default folder have them too.
fn own_folders(maps: &str) -> Vec<PathBuf> {
    let paths = maps.lines().filter_map(|line| line.split_once('/')).map(|(_, path)| format!("/{path}"));
    let libraries = paths.map(PathBuf::from).filter(|path| path.to_string_lossy().contains(".so"));
    libraries.filter_map(|path| path.parent().map(Path::to_owned)).collect()
}

fn add_configured(file: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for line in read(file).lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(pattern) =
            line.strip_prefix("include").filter(|rest| rest.starts_with(char::is_whitespace))
        {
            let files = pattern.split_whitespace().flat_map(|pattern| matching(file, pattern));
            files.filter(|_| depth > 0).for_each(|file| add_configured(&file, depth - 1, found));
        } else if !line.starts_with("hwcap") {
            let folders = line.split([' ', '\t', ':', ',']).filter(|folder| folder.starts_with('/'));
            found.extend(folders.map(PathBuf::from));
        }
    }
}

/// The files that a pattern names, relative to the file that it stands in. Only the last part may hold a `*`.
fn matching(file: &Path, pattern: &str) -> Vec<PathBuf> {
    let path = file.parent().unwrap_or(Path::new("/")).join(pattern);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    let Some((start, end)) = name.split_once('*') else { return vec![path] };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let names = entries.filter_map(|name| name.into_string().ok());
    let fits = |name: &String| {
        name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
    };
    names.filter(fits).map(|name| folder.join(name)).collect()
}

/// What is in a text file of the system; nothing where it cannot be read.
fn read(path: &Path) -> String {
    let mut bytes = Vec::new();
    let _ = File::open(path).and_then(|file| file.take(MAX_SIZE).read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_names_folders_and_further_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("conf.d")).unwrap();
        let main = "# a comment\ninclude conf.d/*.conf\n/opt/a /opt/b:/opt/c, /opt/d # end\nhwcap 0 nosegneg\nrelative\n";
        fs::write(path("ld.so.conf"), main).unwrap();
        fs::write(path("conf.d/x.conf"), "/opt/x\ninclude x.conf\n").unwrap();
        fs::write(path("conf.d/x.conf.old"), "/opt/old\n").unwrap();
        let mut found = Vec::new();
        add_configured(&path("ld.so.conf"), 1, &mut found);
        assert_eq!(found, ["/opt/x", "/opt/a", "/opt/b", "/opt/c", "/opt/d"].map(PathBuf::from));
    }

    #[test]
    fn this_process_knows_where_its_own_libraries_are() {
        let maps = "7f00-7f01 r-xp 00000000 08:01 1   /nix/store/x-glibc/lib/libc.so.6\n7ffe-7fff r-xp 0 00:00 0 [vdso]\n";
        assert_eq!(own_folders(maps), [PathBuf::from("/nix/store/x-glibc/lib")]);
        assert!(is_in(&folders(), "libc.so.6"));
        assert!(!is_in(&folders(), "libnobody-has-this.so.1"));
    }

    #[test]
    fn a_text_under_the_name_of_a_library_is_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("liba.so"), "INPUT(-la)\n".repeat(20)).unwrap();
        assert!(!is_in(&[folder.path().to_owned()], "liba.so"));
    }
}
