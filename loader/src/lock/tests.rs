//! Tests of the lock file.

use super::*;
use crate::exit_code::ExitCode;

const PATH: &str = "codeclimate-connector.lock";

fn pin(version: &str, content: &str, permissions: &[&str]) -> Pin {
    Pin {
        slug: "git".parse().unwrap(),
        version: version.to_owned(),
        sha256: Digest::of_bytes(content.as_bytes()),
        permissions: permissions.iter().map(|text| text.parse().unwrap()).collect(),
        withheld: Vec::new(),
    }
}

fn lock(pin: Pin) -> Lock {
    let mut lock = Lock::default();
    lock.put(pin);
    lock
}

#[test]
fn a_lock_file_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PATH);
    assert_eq!(Lock::read(&path).unwrap(), None);
    assert!(Lock::read_existing(&path).unwrap_err().to_string().contains("there is no lock file"));
    let lock = lock(pin("0.1.0", "a", &["network", "read:path"]));
    lock.write(&path).unwrap();
    assert_eq!(Lock::read(&path).unwrap(), Some(lock));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("# Written by `codeclimate-connector lock`"), "{text}");
}

#[test]
fn the_same_file_runs_with_what_it_was_granted() {
    let asked = pin("0.1.0", "a", &["exec", "read:path"]);
    let lock = lock(asked.withholding(None, &[Permission::Exec], &[]));
    let found = pin("0.1.0", "a", &["exec", "read:path"]);
    for strict in [false, true] {
        let verdict = lock.judge(Path::new(PATH), &found, strict).unwrap();
        assert_eq!(verdict, Judgement { withheld: vec![Permission::Exec], differences: Vec::new() });
    }
}

#[test]
fn another_file_runs_unless_it_asks_for_more_or_the_lock_is_strict() {
    let lock = lock(pin("0.1.0", "a", &["network", "read:path"]));
    let less = pin("0.2.0", "b", &["network"]);
    assert!(!lock.judge(Path::new(PATH), &less, false).unwrap().differences.is_empty());
    let strictly = lock.judge(Path::new(PATH), &less, true).unwrap_err().to_string();
    for words in ["version 0.1.0 is pinned, 0.2.0 found", "SHA-256 ", "it does not ask for read:path"] {
        assert!(strictly.contains(words), "{strictly}");
    }
    let more = pin("0.2.0", "b", &["exec", "network", "read:path"]);
    let refusal = lock.judge(Path::new(PATH), &more, false).unwrap_err();
    assert_eq!(refusal.exit_code(), ExitCode::ConnectorUnusable);
    assert!(refusal.to_string().contains("it asks for more: exec"), "{refusal}");
}

#[test]
fn what_is_not_pinned_runs_unless_the_lock_is_strict() {
    let found = pin("0.1.0", "a", &[]);
    assert_eq!(Lock::default().judge(Path::new(PATH), &found, false).unwrap(), Judgement::default());
    let refusal = Lock::default().judge(Path::new(PATH), &found, true).unwrap_err().to_string();
    assert!(refusal.contains("does not pin git"), "{refusal}");
}

#[test]
fn a_file_that_is_no_lock_is_refused_with_its_place() {
    let good =
        "form = 1\n[[connector]]\nslug = \"git\"\nversion = \"1\"\nsha256 = \"SHA\"\npermissions = []\n"
            .replace("SHA", &Digest::of_bytes(b"").to_string());
    assert!(Lock::from_text(Path::new(PATH), &good).is_ok());
    let table = [
        ("", "line 1: missing field `form`"),
        ("form = 2", "has form 2, but this runner knows 1 only"),
        ("form = 1\nx", "line 2: "),
        (&good.replace("[]", "[\"everything\"]"), "line 6: \"everything\" is not a permission"),
        (&good.replace("sha256 = \"", "sha256 = \"x"), "line 5: a SHA-256 has 64 hexadecimal digits"),
        (&good.replace("permissions", "permission"), "unknown field `permission`"),
        (&format!("{good}{}", &good[9..]), "it pins git twice"),
    ];
    for (text, words) in table {
        let error = Lock::from_text(Path::new(PATH), text).unwrap_err().to_string();
        assert!(error.contains(words), "{text:?}: {error}");
    }
}

#[test]
fn what_was_withheld_stays_so_until_it_is_granted() {
    let asked = || pin("0.2.0", "b", &["exec", "network"]);
    let before = pin("0.1.0", "a", &["exec", "network"]).withholding(None, &[Permission::Exec], &[]);
    let anew = asked().withholding(Some(&before), &[], &[]);
    assert_eq!(
        (&anew.withheld[..], &anew.permissions[..]),
        (&[Permission::Exec][..], &[Permission::Network][..])
    );
    let granted = asked().withholding(Some(&before), &[], &[Permission::Exec]);
    assert_eq!(granted, asked());
    let judgement = lock(before).judge(Path::new(PATH), &asked(), false).unwrap();
    assert_eq!((judgement.withheld, judgement.differences.len()), (vec![Permission::Exec], 2));
}

#[test]
fn a_pin_that_nothing_asks_for_is_a_difference_though_the_file_is_the_same() {
    let lock = lock(pin("0.1.0", "a", &["read:foo"]));
    let refusal = lock.judge(Path::new(PATH), &pin("0.1.0", "a", &[]), true).unwrap_err().to_string();
    assert!(refusal.contains("it does not ask for read:foo"), "{refusal}");
}

#[test]
fn those_who_lock_at_once_lose_nothing_and_a_link_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let link = &link;
            scope.spawn(move || {
                let slug = format!("connector-{number}").parse().unwrap();
                Lock::update(link, |lock| -> Result<(), LockError> {
                    lock.put(Pin { slug, ..pin("0.1.0", "a", &[]) });
                    Ok(())
                })
                .unwrap();
            });
        }
    });
    assert_eq!(Lock::read_existing(&file).unwrap().pins().count(), 8);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}
