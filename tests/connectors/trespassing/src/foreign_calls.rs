//! System calls of other ABIs, whose numbers mean other calls.

use std::io;

use connector_interface::Error;

use crate::Configuration;

type Tried = Result<Vec<String>, Error>;

/// `getpid` as a program of 32 bits makes it.
#[cfg(target_arch = "x86_64")]
pub(crate) fn as_32_bits(_configuration: &Configuration) -> Tried {
    const GETPID: i64 = 20;
    let mut number = GETPID;
    // SAFETY: the call takes no arguments and touches no memory; the kernel keeps all registers but this one, and the
    // compiler is told of those that older ones did not keep.
    unsafe {
        std::arch::asm!(
            "int 0x80",
            inout("rax") number,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    answered(number)
}

/// `getpid` as a program with pointers of 32 bits makes it.
#[cfg(target_arch = "x86_64")]
pub(crate) fn as_x32(_configuration: &Configuration) -> Tried {
    const BIT: i64 = 0x4000_0000;
    Ok(crate::system_call::call(BIT | libc::SYS_getpid, []).map(|_| Vec::new())?)
}

#[cfg(target_arch = "x86_64")]
fn answered(number: i64) -> Tried {
    if number < 0 {
        let error = i32::try_from(-number).unwrap_or(libc::EINVAL);
        return Err(io::Error::from_raw_os_error(error).into());
    }
    Ok(Vec::new())
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn as_32_bits(_configuration: &Configuration) -> Tried {
    Err(io::Error::from_raw_os_error(libc::ENOSYS).into())
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn as_x32(_configuration: &Configuration) -> Tried {
    Err(io::Error::from_raw_os_error(libc::ENOSYS).into())
}
