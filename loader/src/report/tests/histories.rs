//! Histories that are made up, the newest run first.

use std::collections::BTreeMap;

use crate::{
    exit_code::ExitCode,
    history::{ChainPart, RunRecord},
    metrics::samples::run,
};

/// What a connector might write where it may write.
pub(super) const HOSTILE: [&str; 9] = [
    "<script>document.title='run'</script>",
    "\"><img src=x onerror=\"document.title='run'\">",
    "' onmouseover='document.title=1",
    "</style><b>bold</b></title></svg>",
    "\u{202e}right to left\u{202c}",
    "\u{1b}[2Jcontrol\0\u{7f}\u{85}",
    "javascript:document.title='run'",
    "&lt;b&gt;&amp;",
    "a\nb\tc\u{200f}d\u{feff}",
];

pub(super) fn all() -> [(&'static str, Vec<RunRecord>); 5] {
    [("empty", Vec::new()), ("good", good()), ("mixed", mixed()), ("hostile", hostile()), ("many", many())]
}

/// Two days of two streams, where everything was done.
pub(super) fn good() -> Vec<RunRecord> {
    let streams = [("main", "api"), ("main", "web")];
    let times = (0..48).flat_map(|hour| streams.map(|stream| (hour * 60 + 5, stream)));
    times.map(|(minutes, (connection, stream))| run(connection, stream, minutes, ExitCode::Done)).collect()
}

/// 30 days of four streams, every four hours, with some of everything.
pub(super) fn mixed() -> Vec<RunRecord> {
    let mut runs = Vec::new();
    for turn in 0..180 {
        for (connection, stream) in [
            ("billing", "invoices"),
            ("github", "acme/api"),
            ("github", "acme/web"),
            ("incidents", "on-call"),
        ] {
            runs.push(mixed_run(turn, connection, stream));
        }
    }
    runs
}

/// The run of a stream that many turns ago.
fn mixed_run(turn: i64, connection: &str, stream: &str) -> RunRecord {
    let code = match (connection, stream, turn) {
        ("billing", _, 0..=4) => ExitCode::SourceUnavailable,
        ("github", "acme/web", 30 | 61 | 90) => ExitCode::MemoryLimit,
        ("incidents", _, 0..=8) => ExitCode::Paused,
        _ => ExitCode::Done,
    };
    let mut run = run(connection, stream, turn * 240 + 7, code);
    run.sync = Some(format!("s-{turn}"));
    run.duration_milliseconds = 20_000 + stream.len() as u64 * 7_000 + turn.unsigned_abs() * 131 % 9_000;
    let share = stream.len() as u64 * 6 + turn.unsigned_abs() % 9;
    run.memory.peak = Some((1 << 30) / 100 * share);
    match code {
        ExitCode::SourceUnavailable => {
            run.message = format!(
                "{connection}, stream {stream:?}: the source is unavailable after {} attempts: \
                 https://billing.example answered 503; 12 records are kept",
                turn + 3
            );
            run.advice = "Look at the status page of the service, then run again.".to_owned();
        }
        ExitCode::MemoryLimit => {
            run.message = format!("{connection}, stream {stream:?}: killed at its memory limit of 1.0 GiB");
            run.memory.peak = Some(1 << 30);
        }
        ExitCode::Paused => {
            run.chain = Some(ChainPart {
                id: "0199c1d4-7a1e".to_owned(),
                runs: u32::try_from(9 - turn).unwrap(),
                is_finished: false,
            });
        }
        _ => {}
    }
    run
}

/// Every text is one that a connector would like to be taken for something else.
pub(super) fn hostile() -> Vec<RunRecord> {
    let mut runs = Vec::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        let minutes = i64::try_from(number).unwrap() * 30 + 5;
        for code in [ExitCode::ConnectorError, ExitCode::Done, ExitCode::Paused] {
            runs.push(hostile_run(text, minutes, code));
        }
    }
    let long = format!("{}{}", "long<i>".repeat(1_500), "\u{202e}");
    runs.push(hostile_run(&long, 700, ExitCode::ConnectorError));
    runs.sort_by_key(|run| std::cmp::Reverse(run.started_at));
    runs
}

fn hostile_run(text: &str, minutes: i64, code: ExitCode) -> RunRecord {
    let mut run = run(text, &format!("{text}{}", code.number()), minutes, code);
    for member in [&mut run.message, &mut run.advice, &mut run.ending, &mut run.run, &mut run.verb] {
        *member = text.to_owned();
    }
    (run.lane, run.sync) = (Some(text.to_owned()), Some(text.to_owned()));
    run.types = BTreeMap::from([(text.to_owned(), 7)]);
    run.chain = Some(ChainPart { id: text.to_owned(), runs: 3, is_finished: false });
    run
}

/// 10,000 runs of 5,000 streams with ids of 10 kB, most of which failed in a way of their own.
pub(super) fn many() -> Vec<RunRecord> {
    let end = "i".repeat(10_000);
    let mut runs = Vec::new();
    for number in 0..10_000_u32 {
        let code = if number % 3 == 0 { ExitCode::Done } else { ExitCode::ConnectorError };
        let name = word(number % 5_000);
        let mut run =
            run(&format!("c-{}", word(number % 100)), &format!("{name}{end}"), i64::from(number) * 4, code);
        run.message = format!("{name} {}", end.replace('i', "<&"));
        run.types = (0..20).map(|part| (format!("Type{}", word(number * 20 + part)), 5)).collect();
        runs.push(run);
    }
    runs
}

/// A number in letters, because numbers do not make two messages different.
fn word(number: u32) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}
