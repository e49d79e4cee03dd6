//! Tests of the ELF reader.

use proptest::prelude::*;

use super::fixture::{Fixture, note};
use super::*;

mod tables;

const SECTION: &[u8] = b".note.connector";

fn good() -> Fixture {
    Fixture::new("content", "the_symbol")
}

/// A library that has something in every table.
fn full() -> Fixture {
    Fixture {
        notes_before: note(b"GNU", 3, &[0xab, 0xcd]),
        flags: 0x10,
        needed: vec!["libc.so.6", "libz.so.1"],
        versions: vec![("libc.so.6", "GLIBC_2.34"), ("libz.so.1", "ZLIB_1.2"), ("libc.so.6", "GLIBC_2.2.5")],
        rpath: Some("/old"),
        runpath: Some("$ORIGIN/lib:/new"),
        ..good()
    }
}

fn connector_note(bytes: &[u8]) -> Option<Vec<u8>> {
    let library = Library::parse(bytes).unwrap();
    library.note(SECTION, b"Connector", 1).unwrap().map(<[u8]>::to_vec)
}

fn refusal(bytes: &[u8]) -> String {
    Library::parse(bytes).unwrap_err().to_string()
}

#[test]
fn the_note_is_found_with_and_without_section_headers() {
    for sections in [false, true] {
        let bytes = Fixture { sections, ..good() }.bytes();
        assert_eq!(connector_note(&bytes).as_deref(), Some(&b"content"[..]), "sections: {sections}");
    }
}

#[test]
fn the_note_is_found_behind_the_notes_of_others() {
    let others = [note(b"GNU", 3, b"build-id of odd size"), note(b"Connector", 2, b"another type")].concat();
    let bytes = Fixture { notes_before: others, ..good() }.bytes();
    assert_eq!(connector_note(&bytes).as_deref(), Some(&b"content"[..]));
}

#[test]
fn a_malformed_note_of_others_hides_ours_only_when_there_are_no_sections() {
    let malformed = b"{\"raw\": \"JSON, which is no note at all\" }  ".to_vec();
    let with_sections = Fixture { notes_before: malformed.clone(), sections: true, ..good() }.bytes();
    assert_eq!(connector_note(&with_sections).as_deref(), Some(&b"content"[..]));

    let without = Fixture { notes_before: malformed, ..good() }.bytes();
    let error = Library::parse(&without).unwrap().note(SECTION, b"Connector", 1).unwrap_err();
    assert_eq!(error.to_string(), "it is damaged: a note cannot be read");
}

#[test]
fn notes_of_another_owner_or_type_are_not_ours() {
    for (owner, kind) in [("Connector", 2), ("connector", 1), ("Connectors", 1), ("GNU", 1)] {
        let note = Some((owner.as_bytes().to_vec(), kind, b"content".to_vec()));
        let bytes = Fixture { note, ..good() }.bytes();
        assert_eq!(connector_note(&bytes), None, "{owner} {kind}");
    }
    assert_eq!(connector_note(&Fixture { note: None, ..good() }.bytes()), None);
}

#[test]
fn exports_are_the_defined_dynamic_symbols() {
    for gnu_hash in [true, false] {
        let table = [
            (Fixture { gnu_hash, ..good() }, "the_symbol", true),
            (Fixture { gnu_hash, ..good() }, "the_symbo", false),
            (Fixture { gnu_hash, ..good() }, "the_symbols", false),
            (Fixture { gnu_hash, symbol_is_undefined: true, ..good() }, "the_symbol", false),
            (Fixture { gnu_hash, symbol: None, ..good() }, "the_symbol", false),
        ];
        for (fixture, name, expected) in table {
            let bytes = fixture.bytes();
            let exports = Library::parse(&bytes).unwrap().exports(name.as_bytes()).unwrap();
            assert_eq!(exports, expected, "{name} in {fixture:?}");
        }
    }
}

#[test]
fn what_is_no_elf_file_is_told_by_its_kind_and_never_quoted() {
    let table: [(&[u8], &str); 10] = [
        (b"", "it is an empty file, not a shared library (ELF)"),
        (b"hello", "it is a text file, not a shared library (ELF)"),
        (b"#!/bin/sh\n", "it is a script, not a shared library (ELF)"),
        (
            b"{\"token\":\"hunter2\"}",
            "it is a JSON text (are connector and configuration swapped?), not a shared library (ELF)",
        ),
        (b"<!DOCTYPE html>", "it is a web page, perhaps from a failed download, not a shared library (ELF)"),
        (b"!<arch>\n", "it is a static library or an rlib, not a shared library (ELF)"),
        (b"MZ\x90\0", "it is a Windows library, not a shared library (ELF)"),
        (b"\xcf\xfa\xed\xfe\x07", "it is a macOS library, not a shared library (ELF)"),
        (
            b"version https://git-lfs.github.com/spec/v1",
            "it is a pointer to a Git LFS object (run `git lfs pull`), not a shared library (ELF)",
        ),
        (b"\x01\x02\x03", "it is data of an unknown kind, not a shared library (ELF)"),
    ];
    for (bytes, expected) in table {
        assert_eq!(refusal(bytes), expected);
    }
}

/// Puts bytes over those of a good library.
fn patched(at: usize, patch: &[u8]) -> Vec<u8> {
    let mut bytes = good().bytes();
    bytes[at..at + patch.len()].copy_from_slice(patch);
    bytes
}

#[test]
fn libraries_for_other_machines_are_refused_with_both_named() {
    let (host, other, other_number) =
        if cfg!(target_arch = "x86_64") { ("x86-64", "aarch64", 183) } else { ("aarch64", "x86-64", 62) };
    let table = [
        (
            patched(18, &[other_number, 0]),
            format!("it is a library for {other}, but this runner is a program for {host}"),
        ),
        (
            patched(18, &[0xff, 0xff]),
            format!("it is a library for machine number 65535, but this runner is a program for {host}"),
        ),
        (
            patched(18, &[243, 0]),
            format!("it is a library for RISC-V, but this runner is a program for {host}"),
        ),
        (
            patched(4, &[1]),
            format!("it is a 32-bit library for {host}, but this runner is a 64-bit program for {host}"),
        ),
        (
            patched(5, &[2]),
            format!("it is a big-endian library, but this runner is a little-endian program for {host}"),
        ),
    ];
    for (bytes, expected) in table {
        let message = refusal(&bytes);
        assert!(message.starts_with(&expected), "{message}");
        let author = Library::parse(&bytes).unwrap_err().remedy().author.unwrap();
        assert!(author.starts_with("build it with `cargo build --release --target "), "{author}");
    }
}

#[test]
fn other_types_of_elf_files_are_refused() {
    let table = [
        (1, "an object file"),
        (2, "a program"),
        (4, "a memory dump"),
        (9, "an ELF file of an unknown type"),
    ];
    for (kind, expected) in table {
        assert_eq!(refusal(&patched(16, &[kind, 0])), format!("it is {expected}, not a shared library"));
    }
}

#[test]
fn a_position_independent_program_is_told_from_a_library() {
    let message = refusal(&Fixture { flags_1: 0x0800_0001, ..good() }.bytes());
    assert_eq!(message, "it is a program, not a shared library");
    assert!(Library::parse(&Fixture { flags_1: 1, ..good() }.bytes()).is_ok());
}

#[test]
fn every_truncation_is_refused_with_needed_and_found_bytes() {
    let bytes = good().bytes();
    for length in 4..bytes.len() {
        let error = Library::parse(&bytes[..length]).unwrap_err();
        let ElfError::Truncated { needed, found, .. } = error else { panic!("{length}: {error:?}") };
        assert!(found == length as u64 && needed > found && needed <= bytes.len() as u64, "{error}");
    }
    let message = refusal(&bytes[..bytes.len() - 1]);
    let (needed, found) = (bytes.len(), bytes.len() - 1);
    assert_eq!(
        message,
        format!("it is truncated: a loaded segment ends at byte {needed}, but the file has {found} bytes")
    );
}

/// All that the runner ever asks of a library.
fn read_everything(bytes: &[u8]) {
    if let Ok(library) = Library::parse_any(bytes) {
        let _ = library.check_purpose();
        let _ = library.note(SECTION, b"Connector", 1);
        let _ = library.build_id();
        let _ = library.exports(b"the_symbol");
        let _ = library.unexpected_exports("the_symbol");
        let _ = library.needed();
        let _ = library.needed_versions();
        let _ = library.search_paths();
        let _ = library.has_static_tls();
    }
}

#[test]
fn no_single_byte_makes_the_reader_panic() {
    for sections in [false, true] {
        let good = Fixture { sections, ..full() }.bytes();
        for at in 0..good.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = good.clone();
                bytes[at] = value;
                read_everything(&bytes);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        words in prop::collection::vec((any::<prop::sample::Index>(), any::<u64>()), 0..3),
        length in any::<prop::sample::Index>(),
        gnu_hash in any::<bool>(),
        sections in any::<bool>(),
    ) {
        let mut bytes = Fixture { gnu_hash, sections, ..full() }.bytes();
        for (at, value) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        for (at, value) in &words {
            let at = at.index(bytes.len() / 8 - 1) * 8;
            bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        read_everything(&bytes);
        read_everything(&bytes[..length.index(bytes.len())]);
    }
}

#[test]
fn a_file_that_ends_before_its_sections_is_truncated_though_all_that_is_loaded_is_there() {
    let bytes = Fixture { sections: true, ..good() }.bytes();
    assert!(Library::parse(&bytes).is_ok());
    let refusal = refusal(&bytes[..bytes.len() - 1]);
    let (needed, found) = (bytes.len(), bytes.len() - 1);
    assert_eq!(
        refusal,
        format!(
            "it is truncated: the table of sections ends at byte {needed}, but the file has {found} bytes"
        )
    );
}

/// A library with so many more segments of this kind over all of its bytes, behind its own end.
fn with_segments(kind: u32, count: u16) -> Vec<u8> {
    let mut bytes = good().bytes();
    let table = bytes.len() as u64;
    let own = u64::from_le_bytes(bytes[32..40].try_into().unwrap()) as usize;
    let own_segments = bytes[own..own + 3 * 56].to_vec();
    bytes.extend(own_segments);
    for _ in 0..count {
        let words = [0_u64, 0, 0, table, table, 4].into_iter().flat_map(u64::to_le_bytes);
        bytes.extend(kind.to_le_bytes().into_iter().chain(4_u32.to_le_bytes()).chain(words));
    }
    bytes[32..40].copy_from_slice(&table.to_le_bytes());
    bytes[56..58].copy_from_slice(&(3 + count).to_le_bytes());
    bytes
}

#[test]
fn more_segments_than_any_linker_makes_are_refused() {
    const NOTES: u32 = 4;
    const DYNAMIC: u32 = 2;
    assert!(Library::parse(&with_segments(NOTES, 10)).is_ok());
    let damaged = "it is damaged: the table of segments cannot be read";
    assert_eq!(refusal(&with_segments(NOTES, 60_000)), damaged);
    assert_eq!(refusal(&with_segments(DYNAMIC, 1)), damaged);
}
