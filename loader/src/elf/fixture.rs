//! Composes small shared libraries for tests, so that none depends on a compiler or on the files of a system.

use super::identity::HOST_MACHINE;

/// Where the parts of a composed library lie, in bytes from its start; address and offset are the same.
const SEGMENTS_AT: usize = 64;
const SEGMENT_COUNT: usize = 3;
const BODY_AT: usize = SEGMENTS_AT + SEGMENT_COUNT * 56;

/// A shared library to be: what a test does not set is as in a good connector.
#[derive(Clone, Debug)]
pub(crate) struct Fixture {
    /// Bytes before the connector's note in the segment of notes.
    pub(crate) notes_before: Vec<u8>,
    /// Owner, type and content of the note, if there is one.
    pub(crate) note: Option<(Vec<u8>, u32, Vec<u8>)>,
    /// The exported symbol, if there is one.
    pub(crate) symbol: Option<&'static str>,
    /// Whether the symbol is only needed, not offered.
    pub(crate) symbol_is_undefined: bool,
    /// Whether the count of symbols is in a GNU hash table, as in libraries linked by rustc.
    pub(crate) gnu_hash: bool,
    /// The first and the second word of flags in the dynamic segment.
    pub(crate) flags: u64,
    pub(crate) flags_1: u64,
    /// The libraries that it needs.
    pub(crate) needed: Vec<&'static str>,
    /// The versions that it needs, as pairs of library and version.
    pub(crate) versions: Vec<(&'static str, &'static str)>,
    /// Where it wants needed libraries to be looked for: under the older tag and under the newer.
    pub(crate) rpath: Option<&'static str>,
    pub(crate) runpath: Option<&'static str>,
    /// Whether there are section headers.
    pub(crate) sections: bool,
}

impl Fixture {
    pub(crate) fn new(content: &str, symbol: &'static str) -> Fixture {
        Fixture {
            notes_before: Vec::new(),
            note: Some((b"Connector".to_vec(), 1, content.as_bytes().to_vec())),
            symbol: Some(symbol),
            symbol_is_undefined: false,
            gnu_hash: true,
            flags: 0,
            flags_1: 0,
            needed: Vec::new(),
            versions: Vec::new(),
            rpath: None,
            runpath: None,
            sections: false,
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut body = Body { bytes: vec![0; BODY_AT] };
        let notes = self.notes();
        let notes_at = body.append(&notes);
        let connector_at = notes_at + self.notes_before.len();
        let mut names = Names { bytes: self.names() };
        let mut entries = self.references(&mut names);
        let versions = self.version_table(&mut names);
        let names_at = body.append(&names.bytes);
        let symbols_at = body.append(&self.symbols());
        let hash_at = body.append(&self.hash());
        let hash_tag: u64 = if self.gnu_hash { 0x6fff_fef5 } else { 4 };
        let versions_at = body.append(&versions);
        entries.extend([5, names_at as u64, 6, symbols_at as u64, hash_tag, hash_at as u64]);
        if !versions.is_empty() {
            entries.extend([0x6fff_fffe, versions_at as u64]);
        }
        entries.extend([30, self.flags, 0x6fff_fffb, self.flags_1, 0, 0]);
        let dynamic = words(&entries);
        let dynamic_at = body.append(&dynamic);
        let mut bytes = body.bytes;
        let end = bytes.len();
        let sections_at = if self.sections {
            self.append_sections(&mut bytes, connector_at, notes_at + notes.len())
        } else {
            0
        };
        bytes[..64].copy_from_slice(&header(sections_at, if self.sections { 3 } else { 0 }));
        let segments = [
            segment(1, 0, end, 4096),
            segment(2, dynamic_at, dynamic.len(), 8),
            segment(4, notes_at, notes.len(), 4),
        ];
        bytes[SEGMENTS_AT..BODY_AT].copy_from_slice(&segments.concat());
        bytes
    }

    fn notes(&self) -> Vec<u8> {
        let mut notes = self.notes_before.clone();
        if let Some((owner, kind, content)) = &self.note {
            notes.extend(note(owner, *kind, content));
        }
        notes
    }

    fn names(&self) -> Vec<u8> {
        [b"\0", self.symbol.unwrap_or_default().as_bytes(), b"\0"].concat()
    }

    /// The entries of the dynamic segment that refer to names.
    fn references(&self, names: &mut Names) -> Vec<u64> {
        let needed = self.needed.iter().map(|name| (1, *name));
        let paths =
            self.rpath.iter().map(|path| (15, *path)).chain(self.runpath.iter().map(|path| (29, *path)));
        needed.chain(paths).flat_map(|(tag, name)| [tag, u64::from(names.add(name))]).collect()
    }

    /// One entry of one version each: what linkers would group by library.
    fn version_table(&self, names: &mut Names) -> Vec<u8> {
        let mut table = Vec::new();
        for (index, (library, version)) in self.versions.iter().enumerate() {
            let next: u32 = if index + 1 == self.versions.len() { 0 } else { 32 };
            let (library, version) = (names.add(library), names.add(version));
            table.extend([1_u16, 1].into_iter().flat_map(u16::to_le_bytes));
            table.extend([library, 16, next, 0, 0, version, 0].into_iter().flat_map(u32::to_le_bytes));
        }
        table
    }

    fn symbols(&self) -> Vec<u8> {
        let section: u16 = if self.symbol_is_undefined { 0 } else { 1 };
        let mut symbols = vec![0; 24];
        if self.symbol.is_some() {
            symbols.extend([&1_u32.to_le_bytes()[..], &[0x11, 0], &section.to_le_bytes(), &[0; 16]].concat());
        }
        symbols
    }

    fn hash(&self) -> Vec<u8> {
        let count = 1 + u32::from(self.symbol.is_some());
        let numbers: Vec<u32> = match (self.gnu_hash, self.symbol) {
            // Buckets, first hashed symbol, filters, shift; one filter of two halves; the bucket; the end of its chain.
            (true, Some(_)) => vec![1, 1, 1, 0, 0, 0, 1, 1],
            (true, None) => vec![1, 1, 1, 0, 0, 0, 0],
            (false, _) => [vec![1, count, count - 1], vec![0; count as usize]].concat(),
        };
        numbers.into_iter().flat_map(u32::to_le_bytes).collect()
    }

    fn append_sections(&self, bytes: &mut Vec<u8>, note_at: usize, note_end: usize) -> usize {
        let names = b"\0.note.connector\0.names\0";
        let names_at = bytes.len();
        bytes.extend(names);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let sections_at = bytes.len();
        bytes.extend([0; 64]);
        bytes.extend(section(1, 7, note_at, note_end - note_at));
        bytes.extend(section(17, 3, names_at, names.len()));
        sections_at
    }
}

struct Names {
    bytes: Vec<u8>,
}

impl Names {
    fn add(&mut self, name: &str) -> u32 {
        let at = self.bytes.len() as u32;
        self.bytes.extend(name.as_bytes());
        self.bytes.push(0);
        at
    }
}

struct Body {
    bytes: Vec<u8>,
}

impl Body {
    fn append(&mut self, part: &[u8]) -> usize {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let start = self.bytes.len();
        self.bytes.extend(part);
        start
    }
}

/// One well-formed note.
pub(crate) fn note(owner: &[u8], kind: u32, content: &[u8]) -> Vec<u8> {
    let mut note: Vec<u8> =
        [owner.len() as u32 + 1, content.len() as u32, kind].into_iter().flat_map(u32::to_le_bytes).collect();
    note.extend(owner);
    note.push(0);
    note.resize(note.len().next_multiple_of(4), 0);
    note.extend(content);
    note.resize(note.len().next_multiple_of(4), 0);
    note
}

fn words(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn header(sections_at: usize, sections: u16) -> Vec<u8> {
    let mut header = b"\x7fELF\x02\x01\x01".to_vec();
    header.resize(16, 0);
    header.extend([3_u16, HOST_MACHINE, 1, 0].into_iter().flat_map(u16::to_le_bytes));
    header.extend(words(&[0, SEGMENTS_AT as u64, sections_at as u64]));
    header.extend(0_u32.to_le_bytes());
    let index_of_names = sections.saturating_sub(1);
    header.extend(
        [64, 56, SEGMENT_COUNT as u16, 64, sections, index_of_names].into_iter().flat_map(u16::to_le_bytes),
    );
    header
}

fn segment(kind: u32, at: usize, size: usize, align: u64) -> Vec<u8> {
    let (at, size) = (at as u64, size as u64);
    [[kind.to_le_bytes(), 4_u32.to_le_bytes()].concat(), words(&[at, at, at, size, size, align])].concat()
}

fn section(name: u32, kind: u32, at: usize, size: usize) -> Vec<u8> {
    let start = [name.to_le_bytes(), kind.to_le_bytes()].concat();
    let place = words(&[0, at as u64, at as u64, size as u64]);
    [start, place, vec![0; 8], words(&[4, 0])].concat()
}
