//! What every connector may read: the system's libraries, certificates, the files that tell how names are resolved.

use std::{
    env,
    ffi::OsStr,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::examination::library_folders;

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

/// Certificates, and how TLS is set up. Not whole folders such as `/etc/ssl`, which hold private keys too.
const CERTIFICATES: [&str; 12] = [
    "/etc/ssl/certs",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/tls/openssl.cnf",
    "/etc/pki/ca-trust",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
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

/// All paths that may be read, the targets of links included.
pub(super) fn readable() -> Vec<PathBuf> {
    let named = LIBRARIES.iter().chain(&CERTIFICATES).chain(&RESOLVER).chain(&MACHINE);
    let mut paths: Vec<PathBuf> = named.map(PathBuf::from).collect();
    paths.extend(
        ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().filter_map(env::var_os).flat_map(|value| split(&value)),
    );
    let certificates = paths.iter().filter(|path| CERTIFICATES.iter().any(|named| path.starts_with(named)));
    let targets: Vec<PathBuf> = certificates.flat_map(|folder| targets_outside(folder)).collect();
    paths.extend(targets);
    // Wherever a file was examined for its libraries, it may find them.
    paths.extend(library_folders().into_iter().filter(|folder| folder.components().count() > 1));
    paths
}

/// `SSL_CERT_DIR` may name several.
fn split(value: &OsStr) -> Vec<PathBuf> {
    env::split_paths(value).filter(|path| path.is_absolute()).collect()
}

/// Where the links in a folder of certificates lead to: bundles are often links. (Landlock follows a link that is named
/// itself.) A link to what is not for everybody to read is no certificate.
fn targets_outside(folder: &Path) -> Vec<PathBuf> {
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
    let is_for_all = |target: &PathBuf| {
        fs::metadata(target).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o004 != 0)
    };
    targets.sort();
    targets.dedup();
    targets.retain(|target| !target.starts_with("/usr/share/ca-certificates") && is_for_all(target));
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_among_what_may_be_read_and_private_keys_are_not() {
        let paths = readable();
        assert!(paths.contains(&PathBuf::from("/usr/lib")), "{paths:?}");
        for secret in [
            "/etc/ssl/private/key.pem",
            "/etc/ssl/site.key",
            "/etc/pki/tls/private/x.key",
            "/etc/shadow",
            "/home/ada/.ssh/id_ed25519",
            "/proc/1/environ",
        ] {
            assert!(!paths.iter().any(|path| Path::new(secret).starts_with(path)), "{secret}");
        }
    }
}
