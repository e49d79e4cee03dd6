//! What a worker says before the first frame: that its fences stand, or what keeps it from loading the connector.
//!
//! Nothing of the connector has run, so the worker is still to be trusted here.

use std::{
    io::{self, IoSlice, IoSliceMut, Read, Write},
    mem::MaybeUninit,
    os::{
        fd::{BorrowedFd, OwnedFd},
        unix::net::UnixStream,
    },
};

use rustix::{
    cmsg_space,
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
        SendFlags, recvmsg, sendmsg,
    },
};
use serde::{Deserialize, Serialize};

use crate::confinement::Fences;

/// A step of a worker on its way to load a connector.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Step {
    /// The fences stand. The descriptor that tells of denied system calls comes along, where there is one.
    Confined(Fences),
    /// There is no room for a copy of the library.
    NoLibrary(String),
    /// The fences cannot be put up.
    NotConfined(String),
}

/// Why a step could not be sent or taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    /// The other side is gone, or the system refused.
    #[error("the channel between runner and worker failed before the connector was loaded")]
    Channel(#[from] io::Error),
    /// The bytes are no step.
    #[error("the worker said something else than was expected before it loaded the connector")]
    NotAStep(#[from] serde_json::Error),
}

/// The longest step, in bytes of JSON.
const MAX_STEP: u32 = 1024 * 1024;

/// Sends a step, with a descriptor if one belongs to it.
pub(crate) fn send_step(
    channel: &UnixStream,
    step: &Step,
    descriptor: Option<BorrowedFd<'_>>,
) -> Result<(), StepError> {
    let json = serde_json::to_vec(step)?;
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let descriptors: Vec<BorrowedFd<'_>> = descriptor.into_iter().collect();
    if !descriptors.is_empty() {
        // There is room for one, and there is at most one.
        ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
    }
    let sent = sendmsg(channel, &[IoSlice::new(&length)], &mut ancillary, SendFlags::NOSIGNAL);
    if sent.map_err(io::Error::from)? != length.len() {
        return Err(io::Error::from(io::ErrorKind::WriteZero).into());
    }
    Ok((&*channel).write_all(&json)?)
}

/// Receives a step; none where the channel ends before it.
///
/// Waits as long as the channel's time-out says, and then once more for the rest.
pub(crate) fn receive_step(channel: &UnixStream) -> Result<Option<(Step, Option<OwnedFd>)>, StepError> {
    let mut length = [0; 4];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::WAITALL;
    let received = recvmsg(channel, &mut [IoSliceMut::new(&mut length)], &mut ancillary, flags)
        .map_err(io::Error::from)?;
    match received.bytes {
        0 => return Ok(None),
        4 => {}
        _ => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
    }
    let descriptor = ancillary.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    let length = u32::from_le_bytes(length);
    if length > MAX_STEP {
        return Err(io::Error::from(io::ErrorKind::InvalidData).into());
    }
    let mut json = vec![0; length as usize];
    (&*channel).read_exact(&mut json)?;
    Ok(Some((serde_json::from_slice(&json)?, descriptor)))
}

#[cfg(test)]
mod tests {
    use std::{fs::File, os::fd::AsFd};

    use super::*;

    #[test]
    fn a_step_arrives_with_its_descriptor() {
        let (worker, supervisor) = UnixStream::pair().unwrap();
        let (reader, writer) = io::pipe().unwrap();
        let confined = Step::Confined(Fences { files: true, ..Fences::default() });
        send_step(&worker, &confined, Some(reader.as_fd())).unwrap();
        send_step(&worker, &Step::NoLibrary("it is gone".into()), None).unwrap();
        drop((worker, reader));
        let (step, descriptor) = receive_step(&supervisor).unwrap().unwrap();
        assert!(matches!(step, Step::Confined(fences) if fences.files));
        { writer }.write_all(b"through").unwrap();
        let mut text = String::new();
        File::from(descriptor.unwrap()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "through");
        let (step, descriptor) = receive_step(&supervisor).unwrap().unwrap();
        assert!(matches!(step, Step::NoLibrary(reason) if reason == "it is gone") && descriptor.is_none());
        assert!(receive_step(&supervisor).unwrap().is_none());
    }

    #[test]
    fn what_is_no_step_is_refused() {
        for bytes in [&b"\xff\xff\xff\xff{}"[..], b"\x02\0\0\0[]", b"\x02\0", b"\x09\0\0\0{}"] {
            let (worker, supervisor) = UnixStream::pair().unwrap();
            (&worker).write_all(bytes).unwrap();
            drop(worker);
            assert!(receive_step(&supervisor).is_err(), "{bytes:?}");
        }
    }
}
