//! Reads an ELF file as bytes, without running any of it.

use object::read::elf::{FileHeader as _, NoteIterator, ProgramHeader as _, SectionHeader as _};
use object::{LittleEndian, elf};

use crate::remedy::Remedy;

mod dynamic;
#[cfg(test)]
pub(crate) mod fixture;
mod identity;
mod symbols;
#[cfg(test)]
mod tests;
mod versions;

pub use dynamic::{SearchPath, SearchPathTag};
pub use identity::Unfit;
pub(crate) use identity::is_for_this_machine;
pub use symbols::Exports;
pub use versions::NeededVersion;

type Header = elf::FileHeader64<LittleEndian>;
type Segment = elf::ProgramHeader64<LittleEndian>;

const ENDIAN: LittleEndian = LittleEndian;
const SEGMENT_HEADER_SIZE: u64 = size_of::<Segment>() as u64;
const SECTION_HEADER_SIZE: u64 = size_of::<elf::SectionHeader64<LittleEndian>>() as u64;
/// The longest build id that is shown, in bytes; `ld` writes 20.
const MAX_BUILD_ID: usize = 64;

/// Why a file cannot be loaded, or not be understood, as a shared library.
#[derive(Debug, thiserror::Error)]
pub enum ElfError {
    /// It is something else than a shared library for this machine.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Parts that the headers promise are not there.
    #[error("it is truncated: {part} ends at byte {needed}, but the file has {found} bytes")]
    Truncated {
        /// What lies outside of the file.
        part: &'static str,
        /// The bytes that the file must have.
        needed: u64,
        /// The bytes that it has.
        found: u64,
    },
    /// Tables inside it contradict themselves.
    #[error("it is damaged: {part} cannot be read")]
    Damaged {
        /// What cannot be read.
        part: &'static str,
        /// What the parser said.
        #[source]
        source: Option<object::Error>,
    },
}

impl ElfError {
    /// What mends it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            ElfError::Unfit(unfit) => unfit.remedy(),
            ElfError::Truncated { .. } | ElfError::Damaged { .. } => {
                Remedy::of_operator("copy or download it again")
            }
        }
    }
}

/// A shared library whose headers have been checked: all that is loaded lies inside the file.
///
/// The check of the bounds is what keeps `dlopen` from killing the process: it maps what the headers promise, and
/// touching a page behind the end of the file is a SIGBUS.
#[derive(Debug)]
pub struct Library<'data> {
    data: &'data [u8],
    header: &'data Header,
    segments: &'data [Segment],
}

/// Far more than any library has.
const MAX_SEGMENTS: usize = 128;
const MAX_NOTES: usize = 10_000;

impl<'data> Library<'data> {
    /// Checks the headers of a file's bytes, and that it is meant to be loaded on this machine.
    ///
    /// # Errors
    ///
    /// See [`ElfError`].
    pub fn parse(data: &'data [u8]) -> Result<Library<'data>, ElfError> {
        let library = Library::parse_any(data)?;
        library.check_purpose()?;
        Ok(library)
    }

    /// Checks the headers of a file's bytes, which may be a program or a library for another machine.
    ///
    /// # Errors
    ///
    /// See [`ElfError`].
    pub fn parse_any(data: &'data [u8]) -> Result<Library<'data>, ElfError> {
        identity::check_form(data)?;
        let header = Header::parse(data).map_err(damaged("the file header"))?;
        let table =
            header.e_phoff(ENDIAN).saturating_add(u64::from(header.e_phnum(ENDIAN)) * SEGMENT_HEADER_SIZE);
        within("the table of segments", table, data)?;
        within("the table of sections", end_of_sections(header), data)?;
        let segments = header.program_headers(ENDIAN, data).map_err(damaged("the table of segments"))?;
        check_number(segments)?;
        for segment in segments.iter().filter(|segment| segment.p_type(ENDIAN) == elf::PT_LOAD) {
            let end = segment.p_offset(ENDIAN).saturating_add(segment.p_filesz(ENDIAN));
            within("a loaded segment", end, data)?;
        }
        Ok(Library { data, header, segments })
    }

    /// Checks that it is meant for `dlopen` on this machine.
    ///
    /// # Errors
    ///
    /// [`ElfError::Unfit`] if it is not.
    pub fn check_purpose(&self) -> Result<(), ElfError> {
        identity::check_purpose(self.data)?;
        if self.dynamic(elf::DT_FLAGS_1)?.is_some_and(|flags| flags & elf::DF_1_PIE.0 != 0) {
            return Err(Unfit::NotShared { found: "a program" }.into());
        }
        Ok(())
    }

    /// The architecture that it is for.
    #[must_use]
    pub fn architecture(&self) -> String {
        identity::machine(self.header.e_machine(ENDIAN).0)
    }

    /// The number that the linker gave this build, if it gave one.
    #[must_use]
    pub fn build_id(&self) -> Option<&'data [u8]> {
        let note = self.note(b".note.gnu.build-id", b"GNU", elf::NT_GNU_BUILD_ID.0);
        note.ok().flatten().filter(|id| !id.is_empty() && id.len() <= MAX_BUILD_ID)
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
        for _ in 0..MAX_NOTES {
            let Some(note) = notes.next()? else { break };
            if note.name() == self.owner && note.n_type(ENDIAN).0 == self.kind {
                return Ok(Some(note.desc()));
            }
        }
        Ok(None)
    }
}

/// Far more segments than any linker makes would cost more time than any file is worth; of two dynamic segments readers
/// and linkers might each take another one.
fn check_number(segments: &[Segment]) -> Result<(), ElfError> {
    let dynamic = segments.iter().filter(|segment| segment.p_type(ENDIAN) == elf::PT_DYNAMIC).count();
    if segments.len() > MAX_SEGMENTS || dynamic > 1 {
        return Err(ElfError::Damaged { part: "the table of segments", source: None });
    }
    Ok(())
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
