//! Traffic with a real server, recorded once and replayed without network.

#[cfg(feature = "recording")]
mod file;
mod literals;
mod local;
mod player;
#[cfg(feature = "recording")]
mod recorder;
#[cfg_attr(not(feature = "recording"), expect(dead_code, reason = "the recorder is left out"))]
mod scrub;
mod shared;
#[cfg_attr(not(feature = "recording"), expect(dead_code, reason = "the recorder is left out"))]
mod tape;
mod unmatched;

use std::{
    fmt, io,
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

use crate::{host::lock, mock_server::MockServer};
use player::{Player, Repetition};
#[cfg(feature = "recording")]
use recorder::Recorder;
use scrub::Scrubber;
use shared::{Ending, Inside, Mode, RECORD, Shared};
use tape::Tape;

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

impl Cassette {
    /// Replays this file, or records it where `RECORD_CASSETTES=1` stands in the environment. A relative path starts at
    /// the crate's folder, as cargo runs tests there.
    ///
    /// # Panics
    /// Where there is no such file to replay, or it is no cassette.
    #[cfg(feature = "recording")]
    #[must_use]
    pub fn open(path: impl AsRef<Path>) -> Self {
        if std::env::var_os(RECORD).is_some_and(|value| value == "1") {
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
        match Self::try_replay(path) {
            Ok(cassette) => cassette,
            Err(complaint) => panic!("{complaint}\nTo record it: {RECORD}=1 cargo test"),
        }
    }

    /// As [`replay`](Self::replay), for programs that are no tests.
    ///
    /// # Errors
    /// Where the file cannot be read, or is no cassette.
    pub fn try_replay(path: impl AsRef<Path>) -> Result<Self, String> {
        let tape = Tape::read(path.as_ref())?;
        let upstream = tape.upstream.clone();
        Self::start(path.as_ref(), Mode::Replay(Player::new(tape)), upstream)
            .map_err(|error| format!("cannot start a server on 127.0.0.1: {error}"))
    }

    /// Records this file anew, whatever the environment says. Where it exists, its upstream is asked again.
    ///
    /// # Panics
    /// Where no server can be started.
    #[cfg(feature = "recording")]
    #[must_use]
    pub fn record(path: impl AsRef<Path>) -> Self {
        let upstream = Tape::read(path.as_ref()).map(|tape| tape.upstream).unwrap_or_default();
        match Self::start(path.as_ref(), Mode::Record(Recorder::new()), upstream) {
            Ok(cassette) => cassette,
            Err(error) => panic!("cannot start a server on 127.0.0.1: {error}"),
        }
    }

    fn start(path: &Path, mode: Mode, upstream: String) -> io::Result<Self> {
        let inside = Inside {
            mode,
            upstream,
            scrubber: Scrubber::default(),
            rewritten: Vec::new(),
            complaints: Vec::new(),
            ending: Ending::Open,
        };
        let shared = Arc::new(Shared { path: path.to_owned(), inside: Mutex::new(inside) });
        let server = Shared::serve(&shared, 0)?;
        Ok(Self { base_url: server.base_url(), server: Some(server), shared })
    }

    /// The same cassette on this port, in the place of a free one.
    ///
    /// # Panics
    /// Where the port is in use.
    #[must_use]
    pub fn on_port(mut self, port: u16) -> Self {
        let server = match Shared::serve(&self.shared, port) {
            Ok(server) => server,
            Err(error) => panic!("cannot start a server on 127.0.0.1:{port}: {error}"),
        };
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
        match &mut lock(&self.shared.inside).mode {
            Mode::Replay(player) => player.repetition = Repetition::Always,
            #[cfg(feature = "recording")]
            Mode::Record(_) => {}
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
        #[cfg(feature = "recording")]
        let Mode::Replay(player) = &inside.mode else { return };
        #[cfg(not(feature = "recording"))]
        let Mode::Replay(player) = &inside.mode;
        let mut told = inside.complaints.clone();
        let unplayed = player.unplayed();
        drop(inside);
        if !unplayed.is_empty() {
            told.insert(0, self.shared.unplayed(&unplayed));
        }
        assert!(told.is_empty(), "{}", told.join("\n"));
    }

    /// Begins anew: what has been played counts as not played.
    pub fn rewind(&self) {
        match &mut lock(&self.shared.inside).mode {
            Mode::Replay(player) => player.rewind(),
            #[cfg(feature = "recording")]
            Mode::Record(_) => {}
        }
    }

    /// What was asked and had not been recorded, since the last question: each with the nearest requests that there are. What
    /// has been given here does not count any more when the cassette ends.
    #[must_use]
    pub fn take_complaints(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.shared.inside).complaints)
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
        let complaints = server.end();
        if !complaints.is_empty() {
            return Err(complaints.join("\n"));
        }
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
