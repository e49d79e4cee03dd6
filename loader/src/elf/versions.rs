//! Which versions of the libraries that it needs a library was linked with.

use object::LittleEndian;
use object::elf;
use object::pod::from_bytes;
use serde::Serialize;

use super::{ENDIAN, ElfError, Library, dynamic::text_at};

type Need = elf::Verneed<LittleEndian>;
type Version = elf::Vernaux<LittleEndian>;

/// The most versions that are read: far more than any library needs.
const MAX_VERSIONS: usize = 1_000;
/// The bits of a symbol's number that are those of its version.
const VERSION: u16 = 0x7fff;
const PART: &str = "the table of needed versions";

/// A version of another library that must be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NeededVersion {
    /// The other library, such as `libc.so.6`.
    pub library: String,
    /// The version, such as `GLIBC_2.34`.
    pub version: String,
}

impl Library<'_> {
    /// The versions that must be there of the libraries that it needs.
    ///
    /// # Errors
    ///
    /// [`ElfError::Damaged`] if they cannot be read.
    pub fn needed_versions(&self) -> Result<Vec<NeededVersion>, ElfError> {
        Ok(self.numbered_versions()?.into_iter().map(|(_, needed)| needed).collect())
    }

    /// The symbols that it takes from other libraries in a version for which `is_meant` holds, each as `name (version)`.
    ///
    /// # Errors
    ///
    /// [`ElfError::Damaged`] if they cannot be read.
    pub fn symbols_needing(&self, is_meant: impl Fn(&str) -> bool) -> Result<Vec<String>, ElfError> {
        let versions = self.numbered_versions()?;
        let (Some(table), Some(address)) = (self.dynamic_symbols()?, self.dynamic(elf::DT_VERSYM)?) else {
            return Ok(Vec::new());
        };
        // One number for each symbol.
        let numbers = self.at_address(address).ok_or(DAMAGED)?.chunks_exact(2);
        let mut found = Vec::new();
        for (symbol, number) in table.symbols.iter().zip(numbers) {
            let number = u16::from_le_bytes([number[0], number[1]]) & VERSION;
            let version =
                versions.iter().find(|(known, _)| *known == number).map(|(_, needed)| &needed.version);
            let Some(version) = version.filter(|version| is_meant(version)) else { continue };
            let name = text_at(table.names, symbol.st_name.get(ENDIAN) as usize).ok_or(DAMAGED)?;
            found.push(format!("{name} ({version})"));
        }
        found.sort();
        Ok(found)
    }

    /// The versions with the numbers that symbols refer to them by.
    fn numbered_versions(&self) -> Result<Vec<(u16, NeededVersion)>, ElfError> {
        let Some(address) = self.dynamic(elf::DT_VERNEED)? else { return Ok(Vec::new()) };
        let names = self.names().ok_or(DAMAGED)?;
        let text = |at: u32| text_at(names, at as usize).ok_or(DAMAGED);
        let mut needs = Some(self.at_address(address).ok_or(DAMAGED)?);
        let mut libraries = 0;
        let mut found = Vec::new();
        while let Some(data) = needs {
            libraries += 1;
            if libraries > MAX_VERSIONS {
                return Err(DAMAGED);
            }
            let (need, _) = from_bytes::<Need>(data).map_err(|()| DAMAGED)?;
            let library = text(need.vn_file.get(ENDIAN))?;
            let mut versions = next(data, need.vn_aux.get(ENDIAN));
            for _ in 0..need.vn_cnt.get(ENDIAN) {
                if found.len() == MAX_VERSIONS {
                    return Err(DAMAGED);
                }
                let data = versions.ok_or(DAMAGED)?;
                let (version, _) = from_bytes::<Version>(data).map_err(|()| DAMAGED)?;
                let name = text(version.vna_name.get(ENDIAN))?;
                let number = version.vna_other.get(ENDIAN).0;
                found.push((number, NeededVersion { library: library.clone(), version: name }));
                versions = next(data, version.vna_next.get(ENDIAN));
            }
            needs = next(data, need.vn_next.get(ENDIAN));
        }
        Ok(found)
    }
}

const DAMAGED: ElfError = ElfError::Damaged { part: PART, source: None };

/// The entry at a distance from this one, always behind it, or `None` where it is the last or lies outside.
fn next(data: &[u8], distance: u32) -> Option<&[u8]> {
    Some(distance).filter(|&distance| distance > 0).and_then(|distance| data.get(distance as usize..))
}
