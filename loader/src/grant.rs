//! What is granted for one run: the permissions that a connector asks for, with the values of its configuration.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use fluent_uri::Uri;
use serde_json::{Map, Value};

use crate::exit_code::ExitCode;
use crate::permission::{Permission, listed};

/// The ports of [`Permission::Network`]: HTTPS, and names over TCP.
pub const NETWORK_PORTS: [u16; 2] = [443, 53];

/// What an operator allows on top, as `--allow` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// As [`Permission::Network`].
    Network,
    /// As [`Permission::Exec`].
    Exec,
    /// TCP to this port.
    Connect(u16),
    /// To read this file or folder.
    Read(PathBuf),
    /// To read and write this file or folder.
    Write(PathBuf),
}

/// A text that allows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write network, exec, connect:PORT, read:PATH or write:PATH")]
pub struct AllowanceError;

impl FromStr for Allowance {
    type Err = AllowanceError;

    fn from_str(text: &str) -> Result<Allowance, AllowanceError> {
        Allowance::parse_in(text, Path::new(""))
    }
}

impl Allowance {
    /// Reads one whose path starts at a folder.
    ///
    /// # Errors
    /// Where the text allows nothing.
    pub fn parse_in(text: &str, folder: &Path) -> Result<Allowance, AllowanceError> {
        let path = |path: &str| {
            let whole = folder.join(path);
            (!path.is_empty()).then(|| std::path::absolute(&whole).unwrap_or(whole))
        };
        let allowance = match text.split_once(':') {
            None if text == "network" => Some(Allowance::Network),
            None if text == "exec" => Some(Allowance::Exec),
            Some(("connect", port)) => port.parse().ok().filter(|port| *port > 0).map(Allowance::Connect),
            Some(("read", rest)) => path(rest).map(Allowance::Read),
            Some(("write", rest)) => path(rest).map(Allowance::Write),
            _ => None,
        };
        allowance.ok_or(AllowanceError)
    }
}

/// Why nothing can be granted.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// A permission is to be taken away that is not asked for.
    #[error("{denied} is not among what the connector asks for, which is {}", listed(.asked))]
    NotAskedFor {
        /// What was to be denied.
        denied: Permission,
        /// What is asked for.
        asked: Vec<Permission>,
    },
    /// No port can be read from the configuration. Its value may be a secret.
    #[error(
        "the connector asks to connect to the port that {key:?} of the configuration names, but that is neither a URL \
         such as https://host:8443/ nor host:port"
    )]
    NoPort {
        /// The key.
        key: String,
    },
    /// Nothing that is relative can be found.
    #[error("the working directory is gone, where relative paths start; go to another")]
    NoWorkingDirectory {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// No path can be read from the configuration.
    #[error(
        "the connector asks for the file that {key:?} of the configuration names, but that is neither a path nor a list \
         of paths"
    )]
    NoPath {
        /// The key.
        key: String,
    },
}

impl GrantError {
    /// The ending that this error leads to.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        match self {
            GrantError::NotAskedFor { .. } | GrantError::NoWorkingDirectory { .. } => ExitCode::Usage,
            GrantError::NoPort { .. } | GrantError::NoPath { .. } => ExitCode::Configuration,
        }
    }
}

/// What one run may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Whether it may execute programs.
    pub exec: bool,
    /// TCP ports that it may connect to; without any there is no network.
    pub ports: Vec<u16>,
    /// Files and folders that it may read.
    pub read: Vec<PathBuf>,
    /// Files and folders that it may write too.
    pub write: Vec<PathBuf>,
}

impl Grants {
    /// What is asked for and not denied, with the values of the configuration, and what is allowed on top.
    ///
    /// Relative paths start at the working directory, as they do for a connector. A key that the configuration does not
    /// have grants nothing.
    ///
    /// # Errors
    /// See [`GrantError`].
    pub fn resolve(
        asked: &[Permission],
        denied: &[Permission],
        configuration: &Map<String, Value>,
        allowed: &[Allowance],
    ) -> Result<Grants, GrantError> {
        if let Some(denied) = denied.iter().find(|denied| !asked.contains(denied)) {
            return Err(GrantError::NotAskedFor { denied: denied.clone(), asked: asked.to_vec() });
        }
        let mut grants = Grants::default();
        for permission in asked.iter().filter(|permission| !denied.contains(permission)) {
            grants.add(permission, configuration)?;
        }
        for allowance in allowed {
            grants.allow(allowance);
        }
        // Where the links lead to is what is granted, and what the operator reads.
        for path in grants.read.iter_mut().chain(&mut grants.write) {
            if let Ok(target) = path.canonicalize() {
                *path = target;
            }
        }
        grants.ports.sort_unstable();
        grants.ports.dedup();
        Ok(grants)
    }

    fn add(&mut self, permission: &Permission, configuration: &Map<String, Value>) -> Result<(), GrantError> {
        let values = permission.key().and_then(|key| configuration.get(key)).unwrap_or(&Value::Null);
        match permission {
            Permission::Network => self.allow(&Allowance::Network),
            Permission::Exec => self.allow(&Allowance::Exec),
            Permission::Connect(key) => {
                let ports = each(values).map(port).collect::<Option<Vec<u16>>>();
                self.ports.extend(ports.ok_or_else(|| GrantError::NoPort { key: key.clone() })?);
            }
            Permission::Read(key) => self.read.extend(paths(values, key)?),
            Permission::Write(key) => self.write.extend(paths(values, key)?),
        }
        Ok(())
    }

    /// Files and folders that are not there: nothing can be granted of them.
    pub fn absent(&self) -> impl Iterator<Item = &PathBuf> {
        self.read.iter().chain(&self.write).filter(|path| !path.exists())
    }

    fn allow(&mut self, allowance: &Allowance) {
        match allowance {
            Allowance::Network => self.ports.extend(NETWORK_PORTS),
            Allowance::Exec => self.exec = true,
            Allowance::Connect(port) => self.ports.push(*port),
            Allowance::Read(path) => self.read.push(path.clone()),
            Allowance::Write(path) => self.write.push(path.clone()),
        }
    }
}

/// One value, or each of a list; none where there is none.
fn each(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Null => Box::new(std::iter::empty()),
        Value::Array(values) => Box::new(values.iter()),
        value => Box::new(std::iter::once(value)),
    }
}

fn paths(values: &Value, key: &str) -> Result<Vec<PathBuf>, GrantError> {
    let path = |value: &Value| {
        let text = value.as_str().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| GrantError::NoPath { key: key.to_owned() })?;
        std::path::absolute(text).map_err(|source| GrantError::NoWorkingDirectory { source })
    };
    each(values).map(path).collect()
}

/// The port of a URL, of `host:port`, or a port by itself.
fn port(value: &Value) -> Option<u16> {
    if let Some(number) = value.as_u64() {
        return u16::try_from(number).ok().filter(|port| *port > 0);
    }
    let text = value.as_str()?.trim();
    if text.contains("://") {
        let uri = Uri::parse(text).ok()?;
        let port = uri.authority()?.port_to_u16().ok()?;
        return port.or_else(|| default_port(uri.scheme().as_str())).filter(|port| *port > 0);
    }
    let (host, port) = text.rsplit_once(':')?;
    // An address of IPv6 without brackets, and a path, are no hosts.
    let is_host = !host.is_empty() && !host.contains('/') && (!host.contains(':') || host.ends_with(']'));
    port.parse().ok().filter(|port| is_host && *port > 0)
}

/// As IANA has registered them.
fn default_port(scheme: &str) -> Option<u16> {
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ssh" | "git+ssh" => Some(22),
        "git" => Some(9418),
        "socks" | "socks4" | "socks5" | "socks5h" => Some(1080),
        "ldap" => Some(389),
        "ldaps" => Some(636),
        "mysql" => Some(3306),
        "postgres" | "postgresql" => Some(5432),
        _ => None,
    }
}

impl fmt::Display for Grants {
    /// In a few words, for the operator.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.ports.is_empty() {
            let ports: Vec<String> = self.ports.iter().map(u16::to_string).collect();
            let noun = if ports.len() == 1 { "port" } else { "ports" };
            parts.push(format!("TCP to {noun} {}, and UDP", ports.join(", ")));
        }
        parts.extend(self.read.iter().map(|path| format!("reading {}", path.display())));
        parts.extend(self.write.iter().map(|path| format!("writing {}", path.display())));
        if self.exec {
            parts.push("executing programs".to_owned());
        }
        match &parts[..] {
            [] => formatter.write_str("nothing beyond its own folder"),
            parts => formatter.write_str(&parts.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn permissions(texts: &[&str]) -> Vec<Permission> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn resolve(asked: &[&str], denied: &[&str], allowed: &[&str]) -> Result<Grants, GrantError> {
        let configuration = json!({
            "url": "https://example.com/v2", "proxy": "http://user:hunter2@proxy.example:3128", "path": "/srv/data",
            "paths": ["/srv/a", "b"], "broker": "broker.example:5671", "number": 7
        });
        let allowed: Vec<Allowance> = allowed.iter().map(|text| text.parse().unwrap()).collect();
        let configuration = configuration.as_object().unwrap();
        Grants::resolve(&permissions(asked), &permissions(denied), configuration, &allowed)
    }

    #[test]
    fn ports_come_from_urls_and_from_hosts_with_a_port() {
        let table: [(&[&str], &[u16]); 6] = [
            (&[], &[]),
            (&["network"], &[53, 443]),
            (&["connect:url"], &[443]),
            (&["connect:proxy", "network"], &[53, 443, 3128]),
            (&["connect:broker"], &[5671]),
            (&["connect:absent"], &[]),
        ];
        for (asked, ports) in table {
            assert_eq!(resolve(asked, &[], &[]).unwrap().ports, ports, "{asked:?}");
        }
        for (value, expected) in [
            ("https://h:0/", None),
            ("2001:db8::443", None),
            ("/srv/data:80", None),
            ("[2001:db8::1]:443", Some(443)),
            ("localhost:8080", Some(8080)),
            (":8080", None),
        ] {
            assert_eq!(port(&json!(value)), expected, "{value}");
        }
        let error = resolve(&["connect:path"], &[], &[]).unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Configuration);
        assert!(error.to_string().contains("\"path\" of the configuration"), "{error}");
    }

    #[test]
    fn paths_are_absolute_and_may_be_several() {
        let grants = resolve(&["read:paths", "write:path", "read:absent"], &[], &[]).unwrap();
        let here = std::env::current_dir().unwrap();
        assert_eq!(grants.read, [PathBuf::from("/srv/a"), here.join("b")]);
        assert_eq!(grants.write, [PathBuf::from("/srv/data")]);
        assert!(matches!(resolve(&["read:number"], &[], &[]), Err(GrantError::NoPath { .. })));
    }

    #[test]
    fn an_operator_takes_away_and_adds() {
        let grants = resolve(&["network", "exec"], &["exec"], &["connect:8080", "read:/etc/motd"]).unwrap();
        assert_eq!(grants.to_string(), "TCP to ports 53, 443, 8080, and UDP, reading /etc/motd");
        let error = resolve(&["network"], &["exec"], &[]).unwrap_err();
        assert_eq!(error.to_string(), "exec is not among what the connector asks for, which is network");
        assert_eq!(error.exit_code(), ExitCode::Usage);
        for text in ["", "net", "connect:", "connect:0", "connect:70000", "read:", "exec:/bin/sh"] {
            assert_eq!(text.parse::<Allowance>(), Err(AllowanceError), "{text}");
        }
    }
}
