//! Serves pages of incidents over loopback, as PagerDuty's API has them.
//!
//! `bench-server INCIDENTS` prints its base URL and serves until it is killed. All pages are made before that; what is
//! left to do for a request is to find one and to write it.

#![forbid(unsafe_code)]

mod incidents;

use std::{
    env,
    error::Error,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use incidents::{PAGE, pages};

const TOKEN: &str = "Token token=bench";

fn main() -> Result<(), Box<dyn Error>> {
    let count = env::args().nth(1).ok_or("say how many incidents: bench-server 20000")?.parse()?;
    let pages = Arc::new(pages(count));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let (stream, pages) = (stream?, Arc::clone(&pages));
        // A client that goes away in the middle is the client's affair.
        thread::spawn(move || serve(&stream, &pages));
    }
    Ok(())
}

/// Answers one request after the other, as long as the client asks.
fn serve(stream: &TcpStream, pages: &[String]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let (status, body) = answer(&request, pages);
        respond(stream, status, body)?;
    }
    Ok(())
}

/// What counts of a request.
struct Request {
    target: String,
    is_authorized: bool,
}

/// The next request; none where the client is done. GET has no body.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut is_authorized = false;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            return Ok(Some(Request { target, is_authorized }));
        }
        is_authorized |= line.split_once(':').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("authorization") && value.trim() == TOKEN
        });
    }
}

fn answer<'p>(request: &Request, pages: &'p [String]) -> (&'static str, &'p str) {
    if !request.is_authorized {
        return ("401 Unauthorized", r#"{"error":{"message":"Unauthorized","code":2006}}"#);
    }
    match page(&request.target).and_then(|number| pages.get(number)) {
        Some(page) => ("200 OK", page),
        None => ("404 Not Found", r#"{"error":{"message":"Not Found","code":2100}}"#),
    }
}

/// The number of the page that a request asks for.
fn page(target: &str) -> Option<usize> {
    let query = target.strip_prefix("/incidents?")?;
    let value = |name: &str| -> Option<usize> {
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1.parse().ok()
    };
    let (limit, offset) = (value("limit")?, value("offset")?);
    (limit == PAGE && offset % PAGE == 0).then_some(offset / PAGE)
}

/// In one write, so that no client waits for the second half.
fn respond(mut stream: &TcpStream, status: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())
}
