//! Puts a connector to one test after the other; what one run shows to several tests is run once.

mod benches;
mod discovery;
mod trials;

use std::{collections::HashMap, rc::Rc};

use jiff::Timestamp;

use crate::{
    conformance::{
        Finding, Test, Verdict, bad_configurations,
        judge::{self, RefusalTrial, Run},
    },
    examination::{Examination, GlibcVersion},
    exit_code::ExitCode,
    supervisor::Limits,
};

use super::{
    super::{CliError, run::SyncPayload, stream::StreamRecord},
    bench::{Asked, CameOut, Listeners, Ran},
    sample::sample,
};

pub(super) use benches::Benches;

use discovery::Discovery;

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

impl Ran {
    fn went_well(&self) -> bool {
        self.seen.code == ExitCode::Done && self.unrecorded.is_empty() && !self.is_too_much
    }
}

fn sync(stream: &StreamRecord, cutoff: Timestamp) -> Asked<'_> {
    let payload =
        SyncPayload { stream: &stream.json, earliest_data_cutoff: cutoff, latest_data_cutoff: None };
    Asked::sync(&stream.id, payload.text())
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
