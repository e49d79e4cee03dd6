//! For authors: a connector as it is handed to operators, built, checked, and put into a folder.

mod fitness;
mod folder;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    cargo::{Building, ConnectorCrate, Profile, Wanted},
    conformance::judge::GLIBC_FLOOR,
    console::Console,
    digest::Digest,
    examination::{Examination, GlibcVersion},
    exit_code::ExitCode,
    frame::Level,
    note::{self, Note},
    supervisor::bytes,
    typed::parse_glibc,
};

use super::{CliError, dev::cancelled_by, docs, prepare::host, print, printable_lines, session::signals};

use fitness::problems;
use folder::PackageFolder;

pub(crate) use fitness::Unfit;
pub(crate) use folder::PackageError;

/// What is to be packaged, and for which systems.
#[derive(Debug, Args)]
pub(crate) struct PackageOptions {
    /// The folder of the connector's crate, or one inside of it.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The package, by its name or slug, where a workspace has several connectors.
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// The folder that is made, or holds an older package of this connector, which is replaced. Without it, dist in the crate's
    /// folder.
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Build for this target, such as aarch64-unknown-linux-gnu; with the version of a glibc behind it, as in
    /// x86_64-unknown-linux-gnu.2.28, with cargo-zigbuild.
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// The oldest glibc that it is to run on; 2.34 is that of RHEL 9, Ubuntu 22.04 and Debian 12 have newer ones.
    #[arg(long, value_name = "VERSION", default_value_t = GLIBC_FLOOR, value_parser = parse_glibc)]
    glibc: GlibcVersion,
    /// Build with the versions in Cargo.lock, and fail where it is not there or not current.
    #[arg(long)]
    locked: bool,
}

/// Builds, checks, writes and tells what to hand over.
pub(crate) fn package(options: &PackageOptions, console: &mut Console) -> Result<ExitCode, CliError> {
    let connector = ConnectorCrate::find(&options.folder, options.package.as_deref())?;
    let output = options.output.clone().unwrap_or_else(|| connector.folder.join("dist"));
    let folder = PackageFolder::new(&output, &connector.slug)?;
    console.flush();
    let library = build(options, &connector)?;
    let content = note::read(&library)?;
    let note = examined(options, &connector, &library, &content)?;
    let digest = Digest::of_bytes(&content);
    let readme = readme(&connector, console)?;
    let documents =
        [("README.md", readme), ("CONFIGURATION.md", Some(printable_lines(&docs::of(&note)).into_bytes()))];
    let name = connector.slug.file_name();
    let checksum = format!("{digest}  {name}\n").into_bytes();
    let mut files = vec![(name.clone(), content), (format!("{name}.sha256"), checksum)];
    files.extend(documents.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))));
    folder.write(&files)?;
    print(handed_over(&note, &output, &files, &digest).as_bytes())
}

fn build(options: &PackageOptions, connector: &ConnectorCrate) -> Result<PathBuf, CliError> {
    let mut signals = signals()?;
    let wanted =
        Wanted { profile: Profile::Packaged, target: options.target.as_deref(), locked: options.locked };
    let mut signal = None;
    let is_over = || {
        signal = signals.pending().next();
        signal.is_some()
    };
    let library = Building::start(connector, &wanted)?.wait(is_over)?;
    library
        .ok_or_else(|| CliError::BuildCancelled(cancelled_by(signal.unwrap_or(signal_hook::consts::SIGINT))))
}

/// What the file says about itself, where nothing keeps operators from loading it. None of it runs.
fn examined(
    options: &PackageOptions,
    connector: &ConnectorCrate,
    library: &Path,
    content: &[u8],
) -> Result<Note, CliError> {
    let mut host = host();
    // That of this system says nothing of those that it is made for.
    host.glibc = None;
    let examination = Examination::new(library, library, content, &host);
    let (note, problems) =
        problems(examination, content, &connector.slug, options.target.as_deref(), options.glibc);
    match note {
        Some(note) if problems.is_empty() => Ok(note),
        _ => Err(Unfit { path: library.to_owned(), problems }.into()),
    }
}

fn readme(connector: &ConnectorCrate, console: &mut Console) -> Result<Option<Vec<u8>>, CliError> {
    let Some(path) = &connector.readme else {
        let text =
            format!("{} has no README.md, so the package has none; write one for operators", connector.name);
        console.say(Level::Warn, &text);
        return Ok(None);
    };
    Ok(Some(folder::read(path)?))
}

/// What is there now, and what whoever gets it does with it.
fn handed_over(note: &Note, output: &Path, files: &[(String, Vec<u8>)], digest: &Digest) -> String {
    let Note { slug, version, .. } = note;
    let listed: Vec<String> =
        files.iter().map(|(name, content)| format!("  {name}  ({})", bytes(content.len() as u64))).collect();
    let name = slug.file_name();
    format!(
        "{slug} {version} is packaged in {}:\n{}\n\nHand over all of it, and by another way this SHA-256, so that nobody \
         can change both:\n  {digest}\n\nWhoever gets it does, in that folder:\n  sha256sum -c {name}.sha256\n  \
         codeclimate-connector inspect ./{name}\n  install -D -m 644 -t \
         /usr/local/lib/codeclimate-connectors {name}\n  codeclimate-connector docs {slug}\n",
        output.display(),
        listed.join("\n"),
    )
}
