//! What the file says of itself.

use super::*;

fn examination() -> Examination {
    let note = Note {
        slug: "two-words".parse().unwrap(),
        version: "0.1.0".to_owned(),
        abi: AbiVersion { major: 1, minor: 0, patch: 0 },
        panic: PanicStrategy::Unwind,
        description: Some("Reads.".to_owned()),
        homepage: None,
        license: Some("MIT".to_owned()),
        record_types: ids(&["Incident"]),
        permissions: vec!["connect:token".parse().unwrap()],
        state_format: 1,
        rustc: None,
        target: None,
        sdk: None,
        configuration_schema: token_schema(),
    };
    let path = Path::new("/tmp/libcodeclimate_connector_two_words.so").to_owned();
    Examination { path, facts: None, note: Some(note), problems: Vec::new() }
}

#[test]
fn a_file_says_all_about_itself() {
    let change = |change: fn(&mut Examination, &mut Note)| {
        let mut examination = examination();
        let mut note = examination.note.take().unwrap();
        change(&mut examination, &mut note);
        examination.note = Some(note);
        metadata(&examination)
    };
    assert_told(&change(|_, _| {}), &["passed: two-words 0.1.0, Incident"]);
    assert_told(
        &change(|file, _| file.path = "other.so".into()),
        &[
            "failed: the file is not named after its slug",
            "expected libcodeclimate_connector_two_words.so, found other.so",
        ],
    );
    assert_told(
        &change(|_, note| note.version = "1.0".to_owned()),
        &["failed: the version is not a semantic version (key version)", "\"1.0\""],
    );
    assert_told(&change(|_, note| note.description = None), &["failed: there is no description"]);
    assert_told(&change(|_, note| note.license = Some(" ".to_owned())), &["failed: there is no license"]);
    assert_told(&change(|_, note| note.record_types.clear()), &["failed: no record type is declared"]);
    assert_told(
        &change(|_, note| note.record_types.push("Incidnt".to_owned())),
        &["failed: a declared record type is not known", "\"Incidnt\""],
    );
    assert_told(
        &change(|_, note| note.permissions = vec!["connect:url".parse().unwrap()]),
        &["failed: a permission names a key", "connect:url"],
    );
    assert_told(&change(|_, note| note.state_format = 0), &["failed: the format of states is 0"]);
    let unread = Examination { note: None, ..examination() };
    assert_told(&metadata(&unread), &["failed: the file says nothing about itself"]);
}

#[test]
fn no_newer_glibc_is_needed_than_the_floor() {
    let facts = |glibc: Option<&str>, version: &str| Facts {
        glibc: glibc.and_then(GlibcVersion::parse),
        versions: vec![NeededVersion { library: "libc.so.6".to_owned(), version: version.to_owned() }],
        ..Facts::default()
    };
    assert_told(&glibc(&facts(Some("2.34"), "GLIBC_2.34"), GLIBC_FLOOR), &["passed: needs 2.34"]);
    assert_told(&glibc(&facts(None, ""), GLIBC_FLOOR), &["passed"]);
    let newer = glibc(&facts(Some("2.39"), "GLIBC_2.39"), GLIBC_FLOOR);
    assert_told(
        &newer,
        &["failed: it needs glibc 2.39", "expected nothing newer than 2.34, found GLIBC_2.39"],
    );
    let musl = Facts { libc: Some(crate::examination::Libc::Musl), ..Facts::default() };
    assert_told(&glibc(&musl, GLIBC_FLOOR), &["failed: it is linked with musl"]);
}
