//! Through a proxy.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use connector_http::ErrorKind;
use connector_testing::{Answer, FakeRunner, MockServer};

use crate::{answering, builder};

/// A proxy for one connection, which it lets through with the right credentials only. Gives back its first lines.
fn proxy(server: &MockServer) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let target = server.address();
    let serving = thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(client.try_clone().unwrap());
        let lines = head(&mut reader);
        // user:secret-password
        if !lines
            .iter()
            .any(|line| line.to_lowercase() == "proxy-authorization: basic dxnlcjpzzwnyzxqtcgfzc3dvcmq=")
        {
            let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
            (&client).write_all(refusal.as_bytes()).unwrap();
            return lines;
        }
        (&client).write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let upstream = TcpStream::connect(target).unwrap();
        let mut back = (upstream.try_clone().unwrap(), client);
        thread::spawn(move || io::copy(&mut back.0, &mut back.1));
        // Until the client closes the connection.
        drop(io::copy(&mut reader, &mut &upstream));
        lines
    });
    (address, serving)
}

fn head(reader: &mut impl BufRead) -> Vec<String> {
    reader.lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_request_goes_through_the_proxy_with_its_credentials() {
    let server = answering(vec![Answer::bytes(200, "through")]);
    let (address, serving) = proxy(&server);
    let url = format!("http://user:secret-password@{address}");
    let api = builder(&server, &FakeRunner::new()).proxy(Some(&url)).build().unwrap();
    assert_eq!(api.get("/x").send().unwrap().text().unwrap(), "through");
    drop(api);
    assert!(serving.join().unwrap()[0].starts_with("CONNECT 127.0.0.1:"));
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    let server = answering(vec![Answer::bytes(200, "through")]);
    let (address, serving) = proxy(&server);
    let url = format!("http://user:wrong-password@{address}");
    let api = builder(&server, &FakeRunner::new()).proxy(Some(&url)).build().unwrap();
    let error = api.get("/x").send().unwrap_err().to_string();
    assert!(error.contains("proxy") && !error.contains("wrong-password"), "{error}");
    serving.join().unwrap();
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_proxy_that_fails_is_asked_again_and_one_that_refuses_is_not() {
    for (answer, connections) in [
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 2),
        ("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", 2),
        ("", 2),
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 1),
        ("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n", 1),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = thread::spawn(move || {
            for _ in 0..connections {
                let (client, _) = listener.accept().unwrap();
                head(&mut BufReader::new(client.try_clone().unwrap()));
                (&client).write_all(answer.as_bytes()).unwrap();
            }
        });
        let server = answering(vec![Answer::bytes(200, "")]);
        let api = builder(&server, &FakeRunner::new()).proxy(Some(&url)).attempts(2).build().unwrap();
        let error = api.get("/x").send().unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{shown}");
        assert_eq!(shown.contains("(2 attempts)"), connections == 2, "{shown}");
        assert!(shown.contains("check the proxy"), "{shown}");
        serving.join().unwrap();
    }
}
