//! An HTTP server on loopback whose answers a test chooses, bad ones too.

mod answer;
mod connection;
mod received;
mod stopping;

use std::{
    collections::HashMap,
    fmt, io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

pub use answer::Answer;
use connection::Connection;
pub use received::Received;
use stopping::Stopping;

/// A small HTTP/1.1 server on 127.0.0.1 that answers as a test says, and misbehaves where it asks for that.
///
/// Connections are kept alive; each has a thread of its own, so the handler is called from several at once. When the
/// server is dropped, its connections are closed and its threads have ended. As it waits for them, a handler must not wait
/// for what the test does behind that, such as a message from it; [`Answer::hang`] and [`Answer::after`] end with it.
///
/// ```
/// use std::{io::{Read, Write}, net::TcpStream};
/// use connector_testing::{Answer, MockServer, Received};
/// use serde_json::json;
///
/// let server = MockServer::start(|request: &Received| match request.path() {
///     "/me" => Answer::json(200, &json!({ "name": "Ada" })),
///     _ => Answer::json(404, &json!({ "error": "not found" })),
/// });
///
/// let mut connection = TcpStream::connect(server.address())?;
/// connection.write_all(b"GET /me?a+b=%2F HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// connection.read_to_string(&mut answer)?;
///
/// assert!(answer.ends_with(r#"{"name":"Ada"}"#));
/// assert_eq!(server.requests()[0].query(), [("a b".to_owned(), "/".to_owned())]);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Panics
/// A handler that panics is answered for with 500 and what it said; the server then panics with that when it is
/// dropped, so that an assertion in a handler fails the test. So does what cannot be read as a request; it is answered
/// with 400 and the reason.
pub struct MockServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

type Handler = dyn Fn(&Received) -> Answer + Send + Sync;

/// What the threads of one server share.
struct Shared {
    handler: Box<Handler>,
    stopping: Stopping,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    requests: Vec<Received>,
    /// What the test is to fail with.
    complaints: Vec<String>,
    open: HashMap<u64, Arc<TcpStream>>,
}

impl MockServer {
    /// Starts a server on a free port.
    ///
    /// # Panics
    /// Where the system has no port or no thread left.
    pub fn start(handler: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_on(0, handler)
    }

    /// Starts a server on this port, or on a free one for 0.
    ///
    /// # Panics
    /// Where the port is in use, or the system has no thread left.
    pub fn start_on(port: u16, handler: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        match Self::try_start(port, Box::new(handler)) {
            Ok(server) => server,
            Err(error) => panic!("cannot start a server on 127.0.0.1:{port}: {error}"),
        }
    }

    pub(crate) fn try_start(port: u16, handler: Box<Handler>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { handler, stopping: Stopping::default(), seen: Mutex::default() });
        let accepting = {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name("mock-server".to_owned())
                .spawn(move || accept_until_stopped(&listener, &shared))?
        };
        Ok(Self { address, shared, accepting: Some(accepting) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a client takes for its base URL: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it; gives what a test would fail with.
    pub(crate) fn end(mut self) -> Vec<String> {
        self.stop();
        std::mem::take(&mut self.shared.seen().complaints)
    }

    fn stop(&mut self) {
        self.shared.stopping.stop();
        for stream in self.shared.seen().open.values() {
            // One that the client has closed meanwhile is what we want.
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Only a connection wakes a thread that accepts them.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }

    /// The requests so far, in the order in which they had arrived as a whole.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.shared.seen().requests.clone()
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MockServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        if self.accepting.is_some() {
            self.stop();
        }
        let complaints = std::mem::take(&mut self.shared.seen().complaints);
        assert!(complaints.is_empty() || thread::panicking(), "{}", complaints.join("; "));
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept_until_stopped(listener: &TcpListener, shared: &Arc<Shared>) {
    thread::scope(|scope| {
        for (number, stream) in (0..).zip(listener.incoming()) {
            if shared.stopping.is_stopped() {
                return;
            }
            // A client that was gone before it was accepted is its own affair.
            let Ok(stream) = stream else { continue };
            scope.spawn(move || serve(number, &Arc::new(stream), shared));
        }
    });
}

fn serve(number: u64, stream: &Arc<TcpStream>, shared: &Shared) {
    shared.seen().open.insert(number, Arc::clone(stream));
    // The server may have been dropped before the connection was among the open ones.
    if !shared.stopping.is_stopped() {
        // The client may close the connection at any time; there is nobody to tell.
        let _ = Connection::new(stream, shared).serve();
    }
    shared.seen().open.remove(&number);
}
