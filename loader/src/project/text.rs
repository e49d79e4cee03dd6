//! Values that are texts, and lists of them: sizes, durations, paths, globs and whatever else the command line has as one
//! word.

use std::path::{Path, PathBuf};
use std::time::Duration;

use globset::Glob;
use jiff::SignedDuration;
use serde_json::{Value, json};
use toml::de::DeValue;

use super::kind::Kind;
use super::report::{Found, Report};
use super::selection::parse_glob;
use crate::cutoff::parse_cutoff;
use crate::did_you_mean::did_you_mean;
use crate::grant::Allowance;
use crate::permission::{self, Permission};
use crate::sink::{Destination, SCHEMES};
use crate::slug::Slug;
use crate::typed::{parse_duration, parse_memory, parse_overlap, parse_size};

/// One text.
pub(super) struct Text<T> {
    /// It in words, after 'expected'.
    pub(super) expected: &'static str,
    /// A regular expression that it matches, as JSON Schema has them; empty where there is none.
    pub(super) pattern: &'static str,
    /// What it means, or what to do about it; that may be nothing to say.
    pub(super) parse: fn(&str, &Report<'_>) -> Result<T, String>,
}

impl<T> Kind for Text<T> {
    type Output = T;

    fn expected(&self) -> String {
        self.expected.to_owned()
    }

    fn schema(&self) -> Value {
        match self.pattern {
            "" => json!({ "type": "string" }),
            pattern => json!({ "type": "string", "pattern": pattern }),
        }
    }

    fn read(&self, found: &Found<'_>, report: &mut Report<'_>) -> Option<T> {
        let parsed = match found.value {
            DeValue::String(text) => (self.parse)(text, report),
            DeValue::Array(_) | DeValue::Table(_) => Err(String::new()),
            _ => Err("write it in quotes, as a text".to_owned()),
        };
        parsed.map_err(|advice| report.refuse(found, self.expected, &advice)).ok()
    }
}

/// A list of texts.
pub(super) struct Texts<T: 'static> {
    pub(super) item: &'static Text<T>,
    /// How many there must be.
    pub(super) least: usize,
    /// The list in words, after 'expected'.
    pub(super) expected: &'static str,
}

impl<T> Kind for Texts<T> {
    type Output = Vec<T>;

    fn expected(&self) -> String {
        self.expected.to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "array", "minItems": self.least, "items": self.item.schema() })
    }

    fn read(&self, found: &Found<'_>, report: &mut Report<'_>) -> Option<Vec<T>> {
        let DeValue::Array(items) = found.value else {
            let advice = if found.value.is_str() { "write brackets around it" } else { "" };
            report.refuse(found, self.expected, advice);
            return None;
        };
        if items.len() < self.least {
            report.refuse(found, self.expected, "leave the key out for the default");
            return None;
        }
        let items = items.iter().enumerate();
        let read: Vec<Option<T>> =
            items.map(|(number, item)| self.item.read(&found.item(number, item), report)).collect();
        read.into_iter().collect()
    }
}

pub(super) const PATH: Text<PathBuf> = Text {
    expected: "a path",
    pattern: "^[^\\u0000]+$",
    parse: |text, report| path(text, report.folder).ok_or_else(String::new),
};

pub(super) const PATHS: Texts<PathBuf> =
    Texts { item: &PATH, least: 0, expected: "a list of folders such as [\"connectors\"]" };

pub(super) const CONNECTOR: Text<String> = Text {
    expected: "a connector's slug, or the path of its file, which holds a `/` or ends in .so",
    pattern: "^([a-z][a-z0-9_-]{0,63}|[^\\u0000]*/[^\\u0000]*|[^\\u0000]*\\.so)$",
    parse: |text, report| {
        if text.contains('/') || text.ends_with(".so") {
            let path = path(text, report.folder).ok_or_else(String::new)?;
            // The text was UTF-8; the folder may be something else.
            return path
                .into_os_string()
                .into_string()
                .map_err(|_| "move the project to a folder whose name is UTF-8".to_owned());
        }
        text.parse::<Slug>().map(|slug| slug.to_string()).map_err(|error| error.to_string())
    },
};

pub(super) const GLOB: Text<Glob> = Text {
    expected: "a glob such as \"main\" or \"team/*\"",
    pattern: "",
    parse: |text, _| parse_glob(text),
};

pub(super) const STREAMS: Texts<Glob> =
    Texts { item: &GLOB, least: 1, expected: "a list of one or more globs such as [\"*\"]" };

pub(super) const EXCLUDED: Texts<Glob> =
    Texts { item: &GLOB, least: 0, expected: "a list of globs such as [\"tmp/*\"]" };

pub(super) const CUTOFF: Text<String> = Text {
    expected: "a date, a time or an age such as \"2024-01-31\", \"2024-01-31T12:00:00Z\" or \"90d\"",
    pattern: "^\\s*([0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?|[+]?[0-9]+[wdhm])\\s*$",
    parse: |text, report| match parse_cutoff(text, report.now) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(crate::chain(&error)),
    },
};

pub(super) const OVERLAP: Text<SignedDuration> = Text {
    expected: "a duration such as \"0s\", \"30m\" or \"2h\"",
    pattern: DURATIONS,
    parse: |text, _| {
        parse_overlap(text).ok().and_then(|time| SignedDuration::try_from(time).ok()).ok_or_else(unit)
    },
};

pub(super) const DURATION: Text<Duration> = Text {
    expected: "a duration of more than 0, such as \"90s\", \"20m\" or \"1h\"",
    pattern: DURATIONS,
    parse: |text, _| parse_duration(text).map_err(|_| unit()),
};

/// Spans as jiff reads them: `1h 30m`, `90 seconds`, `PT1H`.
const DURATIONS: &str = "^[0-9+Pp][0-9A-Za-zµ.,: +]*$";

fn unit() -> String {
    "write a number with a unit: s, m or h".to_owned()
}

pub(super) const SIZE: Text<u64> = Text {
    expected: "a size such as \"512MiB\" or \"1GiB\"",
    pattern: SIZES,
    parse: |text, _| parse_size(text).map_err(|_| "write a number with a unit: KiB, MiB or GiB".to_owned()),
};

pub(super) const MEMORY: Text<u64> = Text {
    expected: "a size of 16MiB or more, such as \"512MiB\" or \"1GiB\"",
    pattern: SIZES,
    parse: |text, _| parse_memory(text).map_err(|_| "write a number with a unit: MiB or GiB".to_owned()),
};

/// Numbers with the units of bytesize.
const SIZES: &str = "^\\s*[0-9.]+\\s*([kKmMgGtTpPeE]?[iI]?[bB]?)\\s*$";

pub(super) const SINK: Text<Destination> = Text {
    expected: "\"stdout\", \"folder:PATH\" or \"sqlite:FILE\"",
    pattern: "^(stdout|(folder|sqlite):[^\\u0000]+)$",
    parse: |text, report| Destination::parse_in(text, report.folder).map_err(|_| scheme(text, &SCHEMES)),
};

pub(super) const ALLOWANCE: Text<Allowance> = Text {
    expected: "\"network\", \"exec\", \"connect:PORT\", \"read:PATH\" or \"write:PATH\"",
    pattern: "^(network|exec|connect:[+]?[0-9]+|(read|write):[^\\u0000]+)$",
    parse: |text, report| Allowance::parse_in(text, report.folder).map_err(|_| scheme(text, &GRANTABLE)),
};

pub(super) const ALLOWANCES: Texts<Allowance> =
    Texts { item: &ALLOWANCE, least: 0, expected: "a list of permissions such as [\"read:/etc/motd\"]" };

pub(super) const PERMISSION: Text<Permission> = Text {
    expected: permission::FORMS,
    pattern: "^(network|exec|(connect|read|write):[\\s\\S]{1,200})$",
    parse: |text, _| text.parse::<Permission>().map_err(|_| scheme(text, &GRANTABLE)),
};

pub(super) const PERMISSIONS: Texts<Permission> =
    Texts { item: &PERMISSION, least: 0, expected: "a list of permissions such as [\"network\"]" };

pub(super) const USER: Text<String> = Text {
    expected: "a user: a name, UID, USER:GROUP or UID:GID",
    pattern: "^[^\\u0000-\\u001f\\u007f]+$",
    parse: |text, _| {
        let is_name = !text.is_empty() && !text.contains(char::is_control);
        if is_name { Ok(text.to_owned()) } else { Err(String::new()) }
    },
};

/// What may stand at the start of a permission.
const GRANTABLE: [&str; 5] = ["network", "exec", "connect", "read", "write"];

fn scheme(text: &str, known: &[&str]) -> String {
    let written = text.split(':').next().unwrap_or_default();
    match did_you_mean(written, known.iter().copied()) {
        Some(meant) if meant != written => format!("did you mean {meant:?}?"),
        _ => String::new(),
    }
}

/// Where a path leads from the project's folder. None where it is no path.
pub(super) fn path(text: &str, folder: &Path) -> Option<PathBuf> {
    let is_path = !text.is_empty() && !text.contains('\0');
    is_path.then(|| folder.join(text))
}
