//! Builds the author's crate to the file that operators load.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The `.so` of the crate in this folder, built now with the profile of this test.
pub(super) fn connector(folder: &Path) -> Result<PathBuf, String> {
    let manifest = folder.join("Cargo.toml");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--lib", "--message-format", "json-render-diagnostics", "--manifest-path"]);
    cargo.arg(&manifest).current_dir(folder);
    if is_release() {
        cargo.arg("--release");
    }
    let built =
        cargo.output().map_err(|error| format!("cannot start cargo to build the connector: {error}"))?;
    if !built.status.success() {
        let words = String::from_utf8_lossy(&built.stderr);
        return Err(format!("the connector in {} cannot be built:\n{words}", folder.display()));
    }
    library(&String::from_utf8_lossy(&built.stdout), &manifest).ok_or_else(|| {
        format!(
            "{} builds no .so: write crate-type = [\"cdylib\", \"rlib\"] under its [lib]",
            manifest.display()
        )
    })
}

/// Whether this test was built with the profile `release`: it lies in `target/release/deps`.
fn is_release() -> bool {
    let test = env::current_exe().unwrap_or_default();
    test.ancestors().skip(1).take(2).any(|folder| folder.ends_with("release"))
}

/// The file among cargo's messages, one JSON object a line:
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>.
fn library(messages: &str, manifest: &Path) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut artifacts = messages.filter(|message| {
        message["reason"] == "compiler-artifact"
            && message["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest)
    });
    artifacts.find_map(|artifact| {
        let files = artifact["filenames"].as_array()?;
        let mut names = files.iter().filter_map(Value::as_str);
        names.find(|name| name.ends_with(".so")).map(PathBuf::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_found_among_the_messages_of_cargo() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","manifest_path":"/other/Cargo.toml","filenames":["/t/libother.so"]}"#,
            "\n",
            r#"{"reason":"build-script-executed"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","manifest_path":"/c/Cargo.toml","filenames":["/t/x.rlib","/t/x.so"]}"#,
            "\nnot JSON\n",
        );
        assert_eq!(library(messages, Path::new("/c/Cargo.toml")), Some("/t/x.so".into()));
        assert_eq!(library(messages, Path::new("/d/Cargo.toml")), None);
    }
}
