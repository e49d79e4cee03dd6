//! System calls by number, for those that nobody has a safe word for.

use std::{ffi::CStr, io};

/// An argument of a system call.
pub(crate) enum Argument<'a> {
    Number(i64),
    Text(&'a CStr),
    Bytes(&'a [u8]),
    Room(&'a mut [u8]),
}

impl From<i32> for Argument<'_> {
    fn from(number: i32) -> Self {
        Argument::Number(number.into())
    }
}

impl From<i64> for Argument<'_> {
    fn from(number: i64) -> Self {
        Argument::Number(number)
    }
}

impl<'a> From<&'a CStr> for Argument<'a> {
    fn from(text: &'a CStr) -> Self {
        Argument::Text(text)
    }
}

impl Argument<'_> {
    fn word(&mut self) -> i64 {
        match self {
            Argument::Number(number) => *number,
            Argument::Text(text) => text.as_ptr() as i64,
            Argument::Bytes(bytes) => bytes.as_ptr() as i64,
            Argument::Room(bytes) => bytes.as_mut_ptr() as i64,
        }
    }
}

/// Makes a system call; arguments that are not given are 0.
///
/// Texts end with a NUL, and whatever the kernel is told to read or write must fit into the bytes that are handed over:
/// the calls in this crate say the length beside the bytes, or hand over a whole structure.
pub(crate) fn call<const N: usize>(number: i64, mut arguments: [Argument<'_>; N]) -> io::Result<i64> {
    let mut words = [0; 6];
    for (word, argument) in words.iter_mut().zip(&mut arguments) {
        *word = argument.word();
    }
    let [first, second, third, fourth, fifth, sixth] = words;
    // SAFETY: every pointer among the words is one of a borrow that lasts longer than the call; none of the calls in
    // this crate unmaps memory or makes a second process that goes on in ours.
    let answer = unsafe { libc::syscall(number, first, second, third, fourth, fifth, sixth) };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

/// A structure of 64-bit words, in the byte order of this machine.
pub(crate) fn words<const N: usize>(words: [u64; N]) -> Vec<u8> {
    words.into_iter().flat_map(u64::to_ne_bytes).collect()
}
