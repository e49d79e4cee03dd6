//! Puts a connector to one test after the other; what one run shows to several tests is run once.

use std::{collections::HashMap, rc::Rc, time::Duration};

use jiff::Timestamp;

use crate::{
    conformance::{
        Finding, Observation, Test, Verdict, bad_configurations,
        judge::{
            self, CancelTrial, CutoffTrial, EdgeTrial, RefusalTrial, ResumeTrial, Run, SecondHop, Size, Stop,
        },
    },
    examination::{Examination, GlibcVersion},
    exit_code::ExitCode,
    frame::{Level, StopAfter},
    mask::Masker,
    supervisor::Limits,
};

use super::{
    super::{CliError, run::SyncPayload, stream::StreamRecord},
    bench::{Asked, Bench, CameOut, Listeners, Ran},
    sample::sample,
};

/// Streams that are synced where none is named.
pub(super) const STREAMS: usize = 4;
/// Checkpoints of each stream behind which it is stopped.
const CHECKPOINTS: usize = 6;
/// Bad configurations of each test that are tried.
const BAD_CONFIGURATIONS: usize = 12;

/// What was chosen on the command line.
pub(super) struct Choices {
    pub(super) streams: Vec<String>,
    pub(super) cutoff: Timestamp,
    pub(super) seed: u64,
    pub(super) glibc: GlibcVersion,
    pub(super) limits: Limits,
}

/// The configurations that there are.
pub(super) struct Benches {
    /// Of the given configuration.
    pub(super) given: Option<Bench>,
    /// Of an example of the schema, where none is given.
    pub(super) example: Option<Bench>,
    pub(super) grown: Option<Bench>,
}

/// A connector that is examined.
pub(super) struct Examiner<'a> {
    examination: Examination,
    benches: Benches,
    choices: Choices,
    pub(super) listeners: Listeners<'a>,
    verification: Option<Rc<Ran>>,
    discovery: Option<Rc<Discovery>>,
    syncs: Option<Rc<Vec<Whole>>>,
    /// Runs that went on from a state, by stream and state.
    resumed: HashMap<(String, String), Rc<Ran>>,
}

struct Discovery {
    ran: Ran,
    streams: Vec<StreamRecord>,
}

/// A whole sync of a stream.
struct Whole {
    stream: StreamRecord,
    ran: Ran,
}

impl Whole {
    fn run(&self) -> Run<'_> {
        Run { verb: "sync-stream", stream: Some(&self.stream.id), seen: &self.ran.seen }
    }
}

impl<'a> Examiner<'a> {
    pub(super) fn new(
        examination: Examination,
        benches: Benches,
        choices: Choices,
        listeners: Listeners<'a>,
    ) -> Self {
        Self {
            examination,
            benches,
            choices,
            listeners,
            verification: None,
            discovery: None,
            syncs: None,
            resumed: HashMap::new(),
        }
    }

    /// Makes the runs that a test needs and that were not made yet, and judges them. Nothing in it is secret.
    pub(super) fn put_to(&mut self, test: Test) -> Result<Verdict, CliError> {
        match self.judged(test) {
            Ok(verdict) => Ok(verdict.map_texts(|text| self.benches.masked(text))),
            Err(error) => Err(self.benches.maskers().fold(error, CliError::masked)),
        }
    }

    fn judged(&mut self, test: Test) -> Result<Verdict, CliError> {
        match test {
            Test::Loads => self.loads(),
            Test::Metadata => Ok(judge::metadata(&self.examination)),
            Test::ConfigurationSchema => Ok(self.configuration_schema()),
            Test::Glibc => Ok(self.glibc()),
            Test::MissingConfiguration | Test::WrongType | Test::EmptyConfiguration | Test::UnknownKey => {
                self.refusals(test)
            }
            _ if self.benches.given.is_none() => Ok(Verdict::skipped(
                "no configuration is given",
                "give one: check CONNECTOR CONFIG; `cassette:PATH` in it stands for recorded traffic",
            )),
            Test::Verify => self.verify(),
            Test::Streams => self.streams(),
            Test::StreamsStable => self.streams_stable(),
            _ => {
                let verdict = self.of_syncs(test)?;
                Ok(self.streams_left_out().into_iter().fold(verdict, |verdict, note| verdict.noting(&note)))
            }
        }
    }

    /// How many streams are looked at, where there are more and nobody has chosen.
    fn streams_left_out(&self) -> Option<String> {
        let (syncs, discovery) = (self.syncs.as_ref()?, self.discovery.as_ref()?);
        let (some, all) = (syncs.len(), discovery.streams.len());
        (self.choices.streams.is_empty() && some < all).then(|| format!("{some} of {all} streams"))
    }

    /// Looks for the streams that are named.
    ///
    /// # Errors
    /// Where one is not there; a discovery that goes badly is left to its own test.
    pub(super) fn find_streams(&mut self) -> Result<(), CliError> {
        if self.choices.streams.is_empty() || self.benches.given.is_none() {
            return Ok(());
        }
        let found = self.discovery().and_then(|discovery| match discovery.went_well() {
            true => discovery.chosen(&self.choices).map(drop),
            false => Ok(()),
        });
        found.map_err(|error| self.benches.maskers().fold(error, CliError::masked))
    }

    fn configuration_schema(&self) -> Verdict {
        let note = self.examination.note.as_ref();
        note.map_or_else(
            || Verdict::waits_for(Test::Metadata),
            |note| judge::configuration_schema(&note.configuration_schema),
        )
    }

    fn glibc(&self) -> Verdict {
        let facts = self.examination.facts.as_ref();
        facts.map_or_else(|| Verdict::waits_for(Test::Loads), |facts| judge::glibc(facts, self.choices.glibc))
    }

    fn loads(&mut self) -> Result<Verdict, CliError> {
        let Some(bench) = self.benches.any() else { return Ok(no_example()) };
        let ran = bench.run(&Asked::creation(), &mut self.listeners)?;
        Ok(judge::loads(&ran.seen))
    }

    fn refusals(&mut self, test: Test) -> Result<Verdict, CliError> {
        let Some(bench) = self.benches.any() else { return Ok(no_example()) };
        let schema = &bench.prepared.note.configuration_schema;
        let all = bad_configurations(test, schema, &bench.configuration);
        let count = all.len();
        let chosen = sample(all, BAD_CONFIGURATIONS, self.choices.seed);
        let mut seen = Vec::new();
        for bad in &chosen {
            // A cassette that does not know what is asked then refuses it as well.
            seen.push(bench.run(&Asked::refusal(&bad.map), &mut self.listeners)?.seen);
        }
        let trials = chosen.iter().zip(&seen).map(|(bad, seen)| RefusalTrial { bad, seen });
        let trials: Vec<_> = trials.collect();
        Ok(judge::refusals(schema, &trials, count))
    }

    fn verify(&mut self) -> Result<Verdict, CliError> {
        let ran = self.verification()?;
        Ok(unrecorded(&ran).unwrap_or_else(|| judge::verify(&ran.seen)))
    }

    fn streams(&mut self) -> Result<Verdict, CliError> {
        let discovery = self.discovery()?;
        Ok(unrecorded(&discovery.ran)
            .unwrap_or_else(|| judge::streams(&discovery.ran.seen, &discovery.ids())))
    }

    fn streams_stable(&mut self) -> Result<Verdict, CliError> {
        let first = self.discovery()?;
        if !first.went_well() {
            return Ok(Verdict::waits_for(Test::Streams));
        }
        let second = Discovery::of(self.run(&Asked::discovery())?)?;
        let ids = (first.ids(), second.ids());
        Ok(judge::streams_stable((&first.ran.seen, &ids.0), (&second.ran.seen, &ids.1)))
    }

    /// The tests that look at syncs.
    fn of_syncs(&mut self, test: Test) -> Result<Verdict, CliError> {
        if !self.discovery()?.went_well() {
            return Ok(Verdict::waits_for(Test::Streams));
        }
        let wholes = self.syncs()?;
        let runs: Vec<Run<'_>> = wholes.iter().map(Whole::run).collect();
        let went_well = wholes.iter().all(|whole| whole.ran.went_well());
        match test {
            Test::RecordsValid => {
                let missing = wholes.iter().find_map(|whole| unrecorded(&whole.ran));
                Ok(missing.unwrap_or_else(|| judge::records_valid(&runs)))
            }
            Test::TypesDeclared => Ok(judge::types_declared(&runs, self.declared())),
            Test::Secrets | Test::Stdout | Test::AfterReturn => self.of_all_runs(test),
            _ if !went_well => Ok(Verdict::waits_for(Test::RecordsValid)),
            Test::UniqueSelf => Ok(judge::unique_self(&runs)),
            Test::Cutoff => self.cutoff(&wholes),
            Test::Resume => self.resume(&wholes, &runs),
            Test::Cancel => self.cancel(&wholes),
            Test::MemoryFlat => self.memory_flat(&wholes),
            _ => Ok(Verdict::skipped(format!("{} is not put to syncs", test.name()), "tell its author")),
        }
    }

    fn declared(&self) -> &[String] {
        self.examination.note.as_ref().map_or(&[], |note| &note.record_types)
    }

    /// The tests that look at whatever was run, for whichever test.
    fn of_all_runs(&mut self, test: Test) -> Result<Verdict, CliError> {
        // Usually they were made long before.
        self.verification()?;
        let runs: Vec<Run<'_>> = self.listeners.came_out.iter().map(CameOut::run).collect();
        let secrets = self.benches.given.as_ref().map_or(0, |bench| bench.prepared.secret_count());
        Ok(match test {
            Test::Secrets => judge::secrets(&runs, secrets),
            Test::Stdout => judge::stdout(&runs),
            _ => judge::after_return(&runs),
        })
    }

    fn cutoff(&mut self, wholes: &[Whole]) -> Result<Verdict, CliError> {
        let (mut cut, mut edges, mut unrecorded) = (Vec::new(), Vec::new(), None);
        for whole in wholes {
            if let Some(seconds) = judge::middle_cutoff(&whole.ran.seen) {
                match self.cut(whole, seconds)? {
                    Ok(ran) => cut.push((whole, ran, seconds)),
                    Err(verdict) => unrecorded = unrecorded.or(Some(verdict)),
                }
            }
            let Some((record, seconds)) = judge::edge(&whole.ran.seen) else { continue };
            // A cassette without it proves nothing, which is no reason to leave out the others.
            if let Ok(at) = self.cut(whole, seconds)? {
                let is_there = judge::came(record, &at.seen);
                let before = if is_there { None } else { self.cut(whole, seconds - 1)?.ok() };
                edges.push((whole, record, at, before));
            }
        }
        let trials = cut.iter().map(|(whole, ran, cutoff)| CutoffTrial {
            stream: &whole.stream.id,
            whole: &whole.ran.seen,
            cut: &ran.seen,
            cutoff: *cutoff,
        });
        let edges = edges.iter().map(|(whole, record, at, before)| EdgeTrial {
            stream: &whole.stream.id,
            record,
            at: &at.seen,
            before: before.as_ref().map(|ran| &ran.seen),
        });
        let verdict = judge::cutoff(&trials.collect::<Vec<_>>(), &edges.collect::<Vec<_>>());
        // What is wrong with one stream is told although another was not recorded.
        Ok(unrecorded.filter(|_| !matches!(verdict, Verdict::Failed(_))).unwrap_or(verdict))
    }

    /// A sync with this cutoff, or why it is worth nothing: the cutoff is chosen here, so that nobody can be blamed for not
    /// having recorded it.
    fn cut(&mut self, whole: &Whole, seconds: i64) -> Result<Result<Ran, Verdict>, CliError> {
        let cutoff = Timestamp::from_second(seconds).unwrap_or(self.choices.cutoff);
        let ran = self.run(&sync(&whole.stream, cutoff))?;
        let Some(request) = ran.unrecorded.first() else { return Ok(Ok(ran)) };
        let reason = format!("with the cutoff {cutoff}, {request}");
        let remedy =
            format!("record a sync of {:?} with the cutoff {cutoff} into that cassette too", whole.stream.id);
        Ok(Err(Verdict::skipped(reason, remedy)))
    }

    fn resume(&mut self, wholes: &[Whole], runs: &[Run<'_>]) -> Result<Verdict, CliError> {
        let mut stopped = Vec::new();
        for whole in wholes {
            let checkpoints = (1..=whole.ran.seen.checkpoints.len()).collect();
            for checkpoint in sample(checkpoints, CHECKPOINTS, self.choices.seed) {
                for stop in [Stop::Cancelled, Stop::Killed] {
                    let trial = self.stop_and_go_on(whole, checkpoint, stop)?;
                    if let Some(verdict) = trial.unrecorded() {
                        return Ok(verdict);
                    }
                    stopped.push(trial);
                }
            }
        }
        let trials = stopped.iter().map(|trial| ResumeTrial {
            stream: &trial.whole.stream.id,
            whole: &trial.whole.ran.seen,
            checkpoint: trial.checkpoint,
            stop: trial.stop,
            stopped: &trial.stopped.seen,
            resumed: trial.resumed.as_ref().map(|ran| &ran.seen),
            second: trial.second.as_ref().map(|(kept, ran)| SecondHop { kept: *kept, seen: &ran.seen }),
        });
        Ok(judge::resume(runs, &trials.collect::<Vec<_>>()))
    }

    fn stop_and_go_on<'w>(
        &mut self,
        whole: &'w Whole,
        checkpoint: usize,
        stop: Stop,
    ) -> Result<Stopped<'w>, CliError> {
        let mut asked = sync(&whole.stream, self.choices.cutoff);
        asked.stop = Some(match stop {
            Stop::Cancelled => StopAfter::CancelAtCheckpoint(checkpoint as u64),
            Stop::Killed => StopAfter::KillAtCheckpoint(checkpoint as u64),
        });
        let stopped = self.run(&asked)?;
        let is_done = stopped.seen.code == ExitCode::Done;
        let state = stopped.seen.checkpoints.last().filter(|_| !is_done).map(|last| last.state.clone());
        let resumed = state.map(|state| self.go_on(whole, state)).transpose()?;
        let inner = resumed.as_deref().filter(|ran| ran.went_well()).and_then(Ran::inner_state);
        let second =
            inner.map(|(kept, state)| Ok::<_, CliError>((kept, self.go_on(whole, state)?))).transpose()?;
        Ok(Stopped { whole, checkpoint, stop, stopped, resumed, second })
    }

    /// A run from a state; from the same one it is made once.
    fn go_on(&mut self, whole: &Whole, state: String) -> Result<Rc<Ran>, CliError> {
        let key = (whole.stream.id.clone(), state);
        if let Some(ran) = self.resumed.get(&key) {
            return Ok(Rc::clone(ran));
        }
        let mut asked = sync(&whole.stream, self.choices.cutoff);
        asked.state = Some(key.1.clone());
        let ran = Rc::new(self.run(&asked)?);
        self.resumed.insert(key, Rc::clone(&ran));
        Ok(ran)
    }

    fn cancel(&mut self, wholes: &[Whole]) -> Result<Verdict, CliError> {
        let mut asked_to_stop = Vec::new();
        for whole in wholes {
            let records = whole.ran.seen.records.len();
            let half = records / 2;
            let places = if half == 0 { vec![0] } else { vec![0, half] };
            for place in places {
                let mut asked = sync(&whole.stream, self.choices.cutoff);
                asked.stop = Some(StopAfter::CancelAtRecord(place as u64));
                asked_to_stop.push((whole, place, self.run(&asked)?));
            }
        }
        let grace: Duration = self.choices.limits.grace;
        let trials = asked_to_stop.iter().map(|(whole, place, ran)| CancelTrial {
            stream: &whole.stream.id,
            whole: &whole.ran.seen,
            after: *place,
            seen: &ran.seen,
            grace,
        });
        Ok(judge::cancel(&trials.collect::<Vec<_>>()))
    }

    fn memory_flat(&mut self, wholes: &[Whole]) -> Result<Verdict, CliError> {
        let Some(bench) = &self.benches.grown else {
            return Ok(Verdict::skipped(
                "no grown configuration is given",
                "give one with about ten times the data: --grown CONFIG",
            ));
        };
        let discovery = Discovery::of(bench.run(&Asked::discovery(), &mut self.listeners)?)?;
        if let Some(verdict) = unrecorded(&discovery.ran) {
            return Ok(verdict);
        }
        let mut seen = Vec::new();
        for stream in &discovery.like(wholes, &self.choices) {
            let ran = bench.run(&sync(stream, self.choices.cutoff), &mut self.listeners)?;
            if let Some(verdict) = unrecorded(&ran) {
                return Ok(verdict);
            }
            if ran.seen.code != ExitCode::Done {
                let finding = Finding::new("a sync with the grown configuration does not end well");
                return Ok(finding.stream(&stream.id).found(ran.seen.what).into());
            }
            seen.push(ran.seen);
        }
        let given = size(wholes.iter().map(|whole| &whole.ran.seen));
        Ok(judge::memory_flat(given, size(seen.iter())))
    }

    fn verification(&mut self) -> Result<Rc<Ran>, CliError> {
        if let Some(ran) = &self.verification {
            return Ok(Rc::clone(ran));
        }
        let ran = Rc::new(self.run(&Asked::verification())?);
        Ok(Rc::clone(self.verification.insert(ran)))
    }

    fn discovery(&mut self) -> Result<Rc<Discovery>, CliError> {
        if let Some(discovery) = &self.discovery {
            return Ok(Rc::clone(discovery));
        }
        let discovery = Rc::new(Discovery::of(self.run(&Asked::discovery())?)?);
        Ok(Rc::clone(self.discovery.insert(discovery)))
    }

    fn syncs(&mut self) -> Result<Rc<Vec<Whole>>, CliError> {
        if let Some(syncs) = &self.syncs {
            return Ok(Rc::clone(syncs));
        }
        let discovery = self.discovery()?;
        let streams = discovery.chosen(&self.choices)?;
        let mut syncs = Vec::new();
        for stream in streams {
            let ran = self.run(&sync(&stream, self.choices.cutoff))?;
            syncs.push(Whole { stream, ran });
        }
        Ok(Rc::clone(self.syncs.insert(Rc::new(syncs))))
    }

    /// A run with the given configuration.
    fn run(&mut self, asked: &Asked<'_>) -> Result<Ran, CliError> {
        match &self.benches.given {
            Some(bench) => bench.run(asked, &mut self.listeners),
            None => {
                let text = "a test that needs a configuration was begun without one".to_owned();
                Err(CliError::Masked { text, code: ExitCode::Bug })
            }
        }
    }
}

impl Benches {
    /// What the operator is told before anything runs.
    pub(super) fn notices(&self) -> Vec<(Level, String)> {
        self.given.iter().chain(&self.grown).flat_map(|bench| bench.prepared.notices()).collect()
    }

    fn maskers(&self) -> impl Iterator<Item = &Masker> {
        self.given.iter().chain(&self.example).chain(&self.grown).map(|bench| &bench.prepared.masker)
    }

    fn masked(&self, text: &str) -> String {
        self.maskers().fold(text.to_owned(), |text, masker| masker.mask(&text).into_owned())
    }

    fn any(&self) -> Option<&Bench> {
        self.given.as_ref().or(self.example.as_ref())
    }
}

impl Discovery {
    fn of(ran: Ran) -> Result<Self, CliError> {
        let streams = StreamRecord::read_all(ran.streams.iter().cloned())?;
        Ok(Self { ran, streams })
    }

    fn ids(&self) -> Vec<String> {
        self.streams.iter().map(|stream| stream.id.clone()).collect()
    }

    fn went_well(&self) -> bool {
        self.ran.went_well() && !self.streams.is_empty()
    }

    /// The streams that are named, or else a few.
    fn chosen(&self, choices: &Choices) -> Result<Vec<StreamRecord>, CliError> {
        if choices.streams.is_empty() {
            return Ok(sample(self.streams.clone(), STREAMS, choices.seed));
        }
        let find = |id: &String| Ok(StreamRecord::find(id, self.streams.clone())?);
        choices.streams.iter().map(find).collect()
    }

    /// The streams with the same ids as those, where they are there too, or else its own.
    fn like(&self, wholes: &[Whole], choices: &Choices) -> Vec<StreamRecord> {
        let is_one = |stream: &&StreamRecord| wholes.iter().any(|whole| whole.stream.id == stream.id);
        let same: Vec<StreamRecord> = self.streams.iter().filter(is_one).cloned().collect();
        if same.len() == wholes.len() { same } else { sample(self.streams.clone(), STREAMS, choices.seed) }
    }
}

impl Ran {
    /// The first state with records before it and behind it, and how many are before it.
    fn inner_state(&self) -> Option<(usize, String)> {
        let inside = 1..self.seen.records.len();
        let inner = self.seen.checkpoints.iter().find(|checkpoint| inside.contains(&checkpoint.after))?;
        Some((inner.after, inner.state.clone()))
    }

    fn went_well(&self) -> bool {
        self.seen.code == ExitCode::Done && self.unrecorded.is_empty() && !self.is_too_much
    }
}

/// A sync that was stopped, and gone on with.
struct Stopped<'w> {
    whole: &'w Whole,
    checkpoint: usize,
    stop: Stop,
    stopped: Ran,
    resumed: Option<Rc<Ran>>,
    /// From a state of the run that went on, behind so many of its records.
    second: Option<(usize, Rc<Ran>)>,
}

impl Stopped<'_> {
    fn unrecorded(&self) -> Option<Verdict> {
        let second = self.second.as_ref().map(|(_, ran)| &**ran);
        let runs = [Some(&self.stopped), self.resumed.as_deref(), second];
        runs.into_iter().flatten().find_map(unrecorded)
    }
}

fn sync(stream: &StreamRecord, cutoff: Timestamp) -> Asked<'_> {
    let payload =
        SyncPayload { stream: &stream.json, earliest_data_cutoff: cutoff, latest_data_cutoff: None };
    Asked::sync(&stream.id, payload.text())
}

fn size<'o>(syncs: impl Iterator<Item = &'o Observation>) -> Size {
    let none = Size { records: 0, peak: None };
    syncs.fold(none, |size, seen| Size {
        records: size.records + seen.records.len(),
        peak: size.peak.max(seen.peak_memory),
    })
}

/// A request that a cassette does not know makes a run worth nothing: the connector has seen an error in its place.
/// So does a source that is too large to be compared.
fn unrecorded(ran: &Ran) -> Option<Verdict> {
    if ran.is_too_much {
        return Some(Verdict::skipped(
            "a sync has more records than fit into the 256 MiB that `check` remembers them in",
            "take a later --cutoff, or a smaller stream with --stream",
        ));
    }
    let request = ran.unrecorded.first()?;
    let finding = Finding::new(request).expected("an answer to each request").found("none was recorded");
    Some(finding.remedy("record it: RECORD_CASSETTES=1 cargo test, with a test that asks for it").into())
}

fn no_example() -> Verdict {
    Verdict::skipped(
        "no configuration is given, and the schema has no example that fits it",
        "give one, or add `#[schemars(example = ..)]` to the configuration",
    )
}
