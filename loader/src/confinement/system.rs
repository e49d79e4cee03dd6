//! What every connector may read: the system's libraries, certificates, the files that tell how names are resolved.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
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
///
/// They are many, and following the links takes a millisecond: found once for all runs of a connector.
pub(crate) fn readable_by_all() -> Vec<PathBuf> {
    let named = LIBRARIES.iter().chain(&CERTIFICATES).chain(&RESOLVER).chain(&MACHINE);
    let mut paths: Vec<PathBuf> = named.map(PathBuf::from).collect();
    paths.extend(
        ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().filter_map(env::var_os).flat_map(|value| split(&value)),
    );
    // Wherever a file was examined for its libraries, it may find them.
    let libraries = library_folders().into_iter().filter(|folder| folder.components().count() > 1);
    let certificates = paths.iter().filter(|path| CERTIFICATES.iter().any(|named| path.starts_with(named)));
    let certificates: BTreeSet<&PathBuf> = certificates.collect();
    let targets: Vec<PathBuf> = certificates.into_iter().flat_map(|folder| targets_outside(folder)).collect();
    paths.extend(targets.into_iter().chain(libraries));
    let mut seen = HashSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    paths
}

/// `SSL_CERT_DIR` may name several.
fn split(value: &OsStr) -> Vec<PathBuf> {
    env::split_paths(value).filter(|path| path.is_absolute()).collect()
}

/// Where the links in a folder of certificates lead to: bundles are often links. (Landlock follows a link that is named
/// itself.) A link to what is not for everybody to read is no certificate.
fn targets_outside(folder: &Path) -> BTreeSet<PathBuf> {
    let mut targets = BTreeSet::new();
    let mut resolved = Resolved::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_symlink() => targets.extend(resolved.target(&folder, &entry.path())),
                _ => {}
            }
        }
    }
    let is_for_all = |target: &PathBuf| {
        fs::metadata(target).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o004 != 0)
    };
    targets.retain(|target| !ALL_OF.iter().any(|folder| target.starts_with(folder)) && is_for_all(target));
    targets
}

/// Folders that may be read as a whole, to which nearly all links in folders of certificates lead. Both are among
/// [`CERTIFICATES`], so that links in them are followed too.
const ALL_OF: [&str; 2] = ["/etc/ssl/certs", "/usr/share/ca-certificates"];

/// The folders that links led to, each resolved once: a system has hundreds of links to certificates, and each step of a
/// path costs a system call.
#[derive(Default)]
struct Resolved {
    /// None for those that there are not, and for those all of which may be read: what lies there is looked at by itself.
    folders: HashMap<PathBuf, Option<PathBuf>>,
}

impl Resolved {
    /// What is at the end of a link that lies in `folder`; none where it leads to what is looked at by itself, such as what
    /// lies beside it.
    fn target(&mut self, folder: &Path, link: &Path) -> Option<PathBuf> {
        let lead = fs::read_link(link).ok()?;
        let Some((parent, name)) = lead.parent().zip(lead.file_name()) else {
            return folder.join(lead).canonicalize().ok();
        };
        if parent.as_os_str().is_empty() || parent == folder {
            return None;
        }
        let known = match self.folders.get(parent).filter(|_| parent.is_absolute()) {
            Some(known) => known,
            None => {
                let parent = folder.join(parent);
                self.folders.entry(parent).or_insert_with_key(|parent| folder_to_search(parent))
            }
        };
        let target = known.as_ref()?.join(name);
        match fs::symlink_metadata(&target) {
            Ok(found) if !found.is_symlink() => Some(target),
            // Few lead on from there.
            _ => target.canonicalize().ok(),
        }
    }
}

fn folder_to_search(folder: &Path) -> Option<PathBuf> {
    folder.canonicalize().ok().filter(|folder| !ALL_OF.iter().any(|whole| folder.starts_with(whole)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn libraries_are_among_what_may_be_read_and_private_keys_are_not() {
        let paths = readable_by_all();
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

    #[test]
    fn links_to_certificates_are_followed_to_the_files_that_all_may_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let (certificates, bundles) = (root.join("certificates"), root.join("bundles"));
        for made in [&certificates.join("more"), &bundles.join("inner")] {
            fs::create_dir_all(made).unwrap();
        }
        for (name, mode) in [("bundle", 0o644), ("inner/deep", 0o444), ("key", 0o600)] {
            fs::write(bundles.join(name), "").unwrap();
            fs::set_permissions(bundles.join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::write(certificates.join("own"), "").unwrap();
        symlink("bundle", bundles.join("link")).unwrap();
        symlink("inner", bundles.join("door")).unwrap();
        let links = [
            ("absolute", bundles.join("bundle")),
            ("hash", "absolute".into()),
            ("over-a-link", bundles.join("link")),
            ("over-a-folder", "../bundles/door/deep".into()),
            ("more/upwards", "../../bundles/inner/../bundle".into()),
            ("beside", "own".into()),
            ("private", bundles.join("key")),
            ("folder", bundles.clone()),
            ("parent", "..".into()),
            ("gone", "/absent/file".into()),
            ("itself", "itself".into()),
        ];
        for (name, target) in links {
            symlink(target, certificates.join(name)).unwrap();
        }
        let found = targets_outside(&certificates);
        assert_eq!(found, BTreeSet::from([bundles.join("bundle"), bundles.join("inner/deep")]));
    }
}
