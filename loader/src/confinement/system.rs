//! What every connector may read: the system's libraries, certificates, the files that tell how names are resolved.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// Folders of libraries. What is not there is passed over.
pub(super) const LIBRARIES: [&str; 9] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
];

/// Certificates, and how TLS is set up.
const CERTIFICATES: [&str; 8] = [
    "/etc/ssl",
    "/etc/pki/tls",
    "/etc/pki/ca-trust",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/share/pki",
];

/// Names of hosts, services and zones.
const RESOLVER: [&str; 10] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/localtime",
    "/etc/timezone",
    "/usr/share/zoneinfo",
];

/// What runtimes look at to suit the machine.
const MACHINE: [&str; 3] =
    ["/sys/devices/system/cpu", "/proc/sys/vm/overcommit_memory", "/sys/kernel/mm/transparent_hugepage"];

/// Devices without a memory.
pub(super) const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Where programs are, for those that may execute them.
pub(super) const PROGRAMS: [&str; 4] = ["/bin", "/sbin", "/usr", "/etc/alternatives"];

/// The private keys below `/etc/ssl` are nobody's business: they are root's, and so may be the worker.
const PRIVATE: [&str; 1] = ["/etc/ssl/private"];

/// All paths that may be read, the targets of links included.
pub(super) fn readable() -> Vec<PathBuf> {
    let named = LIBRARIES.iter().chain(&CERTIFICATES).chain(&RESOLVER).chain(&MACHINE);
    let mut paths: Vec<PathBuf> = named.flat_map(|path| without_private(Path::new(path))).collect();
    paths.extend(
        ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().filter_map(env::var_os).flat_map(|value| split(&value)),
    );
    let targets: Vec<PathBuf> = paths.iter().flat_map(|path| targets_outside(path, &paths)).collect();
    paths.extend(targets);
    paths.extend(own_libraries());
    paths
}

/// `SSL_CERT_DIR` may name several.
fn split(value: &OsStr) -> Vec<PathBuf> {
    env::split_paths(value).filter(|path| path.is_absolute()).collect()
}

/// A path; in place of one with a private part, the other parts.
fn without_private(path: &Path) -> Vec<PathBuf> {
    if !PRIVATE.iter().any(|private| Path::new(private).starts_with(path)) {
        return vec![path.to_owned()];
    }
    let parts = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    parts.filter(|part| !PRIVATE.iter().any(|private| part == Path::new(private))).collect()
}

/// Where the links in a folder lead to, as far as that is not allowed already: bundles of certificates are links, and
/// `/etc/resolv.conf` often leads to `/run`. (Landlock follows a link that is named itself.)
fn targets_outside(folder: &Path, allowed: &[PathBuf]) -> Vec<PathBuf> {
    let is_certificates = CERTIFICATES.iter().any(|named| folder.starts_with(named));
    if !is_certificates {
        return Vec::new();
    }
    let allowed: Vec<PathBuf> = allowed.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut targets = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_symlink() => targets.extend(entry.path().canonicalize().ok()),
                _ => {}
            }
        }
    }
    targets.retain(|target| target.is_file() && !allowed.iter().any(|path| target.starts_with(path)));
    targets
}

/// Where the libraries of this process lie, for systems that keep them elsewhere.
fn own_libraries() -> Vec<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mapped = maps.lines().filter_map(|line| line.find('/').map(|start| Path::new(&line[start..])));
    let is_library = |path: &&Path| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.contains(".so"))
    };
    let mut folders: Vec<PathBuf> =
        mapped.filter(is_library).filter_map(|path| path.parent().map(Path::to_owned)).collect();
    folders.sort();
    folders.dedup();
    folders.retain(|folder| folder.components().count() > 1);
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_among_what_may_be_read_and_private_keys_are_not() {
        let paths = readable();
        assert!(paths.contains(&PathBuf::from("/usr/lib")), "{paths:?}");
        for secret in ["/etc/ssl/private/key.pem", "/etc/shadow", "/root/.ssh/id_ed25519", "/proc/1/environ"]
        {
            assert!(!paths.iter().any(|path| Path::new(secret).starts_with(path)), "{secret}");
        }
    }
}
