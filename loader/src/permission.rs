//! What a connector may reach: as its note asks for it, as an operator grants it, as it is enforced.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The forms of a permission, for messages.
pub const FORMS: &str = "`network`, `exec`, `connect:<key>`, `read:<key>` or `write:<key>`";

/// One thing that a connector asks for. A key is one of its configuration, on the top level.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// HTTPS and names: TCP to the ports 443 and 53.
    Network,
    /// To execute the programs of the system.
    Exec,
    /// TCP to the port of the URL, or `host:port`, that this key holds.
    Connect(String),
    /// To read the file or folder that this key names, or each of a list of them.
    Read(String),
    /// To read and write the file or folder that this key names, or each of a list of them.
    Write(String),
}

/// Permissions with commas between; 'nothing' where there are none.
#[must_use]
pub fn listed(permissions: &[Permission]) -> String {
    match permissions {
        [] => "nothing".to_owned(),
        permissions => permissions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// A text that is no permission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a permission, which is {FORMS}")]
pub struct PermissionError {
    /// The text, without control characters.
    pub text: String,
}

/// The longest key, in bytes.
const MAX_KEY: usize = 200;

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Permission, PermissionError> {
        let key = |key: &str| Some(key.to_owned()).filter(|key| is_key(key));
        let permission = match text.split_once(':') {
            None if text == "network" => Some(Permission::Network),
            None if text == "exec" => Some(Permission::Exec),
            Some(("connect", rest)) => key(rest).map(Permission::Connect),
            Some(("read", rest)) => key(rest).map(Permission::Read),
            Some(("write", rest)) => key(rest).map(Permission::Write),
            _ => None,
        };
        permission.ok_or_else(|| PermissionError { text: text.escape_debug().take(80).collect() })
    }
}

/// Anything that can be shown on one line and is not absurdly long.
fn is_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= MAX_KEY && !key.contains(char::is_control)
}

impl Permission {
    /// The key of the configuration that says what exactly is meant.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Permission::Network | Permission::Exec => None,
            Permission::Connect(key) | Permission::Read(key) | Permission::Write(key) => Some(key),
        }
    }

    /// What it lets a connector do, in words.
    #[must_use]
    pub fn meaning(&self) -> String {
        match self {
            Permission::Network => "speak HTTPS and look names up: TCP to the ports 443 and 53".to_owned(),
            Permission::Exec => "run programs of the system".to_owned(),
            Permission::Connect(key) => {
                format!("connect by TCP to the port in the URL, or `host:port`, under `{key}`")
            }
            Permission::Read(key) => format!("read the files and folders that `{key}` names"),
            Permission::Write(key) => format!("read and write the files and folders that `{key}` names"),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Permission::Network => formatter.write_str("network"),
            Permission::Exec => formatter.write_str("exec"),
            Permission::Connect(key) => write!(formatter, "connect:{key}"),
            Permission::Read(key) => write!(formatter, "read:{key}"),
            Permission::Write(key) => write!(formatter, "write:{key}"),
        }
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Permission, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_read_and_written_alike() {
        for text in ["network", "exec", "connect:url", "read:path", "write:folder", "read:a:b"] {
            assert_eq!(text.parse::<Permission>().unwrap().to_string(), text);
        }
        for text in ["", "net", "network:", "read", "read:", "exec:/bin/sh", "read:a\nb", "Network"] {
            let error = text.parse::<Permission>().unwrap_err().to_string();
            assert!(error.contains("is not a permission, which is `network`"), "{error}");
        }
    }
}
