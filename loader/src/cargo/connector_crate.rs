//! Finds the crate of a connector: in a folder, above it, or among the members of a workspace.

use std::{
    io,
    path::{Path, PathBuf},
};

use cargo_metadata::{CrateType, Metadata, MetadataCommand, Package};

use crate::slug::{Slug, SlugError};

/// With what the names of all connectors' crates begin.
const PREFIX: &str = "codeclimate-connector-";

/// A crate that builds a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectorCrate {
    pub(crate) name: String,
    pub(crate) slug: Slug,
    /// Where its `Cargo.toml` lies.
    pub(crate) folder: PathBuf,
    /// The folder of its workspace, which is its own where there is none.
    pub(crate) workspace: PathBuf,
    /// What it says about itself at length, where it does.
    pub(crate) readme: Option<PathBuf>,
}

/// Why there is no crate to build.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CrateError {
    #[error("there is no folder {}; name the folder of the connector's crate", .0.display())]
    NoFolder(PathBuf),
    #[error(
        "cargo cannot be started; install Rust with `rustup` (https://rustup.rs), and see that `cargo --version` answers"
    )]
    NoCargo(#[source] io::Error),
    #[error("{} is in no crate: there is no Cargo.toml in it or above it; go to the folder of the connector's crate, or name it", .0.display())]
    NoManifest(PathBuf),
    #[error("cargo cannot read the crate in {}:\n{said}", .folder.display())]
    Unreadable { folder: PathBuf, said: String },
    #[error("the workspace {} has no package {name:?}; it has {}", .workspace.display(), .known.join(", "))]
    NoPackage { workspace: PathBuf, name: String, known: Vec<String> },
    #[error(
        "the workspace {} has no connector: none of its packages has a name that begins with `{PREFIX}`",
        .0.display()
    )]
    NoConnector(PathBuf),
    #[error(
        "the workspace {} has several connectors; name one with --package: {}", .workspace.display(), .names.join(", ")
    )]
    Several { workspace: PathBuf, names: Vec<String> },
    #[error(
        "{}: the package is named {name:?}, but a connector's crate is named `{PREFIX}<slug>`; rename it, as \
         `{PREFIX}{}`",
        .manifest.display(), suggested(.name)
    )]
    Name { manifest: PathBuf, name: String },
    #[error("{}: the package is named {name:?}, and the part behind `{PREFIX}` is no slug", .manifest.display())]
    Slug {
        manifest: PathBuf,
        name: String,
        #[source]
        source: SlugError,
    },
    #[error(
        "{}: the crate builds no library that can be loaded; write under `[lib]`: crate-type = [\"cdylib\", \"rlib\"]",
        .0.display()
    )]
    NoLibrary(PathBuf),
    #[error(
        "{}: the library is named {found:?}, but the file of a connector is named after its crate; take `name` out of \
         `[lib]`",
        .manifest.display()
    )]
    LibraryName { manifest: PathBuf, found: String },
}

fn suggested(name: &str) -> String {
    name.strip_suffix("-connector").or(name.strip_prefix("connector-")).unwrap_or(name).replace('_', "-")
}

impl ConnectorCrate {
    /// The crate in or around a folder; in a workspace the one that `package` names, by its name or slug.
    ///
    /// # Errors
    /// [`CrateError`].
    pub(crate) fn find(folder: &Path, package: Option<&str>) -> Result<Self, CrateError> {
        let folder = folder.canonicalize().map_err(|_| CrateError::NoFolder(folder.to_owned()))?;
        if !folder.is_dir() {
            return Err(CrateError::NoFolder(folder));
        }
        if !folder.ancestors().any(|folder| folder.join("Cargo.toml").is_file()) {
            return Err(CrateError::NoManifest(folder));
        }
        let asked = MetadataCommand::new().current_dir(&folder).no_deps().exec();
        let metadata = asked.map_err(|error| refused(&folder, error))?;
        Self::new(choose(&metadata, &folder, package)?, &metadata)
    }

    fn new(package: &Package, metadata: &Metadata) -> Result<Self, CrateError> {
        let manifest: PathBuf = package.manifest_path.clone().into();
        let name = package.name.to_string();
        let Some(slug) = name.strip_prefix(PREFIX) else { return Err(CrateError::Name { manifest, name }) };
        let slug: Slug = match slug.parse() {
            Ok(slug) => slug,
            Err(source) => return Err(CrateError::Slug { manifest, name, source }),
        };
        let library = package.targets.iter().find(|target| target.crate_types.contains(&CrateType::CDyLib));
        let Some(library) = library else { return Err(CrateError::NoLibrary(manifest)) };
        if format!("lib{}.so", library.name.replace('-', "_")) != slug.file_name() {
            return Err(CrateError::LibraryName { manifest, found: library.name.clone() });
        }
        let folder = manifest.parent().unwrap_or(Path::new("/")).to_owned();
        let readme = package.readme.as_ref().map(|readme| folder.join(readme));
        Ok(Self { name, slug, folder, workspace: metadata.workspace_root.clone().into(), readme })
    }

    /// The file with what it is built from.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.folder.join("Cargo.toml")
    }
}

fn refused(folder: &Path, error: cargo_metadata::Error) -> CrateError {
    match error {
        cargo_metadata::Error::Io(source) => CrateError::NoCargo(source),
        cargo_metadata::Error::CargoMetadata { stderr } => {
            CrateError::Unreadable { folder: folder.to_owned(), said: stderr.trim_end().to_owned() }
        }
        error => CrateError::Unreadable { folder: folder.to_owned(), said: crate::chain(&error) },
    }
}

/// The package that is meant: the one that is named, else the one whose folder this is, else the only connector.
fn choose<'a>(metadata: &'a Metadata, folder: &Path, named: Option<&str>) -> Result<&'a Package, CrateError> {
    let packages = metadata.workspace_packages();
    let workspace = || PathBuf::from(metadata.workspace_root.clone());
    if let Some(named) = named {
        let is_named = |package: &&&Package| {
            package.name.as_str() == named || package.name.strip_prefix(PREFIX) == Some(named)
        };
        return packages.iter().find(is_named).copied().ok_or_else(|| CrateError::NoPackage {
            workspace: workspace(),
            name: named.to_owned(),
            known: packages.iter().map(|package| package.name.to_string()).collect(),
        });
    }
    let is_connector = |package: &&Package| package.name.starts_with(PREFIX);
    let connectors: Vec<&Package> = packages.iter().copied().filter(is_connector).collect();
    // Around the members of a workspace there may be a package that is none of them. One that stands alone gets told of its name.
    let is_meant = |package: &&Package| is_connector(package) || connectors.is_empty();
    if let Some(package) = around(&packages, folder).filter(is_meant) {
        return Ok(package);
    }
    match connectors[..] {
        [] => Err(CrateError::NoConnector(workspace())),
        [only] => Ok(only),
        _ => Err(CrateError::Several {
            workspace: workspace(),
            names: connectors.iter().map(|package| package.name.to_string()).collect(),
        }),
    }
}

/// The package in whose folder this one lies, the nearest of several.
fn around<'a>(packages: &[&'a Package], folder: &Path) -> Option<&'a Package> {
    folder.ancestors().find_map(|ancestor| {
        packages
            .iter()
            .find(|package| package.manifest_path.parent().is_some_and(|own| own.as_std_path() == ancestor))
            .copied()
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// A folder with crates: each a path with the text of its manifest.
    fn folder(manifests: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in manifests {
            let path = folder.path().join(path);
            fs::create_dir_all(path.join("src")).unwrap();
            fs::write(path.join("Cargo.toml"), text).unwrap();
            fs::write(path.join("src/lib.rs"), "").unwrap();
        }
        folder
    }

    fn manifest(name: &str, library: &str) -> String {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[lib]\n{library}\n")
    }

    const LIBRARY: &str = "crate-type = [\"cdylib\", \"rlib\"]";

    fn refusal(folder: &TempDir, inside: &str, package: Option<&str>) -> String {
        let error = ConnectorCrate::find(&folder.path().join(inside), package).unwrap_err();
        let root = folder.path().canonicalize().unwrap();
        crate::chain(&error).replace(root.to_str().unwrap(), "ROOT")
    }

    #[test]
    fn the_crate_of_a_folder_is_found_also_from_a_folder_inside() {
        let folder = folder(&[("", &manifest("codeclimate-connector-rain-gauge", LIBRARY))]);
        let root = folder.path().canonicalize().unwrap();
        for inside in ["", "src"] {
            let found = ConnectorCrate::find(&folder.path().join(inside), None).unwrap();
            assert_eq!(found.slug.as_str(), "rain-gauge");
            assert_eq!((&found.folder, &found.workspace), (&root, &root));
        }
    }

    #[test]
    fn in_a_workspace_the_package_is_named_or_the_only_one() {
        let (a, b) = ("codeclimate-connector-a", "codeclimate-connector-b");
        let all = folder(&[
            ("a", &manifest(a, LIBRARY)),
            ("b", &manifest(b, LIBRARY)),
            ("tools", &manifest("tools", "")),
            ("", ""),
        ]);
        let workspace = |members: &str| {
            fs::write(
                all.path().join("Cargo.toml"),
                format!("[workspace]\nresolver = \"2\"\nmembers = {members}\n"),
            )
            .unwrap();
        };
        workspace("[\"a\", \"b\", \"tools\"]");
        let name = |inside: &str, package| {
            ConnectorCrate::find(&all.path().join(inside), package).map(|found| found.name).unwrap()
        };
        assert_eq!(name("", Some("codeclimate-connector-b")), b);
        assert_eq!(name("b", Some("a")), a);
        assert_eq!(name("b", None), b);
        assert_eq!(
            refusal(&all, "", None),
            "the workspace ROOT has several connectors; name one with --package: codeclimate-connector-a, \
             codeclimate-connector-b"
        );
        assert_eq!(
            refusal(&all, "", Some("c")),
            "the workspace ROOT has no package \"c\"; it has codeclimate-connector-a, codeclimate-connector-b, tools"
        );
        workspace("[\"a\", \"tools\"]");
        assert_eq!(name("", None), a);
        let root = "[package]\nname = \"acme\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
        let members = "[workspace]\nmembers = [\"a\"]\n";
        fs::write(all.path().join("Cargo.toml"), format!("{root}{members}")).unwrap();
        assert_eq!((name("", None), name("src", None)), (a.to_owned(), a.to_owned()));
        workspace("[\"tools\"]");
        assert!(refusal(&all, "", None).contains("the workspace ROOT has no connector"));
    }

    #[test]
    fn what_is_no_connector_is_refused_with_what_to_write() {
        let table = [
            (manifest("rain_gauge", LIBRARY), "rename it, as `codeclimate-connector-rain-gauge`"),
            (manifest("codeclimate-connector-2", LIBRARY), "a slug starts with a lower-case letter"),
            (
                manifest("codeclimate-connector-a", ""),
                "write under `[lib]`: crate-type = [\"cdylib\", \"rlib\"]",
            ),
            (
                manifest("codeclimate-connector-a", &format!("name = \"other\"\n{LIBRARY}")),
                "the library is named \"other\"",
            ),
            ("[package".to_owned(), "cargo cannot read the crate in ROOT:"),
        ];
        for (text, complaint) in table {
            let told = refusal(&folder(&[("", &text)]), "", None);
            assert!(told.contains(complaint), "{told}");
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(refusal(&empty, "", None).contains("there is no Cargo.toml in it or above it"));
        assert!(
            refusal(&empty, "absent", None).contains("/absent; name the folder of the connector's crate")
        );
    }
}
