//! The compiler, as cargo would call it for an author's crate with one file.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The compiler with the library that authors write against, built as this test program was.
pub(crate) struct Compiler {
    library: PathBuf,
}

impl Compiler {
    /// Has cargo build the library, which it has done already, and say where that is.
    pub(crate) fn find() -> Self {
        // target/<profile>/deps/<test program>
        let program = env::current_exe().unwrap();
        let profile = program.ancestors().nth(2).unwrap();
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--lib", "--message-format", "json", "--target-dir"]);
        cargo.arg(profile.parent().unwrap()).current_dir(env!("CARGO_MANIFEST_DIR"));
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        let output = cargo.output().unwrap();
        let messages = String::from_utf8(output.stdout).unwrap();
        let library = messages
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .find_map(|message: Value| library(&message));
        let library = library.unwrap_or_else(|| {
            panic!("the library cannot be built: {}", String::from_utf8_lossy(&output.stderr))
        });
        Self { library }
    }

    /// Its version: that of the compiler that has built this program.
    pub(crate) fn version(&self) -> &'static str {
        env!("CONNECTOR_RUSTC")
    }

    /// What it says of a case, without warnings and places outside of the case.
    pub(crate) fn errors(&self, case: &Path) -> String {
        let package = tempfile::tempdir().unwrap();
        let schema = marked(case, "schema").pop().unwrap_or(r#"{"properties":{"baseUrl":{}}}"#.to_owned());
        if schema != "none" {
            fs::write(package.path().join("configuration.schema.json"), schema).unwrap();
        }
        let output = self.command(case, package.path()).output().unwrap();
        let messages = String::from_utf8(output.stderr).unwrap();
        let errors: Vec<Value> = messages.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let is_error =
            |error: &&Value| error["level"] == "error" && !message(error).starts_with("aborting due to");
        let text: String = errors.iter().filter(is_error).map(told).collect();
        assert_eq!(output.status.success(), text.is_empty(), "{}: {messages}", case.display());
        text.replace(package.path().to_str().unwrap(), "$PACKAGE")
    }

    fn command(&self, case: &Path, package: &Path) -> Command {
        let name = marked(case, "package").pop().unwrap_or("codeclimate-connector-weather".to_owned());
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args(["--edition", "2024", "--crate-type", "cdylib", "--crate-name", "weather"]);
        rustc.args(["--emit", "metadata", "--error-format", "json"]).arg("--out-dir").arg(package);
        rustc.arg("--extern").arg(format!("connector_interface={}", self.library.display()));
        rustc.arg("-L").arg(format!("dependency={}", self.library.parent().unwrap().join("deps").display()));
        rustc.args(marked(case, "panic").iter().map(|strategy| format!("-Cpanic={strategy}")));
        rustc.arg(case.file_name().unwrap()).current_dir(case.parent().unwrap());
        // What cargo tells of a package that says no more than it must.
        rustc.env("CARGO_PKG_NAME", name).env("CARGO_MANIFEST_DIR", package);
        for member in ["DESCRIPTION", "HOMEPAGE", "REPOSITORY", "LICENSE"] {
            rustc.env(format!("CARGO_PKG_{member}"), "");
        }
        rustc.env("CARGO_PKG_VERSION", "0.1.0");
        rustc
    }
}

fn library(message: &Value) -> Option<PathBuf> {
    let is_ours =
        message["reason"] == "compiler-artifact" && message["target"]["name"] == "connector_interface";
    let files = message["filenames"].as_array().filter(|_| is_ours)?.iter().filter_map(Value::as_str);
    files.map(PathBuf::from).find(|file| file.extension().is_some_and(|extension| extension == "rlib"))
}

/// What a case says about itself after this word, in its first lines.
pub(crate) fn marked(case: &Path, word: &str) -> Vec<String> {
    let text = fs::read_to_string(case).unwrap();
    let start = format!("// {word}: ");
    text.lines().filter_map(|line| line.strip_prefix(&start)).map(str::to_owned).collect()
}

/// An error with its places in the case, and its notes.
fn told(error: &Value) -> String {
    let mut text = format!("error{}: {}\n", code(error), message(error));
    for span in error["spans"].as_array().unwrap() {
        let label = span["label"].as_str().unwrap_or_default();
        if let Some(line) = line(span) {
            writeln!(text, "  line {line}: {label}").unwrap();
        }
    }
    let notes = error["children"].as_array().unwrap().iter().filter(|note| !is_inner(message(note)));
    for note in notes {
        writeln!(text, "  {}: {}", note["level"].as_str().unwrap(), message(note)).unwrap();
    }
    text
}

/// The first line; behind it are lists of whatever there is in libraries.
fn message(error: &Value) -> &str {
    error["message"].as_str().unwrap().lines().next().unwrap_or_default()
}

/// The line of the case in which a place is: that of the macro's call, where it is in a macro. None where the place is in
/// a library.
fn line(span: &Value) -> Option<u64> {
    let mut place = span;
    while !place["expansion"].is_null() {
        place = &place["expansion"]["span"];
    }
    let is_of_case = !place["file_name"].as_str().unwrap().contains('/');
    is_of_case.then(|| place["line_start"].as_u64().unwrap())
}

/// Whether a note is about the inside of our library, or about how much the compiler prints.
fn is_inner(note: &str) -> bool {
    ["inside `", "the full name for the type", "consider using `--verbose`"]
        .iter()
        .any(|start| note.starts_with(start))
}

fn code(error: &Value) -> String {
    error["code"]["code"].as_str().map(|code| format!("[{code}]")).unwrap_or_default()
}
