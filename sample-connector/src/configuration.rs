//! What the operator writes.

use schemars::JsonSchema;
use serde::Deserialize;

/// Reads repositories, branches and commits from local git repositories.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Git connector", example = serde_json::json!({ "path": "." }))]
#[schemars(example = serde_json::json!({ "path": ["../rocket", "/srv/git/lander.git"], "statistics": true }))]
pub struct Configuration {
    /// The git repository to read, or a list of them. Each is the top folder of a working tree or a bare
    /// repository; a relative path starts at the working directory.
    #[schemars(title = "Path", example = ".", example = serde_json::json!(["../rocket", "/srv/git/lander.git"]))]
    pub path: Paths,
    /// Whether to count the added and deleted lines of each commit. Takes much longer.
    #[serde(default)]
    #[schemars(title = "Statistics", example = true)]
    pub statistics: bool,
}

/// One path or several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a path or a list of paths")]
pub enum Paths {
    /// The path of a repository.
    One(#[schemars(length(min = 1))] String),
    /// The paths of several repositories.
    Many(#[schemars(length(min = 1), inner(length(min = 1)))] Vec<String>),
}

impl Paths {
    /// All paths, as they were written.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Many(paths) => paths,
        }
    }
}
