//! What the sandbox has denied to a connector, as far as the kernel tells.

use std::{
    collections::BTreeMap,
    os::fd::OwnedFd,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use crate::confinement::{Answer, Notification, Reach, SOCK_PACKET, answer, is_waiting, name_of, receive};

use super::trace::Trace;

/// Different denials that are kept.
const KEPT: usize = 64;
/// From this many on, each one more has to wait a little: they cost the runner more than the connector.
const MANY: u64 = 10_000;
const SLOWED_BY: Duration = Duration::from_millis(1);
/// How often the listener looks whether the run is over.
const LOOK: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// Something that was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denial {
    /// A system call, or what it was about.
    pub(crate) what: String,
    /// The permission that would allow it, as `--allow` takes it.
    pub(crate) grant: Option<String>,
    /// Whether the C library does so by itself, and gets along without.
    pub(crate) is_usual: bool,
    pub(crate) times: u64,
}

/// All that was denied during one run. Shared by the thread that answers and the loop.
#[derive(Debug, Default)]
pub(crate) struct Denials {
    kept: Mutex<BTreeMap<String, Denial>>,
    /// Beyond those that are kept.
    dropped: AtomicU64,
    over: AtomicBool,
    /// Why denials are no longer told.
    broken: Mutex<Option<String>>,
}

impl Denials {
    /// What was denied, by its name.
    pub(crate) fn list(&self) -> Vec<Denial> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let more = match self.dropped.load(Ordering::Relaxed) {
            0 => None,
            times => Some(Denial { what: "others".to_owned(), grant: None, is_usual: false, times }),
        };
        kept.values().cloned().chain(more).collect()
    }

    /// Lets the answering thread end, should the kernel not tell it.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    fn add(&self, denial: Denial) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get_mut(&denial.what) {
            known.times += 1;
        } else if kept.len() < KEPT {
            kept.insert(denial.what.clone(), denial);
        } else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Answers until every process behind the filter is gone, or the run is over.
    pub(crate) fn answer_all(&self, listener: &OwnedFd, reach: &Reach) {
        let mut answered = 0;
        while !self.over.load(Ordering::Relaxed) {
            let mut waiting = [PollFd::new(listener, PollFlags::IN)];
            match poll(&mut waiting, Some(&LOOK)) {
                Ok(0) | Err(Errno::INTR) => continue,
                Ok(_) if waiting[0].revents().contains(PollFlags::IN) => {}
                _ => return,
            }
            let notification = match receive(listener) {
                Ok(Some(notification)) => notification,
                Ok(None) => continue,
                Err(error) => return self.give_up(&error),
            };
            let (verdict, denials) = judge(&notification, reach);
            // Else its process id may be another's by now, and so what was read of it.
            if is_waiting(listener, notification.id) {
                denials.into_iter().for_each(|denial| self.add(denial));
            }
            answered += 1;
            if let Err(error) = answer(listener, notification.id, verdict) {
                return self.give_up(&error);
            }
            if answered > MANY {
                thread::sleep(SLOWED_BY);
            }
        }
    }

    /// Why denials are no longer told, if they are not.
    pub(crate) fn broken(&self) -> Option<String> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn give_up(&self, error: &std::io::Error) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }
}

/// What is to become of a system call, with what is to be told of it.
fn judge(notification: &Notification, reach: &Reach) -> (Answer, Vec<Denial>) {
    match Trace::of(notification) {
        Some(traces) => (Answer::Continue, traces.iter().filter_map(|trace| trace.denial(reach)).collect()),
        None => (Answer::Refuse, vec![described(notification)]),
    }
}

/// The option that allows this, as a shell takes it: a path may hold anything, another option too.
pub(crate) fn allowing(permission: &str) -> String {
    format!("--allow {}", shlex::try_quote(permission).unwrap_or_default())
}

/// A refused system call in words.
fn described(notification: &Notification) -> Denial {
    let number = notification.number;
    let name = name_of(number).map_or_else(|| format!("system call {number}"), str::to_owned);
    let (what, grant, is_usual) = match name.as_str() {
        "socket" => socket(notification.arguments),
        "execve" | "execveat" => (name, Some("exec"), false),
        "prctl" => ("prctl (becoming readable for others)".to_owned(), None, false),
        "clone" => ("clone (a new namespace)".to_owned(), None, false),
        "sendto" | "sendmsg" | "sendmmsg" => (format!("{name} (TCP fast open)"), None, false),
        "socketpair" if notification.arguments[0] as i32 == libc::AF_UNIX => {
            ("socketpair (Unix datagrams)".to_owned(), None, false)
        }
        _ => (name, None, false),
    };
    Denial { what, grant: grant.map(str::to_owned), is_usual, times: 1 }
}

fn socket([family, kind, protocol, ..]: [u64; 6]) -> (String, Option<&'static str>, bool) {
    let family = family as i32;
    let (kind, protocol) = (kind as i32 & 0xf, protocol as i32);
    match family {
        libc::AF_INET | libc::AF_INET6 => match (kind, protocol) {
            (libc::SOCK_RAW | SOCK_PACKET, _) => ("socket (raw)".to_owned(), None, false),
            (libc::SOCK_STREAM | libc::SOCK_DGRAM, 0 | libc::IPPROTO_TCP | libc::IPPROTO_UDP) => {
                ("socket (network)".to_owned(), Some("network"), false)
            }
            (libc::SOCK_STREAM | libc::SOCK_DGRAM, other) => {
                (format!("socket (protocol {other})"), None, false)
            }
            (other, _) => (format!("socket (type {other})"), None, false),
        },
        // To the daemon that keeps names in memory; most systems have none.
        libc::AF_UNIX => ("socket (Unix)".to_owned(), None, true),
        libc::AF_PACKET => ("socket (packet)".to_owned(), None, false),
        libc::AF_VSOCK => ("socket (vsock)".to_owned(), None, false),
        libc::AF_NETLINK => ("socket (netlink)".to_owned(), None, true),
        other => (format!("socket (family {other})"), None, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: i64, arguments: [u64; 6]) -> Denial {
        described(&Notification { id: 0, pid: 0, number, arguments })
    }

    #[test]
    fn a_denied_call_is_named_with_what_would_allow_it() {
        let socket = libc::SYS_socket;
        let family = |family: i32, kind: i32| [family as u64, kind as u64, 0, 0, 0, 0];
        let table = [
            (call(libc::SYS_ptrace, [0; 6]), "ptrace", None),
            (call(libc::SYS_execve, [0; 6]), "execve", Some("exec")),
            (call(socket, family(libc::AF_UNIX, 1)), "socket (Unix)", None),
            (call(socket, family(libc::AF_INET, 1)), "socket (network)", Some("network")),
            (call(socket, family(libc::AF_INET6, 3 | libc::SOCK_CLOEXEC)), "socket (raw)", None),
            (call(socket, [2, 1, 262, 0, 0, 0]), "socket (protocol 262)", None),
            (call(socket, [2, 5, 0, 0, 0, 0]), "socket (type 5)", None),
            (call(socket, family(99, 1)), "socket (family 99)", None),
            (call(9999, [0; 6]), "system call 9999", None),
        ];
        for (denial, what, grant) in table {
            assert_eq!((denial.what.as_str(), denial.grant.as_deref()), (what, grant));
        }
    }

    #[test]
    fn denials_are_counted_and_their_number_has_an_end() {
        let denials = Denials::default();
        for number in 10_000..11_000 {
            denials.add(call(number, [0; 6]));
            denials.add(call(10_000, [0; 6]));
        }
        let list = denials.list();
        assert_eq!((list.len(), list[0].times), (KEPT + 1, 1001));
        assert_eq!((list[KEPT].what.as_str(), list[KEPT].times), ("others", 936));
    }
}
