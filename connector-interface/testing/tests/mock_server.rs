//! The server as a client sees it, over a socket.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its place is the report")]

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    panic::{self, AssertUnwindSafe},
    time::{Duration, Instant},
};

use connector_testing::{Answer, MockServer, Received};
use serde_json::{Value, json};

fn connect(server: &MockServer) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// What comes back until the server closes the connection.
fn exchange(server: &MockServer, request: &str) -> String {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

const GET: &str = "GET /a HTTP/1.1\r\nConnection: close\r\n\r\n";

#[test]
fn a_request_is_kept_as_it_came() {
    let server = MockServer::start(|_: &Received| Answer::bytes(204, ""));
    exchange(
        &server,
        "POST /a%20b?q=x+y%2F&q=2 HTTP/1.1\r\nX-Two: 2\r\ncontent-length: 8\r\nConnection: close\r\n\r\n{\"a\": 1}",
    );
    let request = server.requests().remove(0);
    assert_eq!((request.method(), request.path()), ("POST", "/a%20b"));
    assert_eq!(request.target(), "/a%20b?q=x+y%2F&q=2");
    assert_eq!(request.query(), [("q".to_owned(), "x y/".to_owned()), ("q".to_owned(), "2".to_owned())]);
    assert_eq!(request.query_value("q").unwrap(), "x y/");
    assert_eq!(request.header("x-TWO"), Some("2"));
    assert_eq!(request.json::<Value>().unwrap(), json!({ "a": 1 }));
}

#[test]
fn a_body_in_chunks_is_put_together() {
    let server = MockServer::start(|_: &Received| Answer::bytes(200, ""));
    exchange(
        &server,
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
    );
    assert_eq!(server.requests()[0].body(), b"abc0123456789");
}

#[test]
fn a_connection_serves_many_requests() {
    let server = MockServer::start(|request: &Received| Answer::bytes(200, request.path()));
    let answers = exchange(&server, &format!("GET /one HTTP/1.1\r\n\r\n{GET}"));
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2);
    assert!(answers.contains("/one") && answers.ends_with("/a"), "{answers}");
}

#[test]
fn each_answer_looks_on_the_wire_as_it_was_asked_for() {
    let body = "0123456789";
    for (answer, wanted) in [
        (
            Answer::json(201, &json!([1])),
            "HTTP/1.1 201 \r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n[1]",
        ),
        (Answer::bytes(200, body).truncated_after(4), "HTTP/1.1 200 \r\nContent-Length: 10\r\n\r\n0123"),
        (
            Answer::bytes(200, body).slowly(3, Duration::from_millis(1)),
            "HTTP/1.1 200 \r\nContent-Length: 10\r\n\r\n0123456789",
        ),
        (Answer::redirect(302, "/b"), "HTTP/1.1 302 \r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"),
        (Answer::bytes(204, ""), "HTTP/1.1 204 \r\n\r\n"),
    ] {
        let server = MockServer::start(move |_: &Received| answer.clone());
        assert_eq!(exchange(&server, GET), wanted);
    }
}

#[test]
fn the_answer_to_head_has_no_body() {
    let server = MockServer::start(|_: &Received| Answer::bytes(200, "abc"));
    let answer = exchange(&server, "HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert_eq!(answer, "HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\n");
}

#[test]
fn an_answer_without_a_body_leaves_the_connection_to_the_next() {
    for status in [204, 304] {
        let server = MockServer::start(move |request: &Received| match request.path() {
            "/one" => Answer::json(status, &json!({ "a": 1 })),
            _ => Answer::bytes(200, "abc"),
        });
        let answers = exchange(&server, &format!("GET /one HTTP/1.1\r\n\r\n{GET}"));
        let wanted = format!(
            "HTTP/1.1 {status} \r\nContent-Type: application/json\r\n\r\n\
             HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\nabc"
        );
        assert_eq!(answers, wanted);
    }
}

#[test]
fn what_is_no_request_is_answered_with_the_reason_and_fails_the_test() {
    let table = [
        ("GET /a b c HTTP/1.1\r\n\r\n", "invalid"),
        ("POST / HTTP/1.1\r\nContent-Length: ten\r\n\r\n", "the Content-Length \\\"ten\\\" is no number"),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "a chunk's size cannot be read"),
        ("\r\n\r\n", "it has no request line"),
    ];
    for (request, reason) in table {
        let server = MockServer::start(|_: &Received| Answer::bytes(200, ""));
        let answer = exchange(&server, request);
        assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains(reason), "{answer}");
        let panic = panic::catch_unwind(AssertUnwindSafe(|| drop(server))).unwrap_err();
        let told = panic.downcast_ref::<String>().unwrap();
        assert!(told.starts_with("the server could not read a request: "), "{told}");
    }
}

#[test]
fn a_client_that_leaves_in_the_middle_is_its_own_affair() {
    let server = MockServer::start(|_: &Received| Answer::bytes(200, ""));
    for begun in [
        "GET /",
        "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5",
    ] {
        connect(&server).write_all(begun.as_bytes()).unwrap();
    }
    exchange(&server, GET);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_compressed_answer_is_smaller_than_its_text() {
    let server = MockServer::start(|_: &Received| Answer::bytes(200, "a".repeat(100_000)).gzip());
    let answer = exchange(&server, GET);
    assert!(answer.contains("Content-Encoding: gzip") && answer.len() < 1_000, "{}", answer.len());
}

#[test]
fn a_reset_is_an_error_to_the_client() {
    let server = MockServer::start(|_: &Received| Answer::reset());
    let mut stream = connect(&server);
    stream.write_all(GET.as_bytes()).unwrap();
    let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn an_answer_that_never_comes_ends_with_the_server() {
    for answer in [Answer::hang(), Answer::bytes(200, "").after(Duration::from_secs(3600))] {
        let server = MockServer::start(move |_: &Received| answer.clone());
        let mut stream = connect(&server);
        stream.write_all(GET.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);

        let start = Instant::now();
        drop(server);
        assert!(start.elapsed() < Duration::from_secs(10));
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let ended = stream.read_to_end(&mut Vec::new());
        assert!(
            !ended.is_err_and(|error| error.kind() == ErrorKind::WouldBlock),
            "the connection is still open"
        );
    }
}

#[test]
fn a_handler_that_panics_is_told_of_twice() {
    let server = MockServer::start(|request: &Received| panic!("did not expect {}", request.path()));
    let answer = exchange(&server, GET);
    assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("did not expect /a"), "{answer}");

    let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(server)));
    let panic = dropped.unwrap_err();
    assert_eq!(
        panic.downcast_ref::<String>().unwrap(),
        "the handler of the server panicked: did not expect /a"
    );
}
