//! The dynamic segment: what a library needs, and where it wants it to be looked for.

use object::ReadRef as _;
use object::elf;
use object::read::elf::{Dyn as _, ProgramHeader as _};
use serde::Serialize;

use super::{ENDIAN, ElfError, Library, damaged};

type Entry = elf::Dyn64<object::LittleEndian>;

/// The most entries of a dynamic segment, the most needed libraries, the longest name: far more than any library has.
const MAX_ENTRIES: usize = 10_000;
const MAX_NEEDED: usize = 1000;
const MAX_NAME: usize = 4096;

/// Which of its two tags a search path stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SearchPathTag {
    /// `DT_RPATH`, the older one.
    Rpath,
    /// `DT_RUNPATH`.
    Runpath,
}

impl SearchPathTag {
    /// The tag as tools print it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SearchPathTag::Rpath => "RPATH",
            SearchPathTag::Runpath => "RUNPATH",
        }
    }
}

/// Folders in which a library wants those that it needs to be looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SearchPath {
    /// The tag that it stands under.
    pub tag: SearchPathTag,
    /// Its text: folders with colons between.
    pub path: String,
}

impl<'data> Library<'data> {
    /// The names of the libraries that must be loaded with it.
    ///
    /// # Errors
    ///
    /// [`ElfError::Damaged`] if they cannot be read.
    pub fn needed(&self) -> Result<Vec<String>, ElfError> {
        let entries = self.entries()?.iter().filter(|entry| entry.d_tag(ENDIAN) == elf::DT_NEEDED);
        entries.take(MAX_NEEDED).map(|entry| self.text(entry.d_val(ENDIAN), "a needed library")).collect()
    }

    /// Where it wants the libraries that it needs to be looked for.
    ///
    /// # Errors
    ///
    /// [`ElfError::Damaged`] if that cannot be read.
    pub fn search_paths(&self) -> Result<Vec<SearchPath>, ElfError> {
        let tags = [(elf::DT_RPATH, SearchPathTag::Rpath), (elf::DT_RUNPATH, SearchPathTag::Runpath)];
        let mut found = Vec::new();
        for (number, tag) in tags {
            if let Some(at) = self.dynamic(number)? {
                found.push(SearchPath { tag, path: self.text(at, "a search path")? });
            }
        }
        // The dynamic linker passes over an empty one.
        found.retain(|search| !search.path.is_empty());
        Ok(found)
    }

    /// Whether it says that its thread-local variables need a place in the block that a program has from its start.
    ///
    /// # Errors
    ///
    /// [`ElfError::Damaged`] if that cannot be read.
    pub fn has_static_tls(&self) -> Result<bool, ElfError> {
        Ok(self.dynamic(elf::DT_FLAGS)?.is_some_and(|flags| flags & elf::DF_STATIC_TLS.0 != 0))
    }

    /// The value of the first entry of the dynamic segment with this tag.
    pub(super) fn dynamic(&self, tag: elf::DynamicTag) -> Result<Option<u64>, ElfError> {
        let entry = self.entries()?.iter().find(|entry| entry.d_tag(ENDIAN) == tag);
        Ok(entry.map(|entry| entry.d_val(ENDIAN)))
    }

    /// The entries of the dynamic segment before its end mark.
    fn entries(&self) -> Result<&'data [Entry], ElfError> {
        for segment in self.segments {
            let entries = segment.dynamic(ENDIAN, self.data).map_err(damaged("the dynamic segment"))?;
            let Some(entries) = entries else { continue };
            let end = entries.iter().position(|entry| entry.d_tag(ENDIAN) == elf::DT_NULL);
            let end = end.unwrap_or(entries.len());
            if end > MAX_ENTRIES {
                return Err(ElfError::Damaged { part: "the dynamic segment", source: None });
            }
            return Ok(&entries[..end]);
        }
        Ok(&[])
    }

    /// From the start of the dynamic string table to the end of its segment.
    pub(super) fn names(&self) -> Option<&'data [u8]> {
        self.dynamic(elf::DT_STRTAB).ok().flatten().and_then(|address| self.at_address(address))
    }

    /// A text of the dynamic string table.
    pub(super) fn text(&self, at: u64, part: &'static str) -> Result<String, ElfError> {
        let text = self.names().zip(usize::try_from(at).ok()).and_then(|(names, at)| text_at(names, at));
        text.ok_or(ElfError::Damaged { part, source: None })
    }

    /// The bytes from a virtual address to the end of the segment that holds it.
    pub(super) fn at_address(&self, address: u64) -> Option<&'data [u8]> {
        let loaded = self.segments.iter().filter(|segment| segment.p_type(ENDIAN) == elf::PT_LOAD);
        loaded.into_iter().find_map(|segment| {
            let offset = address.checked_sub(segment.p_vaddr(ENDIAN))?;
            let size = segment.p_filesz(ENDIAN).checked_sub(offset).filter(|&size| size > 0)?;
            self.data.read_bytes_at(segment.p_offset(ENDIAN).checked_add(offset)?, size).ok()
        })
    }
}

/// The text from a place to the next zero byte. What is not UTF-8 is replaced, and so is what could drive a terminal.
pub(super) fn text_at(names: &[u8], at: usize) -> Option<String> {
    let rest = names.get(at..)?;
    let end = rest.iter().take(MAX_NAME + 1).position(|&byte| byte == 0)?;
    let text = String::from_utf8_lossy(&rest[..end]);
    Some(text.replace(char::is_control, "\u{fffd}"))
}
