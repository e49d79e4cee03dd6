//! Tells from its first bytes whether a file is a shared library for this machine.

use super::{ElfError, within};
use crate::remedy::Remedy;

/// The bytes of a 64-bit file header.
const HEADER_SIZE: u64 = 64;
const CLASS_64: u8 = 2;
const LITTLE_ENDIAN: u8 = 1;
const SHARED: u16 = 3;

#[cfg(target_arch = "x86_64")]
pub(super) const HOST_MACHINE: u16 = 62;
#[cfg(target_arch = "aarch64")]
pub(super) const HOST_MACHINE: u16 = 183;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("connectors are loaded on x86-64 and aarch64 only");

/// Why a file is not a shared library for this machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not an ELF file.
    #[error("it is {found}, not a shared library (ELF)")]
    NotElf {
        /// What it seems to be.
        found: &'static str,
    },
    /// 32-bit.
    #[error("it is a 32-bit library for {found}, but this runner is a 64-bit program for {host}")]
    Not64Bit {
        /// Its machine.
        found: String,
        /// The runner's machine.
        host: String,
    },
    /// Big-endian.
    #[error("it is a big-endian library, but this runner is a little-endian program for {host}")]
    BigEndian {
        /// The runner's machine.
        host: String,
    },
    /// For another architecture.
    #[error("it is a library for {found}, but this runner is a program for {host}")]
    Machine {
        /// Its machine.
        found: String,
        /// The runner's machine.
        host: String,
    },
    /// A program, an object file or a memory dump.
    #[error("it is {found}, not a shared library")]
    NotShared {
        /// What it is.
        found: &'static str,
    },
}

impl Unfit {
    /// What mends it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Unfit::NotElf { .. } => {
                Remedy::of_operator("give the path of the connector's file, which ends in .so")
            }
            Unfit::Not64Bit { host, .. } | Unfit::BigEndian { host } => {
                Remedy::new(format!("get a build for {host}"), build_for_host())
            }
            Unfit::Machine { found, host } => Remedy::new(
                format!("get a build for {host}, or run it on a machine with {found}"),
                build_for_host(),
            ),
            Unfit::NotShared { .. } => Remedy::new(
                "give the path of the connector's file, which ends in .so",
                "write `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]` in its Cargo.toml",
            ),
        }
    }
}

fn build_for_host() -> String {
    format!("build it with `cargo build --release --target {}`", host_target())
}

/// Checks that a file can be read as a library at all: 64-bit, little-endian ELF.
pub(super) fn check_form(data: &[u8]) -> Result<(), ElfError> {
    if !data.starts_with(b"\x7fELF") {
        return Err(Unfit::NotElf { found: content(data) }.into());
    }
    within("the file header", HEADER_SIZE, data)?;
    let host = machine(HOST_MACHINE);
    if data[5] != LITTLE_ENDIAN {
        return Err(Unfit::BigEndian { host }.into());
    }
    if data[4] != CLASS_64 {
        return Err(Unfit::Not64Bit { found: machine(half(data, 18)), host }.into());
    }
    Ok(())
}

/// Checks that a library is meant for `dlopen` on this machine; its form has been checked.
pub(super) fn check_purpose(data: &[u8]) -> Result<(), Unfit> {
    let found = half(data, 18);
    if found != HOST_MACHINE {
        return Err(Unfit::Machine { found: machine(found), host: machine(HOST_MACHINE) });
    }
    if half(data, 16) != SHARED {
        return Err(Unfit::NotShared { found: file_type(half(data, 16)) });
    }
    Ok(())
}

/// Whether a file that starts with these bytes is a library that can be loaded on this machine.
pub(crate) fn is_for_this_machine(start: &[u8]) -> bool {
    check_form(start).is_ok() && check_purpose(start).is_ok()
}

const fn half(data: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([data[at], data[at + 1]])
}

/// What a file that is not ELF seems to be. Its text is never quoted: a swapped argument makes this the configuration.
fn content(data: &[u8]) -> &'static str {
    let starts_with =
        |start: &[u8]| data.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start));
    let known: [(&[u8], &str); 13] = [
        (b"!<arch>", "a static library or an rlib"),
        (b"\xcf\xfa\xed\xfe", "a macOS library"),
        (b"\xca\xfe\xba\xbe", "a macOS library"),
        (b"MZ", "a Windows library"),
        (b"\0asm", "a WebAssembly module"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x28\xb5\x2f\xfd", "a zstd archive"),
        (b"version https://git-lfs", "a pointer to a Git LFS object (run `git lfs pull`)"),
        (b"#!", "a script"),
        (b"<!doctype", "a web page, perhaps from a failed download"),
        (b"<html", "a web page, perhaps from a failed download"),
        (b"{", "a JSON text (are connector and configuration swapped?)"),
    ];
    match known.iter().find(|(start, _)| starts_with(start)) {
        Some((_, name)) => name,
        None if data.is_empty() => "an empty file",
        None if is_text(data) => "a text file",
        None => "data of an unknown kind",
    }
}

fn is_text(data: &[u8]) -> bool {
    let start = &data[..data.len().min(512)];
    !start.iter().any(|&byte| byte < b'\t' || byte == 0x7f)
}

const fn file_type(number: u16) -> &'static str {
    match number {
        1 => "an object file",
        2 => "a program",
        4 => "a memory dump",
        _ => "an ELF file of an unknown type",
    }
}

/// The name of an architecture.
pub(super) fn machine(number: u16) -> String {
    let name = match number {
        3 => "i386",
        8 => "MIPS",
        20 => "PowerPC",
        21 => "PowerPC 64",
        22 => "s390",
        40 => "arm",
        62 => "x86-64",
        183 => "aarch64",
        243 => "RISC-V",
        258 => "LoongArch",
        other => return format!("machine number {other}"),
    };
    name.to_owned()
}

const fn host_target() -> &'static str {
    if HOST_MACHINE == 62 { "x86_64-unknown-linux-gnu" } else { "aarch64-unknown-linux-gnu" }
}
