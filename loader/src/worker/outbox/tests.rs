//! What goes into the outbox comes out, in order and in time.

use std::io::Read;

use super::*;
use crate::frame::Decoder;

fn outbox() -> (Outbox, UnixStream, Arc<Status>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (status, _) = Status::create().unwrap();
    let status = Arc::new(status);
    (Outbox::start(ours, Arc::clone(&status)).unwrap(), theirs, status)
}

fn kinds(bytes: &[u8]) -> Vec<Kind> {
    let mut decoder = Decoder::default();
    decoder.push(bytes);
    std::iter::from_fn(|| decoder.next_frame().unwrap().map(|(kind, _)| kind)).collect()
}

#[test]
fn a_lone_record_leaves_by_itself() {
    let (outbox, mut channel, status) = outbox();
    assert!(outbox.record("", b"{}"));
    let mut bytes = [0; 64];
    let length = channel.read(&mut bytes).unwrap();
    assert_eq!(kinds(&bytes[..length]), [Kind::Record]);
    assert_eq!(status.accepted(), 1);
}

#[test]
fn a_record_leaves_by_itself_whatever_the_writer_has_come_to_meanwhile() {
    let (outbox, mut channel, status) = outbox();
    let mut bytes = [0; 64];
    for (number, pause) in [0, 5, 60, 200, 0].into_iter().enumerate() {
        thread::sleep(Duration::from_millis(pause));
        assert!(outbox.record("", b"{}"));
        let length = channel.read(&mut bytes).unwrap();
        assert_eq!(kinds(&bytes[..length]), [Kind::Record]);
        assert_eq!(status.accepted(), number as u64 + 1);
    }
}

#[test]
fn states_that_nobody_takes_do_not_fill_the_memory() {
    // Nobody reads: the writer is stuck with what it has taken.
    let (outbox, channel, _) = outbox();
    let state = vec![b'x'; 1 << 20];
    assert!((0..200).all(|_| outbox.checkpoint(&state)));
    assert!(outbox.shared.lock().bytes.len() < 2 << 20);
    // A writer that finds the channel gone ends the process.
    std::mem::forget((outbox, channel));
}

#[test]
fn each_state_leaves_where_every_checkpoint_is_kept() {
    let (outbox, mut channel, _) = outbox();
    let outbox = outbox.keeping_every_checkpoint();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        channel.read_to_end(&mut bytes).unwrap();
        bytes
    });
    assert!((0..100).all(|_| outbox.checkpoint(b"{}")));
    outbox.wait_until_out();
    assert!(outbox.shared.lock().bytes.is_empty());
    outbox.finish(b"{}");
    drop(outbox);
    assert_eq!(kinds(&reader.join().unwrap()).len(), 101);
}

#[test]
fn a_frame_that_must_be_out_is_out_when_the_call_returns() {
    let (outbox, mut channel, _) = outbox();
    outbox.record("", b"{}");
    outbox.send_now(Kind::Panic, b"{}");
    channel.set_nonblocking(true).unwrap();
    let mut bytes = [0; 64];
    let mut length = channel.read(&mut bytes).unwrap();
    while let Ok(more) = channel.read(&mut bytes[length..]) {
        length += more;
    }
    assert_eq!(kinds(&bytes[..length]), [Kind::Record, Kind::Panic]);
}

#[test]
fn nothing_follows_the_last_frame_and_everything_before_it_arrives() {
    let (outbox, mut channel, status) = outbox();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        channel.read_to_end(&mut bytes).unwrap();
        bytes
    });
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..1000).for_each(|_| assert!(outbox.record("", &[b'x'; 700]))));
        }
    });
    assert!(outbox.checkpoint(b"{}"));
    outbox.finish(b"{}");
    assert!(!outbox.record("", b"{}"));
    drop(outbox);
    let kinds = kinds(&reader.join().unwrap());
    assert_eq!(kinds.len(), 8002);
    assert_eq!(kinds[8000..], [Kind::Checkpoint, Kind::End]);
    assert_eq!((status.accepted(), status.sent(), status.checkpoint()), (8000, 8000, Some(8000)));
}
