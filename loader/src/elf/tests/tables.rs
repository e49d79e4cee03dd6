//! Tests of what the tables of a library say.

use super::*;

#[test]
fn what_a_library_needs_and_says_of_itself_is_read_from_its_tables() {
    let bytes = full().bytes();
    let library = Library::parse(&bytes).unwrap();
    assert_eq!(library.needed().unwrap(), ["libc.so.6", "libz.so.1"]);
    let needed = library.needed_versions().unwrap();
    let needed: Vec<_> =
        needed.iter().map(|needed| (needed.library.as_str(), needed.version.as_str())).collect();
    assert_eq!(needed, full().versions);
    let paths = library.search_paths().unwrap();
    let paths: Vec<_> = paths.iter().map(|search| (search.tag.as_str(), search.path.as_str())).collect();
    assert_eq!(paths, [("RPATH", "/old"), ("RUNPATH", "$ORIGIN/lib:/new")]);
    assert_eq!(library.build_id(), Some(&[0xab, 0xcd][..]));
    assert!(library.has_static_tls().unwrap());
    assert_eq!(library.architecture(), if cfg!(target_arch = "x86_64") { "x86-64" } else { "aarch64" });
}

#[test]
fn a_library_that_needs_nothing_has_nothing_in_its_tables() {
    let bytes = Fixture { runpath: Some(""), ..good() }.bytes();
    let library = Library::parse(&bytes).unwrap();
    assert_eq!(library.needed().unwrap(), Vec::<String>::new());
    assert_eq!(library.needed_versions().unwrap(), []);
    assert_eq!(library.search_paths().unwrap(), []);
    assert_eq!((library.build_id(), library.has_static_tls().unwrap()), (None, false));
}

#[test]
fn exports_beside_the_expected_and_the_usual_are_named() {
    let names = |symbol, expected: &str| {
        let bytes = Fixture { symbol: Some(symbol), ..good() }.bytes();
        let exports = Library::parse(&bytes).unwrap().unexpected_exports(expected).unwrap();
        assert_eq!(exports.count, exports.names.len());
        exports.names
    };
    assert_eq!(names("the_symbol", "the_symbol"), Vec::<String>::new());
    assert_eq!(names("rust_eh_personality", "the_symbol"), Vec::<String>::new());
    assert_eq!(names("malloc", "the_symbol"), ["malloc"]);
}

#[test]
fn tables_without_end_are_damaged() {
    let needed = vec!["libc.so.6"; 10_001];
    let error = Library::parse(&Fixture { needed, ..good() }.bytes()).unwrap_err();
    assert_eq!(error.to_string(), "it is damaged: the dynamic segment cannot be read");
    let versions = vec![("libc.so.6", "GLIBC_2.34"); 10_001];
    let bytes = Fixture { versions, ..good() }.bytes();
    let error = Library::parse(&bytes).unwrap().needed_versions().unwrap_err();
    assert_eq!(error.to_string(), "it is damaged: the table of needed versions cannot be read");
}
