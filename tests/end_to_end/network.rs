//! A connector that resolves a name and speaks TLS works inside the sandbox, on the ports that it was granted.

mod server;

use connector_tests::{Ended, Runner, in_own_network};
use serde_json::json;

use server::{NAME, Server};

const FILES: [(&str, &str); 3] = [
    ("/etc/resolv.conf", "nameserver 127.0.0.1\n"),
    ("/etc/hosts", "127.0.0.1 localhost\n"),
    ("/etc/nsswitch.conf", "hosts: files dns\n"),
];

/// Names over TCP only, as where answers are long.
const OVER_TCP: [(&str, &str); 3] =
    [("/etc/resolv.conf", "nameserver 127.0.0.1\noptions use-vc\n"), FILES[1], FILES[2]];

/// Ports of the URL and of the mirror, further arguments, exit code, words.
type Row = (u16, Option<u16>, &'static [&'static str], i32, &'static [&'static str]);

const ROWS: &[Row] = &[
    (443, None, &[], 0, &["done; 1 record"]),
    (443, None, &["--sandbox", "trace"], 0, &["done; 1 record"]),
    (443, None, &["--user", "nobody"], 0, &["done; 1 record"]),
    (8443, None, &[], 33, &["probably the sandbox denied it", "add --allow connect:8443"]),
    (8443, None, &["--allow", "connect:8443"], 0, &["done; 1 record"]),
    (
        8443,
        None,
        &["--sandbox", "trace"],
        33,
        &["the sandbox denied connecting to port 8443 of 127.0.0.1", "add --allow connect:8443; "],
    ),
    // The port of a configuration's key, where the connector asks for that.
    (443, Some(8443), &[], 0, &["done; 1 record"]),
    (443, Some(8443), &["--deny", "connect:mirror"], 33, &["probably", "add --allow connect:8443"]),
    (
        443,
        None,
        &["--deny", "network"],
        33,
        &["the sandbox denied socket (network)", "add --allow network; "],
    ),
    (443, None, &["--sandbox", "off"], 0, &["done; 1 record"]),
    (8443, None, &["--sandbox", "off"], 0, &["done; 1 record"]),
];

fn fetched(server: &Server, (port, mirror, arguments, ..): &Row) -> Ended {
    let url = |port: &u16| match port {
        443 => format!("https://{NAME}/branch"),
        port => format!("https://{NAME}:{port}/branch"),
    };
    let mut configuration = json!({ "url": url(port) });
    if let Some(mirror) = mirror {
        configuration["mirror"] = url(mirror).into();
    }
    Runner::verb("sync-stream", "fetching", &configuration)
        .with([STREAM, "2020-02-21"])
        .with(arguments.iter().copied())
        .variable("SSL_CERT_FILE", server.certificates())
        .run()
}

const STREAM: &str = r#"{"_type":"Stream","id":"only","self":"https://fetching.example/only","name":"only"}"#;

fn complaint(server: &Server, row: &Row) -> Option<String> {
    let (port, mirror, arguments, code, words) = row;
    let ended = fetched(server, row);
    let records = if *code == 0 { vec![json!({ "_type": "Branch", "name": "main" })] } else { Vec::new() };
    let as_expected = ended.code() == Some(*code)
        && words.iter().all(|words| ended.errors().contains(words))
        && ended.records() == records;
    (!as_expected)
        .then(|| format!("{port} {mirror:?} {arguments:?}: expected {code} {words:?}, found {ended:?}\n"))
}

#[track_caller]
fn assert_endings(files: &[(&str, &str)], rows: &[Row]) {
    // Built outside: cargo may want the world's network.
    let _ = connector_tests::binary();
    let complaints = in_own_network(files, || {
        let server = Server::start();
        rows.iter().filter_map(|row| complaint(&server, row)).collect::<Vec<_>>()
    });
    let complaints = complaints.unwrap_or_default();
    assert!(complaints.is_empty(), "{} of {} rows:\n{}", complaints.len(), rows.len(), complaints.join("\n"));
}

#[test]
fn names_and_https_work_in_the_sandbox_on_the_ports_that_were_granted() {
    assert_endings(&FILES, ROWS);
}

#[test]
fn names_are_resolved_over_tcp_too() {
    assert_endings(&OVER_TCP, &ROWS[..1]);
}
