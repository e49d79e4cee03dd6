//! Whether a built file is what can be handed over: all that `inspect` looks at, and what only its author can mend.

use std::{error::Error, fmt, path::PathBuf};

use crate::{
    conformance::{Finding, Test, Verdict, judge::metadata},
    elf::{self, ElfError, Library},
    examination::{Examination, Facts, GlibcVersion, Problem, Shown},
    note::{Note, NoteProblem},
    slug::Slug,
};

/// How many names are told at most.
const TOLD: usize = 5;

/// One thing that keeps a file from being handed over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackageProblem {
    /// What any operator's runner would say.
    #[error("{}", Shown(.0))]
    Unloadable(Problem),
    #[error(
        "- the slug in it is `{noted}`, but its crate is that of `{slug}`\n  to build it: see what the export line is given"
    )]
    OtherSlug { noted: Slug, slug: Slug },
    #[error(
        "- it needs glibc {needed}, but is to run on {floor}: {}\n  to build it: package it with \
         `--target {target}.{floor}`, which builds with cargo-zigbuild (`pip install cargo-zigbuild`), or in a container of \
         the oldest distribution that it is to run on; or say with `--glibc {needed}` that newer systems are enough",
        some(.symbols)
    )]
    Glibc { needed: GlibcVersion, floor: GlibcVersion, symbols: Vec<String>, target: &'static str },
    #[error(
        "- it offers {count} symbols beside the connector: {}\n  to build it: take `#[no_mangle]` and `pub extern \"C\"` \
         away from what the runner does not need, and see that C libraries are linked with hidden symbols",
        some(.names)
    )]
    Exports { count: usize, names: Vec<String> },
    /// What `check` would say of the file.
    #[error(
        "- {}: expected {}, found {} (test {} of `check`)\n  to build it: {}",
        .0.what, .0.expected, .0.found, Test::Metadata.number(), .0.remedy
    )]
    Nonconforming(Finding),
}

fn some(names: &[String]) -> String {
    let more = names.len().saturating_sub(TOLD);
    let told = names.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { told } else { format!("{told}, and {more} more") }
}

/// A file that is not handed over, with all that is wrong with it.
#[derive(Debug)]
pub(crate) struct Unfit {
    pub(super) path: PathBuf,
    pub(super) problems: Vec<PackageProblem>,
}

impl Error for Unfit {}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} is built, but cannot be handed over; nothing was written",
            self.path.display()
        )?;
        self.problems.iter().try_for_each(|problem| write!(formatter, "\n{problem}"))
    }
}

/// What the file says about itself, and all that keeps it from being handed over.
pub(super) fn problems(
    examination: Examination,
    content: &[u8],
    slug: &Slug,
    target: Option<&str>,
    floor: GlibcVersion,
) -> (Option<Note>, Vec<PackageProblem>) {
    let told = nonconforming(&examination);
    let Examination { facts, note, problems, .. } = examination;
    let is_foreign = facts.as_ref().zip(target).is_some_and(|(facts, target)| is_for(facts, target));
    let mut found: Vec<PackageProblem> = problems
        .into_iter()
        .filter(|problem| !(is_foreign && is_of_machine(problem)))
        .map(PackageProblem::Unloadable)
        .collect();
    if let Some(facts) = &facts {
        found.extend(needs_newer(facts, content, floor));
        if facts.unexpected_export_count > 0 {
            let (count, names) = (facts.unexpected_export_count, facts.unexpected_exports.clone());
            found.push(PackageProblem::Exports { count, names });
        }
    }
    found.extend(note.iter().filter(|note| note.slug != *slug).map(|note| {
        let (noted, slug) = (note.slug.clone(), slug.clone());
        PackageProblem::OtherSlug { noted, slug }
    }));
    found.extend(told);
    (note, found)
}

/// What is wrong with the metadata, where they can be read.
fn nonconforming(examination: &Examination) -> Vec<PackageProblem> {
    match examination.note.as_ref().map(|_| metadata(examination)) {
        Some(Verdict::Failed(failure)) => {
            failure.findings.into_iter().map(PackageProblem::Nonconforming).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a file is for the target that was asked for, which need not be this machine.
fn is_for(facts: &Facts, target: &str) -> bool {
    let architecture = target.split('-').next().unwrap_or_default();
    facts.architecture.replace('-', "_") == architecture
}

fn is_of_machine(problem: &Problem) -> bool {
    matches!(problem, Problem::Note(NoteProblem::Elf(ElfError::Unfit(elf::Unfit::Machine { .. }))))
}

fn needs_newer(facts: &Facts, content: &[u8], floor: GlibcVersion) -> Option<PackageProblem> {
    let needed = facts.glibc.filter(|needed| *needed > floor)?;
    let is_newer = |version: &str| GlibcVersion::of_symbol(version).is_some_and(|version| version > floor);
    let library = Library::parse_any(content).ok()?;
    let symbols = library.symbols_needing(is_newer).unwrap_or_default();
    // Where no symbol needs it, the library itself does, by the form of its relocations.
    let symbols = if symbols.is_empty() { vec!["the form of its relocations".to_owned()] } else { symbols };
    let target = match facts.architecture.as_str() {
        "aarch64" => "aarch64-unknown-linux-gnu",
        _ => "x86_64-unknown-linux-gnu",
    };
    Some(PackageProblem::Glibc { needed, floor, symbols, target })
}
