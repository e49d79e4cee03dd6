//! Ways not to end.

use std::{
    hint, mem, ptr,
    sync::{Barrier, Mutex},
    thread,
    time::Duration,
};

use connector_interface::Error;
use rustix::process::{Signal, getpid, kill_process};

use crate::{
    Misbehaving,
    records::{one_record_and_a_checkpoint, streams, well},
};

/// Long beyond the patience of every test.
const FOREVER: Duration = Duration::from_secs(3600);

pub(crate) fn hang(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    thread::sleep(FOREVER);
    Ok(())
}

pub(crate) fn wait(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    client.context.cancellation.sleep(FOREVER)
}

pub(crate) fn produce_after_cancel(client: &Misbehaving) -> Result<(), Error> {
    match wait(client) {
        Ok(()) => Err(Error::new("nobody asked it to stop")),
        Err(_) => well(client),
    }
}

pub(crate) fn spin() -> Result<(), Error> {
    loop {
        hint::spin_loop();
    }
}

pub(crate) fn deadlock() -> Result<(), Error> {
    let (left, right, both_hold_one) = (Mutex::new(()), Mutex::new(()), Barrier::new(2));
    let take = |first: &Mutex<()>, second: &Mutex<()>| {
        let _first = first.lock();
        both_hold_one.wait();
        let _second = second.lock();
    };
    thread::scope(|scope| {
        scope.spawn(|| take(&left, &right));
        take(&right, &left);
    });
    Ok(())
}

pub(crate) fn block_signals(client: &Misbehaving) -> Result<(), Error> {
    let mut all = mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the pointer is to memory of the size of a set, which the call fills.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    // SAFETY: `sigfillset` has no way to fail, and has filled all of it.
    let all = unsafe { all.assume_init() };
    // SAFETY: the set lives on this stack; where the old mask should go, null stands for nowhere.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &all, ptr::null_mut()) };
    hang(client)
}

extern "C" fn do_nothing(_signal: libc::c_int) {}

pub(crate) fn ignore_signals(client: &Misbehaving) -> Result<(), Error> {
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the handler does nothing, which may be done at any time; the library is never unloaded.
        unsafe { libc::signal(signal, do_nothing as *const () as libc::sighandler_t) };
    }
    kill_process(getpid(), Signal::TERM)?;
    hang(client)
}

pub(crate) fn doze(client: &Misbehaving) -> Result<(), Error> {
    thread::sleep(Duration::from_millis(client.configuration.count));
    streams(client)
}
