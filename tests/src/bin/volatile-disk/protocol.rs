//! As much of the protocol of network block devices (`nbd.git/doc/proto.md`) as the emulator speaks.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
};

use crate::disk::Disk;

const HELLO: u64 = 0x4e42_444d_4147_4943;
const OPTION: u64 = 0x4948_4156_454f_5054;
const OPTION_REPLY: u64 = 0x0003_e889_0455_65a9;
const REQUEST: u32 = 0x2560_9513;
const REPLY: u32 = 0x6744_6698;

/// The newer handshake, and no zeroes at its end.
const HANDSHAKE: u16 = 0b11;
/// There are flags, and it can flush.
const TRANSMISSION: u16 = 0b101;

const INFO: u32 = 6;
const GO: u32 = 7;

const ACKNOWLEDGED: u32 = 1;
const INFORMATION: u32 = 3;
const UNSUPPORTED: u32 = 0x8000_0001;

const READ: u16 = 0;
const WRITE: u16 = 1;
const DISCONNECT: u16 = 2;
const FLUSH: u16 = 3;

/// `EIO`, as the protocol counts.
const FAILED: u32 = 5;
/// More than the emulator ever sends at once.
const MOST: u32 = 64 << 20;

/// Serves until the other side says goodbye, or is gone, which is an error.
pub(crate) fn serve(stream: &mut UnixStream, disk: &mut Disk) -> io::Result<()> {
    stream
        .write_all(&[&HELLO.to_be_bytes()[..], &OPTION.to_be_bytes(), &HANDSHAKE.to_be_bytes()].concat())?;
    read_u32(stream)?;
    while !take_option(stream, disk.size())? {}
    while take_request(stream, disk)? {}
    Ok(())
}

/// Answers one option; tells whether requests come now.
fn take_option(stream: &mut UnixStream, size: u64) -> io::Result<bool> {
    if read_u64(stream)? != OPTION {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let option = read_u32(stream)?;
    let length = read_u32(stream)?;
    read_bytes(stream, length)?;
    if !matches!(option, INFO | GO) {
        reply_to_option(stream, option, UNSUPPORTED, &[])?;
        return Ok(false);
    }
    let export = [&0_u16.to_be_bytes()[..], &size.to_be_bytes(), &TRANSMISSION.to_be_bytes()].concat();
    reply_to_option(stream, option, INFORMATION, &export)?;
    reply_to_option(stream, option, ACKNOWLEDGED, &[])?;
    Ok(option == GO)
}

fn reply_to_option(stream: &mut UnixStream, option: u32, kind: u32, payload: &[u8]) -> io::Result<()> {
    let length = payload.len() as u32;
    let head = [option, kind, length].map(u32::to_be_bytes).concat();
    stream.write_all(&[&OPTION_REPLY.to_be_bytes()[..], &head, payload].concat())
}

/// Answers one request; tells whether others may come.
fn take_request(stream: &mut UnixStream, disk: &mut Disk) -> io::Result<bool> {
    if read_u32(stream)? != REQUEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let kind = read_u32(stream)? as u16;
    let handle = read_u64(stream)?;
    let at = read_u64(stream)?;
    let length = read_u32(stream)?;
    match kind {
        READ => match disk.read(at, length) {
            Some(bytes) => reply(stream, handle, 0, bytes)?,
            None => reply(stream, handle, FAILED, &[])?,
        },
        WRITE => {
            let bytes = read_bytes(stream, length)?;
            let error = disk.write(at, bytes).map_or(FAILED, |()| 0);
            reply(stream, handle, error, &[])?;
        }
        FLUSH => {
            disk.flush()?;
            reply(stream, handle, 0, &[])?;
        }
        DISCONNECT => return Ok(false),
        _ => reply(stream, handle, FAILED, &[])?,
    }
    Ok(true)
}

fn reply(stream: &mut UnixStream, handle: u64, error: u32, bytes: &[u8]) -> io::Result<()> {
    let head = [REPLY, error].map(u32::to_be_bytes).concat();
    stream.write_all(&[&head[..], &handle.to_be_bytes(), bytes].concat())
}

fn read_u32(stream: &mut UnixStream) -> io::Result<u32> {
    let mut bytes = [0; 4];
    stream.read_exact(&mut bytes).map(|()| u32::from_be_bytes(bytes))
}

fn read_u64(stream: &mut UnixStream) -> io::Result<u64> {
    let mut bytes = [0; 8];
    stream.read_exact(&mut bytes).map(|()| u64::from_be_bytes(bytes))
}

fn read_bytes(stream: &mut UnixStream, length: u32) -> io::Result<Vec<u8>> {
    if length > MOST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length as usize];
    stream.read_exact(&mut bytes).map(|()| bytes)
}
