//! The tests that make runs of their own: with another cutoff, stopped and gone on with, asked to stop, with more data.

use std::rc::Rc;

use jiff::Timestamp;

use crate::{
    conformance::{
        Finding, Observation, Verdict,
        judge::{self, CancelTrial, CutoffTrial, EdgeTrial, ResumeTrial, Run, SecondHop, Size, Stop},
    },
    exit_code::ExitCode,
    frame::StopAfter,
};

use super::{
    super::{
        super::CliError,
        bench::{Asked, Ran},
        sample::sample,
    },
    Discovery, Examiner, Whole, sync, unrecorded,
};

/// Checkpoints of each stream behind which it is stopped.
const CHECKPOINTS: usize = 6;

impl Examiner<'_> {
    pub(super) fn cutoff(&mut self, wholes: &[Whole]) -> Result<Verdict, CliError> {
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

    pub(super) fn resume(&mut self, wholes: &[Whole], runs: &[Run<'_>]) -> Result<Verdict, CliError> {
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

    pub(super) fn cancel(&mut self, wholes: &[Whole]) -> Result<Verdict, CliError> {
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
        let grace = self.choices.limits.grace;
        let trials = asked_to_stop.iter().map(|(whole, place, ran)| CancelTrial {
            stream: &whole.stream.id,
            whole: &whole.ran.seen,
            after: *place,
            seen: &ran.seen,
            grace,
        });
        Ok(judge::cancel(&trials.collect::<Vec<_>>()))
    }

    pub(super) fn memory_flat(&mut self, wholes: &[Whole]) -> Result<Verdict, CliError> {
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
}

impl Ran {
    /// The first state with records before it and behind it, and how many are before it.
    fn inner_state(&self) -> Option<(usize, String)> {
        let inside = 1..self.seen.records.len();
        let inner = self.seen.checkpoints.iter().find(|checkpoint| inside.contains(&checkpoint.after))?;
        Some((inner.after, inner.state.clone()))
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

fn size<'o>(syncs: impl Iterator<Item = &'o Observation>) -> Size {
    let none = Size { records: 0, peak: None };
    syncs.fold(none, |size, seen| Size {
        records: size.records + seen.records.len(),
        peak: size.peak.max(seen.peak_memory),
    })
}
