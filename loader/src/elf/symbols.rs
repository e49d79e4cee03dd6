//! The dynamic symbols: what a library offers to others.

use object::elf;
use object::read::elf::{GnuHashTable, HashTable, Sym as _};
use object::{LittleEndian, pod};

use super::{ENDIAN, ElfError, Header, Library, damaged, dynamic::text_at};

type Symbol = elf::Sym64<LittleEndian>;

/// The most names of exports that are kept: beyond, their number says enough.
const MAX_NAMES: usize = 1000;

/// The most exports that are looked at.
const MAX_SYMBOLS: usize = 100_000;

/// What linkers and compilers export from any library.
const USUAL: [&str; 7] = [
    "_init",
    "_fini",
    "_edata",
    "_end",
    "__bss_start",
    "rust_eh_personality",
    "__rust_no_alloc_shim_is_unstable",
];

/// Symbols that a library offers to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// How many there are.
    pub count: usize,
    /// Their names in order, a thousand of them at most.
    pub names: Vec<String>,
}

impl<'data> Library<'data> {
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

    /// All that the library exports beside `expected` and what linkers add by themselves.
    ///
    /// # Errors
    ///
    /// [`ElfError::Damaged`] if the tables of symbols cannot be read.
    pub fn unexpected_exports(&self, expected: &str) -> Result<Exports, ElfError> {
        let Some(table) = self.dynamic_symbols()? else { return Ok(Exports::default()) };
        let mut exports = Exports::default();
        for symbol in table.symbols.iter().filter(|symbol| is_offered(symbol)).take(MAX_SYMBOLS) {
            if exports.names.len() == MAX_NAMES {
                exports.count += 1;
                continue;
            }
            let name = text_at(table.names, symbol.st_name(ENDIAN) as usize).unwrap_or_default();
            if !name.is_empty() && name != expected && !USUAL.contains(&name.as_str()) {
                exports.count += 1;
                exports.names.push(name);
            }
        }
        exports.names.sort();
        Ok(exports)
    }

    pub(super) fn dynamic_symbols(&self) -> Result<Option<DynamicSymbols<'data>>, ElfError> {
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
}

/// Whether other libraries can bind to it. What has no section is the name of a version.
fn is_offered(symbol: &Symbol) -> bool {
    let is_visible = [elf::STV_DEFAULT, elf::STV_PROTECTED].contains(&symbol.st_visibility());
    let is_somewhere = ![elf::SHN_UNDEF, elf::SHN_ABS].contains(&symbol.st_shndx(ENDIAN));
    is_visible && is_somewhere && symbol.st_bind() != elf::STB_LOCAL
}

pub(super) struct DynamicSymbols<'data> {
    pub(super) symbols: &'data [Symbol],
    /// From the start of the names to the end of their segment.
    pub(super) names: &'data [u8],
}

impl DynamicSymbols<'_> {
    fn name_is(&self, symbol: &Symbol, name: &[u8]) -> bool {
        let start = symbol.st_name(ENDIAN) as usize;
        let rest = self.names.get(start..).and_then(|names| names.strip_prefix(name));
        rest.is_some_and(|rest| rest.first() == Some(&0))
    }
}
