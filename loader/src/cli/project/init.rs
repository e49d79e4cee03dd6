//! Writes a new project file, asking for what it needs where there is somebody to ask.

use std::{
    fs::{self, File},
    io::{self, BufRead, IsTerminal as _, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    cli::{
        CliError,
        args::Search,
        prepare::{find, host, locator},
    },
    configuration::{CheckError, Configuration, ConfigurationSource},
    console::Console,
    cutoff::parse_cutoff,
    exit_code::ExitCode,
    frame::Level,
    note::Note,
    project::{Draft, PROJECT_FILE, variable_for},
    reference::{Key, Reference},
    sink::Destination,
    typed::parse_connection,
};

use super::answers::{AnswerError, Questions, reference_to_secret, value_of};

const CUTOFF: &str = "90d";
const SINK: &str = "folder:records";

/// What a new project file is made of, as it is typed.
#[derive(Debug, Args)]
pub(crate) struct InitOptions {
    /// Where the file is written: a folder, or a file whose name ends in .toml. [default: codeclimate-connector.toml]
    #[arg(value_name = "FOLDER|FILE")]
    place: Option<PathBuf>,
    /// The connector: its slug, or the path of its file. On a terminal it is asked for where it is not given.
    #[arg(long, value_name = "CONNECTOR")]
    connector: Option<String>,
    /// The name of the connection.
    #[arg(long, value_name = "NAME", default_value = "main", value_parser = parse_connection)]
    name: String,
    /// Overwrite a file that is there.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    search: Search,
}

/// Why no project file was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitError {
    #[error("{} is there already; name another place, or write --force to overwrite it", .path.display())]
    Exists { path: PathBuf },
    #[error("cannot write project file {}; name a place where you can write", .path.display())]
    Unwritable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

impl InitError {
    pub(crate) const fn exit_code() -> ExitCode {
        ExitCode::Usage
    }
}

/// A connector that may stand in the file, and what is known of it.
struct Chosen {
    connector: String,
    note: Option<Note>,
    remark: String,
}

/// Writes the file, and says what to do next.
pub(crate) fn init(options: &InitOptions, console: &mut Console) -> Result<ExitCode, CliError> {
    let path = place(options.place.as_deref());
    if path.symlink_metadata().is_ok() && !options.force {
        return Err(InitError::Exists { path }.into());
    }
    let installed = installed(&options.search)?;
    let is_asked = options.connector.is_none() && io::stdin().is_terminal() && io::stderr().is_terminal();
    let text = if is_asked {
        let mut questions = Questions { input: io::stdin().lock(), output: io::stderr() };
        asked(options, &installed, &mut questions)?
    } else {
        let chosen = match &options.connector {
            Some(connector) => look(&options.search, connector)?,
            None => unasked(&options.search, &installed),
        };
        text(options, &chosen, &Map::new(), CUTOFF, SINK)
    };
    write(&path, &text, options.force)?;
    console.say(Level::Info, &next(&path));
    Ok(ExitCode::Done)
}

fn place(given: Option<&Path>) -> PathBuf {
    match given {
        None => PathBuf::from(PROJECT_FILE),
        Some(path) if path.extension().is_some_and(|extension| extension == "toml") && !path.is_dir() => {
            path.to_owned()
        }
        Some(folder) => folder.join(PROJECT_FILE),
    }
}

fn next(path: &Path) -> String {
    let shown = path.display();
    let option = if path == Path::new(PROJECT_FILE) { String::new() } else { format!(" --project {shown}") };
    format!(
        "wrote {shown}; look through it, then check it with `codeclimate-connector validate-project{option}` and run it with \
         `codeclimate-connector sync{option}`"
    )
}

fn write(path: &Path, text: &str, overwrites: bool) -> Result<(), InitError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => InitError::Exists { path: path.to_owned() },
        _ => InitError::Unwritable { path: path.to_owned(), source },
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = if overwrites { File::create(path) } else { File::create_new(path) };
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}

/// The slugs of the connectors that are there, each once.
fn installed(search: &Search) -> Result<Vec<String>, CliError> {
    let mut slugs: Vec<String> =
        locator(search)?.list().found.into_iter().map(|found| found.slug.to_string()).collect();
    slugs.dedup();
    Ok(slugs)
}

/// A connector that is named, which must be there; a path becomes absolute.
fn look(search: &Search, connector: &str) -> Result<Chosen, CliError> {
    let note = find(search, connector)?.examine(&host()).loadable()?;
    let is_path = connector.contains('/') || connector.ends_with(".so");
    let absolute =
        std::path::absolute(connector).ok().and_then(|path| path.into_os_string().into_string().ok());
    let connector = if is_path { absolute } else { None }.unwrap_or_else(|| connector.to_owned());
    let remark = note.description.clone().unwrap_or_default();
    Ok(Chosen { connector, note: Some(note), remark })
}

/// The only connector that is there, or a place for one that whoever edits the file chooses.
fn unasked(search: &Search, installed: &[String]) -> Chosen {
    if let [only] = installed
        && let Ok(chosen) = look(search, only)
    {
        return chosen;
    }
    let there = if installed.is_empty() { "none is installed here".to_owned() } else { installed.join(", ") };
    let remark = format!("Replace this by the slug of a connector, or the path of its .so file ({there}).");
    Chosen { connector: "replace-me".to_owned(), note: None, remark }
}

fn text(
    options: &InitOptions,
    chosen: &Chosen,
    values: &Map<String, Value>,
    cutoff: &str,
    sink: &str,
) -> String {
    let reference = chosen.note.as_ref().map(|note| Reference::of(&note.configuration_schema));
    let (name, connector, remark) = (&options.name, &chosen.connector, &chosen.remark);
    Draft { name, connector, remark, reference: reference.as_ref(), values, cutoff, sink }.text()
}

/// The text with what was answered.
fn asked<R: BufRead, W: Write>(
    options: &InitOptions,
    installed: &[String],
    questions: &mut Questions<R, W>,
) -> Result<String, CliError> {
    let there = if installed.is_empty() { "none".to_owned() } else { installed.join(", ") };
    questions.say(&format!("Connectors that are installed: {there}")).map_err(InitError::from)?;
    let first = installed.first().map(String::as_str);
    let chosen = questions
        .ask("Connector (a slug, or the path of its file)", first, |typed| {
            look(&options.search, typed).map_err(|error| crate::chain(&error))
        })
        .map_err(InitError::from)?;
    let values =
        chosen.note.as_ref().map(|note| configuration(note, &chosen.connector, questions)).transpose();
    let values = values.map_err(InitError::from)?.unwrap_or_default();
    let (cutoff, sink) = how(questions).map_err(InitError::from)?;
    Ok(text(options, &chosen, &values, &cutoff, &sink))
}

fn how<R: BufRead, W: Write>(questions: &mut Questions<R, W>) -> Result<(String, String), AnswerError> {
    let cutoff = questions.ask("Earliest data wanted (a date, a time or an age)", Some(CUTOFF), |typed| {
        parse_cutoff(typed, Timestamp::now()).map(|_| typed.to_owned()).map_err(|error| crate::chain(&error))
    })?;
    let sink =
        questions.ask("Where the records go (stdout, folder:PATH or sqlite:FILE)", Some(SINK), |typed| {
            Destination::parse(typed).map(|_| typed.to_owned())
        })?;
    Ok((cutoff, sink))
}

/// A value for each key that the configuration must have.
fn configuration<R: BufRead, W: Write>(
    note: &Note,
    connector: &str,
    questions: &mut Questions<R, W>,
) -> Result<Map<String, Value>, AnswerError> {
    let reference = Reference::of(&note.configuration_schema);
    let mut values = Map::new();
    for key in reference.keys.iter().filter(|key| key.required && reference.has(&key.key)) {
        if let Some(description) = &key.description {
            questions.say(description)?;
        }
        let value = if key.secret {
            let name = format!("env:{}", variable_for(connector, &key.key));
            questions.ask(
                &format!("{}, a secret: env:NAME or file:PATH", key.key),
                Some(&name),
                reference_to_secret,
            )?
        } else {
            let sample =
                key.examples.first().or(key.default.as_ref()).filter(|sample| !sample.is_null()).map(typed);
            questions.ask(&format!("{} ({})", key.key, key.kind), sample.as_deref(), |typed| {
                checked(typed, key, note)
            })?
        };
        values.insert(key.key.clone(), value);
    }
    Ok(values)
}

/// A value as it would be typed.
fn typed(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What was typed, where the schema lets it stand.
fn checked(typed: &str, key: &Key, note: &Note) -> Result<Value, String> {
    let value = value_of(typed, key);
    let map = Map::from_iter([(key.key.clone(), value.clone())]);
    let configuration = Configuration::from_map(ConfigurationSource::Stdin, map);
    let Err(CheckError::Refused { problems, .. }) = configuration.check(&note.configuration_schema) else {
        return Ok(value);
    };
    // That others are missing still is no fault of this one.
    let here = problems.into_iter().filter(|problem| !problem.pointer.is_empty());
    let told: Vec<String> = here.map(|problem| problem.to_string()).collect();
    if told.is_empty() { Ok(value) } else { Err(told.join("; ")) }
}
