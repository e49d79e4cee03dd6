//! What a connector writes to its stdout and stderr, as lines.

use std::{
    collections::VecDeque,
    fs::File,
    io::{BufRead, BufReader, Read},
    sync::{Arc, Mutex, PoisonError, mpsc::SyncSender},
};

use crate::mask::Masker;

use super::{Event, flood::Flood};

/// Which of the two streams a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// What is kept of a line. More than is ever shown: secrets are masked before a line is cut for display,
/// so none can be cut in half.
const KEPT: u64 = 64 * 1024;
/// Lines of a stream that are kept to explain a death, also where they were held back.
const TAIL: usize = 20;

/// The last lines of a stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<Line>>>);

/// A line, or the beginning of one that was too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// Whether there was more of it: a secret may have been cut in half at its end.
    pub(crate) is_cut: bool,
}

impl Line {
    /// The line without secrets.
    pub(crate) fn masked(&self, masker: &Masker) -> String {
        if self.is_cut {
            return String::from_utf8_lossy(&masker.mask_cut(self.text.as_bytes())).into_owned();
        }
        masker.mask(&self.text).into_owned()
    }
}

impl Tail {
    fn push(&self, line: &Line) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= TAIL {
            lines.pop_front();
        }
        lines.push_back(line.clone());
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Reads one stream to its end, so that no writer is ever held up.
pub(crate) struct Reader {
    pub(crate) stream: Stream,
    pub(crate) flood: Arc<Flood>,
    pub(crate) tail: Tail,
    pub(crate) events: SyncSender<Event>,
}

impl Reader {
    /// Sends lines as events while they are admitted, until all writers are gone; then says so.
    pub(crate) fn read(self, pipe: File) {
        let mut reader = BufReader::with_capacity(64 * 1024, pipe);
        while let Some(line) = next_line(&mut reader) {
            self.tail.push(&line);
            if self.flood.admits(line.text.len())
                && self.events.send(Event::Output(self.stream, line)).is_err()
            {
                return;
            }
        }
        // A supervisor that has given up waiting needs no more events.
        let _ = self.events.send(Event::OutputEnded(self.stream));
    }
}

fn next_line(reader: &mut impl BufRead) -> Option<Line> {
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(KEPT).read_until(b'\n', &mut bytes).ok()?;
    if read == 0 {
        return None;
    }
    let mut is_cut = false;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else {
        is_cut = reader.skip_until(b'\n').ok()? > 0;
    }
    Some(Line { text: String::from_utf8_lossy(&bytes).into_owned(), is_cut })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_breaks_and_a_giant_one_keeps_its_beginning() {
        let giant = "x".repeat(200_000);
        let mut input = std::io::Cursor::new(format!("one\n\n{giant}\nthree \u{fffd}"));
        let lines: Vec<Line> = std::iter::from_fn(|| next_line(&mut input)).collect();
        let lengths: Vec<usize> = lines.iter().map(|line| line.text.len()).collect();
        assert_eq!(lengths, [3, 0, 65_536, 9]);
        assert_eq!(lines[3].text, "three \u{fffd}");
        assert_eq!(lines.iter().map(|line| line.is_cut).collect::<Vec<_>>(), [false, false, true, false]);
    }

    #[test]
    fn the_tail_holds_the_last_lines_also_those_held_back() {
        let tail = Tail::default();
        (0..100).for_each(|number| tail.push(&Line { text: format!("line {number}"), is_cut: false }));
        let lines = tail.lines();
        assert_eq!((lines.len(), &*lines[0].text, &*lines[19].text), (20, "line 80", "line 99"));
    }
}
