//! Kills runs whose state is kept, at moments that nobody chose, runs the same command again until it is done, and looks
//! for records that are missing, or there twice. `.ci/soak state-kills` tells of its variables.

#![expect(clippy::expect_used, reason = "in a test, a panic with the reason is the report")]

use std::{
    any::Any,
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use connector_tests::{
    Running,
    random::Random,
    shim,
    sync::{Kind, Sync, reference},
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

const ITEMS: u64 = 500;
/// What an undisturbed run takes, nearly.
const MILLISECONDS: u64 = 3_000;
/// Kills come within so many milliseconds after the start.
const LATEST_KILL: u64 = 900;
/// More calls than a run makes that is not disturbed.
const CALLS: u64 = 120;
/// No run takes longer to end that has lost one of its processes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Rounds at once: what is killed waits most of the time.
const THREADS: usize = 3;

/// Who dies.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Worker,
    Guardian,
    Runner,
    RunnerAndGuardian,
    All,
    /// The runner, in the place of a call that would write.
    RunnerAtCall,
}

const VICTIMS: [Victim; 7] = [
    Victim::Worker,
    Victim::Guardian,
    Victim::Runner,
    Victim::RunnerAndGuardian,
    Victim::All,
    Victim::RunnerAtCall,
    Victim::RunnerAtCall,
];

/// What is killed in all rounds, and what is compared with.
struct Soak {
    seed: u64,
    count: u64,
    kills: AtomicU64,
    rounds: AtomicU64,
    reference: Vec<Value>,
    violations: AtomicU64,
}

/// One sync, from its first run to its end.
struct Round<'a> {
    soak: &'a Soak,
    random: Random,
    kind: Kind,
    page_size: u64,
    sync: Sync,
    /// Where all runs put their temporary files, so that each can sweep those of the runs before.
    temporary: TempDir,
    /// Runs that were killed. What they left must be gone in the end.
    fallen: Vec<Running>,
    what: String,
}

fn source(page_size: u64, milliseconds: u64) -> Value {
    let milliseconds = milliseconds * page_size / ITEMS;
    json!({ "count": ITEMS, "pageSize": page_size, "millisecondsPerPage": milliseconds, "padding": 100 })
}

impl<'a> Round<'a> {
    fn new(soak: &'a Soak, number: u64) -> Self {
        let mut random = Random::new(soak.seed.wrapping_add(number));
        let kind = Kind::ALL[number as usize % Kind::ALL.len()];
        let page_size = random.of(&[1, 7, 25, 100]);
        let options: &[&str] = match (kind, random.below(4)) {
            (Kind::Folder, 0) => &["--rotate", "4KiB"],
            (Kind::Folder, 1) => &["--rotate", "16KiB", "--compress"],
            (Kind::Folder, 2) => &["--compress"],
            (Kind::Folder, _) => &["--rotate", "64KiB"],
            _ => &[],
        };
        let sync = Sync::new(kind, &source(page_size, MILLISECONDS)).with(options);
        let temporary = TempDir::new().expect("a temporary folder");
        let what = format!("round {number} ({kind:?} {options:?}, pages of {page_size})");
        Self { soak, random, kind, page_size, sync, temporary, fallen: Vec::new(), what }
    }

    fn play(mut self) -> Result<(), String> {
        let played = catch_unwind(AssertUnwindSafe(|| self.steps()));
        let said = |panic: Box<dyn Any + Send>| panic.downcast_ref::<String>().cloned().unwrap_or_default();
        let played = played.unwrap_or_else(|panic| Err(said(panic)));
        played.map_err(|wrong| format!("{}: {wrong}", self.what))
    }

    /// Kills some runs, then lets one come to the end.
    fn steps(&mut self) -> Result<(), String> {
        for _ in 0..3 + self.random.below(4) {
            let before = self.check_between()?;
            if self.kill_one()? {
                break;
            }
            self.check_repeats(before)?;
        }
        let before = self.check_between()?;
        self.sync.change(&source(self.page_size, 0));
        let runner = self.sync.runner().variable("TMPDIR", self.temporary.path());
        let ended = self.sync.start(runner).wait();
        if ended.code() != Some(0) {
            return Err(format!("the last run: {ended:?}"));
        }
        self.check_repeats(before)?;
        self.sync.check_finished(&self.soak.reference)?;
        // Panics where something is left of them.
        self.fallen.drain(..).for_each(|running| drop(running.wait()));
        let left = std::fs::read_dir(self.temporary.path()).into_iter().flatten().count();
        if left == 0 { Ok(()) } else { Err(format!("{left} temporary files or folders are left")) }
    }

    fn check_between(&self) -> Result<usize, String> {
        self.sync.check_between(&self.soak.reference)
    }

    fn check_repeats(&self, durable: usize) -> Result<(), String> {
        match self.kind {
            Kind::Stdout => self.sync.check_repeats(durable, &self.soak.reference),
            _ => Ok(()),
        }
    }

    /// Starts a run and kills it, or whom it needs; tells whether it was done before.
    fn kill_one(&mut self) -> Result<bool, String> {
        let victim = self.random.of(&VICTIMS);
        let delay = Duration::from_millis(self.random.below(LATEST_KILL));
        let call = self.random.below(CALLS);
        let mut runner = self.sync.runner().variable("TMPDIR", self.temporary.path());
        if let Victim::RunnerAtCall = victim {
            self.what.push_str(&format!(", killed at call {call}"));
            runner = runner.variable("LD_PRELOAD", shim()).variable("SHIM_FOLDER", self.sync.place());
            runner = runner.variable("SHIM_AFTER", call.to_string());
            runner = if call.is_multiple_of(2) { runner.variable("SHIM_TORN", "1") } else { runner };
        } else {
            self.what.push_str(&format!(", {victim:?} killed after {delay:?}"));
        }
        let mut running = self.sync.start(runner);
        thread::sleep(delay);
        for pid in victims(victim, &running) {
            // It may have ended by itself meanwhile.
            let _ = kill_process(pid, Signal::KILL);
        }
        let end = Instant::now() + PATIENCE;
        while !running.has_ended() {
            if Instant::now() > end {
                return Err(format!("{victim:?} was killed, and the run does not end"));
            }
            thread::sleep(Duration::from_millis(2));
        }
        self.fallen.push(running);
        let is_done = self.sync.kept()["finished"].is_object();
        self.soak.kills.fetch_add(u64::from(!is_done), Ordering::Relaxed);
        Ok(is_done)
    }
}

/// Whom a signal goes to; the runner, where the one that is meant has not begun.
fn victims(victim: Victim, running: &Running) -> Vec<Pid> {
    let runner = Pid::from_raw(running.pid().cast_signed());
    let guardian = running.guardian_by_now();
    let worker = running.worker_by_now();
    let chosen = match victim {
        Victim::Worker => vec![worker.or(runner)],
        Victim::Guardian => vec![guardian.or(runner)],
        Victim::Runner => vec![runner],
        Victim::RunnerAndGuardian => vec![runner, guardian],
        Victim::All => vec![guardian, worker, runner],
        Victim::RunnerAtCall => Vec::new(),
    };
    chosen.into_iter().flatten().collect()
}

impl Soak {
    fn play(&self) {
        while self.kills.load(Ordering::Relaxed) < self.count {
            let number = self.rounds.fetch_add(1, Ordering::Relaxed);
            if let Err(wrong) = Round::new(self, number).play() {
                println!("VIOLATION: {wrong}");
                self.violations.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn main() -> ExitCode {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    let soak = Soak {
        seed: number("KILL_SEED").unwrap_or(seconds),
        count: number("STATE_KILLS").unwrap_or(50),
        kills: AtomicU64::new(0),
        rounds: AtomicU64::new(0),
        reference: reference(&source(100, 0)),
        violations: AtomicU64::new(0),
    };
    println!("{} kills, KILL_SEED={}", soak.count, soak.seed);
    thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(|| soak.play()))));
    let [kills, rounds, violations] =
        [&soak.kills, &soak.rounds, &soak.violations].map(|number| number.load(Ordering::Relaxed));
    println!("{kills} kills in {rounds} rounds, {violations} violations");
    if violations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
