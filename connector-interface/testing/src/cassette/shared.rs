//! What answers the requests to a cassette, from its tape or from the upstream.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use serde_json::json;

#[cfg(feature = "recording")]
use super::{
    file,
    recorder::{Recorder, ask},
    tape::{Response, Tape},
};
use super::{
    local::Local,
    player::{Player, Unmatched},
    scrub::Scrubber,
    tape::{Delivered, Request},
};
use crate::{
    host::lock,
    mock_server::{Answer, MockServer, Received},
};

/// Set to `1`, it makes a cassette that is opened record.
pub(super) const RECORD: &str = "RECORD_CASSETTES";

pub(super) struct Shared {
    pub(super) path: PathBuf,
    pub(super) inside: Mutex<Inside>,
}

pub(super) struct Inside {
    pub(super) mode: Mode,
    pub(super) upstream: String,
    pub(super) scrubber: Scrubber,
    pub(super) rewritten: Vec<String>,
    pub(super) complaints: Vec<String>,
    pub(super) ending: Ending,
}

/// Whether the test has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Open,
    Reached,
}

pub(super) enum Mode {
    Replay(Player),
    #[cfg(feature = "recording")]
    Record(Recorder),
}

impl Inside {
    pub(super) fn set_upstream(&mut self, base_url: &str) -> Result<(), String> {
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
    pub(super) fn serve(shared: &Arc<Self>, port: u16) -> io::Result<MockServer> {
        let answering = Arc::clone(shared);
        MockServer::try_start(port, Box::new(move |received| answering.answer(received)))
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
        let request = Request::of(received);
        let asked = inside.scrubber.request(&request);
        match &mut inside.mode {
            #[cfg(feature = "recording")]
            Mode::Record(recorder) => {
                let (agent, upstream) = (recorder.agent(), inside.upstream.clone());
                // Requests may overlap; only what is kept of them is one behind the other.
                drop(inside);
                self.recorded(&agent, &upstream, received, &request)
            }
            Mode::Replay(player) => {
                let unmatched = match player.play(&asked) {
                    Ok(response) => return Ok(response.delivered()),
                    Err(unmatched) => unmatched,
                };
                inside.complaints.push(self.words(&unmatched));
                Err(refusal(&unmatched))
            }
        }
    }

    #[cfg(feature = "recording")]
    fn recorded(
        &self,
        agent: &ureq::Agent,
        upstream: &str,
        received: &Received,
        request: &Request,
    ) -> Result<Delivered, Answer> {
        let asked = if upstream.is_empty() {
            Err("it has no upstream: say .upstream(\"https://...\")".to_owned())
        } else {
            ask(agent, upstream, received).map_err(|error| error.to_string())
        };
        self.keep(request, asked)
    }

    #[cfg(feature = "recording")]
    fn keep(&self, request: &Request, asked: Result<Delivered, String>) -> Result<Delivered, Answer> {
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

    pub(super) fn unplayed(&self, lines: &[String]) -> String {
        format!(
            "nobody has asked for {} of the cassette {}:\n  {}",
            if lines.len() == 1 { "one exchange" } else { "some exchanges" },
            self.path.display(),
            lines.join("\n  ")
        )
    }

    /// Writes what was recorded, unless the test was left before its end or something is wrong with it.
    pub(super) fn write(&self) -> Result<(), String> {
        let mut inside = lock(&self.inside);
        if !inside.complaints.is_empty() {
            return Err(std::mem::take(&mut inside.complaints).join("\n"));
        }
        #[cfg(feature = "recording")]
        self.write_recorded(&mut inside)?;
        Ok(())
    }

    #[cfg(feature = "recording")]
    fn write_recorded(&self, inside: &mut Inside) -> Result<(), String> {
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

#[cfg(feature = "recording")]
/// Past the capture of test output: the test may well have passed.
fn tell_unwritten(path: &std::path::Path) {
    use std::io::Write as _;
    let path = path.display();
    // Without a standard error there is nobody to tell.
    let _ = writeln!(
        io::stderr(),
        "{path} is not written: the test has come neither to assert_all_played() nor to finish()"
    );
}

#[cfg(feature = "recording")]
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
