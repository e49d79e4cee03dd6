//! Puts into a configuration the secrets that it names.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{ConfigurationOf, Connection};
use crate::configuration::{CheckError, Configuration, ConfigurationError, ConfigurationSource, Secret};
use crate::did_you_mean::did_you_mean;
use crate::exit_code::ExitCode;

/// The largest secret, in bytes: 64 KiB.
const MAX_SECRET: u64 = 64 << 10;

/// A configuration with its secrets, not checked yet against its schema.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) configuration: Configuration,
    /// What the operator should know; no reason not to go on.
    pub(crate) warnings: Vec<String>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigurationProblems {
    #[error(transparent)]
    Unreadable(#[from] ConfigurationError),
    #[error("{configuration} has secrets that cannot be had:{}", lines(.problems))]
    Secrets {
        configuration: ConfigurationSource,
        /// All of them, by their place.
        problems: Vec<SecretProblem>,
    },
}

/// A secret that cannot be had. Nothing of it is in here.
#[derive(Debug, thiserror::Error)]
#[error("{pointer}: {complaint}")]
pub(crate) struct SecretProblem {
    /// A JSON pointer to its place.
    pub(crate) pointer: String,
    pub(crate) complaint: Complaint,
}

/// What is wrong with the place of a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Complaint {
    #[error(
        "the secret itself stands here, and so in every copy and backup of this file; put it into a variable or a file \
         that only you can read, and write env:NAME or file:PATH"
    )]
    Plain,
    #[error("expected env:NAME or file:PATH, found a text of another form; did you mean {meant}:?")]
    Scheme { meant: &'static str },
    #[error(
        "expected env:NAME or file:PATH, found a number; only texts can be named like that, so a connector whose secret is \
         a number cannot be part of a project"
    )]
    Number,
    #[error(
        "the connector's schema wants {expected} here, and only texts can be named by env: or file:, so this connector \
         cannot be part of a project"
    )]
    NoText { expected: String },
    #[error("expected the name of a variable behind env:, of letters, digits and _")]
    NoName,
    #[error("expected a path behind file:")]
    NoPath,
    #[error("the variable {name} is not set; set it where this command is started")]
    Unset { name: String },
    #[error("the variable {name} is empty; set it to the secret")]
    EmptyVariable { name: String },
    #[error("the variable {name} is not UTF-8; secrets are texts")]
    VariableNotUtf8 { name: String },
    #[error("cannot read {}; let the user that runs this read it, and nobody else", .path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is no file; name one that holds the secret and nothing else", .path.display())]
    NoFile { path: PathBuf },
    #[error("{} has more than {MAX_SECRET} bytes; name a file that holds the secret and nothing else", .path.display())]
    TooLarge { path: PathBuf },
    #[error("{} is not UTF-8; secrets are texts", .path.display())]
    FileNotUtf8 { path: PathBuf },
    #[error("{} is empty; write the secret into it", .path.display())]
    EmptyFile { path: PathBuf },
}

impl ConfigurationProblems {
    /// The ending that this error leads to.
    pub(crate) const fn exit_code() -> ExitCode {
        ExitCode::Configuration
    }
}

fn lines(problems: &[SecretProblem]) -> String {
    let line = |problem: &SecretProblem| match &problem.complaint {
        Complaint::Unreadable { source, .. } => format!("\n  {problem}: {source}"),
        _ => format!("\n  {problem}"),
    };
    problems.iter().map(line).collect()
}

impl Connection {
    /// The configuration with the secrets that it names, where `schema` marks them. `variable` reads one of the
    /// environment, `std::env::var_os` in a program. Values that are not secret stay as they are.
    ///
    /// # Errors
    /// Where it cannot be read, or with all secrets that cannot be had.
    pub(crate) fn configuration(
        &self,
        schema: &Value,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Resolved, ConfigurationProblems> {
        let written = self.written()?;
        let folder = self.project.parent().unwrap_or(Path::new("/"));
        let mut resolution = Resolution { folder, variable, warnings: Vec::new(), problems: Vec::new() };
        let mut map = Value::Object(written.as_map().clone());
        let mut named = Vec::new();
        for secret in written.secret_leaves(schema) {
            if let (Some(text), Some(place)) = (resolution.text(&secret), map.pointer_mut(&secret.pointer)) {
                *place = Value::String(text);
                named.push(secret.pointer);
            }
        }
        let Value::Object(map) = map else {
            return Ok(Resolved { configuration: written, warnings: Vec::new() });
        };
        let configuration = Configuration::from_map(written.source().clone(), map);
        resolution.refuse_where_no_text_fits(&configuration, schema, &named);
        resolution.complete(configuration)
    }

    /// As it is written, with references for secrets.
    fn written(&self) -> Result<Configuration, ConfigurationError> {
        match &self.configuration {
            ConfigurationOf::File(path) => Configuration::read(&ConfigurationSource::File(path.clone())),
            ConfigurationOf::Inline(map) => {
                let (file, connection) = (self.project.clone(), self.name.clone());
                let source = ConfigurationSource::Project { file, connection };
                Ok(Configuration::from_map(source, map.clone()))
            }
        }
    }
}

/// What looks secrets up, with what came of it so far.
struct Resolution<'a> {
    /// Where relative paths start.
    folder: &'a Path,
    variable: &'a dyn Fn(&str) -> Option<OsString>,
    warnings: Vec<String>,
    problems: Vec<SecretProblem>,
}

impl Resolution<'_> {
    /// What is named in the place of a secret. None where that is told as a problem, or nothing is secret.
    fn text(&mut self, secret: &Secret<'_>) -> Option<String> {
        let looked_up = match secret.value {
            Value::String(reference) => self.named(reference, &secret.pointer),
            Value::Number(_) => Err(Complaint::Number),
            // What can be guessed is no secret.
            _ => return None,
        };
        match looked_up {
            Ok(text) => Some(text),
            Err(complaint) => {
                self.problems.push(SecretProblem { pointer: secret.pointer.clone(), complaint });
                None
            }
        }
    }

    fn named(&mut self, reference: &str, pointer: &str) -> Result<String, Complaint> {
        match reference.split_once(':') {
            Some(("env", name)) => of_variable(name, self.variable),
            Some(("file", path)) => self.of_file(path, pointer),
            Some((scheme, _)) => Err(match did_you_mean(scheme, ["env", "file"]) {
                Some("env") => Complaint::Scheme { meant: "env" },
                Some(_) => Complaint::Scheme { meant: "file" },
                None => Complaint::Plain,
            }),
            None => Err(Complaint::Plain),
        }
    }

    fn of_file(&mut self, path: &str, pointer: &str) -> Result<String, Complaint> {
        let path = super::text::path(path, self.folder).ok_or(Complaint::NoPath)?;
        let unreadable = |source| Complaint::Unreadable { path: path.clone(), source };
        // Looks before it opens: opening a named pipe would wait for its other end.
        let metadata = path.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(Complaint::NoFile { path });
        }
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(unreadable)?;
        file.take(MAX_SECRET + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if metadata.permissions().mode() & 0o077 != 0 {
            let text = format!(
                "{} holds the secret {pointer}, and other users may read it; `chmod 600` it",
                path.display()
            );
            self.warnings.push(text);
        }
        content(bytes, path)
    }

    /// A schema may mark as secret what is no text; no reference can stand for that.
    fn refuse_where_no_text_fits(&mut self, configuration: &Configuration, schema: &Value, named: &[String]) {
        let Err(CheckError::Refused { problems, .. }) = configuration.check(schema) else { return };
        for problem in problems.into_iter().filter(|problem| named.contains(&problem.pointer)) {
            if problem.found == "a string" && is_type(&problem.expected) {
                let complaint = Complaint::NoText { expected: problem.expected };
                self.problems.push(SecretProblem { pointer: problem.pointer, complaint });
            }
        }
    }

    fn complete(mut self, configuration: Configuration) -> Result<Resolved, ConfigurationProblems> {
        if self.problems.is_empty() {
            return Ok(Resolved { configuration, warnings: self.warnings });
        }
        self.problems.sort_by(|left, right| left.pointer.cmp(&right.pointer));
        let configuration = configuration.source().clone();
        Err(ConfigurationProblems::Secrets { configuration, problems: self.problems })
    }
}

/// Whether these words of a check name types, as opposed to a form that a text may have.
fn is_type(expected: &str) -> bool {
    let types = ["null", "a boolean", "a whole number", "a number", "an array", "an object"];
    expected.split(" or ").all(|word| types.contains(&word))
}

fn of_variable(name: &str, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<String, Complaint> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if name.is_empty()
        || !name.chars().all(is_letter)
        || name.starts_with(|first: char| first.is_ascii_digit())
    {
        return Err(Complaint::NoName);
    }
    let name = name.to_owned();
    match variable(&name).map(OsString::into_string) {
        None => Err(Complaint::Unset { name }),
        Some(Err(_)) => Err(Complaint::VariableNotUtf8 { name }),
        Some(Ok(text)) if text.is_empty() => Err(Complaint::EmptyVariable { name }),
        Some(Ok(text)) => Ok(text),
    }
}

/// What a file holds, without the break of its last line.
fn content(bytes: Vec<u8>, path: PathBuf) -> Result<String, Complaint> {
    if bytes.len() as u64 > MAX_SECRET {
        return Err(Complaint::TooLarge { path });
    }
    let Ok(text) = String::from_utf8(bytes) else { return Err(Complaint::FileNotUtf8 { path }) };
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() { Err(Complaint::EmptyFile { path }) } else { Ok(line.to_owned()) }
}
