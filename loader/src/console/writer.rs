//! Writes to stderr on a thread of its own: whoever stops reading it must not stop the runner from watching.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel},
    thread,
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Lines that may wait for a slow terminal or pipe.
const QUEUE: usize = 4096;
/// How long the end of the runner waits until all is written.
const PATIENCE: Duration = Duration::from_secs(5);

enum Order {
    Line(String),
    /// Shows a live line, or another text in it.
    Live(u64, String),
    /// Takes a live line away.
    NotLive(u64),
    /// Answers once all before it is written.
    Flush(std::sync::mpsc::Sender<()>),
}

/// Takes lines without ever waiting. A clone writes to the same place.
#[derive(Clone)]
pub(crate) struct Writer {
    /// None where no thread could be had: then lines are written at once.
    orders: Option<SyncSender<Order>>,
    lost: u64,
}

impl Writer {
    pub(crate) fn start() -> Self {
        let (orders, receiver) = sync_channel(QUEUE);
        let thread = thread::Builder::new().name("console".into()).spawn(move || write_all(&receiver));
        Self { orders: thread.is_ok().then_some(orders), lost: 0 }
    }

    /// Writes a line, or counts it as lost where too many wait already.
    pub(crate) fn line(&mut self, text: String) {
        if self.orders.is_none() {
            return write_line(&text);
        }
        if self.lost > 0
            && self.send(Order::Line(format!("({} lines left out: stderr is too slow)", self.lost)))
        {
            self.lost = 0;
        }
        if !self.send(Order::Line(text)) {
            self.lost += 1;
        }
    }

    /// Shows a text in the live line of this number; the highest number stands last.
    pub(crate) fn live(&self, row: u64, text: String) {
        self.send(Order::Live(row, text));
    }

    /// Takes a live line away.
    pub(crate) fn not_live(&self, row: u64) {
        self.send(Order::NotLive(row));
    }

    /// Waits until all is written, but not for long.
    pub(crate) fn flush(&self) {
        let (done, written) = channel();
        if self.send(Order::Flush(done)) {
            // Whoever does not read stderr does not want to.
            let _ = written.recv_timeout(PATIENCE);
        }
    }

    fn send(&self, order: Order) -> bool {
        match self.orders.as_ref().map(|orders| orders.try_send(order)) {
            Some(Ok(())) => true,
            Some(Err(TrySendError::Full(_) | TrySendError::Disconnected(_))) | None => false,
        }
    }
}

fn write_all(orders: &Receiver<Order>) {
    let mut rows = Rows::default();
    for order in orders {
        match order {
            Order::Line(text) => rows.suspended(|| write_line(&text)),
            Order::Live(row, text) => rows.show(row, text),
            Order::NotLive(row) => rows.remove(row),
            // A runner that has waited long enough is gone.
            Order::Flush(done) => drop(done.send(())),
        }
    }
}

/// The live lines, by their numbers.
#[derive(Default)]
struct Rows {
    /// None while there is no live line: then nothing asks the terminal anything.
    screen: Option<MultiProgress>,
    rows: BTreeMap<u64, ProgressBar>,
}

impl Rows {
    fn suspended(&self, write: impl FnOnce()) {
        match &self.screen {
            Some(screen) => screen.suspend(write),
            None => write(),
        }
    }

    fn show(&mut self, row: u64, text: String) {
        let screen = self
            .screen
            .get_or_insert_with(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(5)));
        let place = self.rows.range(..row).count();
        let bar = self.rows.entry(row).or_insert_with(|| {
            screen.insert(place, ProgressBar::no_length().with_style(ProgressStyle::default_spinner()))
        });
        bar.set_message(text);
        bar.tick();
    }

    fn remove(&mut self, row: u64) {
        let Some(bar) = self.rows.remove(&row) else { return };
        bar.finish_and_clear();
        if let Some(screen) = &self.screen {
            screen.remove(&bar);
        }
        if self.rows.is_empty() {
            self.screen = None;
        }
    }
}

/// A line that cannot be written is lost: there is nobody else to tell.
fn write_line(text: &str) {
    // In one piece: whoever reads both streams from one pipe is to find whole lines.
    let _ = io::stderr().lock().write_all(format!("{text}\n").as_bytes());
}
