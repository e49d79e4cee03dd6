//! Sockets to whatever listens.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::{
        fd::{AsRawFd, OwnedFd},
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr as UnixAddress, UnixDatagram, UnixStream},
    },
    time::Duration,
};

use connector_interface::Error;

use crate::{
    Configuration,
    files::{at, owned},
    system_call::{Argument, call},
};

type Tried = Result<Vec<String>, Error>;

/// No answer in time is an answer too.
const PATIENCE: Duration = Duration::from_secs(2);

fn socket(family: i32, kind: i32, protocol: i32) -> io::Result<OwnedFd> {
    let kind = kind | libc::SOCK_CLOEXEC;
    owned(call(libc::SYS_socket, [family.into(), kind.into(), protocol.into()])?)
}

fn made(family: i32, kind: i32, protocol: i32) -> Tried {
    socket(family, kind, protocol)?;
    Ok(Vec::new())
}

/// An error as it ought to be: with the address.
fn to<T>(address: SocketAddr, tried: io::Result<T>) -> Tried {
    match tried {
        Ok(_) => Ok(Vec::new()),
        Err(error) => Err(Error::new(format!("{address}: {error}"))),
    }
}

fn local(configuration: &Configuration) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, configuration.port).into()
}

pub(crate) fn connect(configuration: &Configuration) -> Tried {
    let address = local(configuration);
    to(address, TcpStream::connect_timeout(&address, PATIENCE))
}

/// Where clouds keep the credentials of a machine.
pub(crate) fn connect_to_metadata(_configuration: &Configuration) -> Tried {
    let address = (Ipv4Addr::new(169, 254, 169, 254), 80).into();
    to(address, TcpStream::connect_timeout(&address, PATIENCE))
}

/// `struct sockaddr_in`.
fn address_bytes(port: u16) -> [u8; 16] {
    let mut bytes = [0; 16];
    let family = libc::AF_INET as u16;
    bytes[..2].copy_from_slice(&family.to_ne_bytes());
    bytes[2..4].copy_from_slice(&port.to_be_bytes());
    bytes[4..8].copy_from_slice(&Ipv4Addr::LOCALHOST.octets());
    bytes
}

/// Connects by sending.
pub(crate) fn connect_fast(configuration: &Configuration) -> Tried {
    let socket = socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    let address = address_bytes(configuration.port);
    let arguments = [
        socket.as_raw_fd().into(),
        Argument::Bytes(b"0"),
        1.into(),
        libc::MSG_FASTOPEN.into(),
        Argument::Bytes(&address),
        16.into(),
    ];
    to(local(configuration), call(libc::SYS_sendto, arguments))
}

/// Multipath TCP, which to a server without it is TCP.
pub(crate) fn connect_over_many_paths(configuration: &Configuration) -> Tried {
    let socket = socket(libc::AF_INET, libc::SOCK_STREAM, libc::IPPROTO_MPTCP)?;
    let address = address_bytes(configuration.port);
    let arguments = [socket.as_raw_fd().into(), Argument::Bytes(&address), 16.into()];
    to(local(configuration), call(libc::SYS_connect, arguments))
}

pub(crate) fn connect_to_socket(configuration: &Configuration) -> Tried {
    at(&configuration.path, UnixStream::connect(&configuration.path))
}

pub(crate) fn connect_to_abstract_socket(configuration: &Configuration) -> Tried {
    let name = configuration.path.to_string_lossy();
    let address = UnixAddress::from_abstract_name(name.as_bytes())?;
    at(&configuration.path, UnixStream::connect_addr(&address))
}

/// Such a socket, once there is one, can be connected to another.
pub(crate) fn pair_of_datagrams(configuration: &Configuration) -> Tried {
    let (one, _other) = UnixDatagram::pair()?;
    at(&configuration.path, one.connect(&configuration.path))
}

/// To Unix, raw means datagrams.
pub(crate) fn pair_of_raw_datagrams(configuration: &Configuration) -> Tried {
    let mut pair = [0; 8];
    call(
        libc::SYS_socketpair,
        [libc::AF_UNIX.into(), libc::SOCK_RAW.into(), 0.into(), Argument::Room(&mut pair)],
    )?;
    let one = owned(i32::from_ne_bytes([pair[0], pair[1], pair[2], pair[3]]).into())?;
    let one = UnixDatagram::from(one);
    at(&configuration.path, one.connect(&configuration.path).and_then(|()| one.send(b"trespassing")))
}

pub(crate) fn bind(configuration: &Configuration) -> Tried {
    let address = local(configuration);
    to(address, TcpListener::bind(address))
}

/// The kernel finds a port for whoever has none.
pub(crate) fn listen(_configuration: &Configuration) -> Tried {
    let socket = socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    call(libc::SYS_listen, [socket.as_raw_fd().into(), 1.into()])?;
    Ok(Vec::new())
}

pub(crate) fn raw(_configuration: &Configuration) -> Tried {
    made(libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP)
}

/// ICMP for everybody, where the system has it so.
pub(crate) fn ping(_configuration: &Configuration) -> Tried {
    made(libc::AF_INET, libc::SOCK_DGRAM, libc::IPPROTO_ICMP)
}

pub(crate) fn packet(_configuration: &Configuration) -> Tried {
    made(libc::AF_PACKET, libc::SOCK_RAW, 0)
}

/// To the machine that this one is a guest of.
pub(crate) fn machine(_configuration: &Configuration) -> Tried {
    made(libc::AF_VSOCK, libc::SOCK_STREAM, 0)
}

/// Events of devices.
pub(crate) fn netlink(_configuration: &Configuration) -> Tried {
    made(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_KOBJECT_UEVENT)
}

/// Algorithms of the kernel.
pub(crate) fn crypto(_configuration: &Configuration) -> Tried {
    made(libc::AF_ALG, libc::SOCK_SEQPACKET, 0)
}

/// SCTP, where the kernel has it.
pub(crate) fn of_messages(_configuration: &Configuration) -> Tried {
    made(libc::AF_INET, libc::SOCK_SEQPACKET, 0)
}

pub(crate) fn pair_over_internet(_configuration: &Configuration) -> Tried {
    let mut pair = [0; 8];
    call(
        libc::SYS_socketpair,
        [libc::AF_INET.into(), libc::SOCK_STREAM.into(), 0.into(), Argument::Room(&mut pair)],
    )?;
    Ok(Vec::new())
}
