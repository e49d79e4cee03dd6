//! The binaries under test, built once for each test program.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The folder with the runner and the connectors, built as the test program itself was; that which the variable
/// `SOAK_BINARIES` names, where there is one.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        if let Some(folder) = env::var_os("SOAK_BINARIES") {
            return Path::new(&folder).canonicalize().expect("SOAK_BINARIES names a folder");
        }
        // target/<profile>/deps/<test program>, or target/<profile>/<program>
        let program = env::current_exe().expect("a test program knows its own file");
        let folder = program.parent().expect("a file lies in a folder");
        let folder = folder.ancestors().find(|folder| !folder.ends_with("deps")).unwrap_or(folder);
        build(folder);
        folder.to_owned()
    })
}

fn build(folder: &Path) {
    let target = folder.parent().expect("a profile's folder lies in the target folder");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--workspace", "--target-dir"]).arg(target);
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let status = cargo.status().expect("cargo can be started");
    assert!(status.success(), "the binaries under test cannot be built");
}

/// The runner.
#[must_use]
pub fn binary() -> PathBuf {
    folder().join("codeclimate-connector")
}

/// The file of a connector of this workspace.
#[must_use]
pub fn connector(slug: &str) -> PathBuf {
    folder().join(format!("libcodeclimate_connector_{}.so", slug.replace('-', "_")))
}

/// The library that lets calls of a runner fail; its own page says how.
#[must_use]
pub fn shim() -> PathBuf {
    folder().join("libconnector_tests_shim.so")
}

/// The version of this workspace, which all its members share.
#[must_use]
pub const fn release_of() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
