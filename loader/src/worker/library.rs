//! Opens a connector's library and gets its root module, checked against our layout.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use codeclimate_connector_abi::{
    abi_stable::{
        library::{AbiHeaderRef, LibHeader, LibraryError as AbiError, ROOT_MODULE_LOADER_NAME_WITH_NUL},
        std_types::RResult,
    },
    v1,
};
use libloading::os::unix::{Library as Handle, RTLD_LOCAL, RTLD_NOW};

use crate::sealed::{Identity, Image};

/// Never unmap, even if something in the process calls `dlclose`.
const RTLD_NODELETE: i32 = libc::RTLD_NODELETE;

/// A library that stays open until the process ends.
pub(crate) struct Library {
    path: PathBuf,
    header: &'static LibHeader,
}

/// What a connector's library exports, in the version of the interface that it was built with.
#[derive(Clone, Copy)]
pub(crate) enum RootModule {
    V1(v1::RootModuleRef),
}

impl RootModule {
    /// What makes the connector, as the newest version has it. An older one gets an adapter here.
    pub(crate) fn create(
        self,
    ) -> extern "C" fn(v1::ConfigurationMap, v1::HostBox) -> RResult<v1::ConnectorBox, v1::Failure> {
        match self {
            Self::V1(module) => module.create(),
        }
    }
}

/// Takes a library's root module for one version of the interface, where the layouts agree.
type Probe = fn(&LibHeader) -> Result<RootModule, AbiError>;

/// The newest version of the interface.
const NEWEST: Probe = |header| header.init_root_module().map(RootModule::V1);

/// Every version that was published before, the newer ones first. None is ever taken out.
///
/// `abi_stable` takes a library that has more than we ask for, never less: one that is older than the runner fits only a
/// frozen copy of the types that it was built with.
const OLDER: [Probe; 0] = [];

/// Why a library is not a connector that can be used here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LibraryError {
    #[error("failed to open {path}")]
    Open {
        path: PathBuf,
        #[source]
        source: libloading::Error,
    },
    #[error("{path} exports no connector")]
    NoRootModule {
        path: PathBuf,
        #[source]
        source: libloading::Error,
    },
    #[error("the root module that {path} offers lies in another file, {found}")]
    Foreign { path: PathBuf, found: String },
    #[error("failed to find out where {path} was loaded")]
    Maps {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{path} was built with another abi_stable: rebuild it with the current connector-interface")]
    Header { path: PathBuf },
    #[error(
        "{path} was built without layout checks, so nothing shows that its types are ours: rebuild it with `export_connector!`"
    )]
    NoLayout { path: PathBuf },
    #[error(
        "{path} has another binary interface: {differences}; rebuild it with the current connector-interface"
    )]
    Interface { path: PathBuf, differences: String },
}

impl Library {
    /// Opens the image of the library at `path`, which only appears in errors. Its constructors run here.
    pub(crate) fn open(path: &Path, image: &Image) -> Result<Self, LibraryError> {
        let path = path.to_owned();
        let flags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE;
        // SAFETY: running foreign constructors is what a worker is for; it is confined, and holds nothing
        // that they could break but itself. Outside of a worker, only an author loads their own, to debug it.
        let opened = unsafe { Handle::open(Some(&image.path), flags) };
        let handle = opened.map_err(|source| LibraryError::Open { path: path.clone(), source })?;
        let header = root_header(&path, image.identity, handle)?;
        Ok(Self { path, header })
    }

    /// The root module, whose layout has been compared with ours.
    pub(crate) fn root_module(&self) -> Result<RootModule, LibraryError> {
        if self.header.layout().is_none() {
            return Err(LibraryError::NoLayout { path: self.path.clone() });
        }
        first_that_fits(NEWEST, &OLDER, self.header).map_err(|error| LibraryError::Interface {
            path: self.path.clone(),
            differences: differences(&error),
        })
    }
}

/// The root module in the first version that fits; where none does, what the newest says of it.
fn first_that_fits(newest: Probe, older: &[Probe], header: &LibHeader) -> Result<RootModule, AbiError> {
    newest(header).or_else(|refusal| older.iter().find_map(|probe| probe(header).ok()).ok_or(refusal))
}

fn root_header(
    path: &Path,
    identity: Option<Identity>,
    handle: Handle,
) -> Result<&'static LibHeader, LibraryError> {
    // SAFETY: a library that exports this mangled name exports an `AbiHeader` under it, whose magic
    // string `upgrade` checks before anything else of it is read.
    let symbol = unsafe { handle.get::<AbiHeaderRef>(ROOT_MODULE_LOADER_NAME_WITH_NUL) };
    let header = *symbol.map_err(|source| LibraryError::NoRootModule { path: path.to_owned(), source })?;
    // Layouts, vtables and the destructors of thread-locals point into it: never close.
    std::mem::forget(handle);
    let address = std::ptr::from_ref(&*header).addr();
    identity.map_or(Ok(()), |identity| check_home(path, identity, address))?;
    header.upgrade().map_err(|_| LibraryError::Header { path: path.to_owned() })
}

/// `dlsym` searches the dependencies of a library too: the header must lie in the sealed copy itself.
fn check_home(path: &Path, identity: Identity, address: usize) -> Result<(), LibraryError> {
    let maps = fs::read_to_string("/proc/self/maps");
    let maps = maps.map_err(|source| LibraryError::Maps { path: path.to_owned(), source })?;
    match mapping_at(&maps, address) {
        Some((found, _)) if found == identity => Ok(()),
        other => {
            let found = other.map_or("nowhere", |(_, name)| name).to_owned();
            Err(LibraryError::Foreign { path: path.to_owned(), found })
        }
    }
}

/// Identity and name of the mapping that holds an address, in the format of `/proc/self/maps`.
fn mapping_at(maps: &str, address: usize) -> Option<(Identity, &str)> {
    maps.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let (start, end) = fields.next()?.split_once('-')?;
        let range = usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?;
        let (major, minor) = fields.nth(2)?.split_once(':')?;
        let device = (u32::from_str_radix(major, 16).ok()?, u32::from_str_radix(minor, 16).ok()?);
        let identity = Identity { device, inode: fields.next()?.parse().ok()? };
        range.contains(&address).then(|| (identity, fields.next().unwrap_or("(anonymous)")))
    })
}

/// The few lines that matter of `abi_stable`'s report, which runs to hundreds.
fn differences(error: &AbiError) -> String {
    let report = error.to_string();
    let mut lines = report.lines().map(str::trim).filter(|line| !line.is_empty());
    if !report.contains("Error:") {
        return lines.take(3).collect::<Vec<_>>().join(" ");
    }
    let mut found = Vec::new();
    while let Some(line) = lines.find(|line| line.starts_with("Error:")) {
        let wanted = lines.by_ref().take(4).filter(|line| !line.starts_with("Error:"));
        found.push(std::iter::once(line).chain(wanted).collect::<Vec<_>>().join(" "));
    }
    found.truncate(3);
    found.join("; ")
}

#[cfg(test)]
mod tests {
    use codeclimate_connector_abi::abi_stable::{
        library::{__call_root_module_loader, CheckTypeLayout, RootModuleResult},
        prefix_type::PrefixTypeTrait,
        sabi_types::VersionNumber,
        std_types::RVec,
    };

    use super::*;
    use crate::sealed::Sealed;

    extern "C" fn create(_: v1::ConfigurationMap, _: v1::HostBox) -> RResult<v1::ConnectorBox, v1::Failure> {
        RResult::RErr(RVec::new())
    }

    extern "C" fn load() -> RootModuleResult {
        __call_root_module_loader(|| v1::RootModule { create }.leak_into_prefix())
    }

    /// What a library of version 1 exports.
    static HEADER: LibHeader =
        // SAFETY: `load` gives the root module that the type parameter names.
        unsafe { LibHeader::from_constructor::<v1::RootModuleRef>(load, CheckTypeLayout::Yes) };

    /// A version of the interface that no library has.
    fn refuse<const MAJOR: u32>(header: &LibHeader) -> Result<RootModule, AbiError> {
        Err(AbiError::IncompatibleVersionNumber {
            library_name: "unknown",
            expected_version: VersionNumber { major: MAJOR, minor: 0, patch: 0 },
            actual_version: VersionNumber::new(header.version_strings())?,
        })
    }

    #[test]
    fn versions_are_tried_from_the_newest_on_and_the_first_that_fits_is_taken() {
        assert!(first_that_fits(NEWEST, &[refuse::<9>], &HEADER).is_ok());
        assert!(first_that_fits(refuse::<9>, &[refuse::<8>, NEWEST], &HEADER).is_ok());
    }

    #[test]
    fn where_no_version_fits_the_newest_one_tells_why() {
        let refusal =
            first_that_fits(refuse::<9>, &[refuse::<8>, refuse::<7>], &HEADER).map(|_| ()).unwrap_err();
        assert!(differences(&refusal).contains("9.0.0"), "{refusal}");
        let refusal = first_that_fits(refuse::<9>, &[], &HEADER).map(|_| ()).unwrap_err();
        assert!(differences(&refusal).contains("9.0.0"), "{refusal}");
    }

    #[test]
    fn the_mapping_of_an_address_is_found() {
        let maps = "\
7f00-7f10 r--p 00000000 fe:00 4711                       /lib/liba.so
7f10-7f20 r-xp 00010000 fe:00 4711                       /lib/liba.so
7f20-7f30 rw-p 00000000 00:00 0 ";
        let file = Identity { device: (0xfe, 0), inode: 4711 };
        let none = Identity { device: (0, 0), inode: 0 };
        let cases = [
            (0x7f00, Some((file, "/lib/liba.so"))),
            (0x7f1f, Some((file, "/lib/liba.so"))),
            (0x7f20, Some((none, "(anonymous)"))),
            (0x7f30, None),
        ];
        for (address, expected) in cases {
            assert_eq!(mapping_at(maps, address), expected, "{address:x}");
        }
    }

    #[test]
    fn a_library_without_a_root_module_is_refused_by_name() {
        let libc = fs::read_to_string("/proc/self/maps").unwrap();
        let libc = libc.split_ascii_whitespace().find(|word| word.contains("libc.so")).unwrap().to_owned();
        let sealed = Sealed::copy(fs::File::open(&libc).unwrap()).unwrap();
        let error = Library::open(Path::new(&libc), &sealed.image().unwrap()).map(|_| ()).unwrap_err();
        assert!(matches!(error, LibraryError::NoRootModule { .. }), "{error:?}");
        assert!(crate::chain(&error).contains("undefined symbol"), "{}", crate::chain(&error));
    }
}
