//! Reads an ELF file as bytes, without running any of it.

use object::elf;
use object::read::elf::{
    Dyn as _, FileHeader as _, GnuHashTable, HashTable, NoteIterator, ProgramHeader as _, SectionHeader as _,
    Sym as _,
};
use object::{LittleEndian, ReadRef as _, pod};

#[cfg(test)]
pub(crate) mod fixture;
mod identity;
#[cfg(test)]
mod tests;

pub use identity::Unfit;

type Header = elf::FileHeader64<LittleEndian>;
type Segment = elf::ProgramHeader64<LittleEndian>;
type Symbol = elf::Sym64<LittleEndian>;

const ENDIAN: LittleEndian = LittleEndian;
const SEGMENT_HEADER_SIZE: u64 = size_of::<Segment>() as u64;
const SECTION_HEADER_SIZE: u64 = size_of::<elf::SectionHeader64<LittleEndian>>() as u64;

/// Why a file cannot be loaded, or not be understood, as a shared library.
#[derive(Debug, thiserror::Error)]
pub enum ElfError {
    /// It is something else than a shared library for this machine.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Parts that the headers promise are not there.
    #[error(
        "it is truncated: {part} ends at byte {needed}, but the file has {found} bytes; copy or download it again"
    )]
    Truncated {
        /// What lies outside of the file.
        part: &'static str,
        /// The bytes that the file must have.
        needed: u64,
        /// The bytes that it has.
        found: u64,
    },
    /// Tables inside it contradict themselves.
    #[error("it is damaged: {part} cannot be read; copy or download it again")]
    Damaged {
        /// What cannot be read.
        part: &'static str,
        /// What the parser said.
        #[source]
        source: Option<object::Error>,
    },
}

/// A shared library whose headers have been checked: for this machine, and with all that is loaded inside the file.
///
/// The check of the bounds is what keeps `dlopen` from killing the process: it maps what the headers promise, and
/// touching a page behind the end of the file is a SIGBUS.
#[derive(Debug)]
pub struct Library<'data> {
    data: &'data [u8],
    header: &'data Header,
    segments: &'data [Segment],
}

impl<'data> Library<'data> {
    /// Checks the headers of a file's bytes.
    ///
    /// # Errors
    ///
    /// See [`ElfError`].
    pub fn parse(data: &'data [u8]) -> Result<Library<'data>, ElfError> {
        identity::check(data)?;
        let header = Header::parse(data).map_err(damaged("the file header"))?;
        let table =
            header.e_phoff(ENDIAN).saturating_add(u64::from(header.e_phnum(ENDIAN)) * SEGMENT_HEADER_SIZE);
        within("the table of segments", table, data)?;
        within("the table of sections", end_of_sections(header), data)?;
        let segments = header.program_headers(ENDIAN, data).map_err(damaged("the table of segments"))?;
        for segment in segments.iter().filter(|segment| segment.p_type(ENDIAN) == elf::PT_LOAD) {
            let end = segment.p_offset(ENDIAN).saturating_add(segment.p_filesz(ENDIAN));
            within("a loaded segment", end, data)?;
        }
        let library = Library { data, header, segments };
        if library.dynamic(elf::DT_FLAGS_1)?.is_some_and(|flags| flags & elf::DF_1_PIE.0 != 0) {
            return Err(Unfit::NotShared { found: "a program" }.into());
        }
        Ok(library)
    }

    /// The content of the first note of this owner and type, or `None` if there is none.
    ///
    /// Found through the segments, which no `strip` removes. Another library's malformed note in the same segment hides
    /// those behind it, so the section of that name is the second place.
    ///
    /// # Errors
    ///
    /// [`ElfError::Damaged`] if no note was found and some could not be read.
    pub fn note(&self, section: &[u8], owner: &[u8], kind: u32) -> Result<Option<&'data [u8]>, ElfError> {
        let wanted = Wanted { owner, kind };
        let in_segments = self.note_in_segments(&wanted);
        match in_segments {
            Ok(Some(content)) => Ok(Some(content)),
            other => self.note_in_section(section, &wanted).map_or(other, |content| Ok(Some(content))),
        }
    }

    fn note_in_segments(&self, wanted: &Wanted<'_>) -> Result<Option<&'data [u8]>, ElfError> {
        let mut malformed = None;
        for segment in self.segments {
            match segment.notes(ENDIAN, self.data).map(|notes| notes.map(|notes| wanted.find(notes))) {
                Ok(Some(Ok(Some(content)))) => return Ok(Some(content)),
                Ok(Some(Ok(None)) | None) => {}
                Ok(Some(Err(error))) | Err(error) => malformed = Some(error),
            }
        }
        malformed.map_or(Ok(None), |error| Err(damaged("a note")(error)))
    }

    /// Section headers are optional and are not needed to load a library, so trouble with them means 'not found'.
    fn note_in_section(&self, name: &[u8], wanted: &Wanted<'_>) -> Option<&'data [u8]> {
        let sections = self.header.sections(ENDIAN, self.data).ok()?;
        let (_, section) = sections.section_by_name(ENDIAN, name)?;
        wanted.find(section.notes(ENDIAN, self.data).ok()??).ok()?
    }

    /// Whether the library exports a symbol of this name to `dlsym`.
    ///
    /// Looked up as the dynamic linker does, through the dynamic segment, so that missing section headers do not matter.
    ///
    /// # Errors
    ///
    /// [`ElfError::Damaged`] if the tables of symbols cannot be read.
    pub fn exports(&self, name: &[u8]) -> Result<bool, ElfError> {
        let Some(table) = self.dynamic_symbols()? else { return Ok(false) };
        let is_named = |symbol: &Symbol| table.name_is(symbol, name);
        Ok(table.symbols.iter().any(|symbol| symbol.st_shndx(ENDIAN) != elf::SHN_UNDEF && is_named(symbol)))
    }

    fn dynamic_symbols(&self) -> Result<Option<DynamicSymbols<'data>>, ElfError> {
        let part = "the table of dynamic symbols";
        let (Some(symbols), Some(names)) = (self.dynamic(elf::DT_SYMTAB)?, self.dynamic(elf::DT_STRTAB)?)
        else {
            return Ok(None);
        };
        let (Some(symbols), Some(names)) = (self.at_address(symbols), self.at_address(names)) else {
            return Err(ElfError::Damaged { part, source: None });
        };
        let count = self.dynamic_symbol_count()?;
        let size = count.saturating_mul(size_of::<Symbol>()).min(symbols.len());
        let symbols = pod::slice_from_all_bytes(&symbols[..size - size % size_of::<Symbol>()]);
        let symbols = symbols.map_err(|()| ElfError::Damaged { part, source: None })?;
        Ok(Some(DynamicSymbols { symbols, names }))
    }

    /// Only the hash tables tell how many dynamic symbols there are.
    fn dynamic_symbol_count(&self) -> Result<usize, ElfError> {
        let part = "the hash table of dynamic symbols";
        let mut count = 0;
        if let Some(data) = self.dynamic(elf::DT_HASH)?.and_then(|address| self.at_address(address)) {
            let table = HashTable::<Header>::parse(ENDIAN, data).map_err(damaged(part))?;
            count = table.symbol_table_length();
        }
        if let Some(data) = self.dynamic(elf::DT_GNU_HASH)?.and_then(|address| self.at_address(address)) {
            let table = GnuHashTable::<Header>::parse(ENDIAN, data).map_err(damaged(part))?;
            count = count.max(table.symbol_table_length(ENDIAN).unwrap_or(0));
        }
        Ok(count as usize)
    }

    /// The value of the first entry of the dynamic segment with this tag.
    fn dynamic(&self, tag: elf::DynamicTag) -> Result<Option<u64>, ElfError> {
        for segment in self.segments {
            let Some(entries) = segment.dynamic(ENDIAN, self.data).map_err(damaged("the dynamic segment"))?
            else {
                continue;
            };
            let entry = entries
                .iter()
                .take_while(|entry| entry.d_tag(ENDIAN) != elf::DT_NULL)
                .find(|entry| entry.d_tag(ENDIAN) == tag);
            return Ok(entry.map(|entry| entry.d_val(ENDIAN)));
        }
        Ok(None)
    }

    /// The bytes from a virtual address to the end of the segment that holds it.
    fn at_address(&self, address: u64) -> Option<&'data [u8]> {
        let loaded = self.segments.iter().filter(|segment| segment.p_type(ENDIAN) == elf::PT_LOAD);
        loaded.into_iter().find_map(|segment| {
            let offset = address.checked_sub(segment.p_vaddr(ENDIAN))?;
            let size = segment.p_filesz(ENDIAN).checked_sub(offset).filter(|&size| size > 0)?;
            self.data.read_bytes_at(segment.p_offset(ENDIAN).checked_add(offset)?, size).ok()
        })
    }
}

struct DynamicSymbols<'data> {
    symbols: &'data [Symbol],
    /// From the start of the names to the end of their segment.
    names: &'data [u8],
}

impl DynamicSymbols<'_> {
    fn name_is(&self, symbol: &Symbol, name: &[u8]) -> bool {
        let start = symbol.st_name(ENDIAN) as usize;
        let rest = self.names.get(start..).and_then(|names| names.strip_prefix(name));
        rest.is_some_and(|rest| rest.first() == Some(&0))
    }
}

struct Wanted<'a> {
    owner: &'a [u8],
    kind: u32,
}

impl Wanted<'_> {
    fn find<'data>(
        &self,
        mut notes: NoteIterator<'data, Header>,
    ) -> Result<Option<&'data [u8]>, object::Error> {
        while let Some(note) = notes.next()? {
            if note.name() == self.owner && note.n_type(ENDIAN).0 == self.kind {
                return Ok(Some(note.desc()));
            }
        }
        Ok(None)
    }
}

/// Sections are not loaded, but stand at the end: a file that ends before them is not all that was built. A file without
/// them says so.
fn end_of_sections(header: &Header) -> u64 {
    match header.e_shoff(ENDIAN) {
        0 => 0,
        start => start.saturating_add(u64::from(header.e_shnum(ENDIAN)) * SECTION_HEADER_SIZE),
    }
}

fn within(part: &'static str, needed: u64, data: &[u8]) -> Result<(), ElfError> {
    let found = data.len() as u64;
    if needed > found {
        return Err(ElfError::Truncated { part, needed, found });
    }
    Ok(())
}

fn damaged(part: &'static str) -> impl Fn(object::Error) -> ElfError {
    move |source| ElfError::Damaged { part, source: Some(source) }
}
