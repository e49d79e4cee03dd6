//! The one call that the runner makes past the C library: rustix asks the kernel itself for `fdatasync`, so a function of
//! that name is never called. The kernel is told to raise a signal in its place, which asks the plan.

use std::{
    ffi::{c_int, c_long, c_void},
    mem::{offset_of, zeroed},
    ptr::null_mut,
};

use libc::{
    BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SECCOMP_RET_ALLOW, SECCOMP_RET_TRAP,
    SYS_fdatasync, seccomp_data, siginfo_t, sock_filter, sock_fprog, ucontext_t,
};

use crate::plan::{Verdict, concerns, fail, on_descriptor};

/// Told to the kernel behind the arguments, where it reads nothing, by a call that is to pass.
const PASS: c_long = 0x7061_7373;

/// Run by the loader before `main`, while there is one thread only: those that come later inherit the filter.
#[used]
#[unsafe(link_section = ".init_array")]
static PREPARE: extern "C" fn() = prepare;

extern "C" fn prepare() {
    // Without a filter, calls would pass unseen and a test would prove nothing: it is better not to start.
    if concerns("fdatasync") && !(answer_signals() && trap()) {
        std::process::abort();
    }
}

fn answer_signals() -> bool {
    // SAFETY: a structure of numbers and a set of signals, for all of which zero is a value: no flag, no signal.
    let mut action: libc::sigaction = unsafe { zeroed() };
    action.sa_flags = libc::SA_SIGINFO;
    action.sa_sigaction = answer as *const () as usize;
    // SAFETY: the action outlives the call, and the handler has the type that `SA_SIGINFO` asks for.
    unsafe { libc::sigaction(libc::SIGSYS, &raw const action, null_mut()) == 0 }
}

const fn statement(code: u32, k: u32) -> sock_filter {
    jump(code, k, 0, 0)
}

const fn jump(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: code as u16, jt, jf, k }
}

/// Where the low half of the sixth argument lies.
const SIXTH: usize = offset_of!(seccomp_data, args) + 5 * size_of::<u64>();

fn trap() -> bool {
    let mut filter = [
        statement(BPF_LD | BPF_W | BPF_ABS, offset_of!(seccomp_data, nr) as u32),
        jump(BPF_JMP | BPF_JEQ | BPF_K, SYS_fdatasync as u32, 0, 3),
        statement(BPF_LD | BPF_W | BPF_ABS, SIXTH as u32),
        jump(BPF_JMP | BPF_JEQ | BPF_K, PASS as u32, 1, 0),
        statement(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    ];
    let program = sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: the program and its statements outlive the call, which copies them, and `len` counts them.
    unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0 }
}

/// Stands in for the call. It interrupts nothing but that call, so it may do whatever a function may.
extern "C" fn answer(_signal: c_int, _information: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel passes a handler with `SA_SIGINFO` the interrupted context, which is this handler's to change.
    let Some(context) = (unsafe { context.cast::<ucontext_t>().as_mut() }) else { return };
    let descriptor = *argument(context) as c_int;
    let result =
        if on_descriptor("fdatasync", descriptor) == Verdict::Pass { really(descriptor) } else { fail() };
    *outcome(context) = if result == 0 { 0 } else { -i64::from(errno()) } as _;
}

fn really(descriptor: c_int) -> c_int {
    // SAFETY: takes a number, whatever it names; the others are not read by the kernel.
    unsafe { libc::syscall(SYS_fdatasync, descriptor, 0, 0, 0, 0, PASS) as c_int }
}

fn errno() -> c_int {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)
}

#[cfg(target_arch = "x86_64")]
fn argument(context: &mut ucontext_t) -> &mut i64 {
    &mut context.uc_mcontext.gregs[libc::REG_RDI as usize]
}

#[cfg(target_arch = "x86_64")]
fn outcome(context: &mut ucontext_t) -> &mut i64 {
    &mut context.uc_mcontext.gregs[libc::REG_RAX as usize]
}

/// One register is the first argument and then the outcome.
#[cfg(target_arch = "aarch64")]
fn argument(context: &mut ucontext_t) -> &mut u64 {
    &mut context.uc_mcontext.regs[0]
}

#[cfg(target_arch = "aarch64")]
fn outcome(context: &mut ucontext_t) -> &mut u64 {
    argument(context)
}
