//! Makes the crate of a new connector, which builds and passes its tests as it is.

use std::{
    env,
    ffi::OsString,
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use clap::{Args, builder::OsStringValueParser};
use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};
use tempfile::Builder;

use crate::{
    console::Console,
    exit_code::ExitCode,
    frame::Level,
    scaffold::{Kit, KitError, Scaffold, ScaffoldFile, Template},
    slug::Slug,
};

use super::CliError;

/// What a new connector is made of, as it is typed.
#[derive(Debug, Args)]
pub(crate) struct NewOptions {
    /// The name of the connector, such as `weather`; its crate is then codeclimate-connector-weather.
    #[arg(value_parser = parse_new_slug)]
    slug: Slug,
    /// What it reads at first.
    #[arg(long, value_enum, default_value = "http")]
    template: Template,
    /// The folder that is made, in a folder that is there. [default: codeclimate-connector-<SLUG>]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Where the sources of the crates lie that connectors are written with: a checkout of this project, or its unpacked
    /// crates. Without it they are looked for beside this program; where they are not, they come from crates.io.
    #[arg(long, value_name = "FOLDER", env = "CODECLIMATE_CONNECTOR_KIT", value_parser = OsStringValueParser::new())]
    kit: Option<OsString>,
}

/// Why no connector was made. Nothing of it is left then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NewError {
    #[error("{} is there already; remove it, or name another folder with --folder", .folder.display())]
    Exists { folder: PathBuf },
    #[error("cannot make {}; name a place with --folder where you can write, in a folder that is there", .folder.display())]
    Unwritable {
        folder: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Kit(#[from] KitError),
}

impl NewError {
    pub(crate) const fn exit_code() -> ExitCode {
        ExitCode::Usage
    }
}

/// People copy the name of the crate where its slug is wanted.
fn parse_new_slug(text: &str) -> Result<Slug, String> {
    let slug: Slug = text.parse().map_err(|error: crate::slug::SlugError| error.to_string())?;
    match slug.as_str().strip_prefix("codeclimate-connector-") {
        Some(rest) => Err(format!("a slug stands without the name of its crate; write `{rest}`")),
        None if slug.as_str() == "abi" => {
            Err("the crate of the connector would have the name of one that connectors are written with; choose another".to_owned())
        }
        None if slug.as_str().ends_with('-') => {
            Err("the name of a new connector ends with a letter or a digit".to_owned())
        }
        None => Ok(slug),
    }
}

/// Makes the crate, and says what to do with it.
pub(crate) fn new(options: &NewOptions, console: &mut Console) -> Result<ExitCode, CliError> {
    let named = options.kit.as_deref().filter(|kit| !kit.is_empty()).map(Path::new);
    let kit = kit(named).map_err(NewError::from)?;
    let scaffold = Scaffold { slug: &options.slug, template: options.template, kit: kit.as_ref() };
    let folder = options.folder.clone().unwrap_or_else(|| scaffold.crate_name().into());
    make(&folder, &scaffold.files())?;
    console.say(Level::Info, &made(&folder, &scaffold));
    if console.is_for_people() {
        console.show(&next(&folder, &options.slug));
    }
    Ok(ExitCode::Done)
}

fn kit(named: Option<&Path>) -> Result<Option<Kit>, KitError> {
    match (named, env::current_exe()) {
        (Some(folder), _) => Kit::read(folder).map(Some),
        (None, Ok(program)) => Kit::beside(&program),
        // The file of this program is gone, so nothing lies beside it.
        (None, Err(_)) => Ok(None),
    }
}

/// Writes the files into a folder beside the one that is wanted, and gives it its name when it is whole.
fn make(folder: &Path, files: &[ScaffoldFile]) -> Result<(), NewError> {
    if folder.symlink_metadata().is_ok() {
        return Err(NewError::Exists { folder: folder.to_owned() });
    }
    let unwritable = |source| NewError::Unwritable { folder: folder.to_owned(), source };
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = folder.file_name().ok_or_else(|| unwritable(io::ErrorKind::InvalidInput.into()))?;
    let half = Builder::new()
        .prefix(&format!(".{}.", name.to_string_lossy().chars().take(40).collect::<String>()))
        .permissions(Permissions::from_mode(0o777))
        .tempdir_in(parent)
        .map_err(unwritable)?;
    files.iter().try_for_each(|file| write(half.path(), file)).map_err(unwritable)?;
    match put(half.path(), folder) {
        Ok(()) => {
            // It lies elsewhere now.
            let _ = half.keep();
            Ok(())
        }
        Err(Errno::EXIST) => Err(NewError::Exists { folder: folder.to_owned() }),
        Err(error) => Err(unwritable(error.into())),
    }
}

fn write(folder: &Path, file: &ScaffoldFile) -> io::Result<()> {
    let path = folder.join(file.path);
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, &file.text)
}

fn put(half: &Path, folder: &Path) -> Result<(), Errno> {
    match renameat_with(CWD, half, CWD, folder, RenameFlags::NOREPLACE) {
        // Not every file system knows how; this one would put it in the place of an empty folder only.
        Err(Errno::INVAL | Errno::NOSYS) => rustix::fs::rename(half, folder),
        done => done,
    }
}

fn made(folder: &Path, scaffold: &Scaffold<'_>) -> String {
    let source = match scaffold.kit {
        Some(kit) => format!(
            "the crates that it needs come from {}, as its .cargo/config.toml says; without that file they come from crates.io",
            kit.folder()
        ),
        None => "the crates that it needs come from crates.io; where they are to come from a checkout or a package, give \
                 --kit FOLDER"
            .to_owned(),
    };
    format!("made {} from the template {}; {source}", folder.display(), scaffold.template.name())
}

fn next(folder: &Path, slug: &Slug) -> String {
    let folder = folder.to_string_lossy();
    let folder = shlex::try_quote(&folder).unwrap_or_default();
    format!(
        "\n\
        \x20 cd {folder}\n\
        \x20 cargo test                       # against recorded answers and files of its tests\n\
        \x20 cargo build\n\
        \x20 codeclimate-connector check target/debug/{} check.json\n\
        \x20 codeclimate-connector dev        # builds, runs and shows the records at every change\n\
        \x20 codeclimate-connector package    # what operators get\n\
        \n\
        src/lib.rs says what to change first, README.md the rest.",
        slug.file_name()
    )
}
