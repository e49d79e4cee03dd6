//! The lock file: which file a slug stands for, and what it was granted.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::permission::{Permission, listed};
use crate::slug::Slug;
use crate::whole_file::{self, Readers};

mod error;
#[cfg(test)]
mod tests;

pub use error::LockError;

/// The name that a lock file has where none is given.
pub const LOCK_FILE: &str = "codeclimate-connector.lock";
/// The form of the file. A newer runner that changes it raises the number.
const FORM: u32 = 1;
const HEADER: &str = "# Written by `codeclimate-connector lock`: pins each connector to one file and to what it was granted.\n\
                      # Keep it under version control; change it by locking anew.\n";

/// A connector as it is found, or as it is pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The connector.
    pub slug: Slug,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its file.
    pub sha256: Digest,
    /// What it is granted of what it asks for; where it was found, all of that.
    pub permissions: Vec<Permission>,
    /// What it asks for and was not granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Permission>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    form: u32,
    #[serde(default, rename = "connector")]
    connectors: Vec<Pin>,
}

/// The pins of a lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    pins: BTreeMap<Slug, Pin>,
}

/// How a connector differs from its pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Another version.
    Version {
        /// As pinned.
        pinned: String,
        /// As found.
        found: String,
    },
    /// Other bytes.
    Content {
        /// As pinned.
        pinned: Digest,
        /// As found.
        found: Digest,
    },
    /// It asks for what was not granted.
    AsksForMore(Vec<Permission>),
    /// It does not ask for what was granted.
    AsksForLess(Vec<Permission>),
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Version { pinned, found } => {
                write!(formatter, "version {pinned} is pinned, {found} found")
            }
            Difference::Content { pinned, found } => {
                write!(formatter, "SHA-256 {pinned} is pinned, {found} found")
            }
            Difference::AsksForMore(permissions) => {
                write!(formatter, "it asks for more: {}", listed(permissions))
            }
            Difference::AsksForLess(permissions) => {
                write!(formatter, "it does not ask for {}", listed(permissions))
            }
        }
    }
}

/// Those of some permissions that are not among others.
fn without(some: &[Permission], others: &[Permission]) -> Vec<Permission> {
    some.iter().filter(|permission| !others.contains(permission)).cloned().collect()
}

impl Pin {
    /// This connector, as it was found, with what was withheld before and what is to be withheld now; `granted` is what
    /// is withheld no longer.
    #[must_use]
    pub fn withholding(mut self, before: Option<&Pin>, denied: &[Permission], granted: &[Permission]) -> Pin {
        let before = before.map(|pin| without(&pin.withheld, granted)).unwrap_or_default();
        let is_withheld =
            |permission: &Permission| before.contains(permission) || denied.contains(permission);
        (self.withheld, self.permissions) = self.permissions.into_iter().partition(is_withheld);
        self
    }

    /// How a connector that was found differs. To ask for what was withheld is no difference.
    #[must_use]
    pub fn differences(&self, found: &Pin) -> Vec<Difference> {
        let mut differences = Vec::new();
        if self.version != found.version {
            let (pinned, found) = (self.version.clone(), found.version.clone());
            differences.push(Difference::Version { pinned, found });
        }
        if self.sha256 != found.sha256 {
            differences.push(Difference::Content { pinned: self.sha256, found: found.sha256 });
        }
        let asks = [&found.permissions[..], &found.withheld].concat();
        let more = without(&without(&asks, &self.permissions), &self.withheld);
        let less = without(&self.permissions, &asks);
        differences.extend((!more.is_empty()).then_some(Difference::AsksForMore(more)));
        differences.extend((!less.is_empty()).then_some(Difference::AsksForLess(less)));
        differences
    }
}

/// What a lock file says of a connector that may run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What it asks for and was not granted.
    pub withheld: Vec<Permission>,
    /// How it differs from its pin.
    pub differences: Vec<Difference>,
}

impl Lock {
    /// Reads a lock file; none where there is none.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn read(path: &Path) -> Result<Option<Lock>, LockError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(LockError::Malformed {
                    path: path.to_owned(),
                    problem: "it is not UTF-8".to_owned(),
                });
            }
            Err(source) => return Err(LockError::Unreadable { path: path.to_owned(), source }),
        };
        Lock::from_text(path, &text).map(Some)
    }

    /// Reads a lock file that must be there.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn read_existing(path: &Path) -> Result<Lock, LockError> {
        Lock::read(path)?.ok_or_else(|| LockError::Missing { path: path.to_owned() })
    }

    /// Reads the text of a lock file; `path` only appears in errors.
    ///
    /// # Errors
    /// As [`Lock::read`].
    pub fn from_text(path: &Path, text: &str) -> Result<Lock, LockError> {
        let malformed = |problem| LockError::Malformed { path: path.to_owned(), problem };
        #[derive(Deserialize)]
        struct Form {
            form: u32,
        }
        // The form first: a newer one may have other keys.
        let found = toml::from_str::<Form>(text).map_err(|error| malformed(in_one_line(&error, text)))?.form;
        if found != FORM {
            return Err(LockError::Newer { path: path.to_owned(), found });
        }
        let written =
            toml::from_str::<Written>(text).map_err(|error| malformed(in_one_line(&error, text)))?;
        let mut pins = BTreeMap::new();
        for pin in written.connectors {
            let slug = pin.slug.clone();
            if pins.insert(slug.clone(), pin).is_some() {
                return Err(malformed(format!("it pins {slug} twice")));
            }
        }
        Ok(Lock { pins })
    }

    /// Writes a lock file; whoever reads it sees all of it or what was there before.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn write(&self, path: &Path) -> Result<(), LockError> {
        let failed = |source| LockError::Unwritable { path: path.to_owned(), source };
        // A link stays one.
        let target = target_of(path);
        let written = Written { form: FORM, connectors: self.pins.values().cloned().collect() };
        let text = toml::to_string(&written).map_err(|error| failed(io::Error::other(error)))?;
        whole_file::write(&target, format!("{HEADER}\n{text}").as_bytes(), Readers::AsBefore).map_err(failed)
    }

    /// Reads a lock file, changes it and writes it, while nobody else does.
    ///
    /// # Errors
    /// Those of reading, of writing, and of the change.
    pub fn update<E: From<LockError>>(
        path: &Path,
        change: impl FnOnce(&mut Lock) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |source| LockError::Unwritable { path: path.to_owned(), source };
        // The file itself is replaced, so what is held is its folder.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = fs::File::open(folder).map_err(failed)?;
        flock(&folder, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
        let mut lock = Lock::read(path)?.unwrap_or_default();
        change(&mut lock)?;
        Ok(lock.write(path)?)
    }

    /// All pins, by slug.
    pub fn pins(&self) -> impl Iterator<Item = &Pin> {
        self.pins.values()
    }

    /// The pin of a connector.
    #[must_use]
    pub fn pin(&self, slug: &Slug) -> Option<&Pin> {
        self.pins.get(slug)
    }

    /// Pins a connector; gives the pin that it had.
    pub fn put(&mut self, pin: Pin) -> Option<Pin> {
        self.pins.insert(pin.slug.clone(), pin)
    }

    /// What it says of a connector that is to run; nothing of one that it does not pin. `strict` refuses whatever is not
    /// pinned as it is; else only an upgrade that asks for more is refused.
    ///
    /// # Errors
    /// [`LockError::NotPinned`] or [`LockError::Differs`].
    pub fn judge(&self, path: &Path, found: &Pin, strict: bool) -> Result<Judgement, LockError> {
        let (path, slug) = (path.to_owned(), found.slug.clone());
        let Some(pin) = self.pins.get(&found.slug) else {
            return if strict { Err(LockError::NotPinned { path, slug }) } else { Ok(Judgement::default()) };
        };
        let differences = pin.differences(found);
        let asks_for_more =
            differences.iter().any(|difference| matches!(difference, Difference::AsksForMore(_)));
        if asks_for_more || strict && !differences.is_empty() {
            return Err(LockError::Differs { path, slug, differences });
        }
        Ok(Judgement { withheld: without(&found.permissions, &pin.permissions), differences })
    }
}

/// Where a link leads to, also where nothing is yet.
fn target_of(path: &Path) -> PathBuf {
    let linked = || Some(path.parent()?.join(fs::read_link(path).ok()?));
    path.canonicalize().ok().or_else(linked).unwrap_or_else(|| path.to_owned())
}

/// The place and the problem, without the excerpt that goes over several lines.
fn in_one_line(error: &toml::de::Error, text: &str) -> String {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line}: {}", error.message().replace('\n', " "))
}
