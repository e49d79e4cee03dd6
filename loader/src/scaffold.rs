//! What a new connector is made of: the files of a template, filled in.

mod kit;
mod template;
#[cfg(test)]
mod tests;

use crate::slug::Slug;

pub(crate) use kit::{Kit, KitError};
pub(crate) use template::Template;

/// What stands before the slug in the name of every connector's crate.
const CRATE_PREFIX: &str = "codeclimate-connector-";

/// The crate of a connector that is not there yet.
#[derive(Debug)]
pub(crate) struct Scaffold<'a> {
    pub(crate) slug: &'a Slug,
    pub(crate) template: Template,
    /// Where the crates that authors write against come from, if not from the registry.
    pub(crate) kit: Option<&'a Kit>,
}

/// One file of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ScaffoldFile {
    /// Relative to the crate's folder.
    pub(crate) path: &'static str,
    pub(crate) text: String,
}

impl Scaffold<'_> {
    /// The name of the crate, and of the folder that it lies in.
    pub(crate) fn crate_name(&self) -> String {
        format!("{CRATE_PREFIX}{}", self.slug)
    }

    /// All files, in the order of their paths.
    pub(crate) fn files(&self) -> Vec<ScaffoldFile> {
        let mut files: Vec<ScaffoldFile> = self
            .template
            .sources()
            .map(|(path, source)| ScaffoldFile { path, text: self.filled(source) })
            .collect();
        files.extend(self.kit.map(|kit| ScaffoldFile {
            path: ".cargo/config.toml",
            text: kit.cargo_configuration(self.template.crates()),
        }));
        files.sort_by_key(|file| file.path);
        files
    }

    /// The templates are Rust that the compiler would read; there the slug is `template`.
    fn filled(&self, source: &str) -> String {
        let underscored = self.slug.as_str().replace('-', "_");
        source
            .replace("codeclimate_connector_template", &format!("codeclimate_connector_{underscored}"))
            .replace("{{file}}", &self.slug.file_name())
            .replace("{{slug}}", self.slug.as_str())
            .replace("{{template}}", self.template.name())
            .replace("{{version}}", &requirement())
    }
}

/// The versions of the crates that go with this runner, as a requirement of cargo: `0.1`.
fn requirement() -> String {
    concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR")).to_owned()
}
