//! One connection: requests are read from it, answers are written to it.

use std::{
    any::Any,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
    panic::{self, AssertUnwindSafe},
    time::Duration,
};

use rustix::net::sockopt::set_socket_linger;
use serde_json::json;

use super::{
    Shared,
    answer::{Answer, Delivery},
    received::Received,
};

/// How many headers a request may have.
const MOST_HEADERS: usize = 128;

pub(super) struct Connection<'a> {
    stream: &'a TcpStream,
    reader: BufReader<&'a TcpStream>,
    shared: &'a Shared,
}

/// Whether the connection is of use after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    KeepAlive,
    Close,
}

impl<'a> Connection<'a> {
    pub(super) fn new(stream: &'a TcpStream, shared: &'a Shared) -> Self {
        Self { stream, reader: BufReader::new(stream), shared }
    }

    /// Answers requests until one side closes the connection.
    pub(super) fn serve(mut self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        while let Some(request) = self.next_request()? {
            self.shared.seen().requests.push(request.clone());
            let answer = self.answer_to(&request);
            if self.deliver(&request, &answer)? == Then::Close || wants_close(&request) {
                break;
            }
        }
        self.stream.shutdown(Shutdown::Both)
    }

    /// The next request. One that is none is answered with the reason, which the test is told as well.
    fn next_request(&mut self) -> io::Result<Option<Received>> {
        let error = match self.read_request() {
            Err(error) if !is_departure(&error) => error,
            request => return request,
        };
        self.shared.seen().complaints.push(format!("the server could not read a request: {error}"));
        let refusal = Answer::json(400, &json!({ "error": error.to_string() })).header("Connection", "close");
        let mut stream = self.stream;
        stream.write_all(&head(&refusal))?;
        stream.write_all(&refusal.body)?;
        Ok(None)
    }

    fn answer_to(&self, request: &Received) -> Answer {
        let handler = AssertUnwindSafe(|| (self.shared.handler)(request));
        panic::catch_unwind(handler).unwrap_or_else(|panic| {
            let message = panic_message(panic.as_ref()).to_owned();
            let answer = Answer::json(500, &json!({ "error": format!("the handler panicked: {message}") }));
            self.shared.seen().complaints.push(format!("the handler of the server panicked: {message}"));
            answer
        })
    }

    fn read_request(&mut self) -> io::Result<Option<Received>> {
        let Some(head) = self.read_head()? else { return Ok(None) };
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        if parsed.parse(&head).map_err(io::Error::other)?.is_partial() {
            return Err(io::Error::other("it has no request line"));
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut request = Received {
            method: parsed.method.unwrap_or_default().to_owned(),
            target: parsed.path.unwrap_or_default().to_owned(),
            headers: parsed
                .headers
                .iter()
                .map(|header| (header.name.to_owned(), text(header.value)))
                .collect(),
            body: Vec::new(),
        };
        request.body = self.read_body(&request)?;
        Ok(Some(request))
    }

    /// The bytes up to the first empty line, or nothing where the client has closed the connection.
    fn read_head(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if self.reader.read_until(b'\n', &mut head)? == 0 {
                return Ok(None);
            }
        }
        Ok(Some(head))
    }

    fn read_body(&mut self, request: &Received) -> io::Result<Vec<u8>> {
        if request.header("Transfer-Encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return self.read_chunks();
        }
        let Some(length) = request.header("Content-Length") else { return Ok(Vec::new()) };
        let unreadable =
            |error| io::Error::other(format!("the Content-Length {length:?} is no number: {error}"));
        self.read_exactly(length.parse().map_err(unreadable)?)
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = Vec::new();
            self.reader.read_until(b'\n', &mut line)?;
            if !line.ends_with(b"\n") {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let size = match httparse::parse_chunk_size(&line) {
                Ok(httparse::Status::Complete((_, size))) => size,
                _ => return Err(io::Error::other("a chunk's size cannot be read")),
            };
            body.extend(self.read_exactly(size)?);
            self.read_exactly(2)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn read_exactly(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(length).read_to_end(&mut bytes)?;
        if read as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn deliver(&self, request: &Received, answer: &Answer) -> io::Result<Then> {
        self.shared.stopping.wait_at_most(answer.delay);
        match answer.delivery {
            Delivery::Hang => {
                self.shared.stopping.wait();
                return Ok(Then::Close);
            }
            Delivery::Reset => {
                set_socket_linger(self.stream, Some(Duration::ZERO))?;
                // Not through `serve`: its shutdown would close the connection in good order.
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            Delivery::Whole | Delivery::TruncatedAfter(_) | Delivery::Slowly { .. } => {}
        }
        let mut stream = self.stream;
        stream.write_all(&head(answer))?;
        let is_over = request.method == "HEAD" || has_no_body(answer.status);
        if is_over { Ok(Then::KeepAlive) } else { self.deliver_body(answer) }
    }

    fn deliver_body(&self, answer: &Answer) -> io::Result<Then> {
        let mut stream = self.stream;
        match answer.delivery {
            Delivery::TruncatedAfter(bytes) => {
                stream.write_all(&answer.body[..bytes.min(answer.body.len())])?;
                return Ok(Then::Close);
            }
            Delivery::Slowly { bytes, pause } => {
                for piece in answer.body.chunks(bytes) {
                    self.shared.stopping.wait_at_most(pause);
                    stream.write_all(piece)?;
                }
            }
            _ => stream.write_all(&answer.body)?,
        }
        Ok(Then::KeepAlive)
    }
}

/// The status line, whose reason RFC 9112 (section 4) lets be empty, with the headers.
fn head(answer: &Answer) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} \r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !has_no_body(answer.status) {
        head.push_str(&format!("Content-Length: {}\r\n", answer.body.len()));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// RFC 9112, section 6.3.
fn has_no_body(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 304)
}

/// Whether the client has gone: that is its own affair.
fn is_departure(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

fn wants_close(request: &Received) -> bool {
    request.header("Connection").is_some_and(|connection| connection.eq_ignore_ascii_case("close"))
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("of an unknown kind")
}
