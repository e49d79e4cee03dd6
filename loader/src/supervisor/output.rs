//! What a connector writes to its stdout and stderr, as lines.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    sync::mpsc::SyncSender,
};

use super::Event;

/// Which of the two streams a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// What is kept of a line. More than is ever shown: secrets are masked before a line is cut for display,
/// so none can be cut in half.
const KEPT: u64 = 64 * 1024;

/// Sends every line of a stream as an event, until all its writers are gone; then says so.
pub(crate) fn read_lines(stream: Stream, pipe: File, events: &SyncSender<Event>) {
    let mut reader = BufReader::new(pipe);
    while let Some(line) = next_line(&mut reader) {
        if events.send(Event::Output(stream, line)).is_err() {
            return;
        }
    }
    // A supervisor that has given up waiting needs no more events.
    let _ = events.send(Event::OutputEnded(stream));
}

fn next_line(reader: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(KEPT).read_until(b'\n', &mut bytes).ok()?;
    if read == 0 {
        return None;
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else {
        reader.skip_until(b'\n').ok()?;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_breaks_and_a_giant_one_keeps_its_beginning() {
        let giant = "x".repeat(200_000);
        let mut input = std::io::Cursor::new(format!("one\n\n{giant}\nthree \u{fffd}"));
        let lines: Vec<String> = std::iter::from_fn(|| next_line(&mut input)).collect();
        let lengths: Vec<usize> = lines.iter().map(String::len).collect();
        assert_eq!(lengths, [3, 0, 65_536, 9]);
        assert_eq!(lines[3], "three \u{fffd}");
    }
}
