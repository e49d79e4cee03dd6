//! Traffic with a real server, recorded once and replayed without network.

mod player;
mod recorder;
mod scrub;
mod tape;
mod unmatched;

use std::{
    env, fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::json;

use crate::{
    host::lock,
    mock_server::{Answer, MockServer, Received},
};
use player::{Player, Repetition, Unmatched};
use recorder::{Recorder, ask, request_of};
use scrub::Scrubber;
use tape::{Body, Response, Tape};

/// Set to `1`, it makes [`Cassette::open`] record.
const RECORD: &str = "RECORD_CASSETTES";

/// Recorded traffic behind a server on loopback, which a client reaches through its configured base URL, in memory or as
/// a built `.so`.
///
/// ```no_run
/// # use connector_testing::Cassette;
/// # use serde_json::json;
/// let token = std::env::var("PAGERDUTY_TOKEN").unwrap_or_else(|_| "not-a-token".to_owned());
/// let cassette = Cassette::open("tests/cassettes/incidents.json")
///     .upstream("https://api.pagerduty.com")
///     .secret(&token);
/// let configuration = json!({ "apiToken": token, "baseUrl": cassette.base_url() });
/// // sync, and claim things of the records; then:
/// cassette.assert_all_played();
/// ```
///
/// **Replayed**, a request is answered by the first exchange with the same method, path, query and body that was not
/// played yet; the order of the query's pairs does not count, and headers do not. One that there is no exchange for is
/// answered with 501 and the nearest requests that there are, and fails the test when the cassette is dropped. So does one
/// that comes more often than it was recorded: that is how a loop or a needless retry is found.
///
/// **Recorded** it is by the same test: `RECORD_CASSETTES=1 cargo test`, with a token that works. Each request then goes to
/// the upstream, and the file is written when the cassette is dropped, if the test has passed. Headers of requests are not
/// recorded; of those of answers only `Content-Type`, `Link`, `Location`, `Retry-After` and `(X-)RateLimit…`. Every
/// [`secret`](Self::secret) is replaced by `[secret]`, in plain and as JSON, URLs and base64 write it. Where one is still
/// found, nothing is written. Read the file before you commit it all the same: names of people are no secrets that a
/// machine knows of.
///
/// In `Link` and `Location` the upstream's URL becomes that of the server; in a body only at the places that
/// [`rewriting`](Self::rewriting) names, as most URLs there identify something.
///
/// # Panics
/// When it is dropped, unless the test panics already: where a request was not recorded, or could not be.
pub struct Cassette {
    server: Option<MockServer>,
    base_url: String,
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    inside: Mutex<Inside>,
}

struct Inside {
    mode: Mode,
    upstream: String,
    scrubber: Scrubber,
    rewritten: Vec<String>,
    complaints: Vec<String>,
}

enum Mode {
    Replay(Player),
    Record(Recorder),
}

impl Cassette {
    /// Replays this file, or records it where `RECORD_CASSETTES=1` stands in the environment. A relative path starts at
    /// the crate's folder, as cargo runs tests there.
    ///
    /// # Panics
    /// Where there is no such file to replay, or it is no cassette.
    #[must_use]
    pub fn open(path: impl AsRef<Path>) -> Self {
        if env::var_os(RECORD).is_some_and(|value| value == "1") {
            Self::record(path)
        } else {
            Self::replay(path)
        }
    }

    /// Replays this file, whatever the environment says.
    ///
    /// # Panics
    /// As [`open`](Self::open).
    #[must_use]
    pub fn replay(path: impl AsRef<Path>) -> Self {
        match Tape::read(path.as_ref()) {
            Ok(tape) => {
                let upstream = tape.upstream.clone();
                Self::start(path.as_ref(), Mode::Replay(Player::new(tape)), upstream)
            }
            Err(complaint) => panic!("{complaint}\nTo record it: {RECORD}=1 cargo test"),
        }
    }

    /// Records this file anew, whatever the environment says. Where it exists, its upstream is asked again.
    ///
    /// # Panics
    /// Where no server can be started.
    #[must_use]
    pub fn record(path: impl AsRef<Path>) -> Self {
        let upstream = Tape::read(path.as_ref()).map(|tape| tape.upstream).unwrap_or_default();
        Self::start(path.as_ref(), Mode::Record(Recorder::new()), upstream)
    }

    fn start(path: &Path, mode: Mode, upstream: String) -> Self {
        let inside = Inside {
            mode,
            upstream,
            scrubber: Scrubber::default(),
            rewritten: Vec::new(),
            complaints: Vec::new(),
        };
        let shared = Arc::new(Shared { path: path.to_owned(), inside: Mutex::new(inside) });
        let server = Shared::serve(&shared, 0);
        Self { base_url: server.base_url(), server: Some(server), shared }
    }

    /// The same cassette on this port, in the place of a free one.
    ///
    /// # Panics
    /// Where the port is in use.
    #[must_use]
    pub fn on_port(mut self, port: u16) -> Self {
        let server = Shared::serve(&self.shared, port);
        self.base_url = server.base_url();
        self.server = Some(server);
        self
    }

    /// The same cassette, recorded from the server with this base URL.
    #[must_use]
    pub fn upstream(self, base_url: &str) -> Self {
        base_url.trim_end_matches('/').clone_into(&mut lock(&self.shared.inside).upstream);
        self
    }

    /// The same cassette, without this value in anything that is recorded; to be given where it is replayed too, so that
    /// requests that hold it are the same again, whatever the value is then.
    ///
    /// # Panics
    /// Where it has fewer than 6 bytes: ordinary words would be replaced as well.
    #[must_use]
    pub fn secret(self, value: &str) -> Self {
        let added = lock(&self.shared.inside).scrubber.add(value);
        if let Err(complaint) = added {
            panic!("{complaint}");
        }
        self
    }

    /// The same cassette, with the URL at this JSON pointer of each answer's body leading back to the cassette, such as
    /// `/next` for an interface that pages by URLs in its bodies.
    #[must_use]
    pub fn rewriting(self, pointer: &str) -> Self {
        lock(&self.shared.inside).rewritten.push(pointer.to_owned());
        self
    }

    /// The same cassette, each request of which can be asked any number of times: for
    /// [`assert_resumes`](crate::assert_resumes).
    #[must_use]
    pub fn repeating(self) -> Self {
        if let Mode::Replay(player) = &mut lock(&self.shared.inside).mode {
            player.repetition = Repetition::Always;
        }
        self
    }

    /// What to configure as the base URL: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// Everything recorded has been asked for. Says nothing while it is recorded.
    ///
    /// # Panics
    /// Names the requests that nobody has asked, and those that were not recorded.
    #[track_caller]
    pub fn assert_all_played(&self) {
        let inside = lock(&self.shared.inside);
        let Mode::Replay(player) = &inside.mode else { return };
        let unplayed = player.unplayed();
        let complaints = inside.complaints.join("\n");
        drop(inside);
        let file = self.shared.path.display();
        assert!(
            unplayed.is_empty(),
            "nobody has asked for {} of the cassette {file}:\n  {}\n{complaints}",
            if unplayed.len() == 1 { "one exchange" } else { "some exchanges" },
            unplayed.join("\n  ")
        );
    }

    /// Ends it as dropping it does, without a panic.
    ///
    /// # Errors
    /// What the test should fail with: requests that were not recorded, or could not be.
    pub fn finish(mut self) -> Result<(), String> {
        self.end()
    }

    fn end(&mut self) -> Result<(), String> {
        // The last requests are answered before the tape is looked at.
        let Some(server) = self.server.take() else { return Ok(()) };
        drop(server);
        self.shared.write()
    }
}

impl Drop for Cassette {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        if let Err(complaint) = self.end() {
            panic!("{complaint}");
        }
    }
}

impl fmt::Debug for Cassette {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.shared.path;
        formatter.debug_struct("Cassette").field("path", path).finish_non_exhaustive()
    }
}

impl Shared {
    fn serve(shared: &Arc<Self>, port: u16) -> MockServer {
        let answering = Arc::clone(shared);
        MockServer::start_on(port, move |received| answering.answer(received))
    }

    fn answer(&self, received: &Received) -> Answer {
        let host = received.header("Host").unwrap_or_default();
        let base_url = format!("http://{host}");
        match self.response(received) {
            Ok(response) => self.rewritten(response, &base_url),
            Err(answer) => answer,
        }
    }

    fn response(&self, received: &Received) -> Result<Response, Answer> {
        let mut inside = lock(&self.inside);
        let request = request_of(received);
        let agent = match &mut inside.mode {
            Mode::Record(recorder) => recorder.agent(),
            Mode::Replay(_) => {
                let asked = inside.scrubber.request(&request);
                let Mode::Replay(player) = &mut inside.mode else { return Err(Answer::hang()) };
                let unmatched = match player.play(&asked) {
                    Ok(response) => return Ok(response),
                    Err(unmatched) => unmatched,
                };
                inside.complaints.push(self.words(&unmatched));
                return Err(refusal(&unmatched));
            }
        };
        let upstream = inside.upstream.clone();
        // Requests may overlap; only what is kept of them is one behind the other.
        drop(inside);
        let asked = if upstream.is_empty() {
            Err("it has no upstream: say .upstream(\"https://...\")".to_owned())
        } else {
            ask(&agent, &upstream, received).map_err(|error| error.to_string())
        };
        self.keep(&request, asked)
    }

    fn keep(&self, request: &tape::Request, asked: Result<Response, String>) -> Result<Response, Answer> {
        let mut inside = lock(&self.inside);
        let response = match asked {
            Ok(response) => response,
            Err(reason) => {
                let line = inside.scrubber.text(&request.line());
                let complaint = format!("cannot record {line}: {}", inside.scrubber.text(&reason));
                inside.complaints.push(complaint.clone());
                return Err(Answer::json(502, &json!({ "error": complaint })));
            }
        };
        let exchange = inside.scrubber.exchange(request, &response);
        if let Mode::Record(recorder) = &mut inside.mode {
            recorder.exchanges.push(exchange);
        }
        Ok(response)
    }

    /// The answer as it is sent: links lead back to this server.
    fn rewritten(&self, response: Response, base_url: &str) -> Answer {
        let inside = lock(&self.inside);
        let local = |text: &str| {
            if inside.upstream.is_empty() {
                text.to_owned()
            } else {
                text.replace(&inside.upstream, base_url)
            }
        };
        let mut body = response.body.unwrap_or(Body(json!("")));
        for pointer in &inside.rewritten {
            if let Some(url) = body.0.pointer_mut(pointer)
                && let Some(text) = url.as_str()
            {
                *url = local(text).into();
            }
        }
        let mut answer = Answer::bytes(response.status, body.bytes());
        for (name, value) in &response.headers {
            let leads = matches!(name.as_str(), "link" | "location");
            answer = answer.header(name, &if leads { local(value) } else { value.clone() });
        }
        answer
    }

    fn words(&self, unmatched: &Unmatched) -> String {
        let mut text =
            format!("the cassette {} has no exchange left for {}", self.path.display(), unmatched.request);
        for candidate in &unmatched.nearest {
            text.push_str(&format!("\n  {candidate}"));
        }
        text.push_str(&format!("\n  to record it anew: {RECORD}=1 cargo test"));
        text
    }

    /// Writes what was recorded, unless something is wrong with it.
    fn write(&self) -> Result<(), String> {
        let mut inside = lock(&self.inside);
        if !inside.complaints.is_empty() {
            return Err(std::mem::take(&mut inside.complaints).join("\n"));
        }
        let upstream = inside.upstream.clone();
        let Mode::Record(recorder) = &mut inside.mode else { return Ok(()) };
        let tape = Tape { upstream, exchanges: std::mem::take(&mut recorder.exchanges) };
        let path = self.path.display();
        inside.scrubber.check(&tape).map_err(|complaint| format!("{path} is not written: {complaint}"))?;
        let text = tape.text()?;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let written = if folder == Path::new("") { Ok(()) } else { std::fs::create_dir_all(folder) };
        written
            .and_then(|()| std::fs::write(&self.path, text))
            .map_err(|error| format!("cannot write {path}: {error}"))
    }
}

fn refusal(unmatched: &Unmatched) -> Answer {
    let error = json!({
        "error": "the cassette has no exchange left for this request",
        "request": unmatched.request,
        "nearest": unmatched.nearest,
    });
    Answer::json(501, &error)
}
