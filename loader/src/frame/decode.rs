//! Cuts a stream of bytes into frames, believing none of it.

use std::io::{self, Read};

use super::{Kind, MAX_FRAME};

/// What is read at a time, about: no less than a fourth of it.
const READ: usize = 256 * 1024;
/// Where a giant frame has made more room than this, that is given back.
const KEPT: usize = 4 * READ;

/// Collects bytes until they make frames. Holds at most one frame and what one read brought, in a room that at most
/// doubles for it.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The room: what has been taken and not been given lies between `start` and `end`.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

/// Why bytes are not frames.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("a frame of {length} bytes, where at most {MAX_FRAME} are allowed")]
    TooLong { length: usize },
    #[error("a frame without a kind")]
    Empty,
    #[error("a frame of unknown kind {kind}")]
    UnknownKind { kind: u8 },
}

const LENGTH: usize = 4;

impl Decoder {
    /// Takes what one read brings, which is nothing at the end.
    ///
    /// # Errors
    /// As the source gives them.
    pub(crate) fn read_from(&mut self, source: &mut impl Read) -> io::Result<usize> {
        self.make_room();
        let read = source.read(&mut self.bytes[self.end..])?;
        self.end += read;
        Ok(read)
    }

    /// Takes bytes that are at hand.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        // Reading from memory does not fail, and there is always room for some.
        while matches!(self.read_from(&mut bytes), Ok(1..)) {}
    }

    /// Only the frame that has begun and not ended moves.
    fn make_room(&mut self) {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == 0 && self.bytes.len() > KEPT {
            self.bytes = Vec::new();
        }
        if self.bytes.len() - self.end < READ / 4 {
            self.bytes.resize(READ.max(2 * self.bytes.len()), 0);
        }
    }

    /// The next whole frame: none until more bytes come.
    ///
    /// # Errors
    /// [`DecodeError`], after which the stream makes no sense any more.
    pub(crate) fn next_frame(&mut self) -> Result<Option<(Kind, &[u8])>, DecodeError> {
        let unread = &self.bytes[self.start..self.end];
        let Some((length, rest)) = unread.split_first_chunk::<LENGTH>() else { return Ok(None) };
        let length = u32::from_le_bytes(*length) as usize;
        if length > MAX_FRAME {
            return Err(DecodeError::TooLong { length });
        }
        if length == 0 {
            return Err(DecodeError::Empty);
        }
        let Some(frame) = rest.get(..length) else { return Ok(None) };
        let Some((&kind, payload)) = frame.split_first() else { return Err(DecodeError::Empty) };
        self.start += LENGTH + length;
        let kind = Kind::from_byte(kind).ok_or(DecodeError::UnknownKind { kind })?;
        Ok(Some((kind, payload)))
    }

    /// Bytes of a frame that has begun and not ended.
    pub(crate) fn unfinished(&self) -> usize {
        self.end - self.start
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{append, append_record, split_record};
    use super::*;

    fn decode_all(stream: &[u8], chunk: usize) -> Result<Vec<(Kind, Vec<u8>)>, DecodeError> {
        let mut decoder = Decoder::default();
        let mut frames = Vec::new();
        for bytes in stream.chunks(chunk.max(1)) {
            decoder.push(bytes);
            while let Some((kind, payload)) = decoder.next_frame()? {
                frames.push((kind, payload.to_vec()));
            }
        }
        Ok(frames)
    }

    #[test]
    fn frames_come_out_as_they_went_in_however_the_bytes_are_cut() {
        let mut stream = Vec::new();
        append(&mut stream, Kind::Ready, b"");
        append_record(&mut stream, "2020-02-21T12:00:00Z", br#"{"_type":"Branch"}"#);
        append(&mut stream, Kind::Checkpoint, b"{}");
        for chunk in 1..stream.len() {
            let frames = decode_all(&stream, chunk).unwrap();
            let kinds: Vec<Kind> = frames.iter().map(|(kind, _)| *kind).collect();
            assert_eq!(kinds, [Kind::Ready, Kind::Record, Kind::Checkpoint], "chunks of {chunk}");
            let (time, record) = split_record(&frames[1].1).unwrap();
            assert_eq!((time, record), (&b"2020-02-21T12:00:00Z"[..], &br#"{"_type":"Branch"}"#[..]));
        }
    }

    #[test]
    fn bytes_that_are_not_frames_are_refused_by_name() {
        let too_long = u32::try_from(MAX_FRAME + 1).unwrap().to_le_bytes();
        let cases: [(&[u8], DecodeError); 3] = [
            (&[0, 0, 0, 0], DecodeError::Empty),
            (&[1, 0, 0, 0, 99], DecodeError::UnknownKind { kind: 99 }),
            (&too_long, DecodeError::TooLong { length: MAX_FRAME + 1 }),
        ];
        for (stream, error) in cases {
            assert_eq!(decode_all(stream, 64), Err(error));
        }
    }

    #[test]
    fn the_room_of_a_giant_frame_is_given_back() {
        let (mut decoder, mut stream) = (Decoder::default(), Vec::new());
        append(&mut stream, Kind::Record, &vec![b'x'; 10 * KEPT]);
        append(&mut stream, Kind::Record, b"small");
        decoder.push(&stream);
        assert_eq!(decoder.next_frame().unwrap().map(|(_, payload)| payload.len()), Some(10 * KEPT));
        assert_eq!(decoder.next_frame().unwrap(), Some((Kind::Record, &b"small"[..])));
        decoder.push(b"");
        assert_eq!(decoder.bytes.len(), READ);
    }

    proptest! {
        #[test]
        fn hostile_bytes_neither_panic_nor_grow_the_buffer(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..50)
        ) {
            let mut decoder = Decoder::default();
            for chunk in &chunks {
                decoder.push(chunk);
                while let Ok(Some(_)) = decoder.next_frame() {}
                prop_assert!(decoder.bytes.len() <= READ);
            }
        }

        #[test]
        fn whatever_was_appended_is_decoded(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20),
            chunk in 1_usize..100,
        ) {
            let mut stream = Vec::new();
            for payload in &payloads {
                append(&mut stream, Kind::Log, payload);
            }
            let decoded: Vec<Vec<u8>> =
                decode_all(&stream, chunk).unwrap().into_iter().map(|(_, payload)| payload).collect();
            prop_assert_eq!(decoded, payloads);
        }
    }
}
