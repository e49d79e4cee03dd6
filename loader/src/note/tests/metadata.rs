//! Tests of the keys of a note that need not be there, and of all that can be wrong at once.

use super::*;

#[test]
fn what_a_newer_export_macro_adds_is_read_and_what_an_older_one_lacks_is_not_missed() {
    let keys = ["homepage", "license", "recordTypes", "permissions", "stateFormat", "rustc", "target", "sdk"];
    let mut old = content();
    keys.into_iter().for_each(|key| drop(old.as_object_mut().unwrap().remove(key)));
    let note = read(&old.to_string()).unwrap();
    assert_eq!((note.homepage, note.rustc, note.sdk), (None, None, None));
    assert_eq!((note.record_types, note.permissions), (Vec::<String>::new(), Vec::new()));
    assert_eq!(note.state_format, 1);
    let table = [
        ("homepage", json!("a\u{1b}b"), json!("a b")),
        ("license", json!("x".repeat(2000)), json!("x".repeat(500))),
        ("rustc", json!("1".repeat(2000)), json!("1".repeat(100))),
        ("recordTypes", json!(["New", "Branch", "New", "a\nb"]), json!(["New", "Branch", "a b"])),
        ("permissions", json!(["read:path", "exec", "exec"]), json!(["exec", "read:path"])),
        ("stateFormat", json!(null), json!(1)),
        ("stateFormat", json!(u32::MAX), json!(u32::MAX)),
    ];
    for (key, written, expected) in table {
        let note = read(&with(key, Some(written))).unwrap();
        assert_eq!(serde_json::to_value(note).unwrap()[key], expected);
    }
}

#[test]
fn a_format_of_states_is_a_whole_number_above_zero() {
    let table = [
        (json!(0), "0"),
        (json!(-1), "-1"),
        (json!(1.0), "1.0"),
        (json!(4_294_967_296_u64), "4294967296"),
        (json!("2"), "\"2\""),
        (json!([2]), "an array"),
    ];
    for (value, found) in table {
        let expected = format!(
            "\"stateFormat\" in its connector note must be a whole number from 1 to 4294967295, but is {found}"
        );
        assert_eq!(reason(&read(&with("stateFormat", Some(value))).unwrap_err()), expected);
    }
}

#[test]
fn all_that_is_wrong_with_a_note_is_told_and_the_rest_is_kept() {
    let mut content = content();
    content["permissions"] = json!(["read:path", "fly", 7]);
    content["recordTypes"] = json!("Branch");
    content["homepage"] = json!(false);
    let Reading { note, problems } = text::note(content.to_string().as_bytes());
    let problems: Vec<String> = problems.iter().map(|problem| crate::chain(problem)).collect();
    assert_eq!(
        problems,
        [
            "\"homepage\" in its connector note must be a string, but is a boolean",
            "\"recordTypes\" in its connector note must be a list of record types such as [\"Incident\"], but is \"Branch\"",
            "its connector note asks for a permission that this runner does not know: \"fly\" is not a permission, \
             which is `network`, `exec`, `connect:<key>`, `read:<key>` or `write:<key>`",
            "\"permissions\" in its connector note must be a list of permissions such as [\"network\", \"read:path\"], \
             but is an array",
        ]
    );
    assert_eq!(note.unwrap().permissions, [Permission::Read("path".to_owned())]);

    content["version"] = json!(1);
    let Reading { note, problems } = text::note(content.to_string().as_bytes());
    assert_eq!((note, problems.len()), (None, 5));
}

#[test]
fn a_note_and_its_lists_are_capped() {
    let many = json!(vec!["Branch"; 501]);
    assert!(reason(&read(&with("recordTypes", Some(many))).unwrap_err()).contains("a list of record types"));
    let large = with("futureKey", Some(json!(" ".repeat(MAX_NOTE_SIZE))));
    let reason = reason(&read(&large).unwrap_err());
    assert!(reason.ends_with("bytes, but one has at most 4194304"), "{reason}");
}
