//! Tests of the project file.

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::containment::Enforcement;
use crate::frame::BadRecords;

mod manual;
mod mistakes;
mod schema;
mod secrets;
mod template;

/// A moment from which ages count back.
pub(super) fn now() -> Timestamp {
    "2024-06-01T00:00:00Z".parse().unwrap()
}

pub(super) fn read(text: &str) -> Result<Project, ProjectError> {
    Project::from_text(PathBuf::from("/srv/project/codeclimate-connector.toml"), text, now())
}

/// All that is wrong with it, a line each.
pub(super) fn problems(text: &str) -> Vec<String> {
    match read(text) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_short_file_gets_every_default() {
    let project = read("[connections.main]\nconnector = \"git\"\n").unwrap();
    assert_eq!((project.jobs, &project.data_folder, &project.metrics), (2, &None, &None));
    assert_eq!((project.connector_path.len(), project.folder()), (0, Path::new("/srv/project")));
    let [connection] = &project.connections[..] else { panic!("{project:?}") };
    assert_eq!(
        (connection.name.as_str(), connection.connector.as_str(), connection.line),
        ("main", "git", 1)
    );
    assert!(matches!(&connection.configuration, ConfigurationOf::Inline(map) if map.is_empty()));
    assert!(connection.streams.selects("any/id") && connection.cutoff.is_none());
    assert_eq!(connection.overlap, SignedDuration::from_hours(1));
    assert_eq!(connection.destination.identity(), "folder:/srv/project/records");
    assert_eq!(connection.rejections, Rejections { policy: BadRecords::Fail, most: 1000 });
    assert_eq!((connection.retries, connection.longest_wait), (3, Duration::from_secs(3600)));
    assert!(!connection.accepts_changes && !connection.fails_on_rejected);
    assert_eq!(format!("{:?}", connection.limits), format!("{:?}", Limits::default()));
    assert_eq!(format!("{:?}", connection.permissions), format!("{:?}", Permissions::default()));
}

const WHOLE: &str = r#"
jobs = 4
data-folder = "data"
metrics = "/var/metrics.prom"
connector-path = ["connectors"]

[defaults]
cutoff = "90d"
retries = 1

[defaults.limits]
memory = "2GiB"
processes = 100

[connections."z (EU)"]
connector = "./built/libcodeclimate_connector_x.so"
configuration-file = "z.json"
sink = "sqlite:z.db"
streams = ["a*"]
exclude-streams = ["*b"]
bad-records = "dead-letter"

[connections."z (EU)".limits]
memory = "64MiB"
cpu = 0.5
means = "best-effort"

[connections."z (EU)".permissions]
sandbox = "trace"
allow = ["read:etc", "connect:8080"]
deny = ["network"]
lock-file = "the.lock"

[connections.a]
connector = "git"
cutoff = "2024-01-31"
configuration = { path = ["."], nested = { depth = 18446744073709551615, ratio = 0.5, on = true } }
rotate = "1MB"
compress = true
"#;

#[test]
fn a_whole_file_is_read_with_absolute_paths_and_in_its_order() {
    let project = read(WHOLE).unwrap();
    assert_eq!(project.data_folder.as_deref(), Some(Path::new("/srv/project/data")));
    assert_eq!(project.metrics.as_deref(), Some(Path::new("/var/metrics.prom")));
    assert_eq!(project.connector_path, [Path::new("/srv/project/connectors")]);
    let [z, a] = &project.connections[..] else { panic!("{project:?}") };
    assert_eq!((z.name.as_str(), z.line, a.name.as_str()), ("z (EU)", 15, "a"));
    assert_eq!(z.connector, "/srv/project/./built/libcodeclimate_connector_x.so");
    assert!(
        matches!(&z.configuration, ConfigurationOf::File(path) if path == Path::new("/srv/project/z.json"))
    );
    assert_eq!(z.destination.identity(), "sqlite:/srv/project/z.db");
    assert!(z.streams.selects("aa") && !z.streams.selects("ab") && !z.streams.selects("c"));
    assert_eq!(z.rejections.policy, BadRecords::DeadLetter);
    assert_eq!((z.limits.memory, z.limits.processor_percent), (64 << 20, Some(50)));
    assert_eq!(z.limits.enforcement, Enforcement::BestEffort);
    assert_eq!(z.permissions.allow, [Allowance::Read("/srv/project/etc".into()), Allowance::Connect(8080)]);
    assert_eq!(z.permissions.lock_file.as_deref(), Some(Path::new("/srv/project/the.lock")));
    let ConfigurationOf::Inline(map) = &a.configuration else { panic!("{a:?}") };
    let expected =
        serde_json::json!({"path": ["."], "nested": {"depth": u64::MAX, "ratio": 0.5, "on": true}});
    assert_eq!(Value::Object(map.clone()), expected);
    assert!(
        matches!(&a.destination, Destination::Folder(options) if options.rotate == 1_000_000 && options.compress)
    );
}

#[test]
fn a_connection_wins_over_the_defaults_key_by_key() {
    let project = read(WHOLE).unwrap();
    let [z, a] = &project.connections[..] else { panic!("{project:?}") };
    assert_eq!((z.cutoff.as_deref(), a.cutoff.as_deref()), (Some("90d"), Some("2024-01-31")));
    assert_eq!((z.limits.memory, a.limits.memory), (64 << 20, 2 << 30));
    assert_eq!((z.limits.processes, a.limits.processes), (100, 100));
    assert_eq!((z.retries, a.retries), (1, 1));
}

#[test]
fn what_the_defaults_say_of_files_is_for_those_that_have_files() {
    let text = "[defaults]\nrotate = \"1MiB\"\ncompress = true\n[connections.a]\nconnector = \"git\"\nsink = \"stdout\"\n";
    assert_eq!(problems(text), [""; 0]);
}
