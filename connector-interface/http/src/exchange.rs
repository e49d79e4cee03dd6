//! One request over the wire, made by a thread of its own while the caller asks whether to go on.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    },
    time::{Duration, Instant},
};

use rustls::crypto::ring;
use ureq::{
    Agent, Body, Proxy,
    http::{HeaderMap, Method, Request, Response, StatusCode},
    tls::{RootCerts, TlsConfig},
};

use crate::{error::Error, settings::Settings, threads::Threads, waits::Waits};

/// How often a caller that waits asks whether to go on.
const NOTICE: Duration = Duration::from_millis(50);
/// How much of a body is handed over at once, and how many such pieces wait for the caller.
const PIECE: usize = 64 * 1024;
const PIECES_AHEAD: usize = 2;

/// Makes requests. Nothing interrupts a blocking read, so each is made by a thread that the caller can turn its back on;
/// a cancellation closes the connections below such threads.
pub(crate) struct Exchanger {
    agent: Agent,
    threads: Threads,
}

/// A request, whole.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Arc<[u8]>>,
}

/// An answer whose head has come.
pub(crate) struct Incoming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Pieces,
}

/// A body that is still coming.
pub(crate) struct Pieces {
    messages: Receiver<Message>,
    waits: Waits,
    agent: Agent,
    ends: Option<Instant>,
}

/// Why there is no answer, or not all of it.
pub(crate) enum Broken {
    Stopped(Error),
    TooSlow,
    Transport(ureq::Error),
}

enum Message {
    Head(StatusCode, HeaderMap),
    Piece(Vec<u8>),
    End,
    Failed(ureq::Error),
}

impl Exchanger {
    pub(crate) fn new(settings: &Settings, proxy: Option<Proxy>) -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(settings.concurrency)
            .max_idle_connections_per_host(settings.concurrency)
            // Also where there is none: no proxy is taken from the environment.
            .proxy(proxy)
            .tls_config(tls)
            .user_agent(concat!("connector-http/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(settings.connect_timeout))
            .timeout_recv_response(Some(settings.head_timeout))
            .timeout_per_read(Some(settings.head_timeout))
            .timeout_per_write(Some(settings.head_timeout))
            .build();
        Self { agent: config.into(), threads: Threads::default() }
    }

    /// Sends the request and waits for the head of its answer. With `at_most`, the whole answer must have come by then.
    pub(crate) fn exchange(
        &self,
        outgoing: Outgoing,
        waits: &Waits,
        at_most: Option<Duration>,
    ) -> Result<Incoming, Broken> {
        let (sender, messages) = mpsc::sync_channel(PIECES_AHEAD);
        let agent = self.agent.clone();
        self.threads.run(Box::new(move || converse(&agent, outgoing, &sender))).map_err(Broken::from)?;
        let ends = at_most.and_then(|at_most| Instant::now().checked_add(at_most));
        let mut body = Pieces { messages, waits: waits.clone(), agent: self.agent.clone(), ends };
        match body.message()? {
            Message::Head(status, headers) => Ok(Incoming { status, headers, body }),
            _ => Err(thread_is_gone()),
        }
    }
}

impl Drop for Exchanger {
    fn drop(&mut self) {
        // What is still being read is read for nobody.
        self.agent.clone().shutdown();
    }
}

impl Pieces {
    /// Lets the body come no later than so, nor than it had to anyway.
    pub(crate) fn end_within(&mut self, at_most: Duration) {
        let ends = Instant::now().checked_add(at_most);
        self.ends = self.ends.into_iter().chain(ends).min();
    }

    /// The next bytes of the body, or nothing after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        match self.message()? {
            Message::Piece(bytes) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    fn message(&mut self) -> Result<Message, Broken> {
        loop {
            if let Err(stopped) = self.waits.check() {
                self.agent.clone().shutdown();
                return Err(Broken::Stopped(stopped));
            }
            if self.ends.is_some_and(|ends| Instant::now() >= ends) {
                return Err(Broken::TooSlow);
            }
            match self.messages.recv_timeout(NOTICE) {
                Ok(Message::Failed(error)) => return Err(Broken::Transport(error)),
                Ok(message) => return Ok(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(thread_is_gone()),
            }
        }
    }
}

fn thread_is_gone() -> Broken {
    io::Error::new(io::ErrorKind::BrokenPipe, "the thread that made the request has ended").into()
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Transport(error.into())
    }
}

/// What the thread does. Where nobody listens any more, it drops the answer, and with it the connection.
fn converse(agent: &Agent, outgoing: Outgoing, sender: &SyncSender<Message>) {
    let last = match send(agent, outgoing) {
        Ok(response) => {
            let (head, body) = response.into_parts();
            if sender.send(Message::Head(head.status, head.headers)).is_err() {
                return;
            }
            hand_over(body, sender).map_or_else(|error| Message::Failed(error.into()), |()| Message::End)
        }
        Err(error) => Message::Failed(error),
    };
    // As above.
    let _ = sender.send(last);
}

fn send(agent: &Agent, outgoing: Outgoing) -> Result<Response<Body>, ureq::Error> {
    let mut request = Request::builder().method(outgoing.method).uri(outgoing.url);
    if let Some(headers) = request.headers_mut() {
        *headers = outgoing.headers;
    }
    match outgoing.body {
        Some(body) => agent.run(request.body(&*body)?),
        None => agent.run(request.body(())?),
    }
}

fn hand_over(body: Body, sender: &SyncSender<Message>) -> io::Result<()> {
    let mut body = body.into_reader();
    loop {
        let mut piece = vec![0; PIECE];
        let length = match body.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if has_no_bytes(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        piece.truncate(length);
        if sender.send(Message::Piece(piece)).is_err() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
    }
}

/// Whether a body that is said to be compressed is empty, as with HEAD or the status 204 (RFC 9110, section 8.4): what
/// the decoder misses is its header. An error that comes from the connection has words of its own.
fn has_no_bytes(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<ureq::Error>());
    matches!(cause, Some(ureq::Error::Decompress(_, cause))
        if cause.kind() == io::ErrorKind::UnexpectedEof && cause.get_ref().is_none())
}
