//! Traffic with a real server, recorded once and replayed without network.

mod file;
mod literals;
mod local;
mod player;
mod recorder;
mod scrub;
mod tape;
mod unmatched;

use std::{
    env, fmt,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::json;

use crate::{
    host::lock,
    mock_server::{Answer, MockServer, Received},
};
use local::Local;
use player::{Player, Repetition, Unmatched};
use recorder::{Recorder, ask, request_of};
use scrub::Scrubber;
use tape::{Delivered, Response, Tape};

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
/// the upstream. The file is written when the cassette is dropped, if the test has passed and has come as far as
/// [`assert_all_played`](Self::assert_all_played), or by [`finish`](Self::finish); otherwise the one that is there stays as
/// it is. A request that is under way at the end is waited for, two minutes at most. Headers of requests are not recorded;
/// of those of answers only `Content-Type`, `Link`, `Location`, `Retry-After` and `(X-)RateLimit…`.
///
/// Every [`secret`](Self::secret) is replaced by `[secret]`, in plain and as JSON, URLs, HTML and base64 write it; so are
/// the `access_token`, `refresh_token` and `id_token` of an answer in JSON. Where one is still found, nothing is written.
/// Read the file before you commit it all the same: names of people are no secrets that a machine knows of.
///
/// In `Link` and `Location` the upstream's URL becomes that of the server; in a body only at the places that
/// [`rewriting`](Self::rewriting) names, as most URLs there identify something. Other bodies are passed on byte for byte
/// while they are recorded. A redirect that leads away from the upstream cannot be recorded.
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
    ending: Ending,
}

/// Whether the test has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Open,
    Reached,
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
            ending: Ending::Open,
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
    ///
    /// # Panics
    /// Where it is replayed, and was recorded from another one.
    #[must_use]
    pub fn upstream(self, base_url: &str) -> Self {
        let changed = lock(&self.shared.inside).set_upstream(base_url.trim_end_matches('/'));
        if let Err(complaint) = changed {
            panic!("the cassette {} {complaint}", self.shared.path.display());
        }
        self
    }

    /// The same cassette, without this value in anything that is recorded; to be given where it is replayed too, so that
    /// requests that hold it are the same again, whatever the value is then.
    ///
    /// # Panics
    /// Where it has fewer than 6 bytes: ordinary words would be replaced as well. Where `[secret]` holds it.
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

    /// Everything recorded has been asked for, and everything asked for was recorded. While it is recorded this only says
    /// that the test has come to its end, so that the file is written once the cassette is dropped.
    ///
    /// # Panics
    /// Names the requests that nobody has asked, and those that were not recorded.
    #[track_caller]
    pub fn assert_all_played(&self) {
        let mut inside = lock(&self.shared.inside);
        inside.ending = Ending::Reached;
        let Mode::Replay(player) = &inside.mode else { return };
        let mut told = inside.complaints.clone();
        let unplayed = player.unplayed();
        drop(inside);
        if !unplayed.is_empty() {
            told.insert(0, self.shared.unplayed(&unplayed));
        }
        assert!(told.is_empty(), "{}", told.join("\n"));
    }

    /// Ends it, and writes what was recorded.
    ///
    /// # Errors
    /// What the test should fail with: requests that were not recorded, or could not be; that nothing was asked while it
    /// was recorded.
    pub fn finish(mut self) -> Result<(), String> {
        lock(&self.shared.inside).ending = Ending::Reached;
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

impl Inside {
    fn set_upstream(&mut self, base_url: &str) -> Result<(), String> {
        let is_replayed = matches!(self.mode, Mode::Replay(_));
        if is_replayed && !self.upstream.is_empty() && self.upstream != base_url {
            return Err(format!(
                "was recorded from {}, and not from {base_url}: record it anew",
                self.upstream
            ));
        }
        base_url.clone_into(&mut self.upstream);
        Ok(())
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
        let delivered = match self.delivered(received) {
            Ok(delivered) => delivered,
            Err(answer) => return answer,
        };
        let inside = lock(&self.inside);
        let local = Local { upstream: &inside.upstream, base_url: &base_url };
        let delivered = local.answer(delivered, &inside.rewritten);
        let answer = Answer::bytes(delivered.status, delivered.body);
        delivered.headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value))
    }

    fn delivered(&self, received: &Received) -> Result<Delivered, Answer> {
        let mut inside = lock(&self.inside);
        let request = request_of(received);
        let agent = match &mut inside.mode {
            Mode::Record(recorder) => recorder.agent(),
            Mode::Replay(_) => {
                let asked = inside.scrubber.request(&request);
                let Mode::Replay(player) = &mut inside.mode else { return Err(Answer::hang()) };
                let unmatched = match player.play(&asked) {
                    Ok(response) => return Ok(response.delivered()),
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

    fn keep(&self, request: &tape::Request, asked: Result<Delivered, String>) -> Result<Delivered, Answer> {
        let mut inside = lock(&self.inside);
        let asked = asked.and_then(|delivered| {
            let away = leads_away(&delivered, &inside.upstream);
            away.map_or(Ok(delivered), Err)
        });
        let delivered = match asked {
            Ok(delivered) => delivered,
            Err(reason) => {
                let line = inside.scrubber.text(&request.line());
                let complaint = format!("cannot record {line}: {}", inside.scrubber.text(&reason));
                inside.complaints.push(complaint.clone());
                return Err(Answer::json(502, &json!({ "error": complaint })));
            }
        };
        if let Ok(body) = serde_json::from_slice(&delivered.body) {
            inside.scrubber.add_issued(&body);
        }
        let exchange = inside.scrubber.exchange(request, &Response::of(&delivered));
        if let Mode::Record(recorder) = &mut inside.mode {
            recorder.exchanges.push(exchange);
        }
        Ok(delivered)
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

    fn unplayed(&self, lines: &[String]) -> String {
        format!(
            "nobody has asked for {} of the cassette {}:\n  {}",
            if lines.len() == 1 { "one exchange" } else { "some exchanges" },
            self.path.display(),
            lines.join("\n  ")
        )
    }

    /// Writes what was recorded, unless the test was left before its end or something is wrong with it.
    fn write(&self) -> Result<(), String> {
        let mut inside = lock(&self.inside);
        if !inside.complaints.is_empty() {
            return Err(std::mem::take(&mut inside.complaints).join("\n"));
        }
        let (upstream, ending) = (inside.upstream.clone(), inside.ending);
        let Mode::Record(recorder) = &mut inside.mode else { return Ok(()) };
        let tape = Tape { upstream, exchanges: std::mem::take(&mut recorder.exchanges) };
        if ending == Ending::Open {
            tell_unwritten(&self.path);
            return Ok(());
        }
        let tape = inside.scrubber.tape(&tape);
        inside.scrubber.check(&tape).and_then(|()| file::write(&self.path, &tape)).map_err(|complaint| {
            let path = self.path.display();
            format!("{path} is not written: {complaint}")
        })
    }
}

/// Past the capture of test output: the test may well have passed.
fn tell_unwritten(path: &Path) {
    let path = path.display();
    // Without a standard error there is nobody to tell.
    let _ = writeln!(
        io::stderr(),
        "{path} is not written: the test has come neither to assert_all_played() nor to finish()"
    );
}

/// Where a redirect leads that the cassette cannot follow.
fn leads_away(delivered: &Delivered, upstream: &str) -> Option<String> {
    let location = delivered.headers.get("location").filter(|_| (300..400).contains(&delivered.status))?;
    let local = Local { upstream, base_url: "" };
    match local.url(location) {
        Some(_) => None,
        None => Some(format!("it is redirected to {location}, away from {upstream}")),
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
