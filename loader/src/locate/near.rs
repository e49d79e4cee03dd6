//! Files that come close to the connector that was asked for, with the reason why they do not do.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::folder::Contents;
use crate::slug::Slug;

/// The most names that are looked at for one folder, so that a huge folder does not fill a screen.
const MOST: usize = 5;

/// A file or folder that looks like the connector and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearHit {
    /// The file or folder.
    pub path: PathBuf,
    /// Why it does not do, with what to do about it.
    pub reason: String,
}

/// What comes close to `slug` in a folder that does not have it.
pub(super) fn near_hits(slug: &Slug, folder: &std::path::Path, contents: &Contents) -> Vec<NearHit> {
    let passed_over = contents.passed_over.iter().filter(|(name, _)| states(name, slug));
    let passed_over = passed_over.map(|(name, reason)| (name, (*reason).to_owned()));
    let others = contents.others.iter().filter_map(|name| Some((name, reason(slug, folder, name)?)));
    let hits = passed_over.chain(others).take(MOST);
    hits.map(|(name, reason)| NearHit { path: folder.join(name), reason }).collect()
}

fn states(name: &OsStr, slug: &Slug) -> bool {
    name.to_str().and_then(Slug::from_file_name).as_ref() == Some(slug)
}

/// Why an entry of this name is not the connector, or `None` if it has nothing to do with it.
fn reason(slug: &Slug, folder: &std::path::Path, name: &OsStr) -> Option<String> {
    let name = name.to_str()?;
    let wanted = slug.file_name();
    let (stem, ending) = split(name);
    if !is_stem_of(stem, slug) {
        return None;
    }
    if folder.join(name).is_dir() {
        return Some(folder_reason(slug, &folder.join(name)));
    }
    Some(match ending {
        ".so" => format!("the file of this connector is named {wanted}; rename it"),
        _ if ending.starts_with(".so.") => format!("a connector's file ends in .so; rename it to {wanted}"),
        ".rlib" | ".rmeta" | ".d" | ".a" => {
            "it is another product of the same build; add `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]`"
                .to_owned()
        }
        ".dylib" | ".dll" => "it is a library for another operating system".to_owned(),
        _ => return None,
    })
}

fn folder_reason(slug: &Slug, path: &std::path::Path) -> String {
    if path.join("Cargo.toml").is_file() {
        let built = path.join("target/release").join(slug.file_name());
        return format!(
            "it is the folder of a crate; build it with `cargo build --release` and give {}",
            built.display()
        );
    }
    "it is a folder, and folders inside of the searched ones are not searched".to_owned()
}

/// The name up to its ending, where `.so.1` is one ending.
fn split(name: &str) -> (&str, &str) {
    let at = name.find(".so").filter(|at| matches!(name.as_bytes().get(at + 3), None | Some(b'.')));
    name.split_at(at.or_else(|| name.rfind('.')).unwrap_or(name.len()))
}

/// Whether a stem is the slug, alone or with a part of what belongs around it.
fn is_stem_of(stem: &str, slug: &Slug) -> bool {
    let stem = stem.to_ascii_lowercase().replace('_', "-");
    let prefixes = ["", "lib", "connector-", "libconnector-", "codeclimate-", "libcodeclimate-"];
    let prefixes = prefixes.into_iter().chain(["codeclimate-connector-", "libcodeclimate-connector-"]);
    prefixes.into_iter().any(|prefix| stem.strip_prefix(prefix) == Some(slug.as_str()))
}
