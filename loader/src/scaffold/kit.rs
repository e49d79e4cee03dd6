//! A folder with the sources of the crates that authors write against.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// The crates of a kit.
const CRATES: [&str; 5] = [
    "codeclimate-connector-abi",
    "connector-http",
    "connector-interface",
    "connector-schemas",
    "connector-testing",
];

/// A kit that has been found: a checkout of this project, or the unpacked archives of its crates.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kit {
    folder: String,
    /// The folder of each crate.
    crates: BTreeMap<&'static str, String>,
    /// In a checkout the crates find each other by their paths.
    is_checkout: bool,
}

/// Why a folder is no kit.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KitError {
    #[error("cannot read the kit {}; name a folder with --kit that holds the sources of {}", .folder.display(), all())]
    Unreadable {
        folder: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "{} is not a kit: it has no folder with the crate {missing}; name one with --kit that holds the sources of {}",
        .folder.display(),
        all()
    )]
    Missing { folder: PathBuf, missing: &'static str },
    #[error("{} is not a kit: it holds {name} twice, in {first} and {second}; leave one of them there", .folder.display())]
    Twice { folder: PathBuf, name: &'static str, first: String, second: String },
    #[error(
        "the kit {} is of version {found}, but connectors that this runner makes want {wanted}; name a kit of that \
         version with --kit, or make the connector with the runner of version {found}",
        .folder.display()
    )]
    OtherVersion { folder: PathBuf, found: String, wanted: String },
    #[error("the path of the kit {} is no UTF-8, so that it cannot stand in `.cargo/config.toml`; move it", .folder.display())]
    NotText { folder: PathBuf },
}

fn all() -> String {
    CRATES.join(", ")
}

/// A crate that lies in a kit.
struct Found {
    name: &'static str,
    version: Option<String>,
    /// Whether it has its version from a workspace, as in a checkout.
    is_member: bool,
    folder: PathBuf,
}

impl Kit {
    /// The kit in this folder, whose crates lie in folders of it, or one below.
    pub(crate) fn read(folder: &Path) -> Result<Self, KitError> {
        let unreadable = |source| KitError::Unreadable { folder: folder.to_owned(), source };
        let folder = folder.canonicalize().map_err(unreadable)?;
        let mut crates = BTreeMap::new();
        let mut is_checkout = false;
        let shared = workspace_version(&folder);
        for mut found in crates_below(&folder).map_err(unreadable)? {
            is_checkout |= found.is_member;
            if found.is_member {
                found.version.clone_from(&shared);
            }
            check_version(&folder, &found)?;
            let path = text(&found.folder)?;
            if let Some(first) = crates.insert(found.name, path.clone()) {
                return Err(KitError::Twice { folder, name: found.name, first, second: path });
            }
        }
        match CRATES.iter().find(|name| !crates.contains_key(**name)) {
            Some(missing) => Err(KitError::Missing { folder, missing }),
            None => Ok(Self { folder: text(&folder)?, crates, is_checkout }),
        }
    }

    /// The kit that lies where the runner's own file says: in the checkout that it was built in, or in the package that
    /// it was installed from.
    pub(crate) fn beside(program: &Path) -> Result<Option<Self>, KitError> {
        let checkout =
            program.ancestors().find(|folder| folder.join("connector-interface/abi/Cargo.toml").is_file());
        let prefix = program.parent().and_then(Path::parent);
        let installed = prefix.map(|prefix| prefix.join("share/codeclimate-connector/kit"));
        let installed = installed.filter(|folder| folder.is_dir());
        checkout.map(Path::to_owned).or(installed).map(|folder| Self::read(&folder)).transpose()
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &str {
        &self.folder
    }

    /// What makes cargo take the crates from here. Of crates that are not used it would warn, so only those are named
    /// that a crate with these dependencies looks for in the registry.
    pub(super) fn cargo_configuration(&self, dependencies: &[&str]) -> String {
        let mut text =
            "# The crates that connectors are written with come from this machine, and not from crates.io.\n\
                        # Without this file they come from there.\n[patch.crates-io]\n"
                .to_owned();
        for (name, path) in &self.crates {
            let is_inside = ["codeclimate-connector-abi", "connector-schemas"].contains(name);
            if dependencies.contains(name) || is_inside && !self.is_checkout {
                // Writing to a string does not fail.
                let _ = writeln!(text, "{name} = {{ path = {} }}", toml::Value::from(path.as_str()));
            }
        }
        text
    }
}

fn text(path: &Path) -> Result<String, KitError> {
    path.to_str().map(ToOwned::to_owned).ok_or_else(|| KitError::NotText { folder: path.to_owned() })
}

fn check_version(folder: &Path, found: &Found) -> Result<(), KitError> {
    let wanted = super::requirement();
    match &found.version {
        // The binary interface has a line of its own.
        Some(version) if found.name != CRATES[0] && !version.starts_with(&format!("{wanted}.")) => {
            let (folder, found) = (folder.to_owned(), version.clone());
            Err(KitError::OtherVersion { folder, found, wanted })
        }
        _ => Ok(()),
    }
}

/// The crates of the kit, of those in the folders of a folder and one below.
fn crates_below(folder: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for outer in folders(folder)? {
        found.extend(crate_in(&outer));
        // One that cannot be listed is no crate's.
        found.extend(folders(&outer).unwrap_or_default().iter().filter_map(|inner| crate_in(inner)));
    }
    Ok(found)
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn crate_in(folder: &Path) -> Option<Found> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    let manifest: toml::Table = manifest.parse().ok()?;
    let package = manifest.get("package")?;
    let named = package.get("name")?.as_str()?;
    let name = CRATES.into_iter().find(|name| *name == named)?;
    let version = package.get("version")?;
    let is_member = version.is_table();
    let version = version.as_str().map(ToOwned::to_owned);
    Some(Found { name, version, is_member, folder: folder.to_owned() })
}

/// The version that the members of a workspace share.
fn workspace_version(folder: &Path) -> Option<String> {
    let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().ok()?;
    let version = manifest.get("workspace")?.get("package")?.get("version")?;
    version.as_str().map(ToOwned::to_owned)
}
