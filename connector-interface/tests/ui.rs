//! What the compiler says of the mistakes that authors make, each a file in `ui`.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its place is the report")]

mod compiler;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use compiler::Compiler;

/// With which compiler the files `ui/*.stderr` were written. Others say the same in words of their own, save for what a
/// case marks with `says`.
const WRITTEN_WITH: &str = "1.95.";

#[test]
fn every_mistake_is_answered_with_what_to_write() {
    let compiler = Compiler::find();
    let complaints: Vec<String> = cases().iter().filter_map(|case| complaint(&compiler, case)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_case = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let mut cases: Vec<PathBuf> = files.filter(is_case).collect();
    cases.sort();
    cases
}

fn complaint(compiler: &Compiler, case: &Path) -> Option<String> {
    let found = compiler.errors(case);
    let missing = compiler::marked(case, "says").into_iter().find(|words| !found.contains(words));
    if let Some(words) = missing {
        return Some(format!("{}: expected the words {words:?}, found:\n{found}", case.display()));
    }
    if !compiler.version().starts_with(WRITTEN_WITH) {
        return None;
    }
    let file = case.with_extension("stderr");
    if env::var_os("UPDATE_UI").is_some() {
        fs::write(&file, &found).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    (found != expected).then(|| {
        format!(
            "{}: expected:\n{expected}\nfound:\n{found}\nif that is as good, write it with UPDATE_UI=1 cargo test -p \
             connector-interface --test ui",
            case.display()
        )
    })
}
