//! Where the runner is.

use std::{
    env,
    path::{Path, PathBuf},
};

const VARIABLE: &str = "CODECLIMATE_CONNECTOR";
const PROGRAM: &str = "codeclimate-connector";

/// The runner's file: named by the variable, built beside this test, or on the `PATH`.
pub(super) fn runner() -> Result<PathBuf, String> {
    let beside = env::current_exe().ok().and_then(|test| beside(&test));
    let on_path =
        || env::split_paths(&env::var_os("PATH").unwrap_or_default()).find_map(|folder| in_folder(&folder));
    match env::var_os(VARIABLE) {
        Some(named) => existing(PathBuf::from(named)),
        None => beside.or_else(on_path).ok_or_else(|| {
            format!(
                "there is no `{PROGRAM}` to run the connector with, neither on the PATH nor built beside this test. \
                 Install its package, or build it (cargo build --release -p connector-loader) and name the file: \
                 {VARIABLE}=/path/to/{PROGRAM} cargo test"
            )
        }),
    }
}

fn existing(named: PathBuf) -> Result<PathBuf, String> {
    if named.is_file() {
        return Ok(named);
    }
    Err(format!(
        "the variable {VARIABLE} names {}, which is no file: name the runner's binary",
        named.display()
    ))
}

/// A test lies in `target/<profile>/deps`, a runner of the same workspace in `target/<profile>`.
fn beside(test: &Path) -> Option<PathBuf> {
    test.ancestors().skip(1).take(2).find_map(in_folder)
}

fn in_folder(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(PROGRAM)).filter(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_is_found_beside_the_test_and_not_further_up() {
        let folder = tempfile::tempdir().unwrap();
        let deps = folder.path().join("debug/deps");
        std::fs::create_dir_all(&deps).unwrap();
        let test = deps.join("author-0123");
        std::fs::write(folder.path().join(PROGRAM), "").unwrap();
        assert_eq!(beside(&test), None);
        let runner = folder.path().join("debug").join(PROGRAM);
        std::fs::write(&runner, "").unwrap();
        assert_eq!(beside(&test), Some(runner));
    }

    #[test]
    fn a_variable_that_names_no_file_is_told_of() {
        let told = existing("/absent".into()).unwrap_err();
        assert_eq!(
            told,
            "the variable CODECLIMATE_CONNECTOR names /absent, which is no file: name the runner's binary"
        );
    }
}
