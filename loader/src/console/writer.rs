//! Writes to stderr on a thread of its own: whoever stops reading it must not stop the runner from watching.

use std::{
    io::{self, Write},
    sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel},
    thread,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Lines that may wait for a slow terminal or pipe.
const QUEUE: usize = 4096;
/// How long the end of the runner waits until all is written.
const PATIENCE: Duration = Duration::from_secs(5);

enum Order {
    Line(String),
    /// Shows the live line, or another text in it.
    Live(String),
    /// Takes the live line away.
    NotLive,
    /// Answers once all before it is written.
    Flush(std::sync::mpsc::Sender<()>),
}

/// Takes lines without ever waiting.
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

    /// Shows a text in the live line.
    pub(crate) fn live(&self, text: String) {
        self.send(Order::Live(text));
    }

    /// Takes the live line away.
    pub(crate) fn not_live(&self) {
        self.send(Order::NotLive);
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
    let mut live: Option<ProgressBar> = None;
    for order in orders {
        match order {
            Order::Line(text) => match &live {
                Some(bar) => bar.suspend(|| write_line(&text)),
                None => write_line(&text),
            },
            Order::Live(text) => {
                let bar = live.get_or_insert_with(live_line);
                bar.set_message(text);
                bar.tick();
            }
            Order::NotLive => {
                if let Some(bar) = live.take() {
                    bar.finish_and_clear();
                }
            }
            // A runner that has waited long enough is gone.
            Order::Flush(done) => drop(done.send(())),
        }
    }
}

fn live_line() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
    bar.set_style(ProgressStyle::default_spinner());
    bar
}

/// A line that cannot be written is lost: there is nobody else to tell.
fn write_line(text: &str) {
    // In one piece: whoever reads both streams from one pipe is to find whole lines.
    let _ = io::stderr().lock().write_all(format!("{text}\n").as_bytes());
}
