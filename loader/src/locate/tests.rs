//! Tests of the search for connectors.

use std::error::Error as _;
use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;
use crate::exit_code::ExitCode;

/// Folders of a test, with the files that a test puts there.
struct Place {
    root: TempDir,
}

impl Place {
    fn with(files: &[&str]) -> Place {
        let place = Place { root: tempfile::tempdir().unwrap() };
        for file in files {
            let path = place.at(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if file.ends_with('/') {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::write(path, file).unwrap();
            }
        }
        place
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.path().canonicalize().unwrap().join(path)
    }

    /// A locator over `one` and `two`; all else lies in places that do not exist.
    fn locator(&self) -> Locator {
        let none = |_: &str| None;
        let mut locator = Locator::new(&[self.at("one"), self.at("two")], &none, &self.at("no/bin/runner"));
        locator.folders.retain(|folder| folder.origin == Origin::Flag);
        locator
    }

    fn message(&self, name: &str) -> String {
        let message = self.locator().find(name).unwrap_err().to_string();
        message.replace(&self.at("").display().to_string(), "/")
    }
}

const GIT: &str = "libcodeclimate_connector_git.so";

#[test]
fn folders_are_searched_in_their_order() {
    let variables = |name: &str| match name {
        "CODECLIMATE_CONNECTOR_PATH" => Some("/env/a::/env/b:/flag/x".into()),
        "XDG_DATA_HOME" => Some("/data".into()),
        "HOME" => Some("/home/me".into()),
        _ => None,
    };
    let locator =
        Locator::new(&["/flag/y".into(), "/flag/x".into()], &variables, Path::new("/opt/tool/bin/runner"));
    let folders: Vec<_> =
        locator.folders().iter().map(|folder| (folder.path.to_str().unwrap(), folder.origin)).collect();
    let expected = [
        ("/flag/y", Origin::Flag),
        ("/flag/x", Origin::Flag),
        ("/env/a", Origin::Environment),
        ("/env/b", Origin::Environment),
        ("/opt/tool/bin", Origin::Binary),
        ("/opt/tool/lib/codeclimate-connectors", Origin::Binary),
        ("/opt/tool/lib", Origin::Binary),
        ("/data/codeclimate-connectors", Origin::User),
        ("/usr/local/lib/codeclimate-connectors", Origin::System),
        ("/usr/lib/codeclimate-connectors", Origin::System),
    ];
    assert_eq!(folders, expected);
}

#[test]
fn the_users_folder_follows_xdg() {
    let table = [
        (Some("/data"), Some("/home/me"), Some("/data/codeclimate-connectors")),
        (Some("relative"), Some("/home/me"), Some("/home/me/.local/share/codeclimate-connectors")),
        (Some(""), Some("/home/me"), Some("/home/me/.local/share/codeclimate-connectors")),
        (None, Some("/home/me"), Some("/home/me/.local/share/codeclimate-connectors")),
        (None, None, None),
    ];
    for (data, home, expected) in table {
        let variables = |name: &str| match name {
            "XDG_DATA_HOME" => data.map(OsString::from),
            "HOME" => home.map(OsString::from),
            _ => None,
        };
        let locator = Locator::new(&[], &variables, Path::new("/bin/runner"));
        let user = locator.folders.iter().find(|folder| folder.origin == Origin::User);
        assert_eq!(user.map(|folder| folder.path.to_str().unwrap()), expected, "{data:?} {home:?}");
    }
}

#[test]
fn a_slug_is_found_in_any_folder_and_with_either_dash() {
    let table = [
        ("one/libcodeclimate_connector_git.so", "git"),
        ("two/libcodeclimate_connector_git.so", "git"),
        ("two/libcodeclimate_connector_my_tool.so", "my-tool"),
        ("two/libcodeclimate_connector_my_tool.so", "my_tool"),
        ("two/libcodeclimate_connector_my-tool.so", "my_tool"),
    ];
    for (file, name) in table {
        let place = Place::with(&[file]);
        let expected = Located { path: place.at(file), name: place.at(file) };
        assert_eq!(place.locator().find(name).unwrap(), expected, "{name}");
    }
}

#[test]
fn a_path_is_taken_as_it_is() {
    let place = Place::with(&["anywhere/any.so", "anywhere/no-ending"]);
    for file in ["anywhere/any.so", "anywhere/no-ending", "anywhere/../anywhere/any.so"] {
        let located = place.locator().find(place.at(file).to_str().unwrap()).unwrap();
        assert_eq!(located.path, place.at(file).canonicalize().unwrap());
    }
}

#[test]
fn a_link_is_followed_and_its_own_name_is_kept() {
    let place = Place::with(&["store/0123.so", "one/"]);
    symlink(place.at("store/0123.so"), place.at("one").join(GIT)).unwrap();
    let expected = Located { path: place.at("store/0123.so"), name: place.at("one").join(GIT) };
    assert_eq!(place.locator().find("git").unwrap(), expected);
    assert_eq!(place.locator().find(expected.name.to_str().unwrap()).unwrap(), expected);
}

#[test]
fn the_same_file_found_twice_is_one() {
    let place = Place::with(&["one/libcodeclimate_connector_git.so", "two/"]);
    symlink(place.at("one").join(GIT), place.at("two").join(GIT)).unwrap();
    assert_eq!(place.locator().find("git").unwrap().path, place.at("one").join(GIT));
    let listing = place.locator().list();
    assert!(listing.problems.is_empty(), "{listing:?}");
}

#[test]
fn two_files_for_one_slug_are_refused_with_both_named() {
    let place = Place::with(&[&format!("one/{GIT}"), &format!("two/{GIT}")]);
    assert_eq!(
        place.message("git"),
        format!(
            "connector `git` is there 2 times:\n  /one/{GIT}\n  /two/{GIT}\ngive the path of the one that you mean, or remove the others"
        )
    );
    let both_spellings = ["one/libcodeclimate_connector_a_b.so", "one/libcodeclimate_connector_a-b.so"];
    assert!(matches!(Place::with(&both_spellings).locator().find("a-b"), Err(LocateError::Ambiguous(_))));
}

#[test]
fn not_found_lists_every_folder_and_every_near_hit() {
    let place = Place::with(&[
        "one/libcodeclimate_connector_gitlab.so",
        "one/codeclimate_connector_gut.so",
        "one/codeclimate-connector-gut/Cargo.toml",
        "one/gut/",
        "one/libcodeclimate_connector_gut.so.1",
        "one/unrelated.so",
        "one/guts.so",
    ]);
    assert_eq!(
        place.message("gut"),
        "connector `gut` not found: no libcodeclimate_connector_gut.so in\n  \
           /one (--connector-path): 7 files, none for this slug\n  \
           /two (--connector-path): does not exist\n\
         close, but not it:\n  \
           /one/codeclimate-connector-gut: it is the folder of a crate; build it with `cargo build --release` and give \
             /one/codeclimate-connector-gut/target/release/libcodeclimate_connector_gut.so\n  \
           /one/codeclimate_connector_gut.so: the file of this connector is named libcodeclimate_connector_gut.so; rename it\n  \
           /one/gut: it is a folder, and folders inside of the searched ones are not searched\n  \
           /one/libcodeclimate_connector_gut.so.1: a connector's file ends in .so; rename it to libcodeclimate_connector_gut.so\n\
         add its folder with --connector-path, or give the path of the file"
    );
}

#[test]
fn near_hits_say_why_they_do_not_do() {
    let table = [
        ("one/libgit.so", "the file of this connector is named libcodeclimate_connector_git.so; rename it"),
        ("one/git.so", "the file of this connector is named libcodeclimate_connector_git.so; rename it"),
        (
            "one/libcodeclimate_connector_Git.so",
            "the file of this connector is named libcodeclimate_connector_git.so; rename it",
        ),
        ("one/libcodeclimate_connector_git.so.1.2", "a connector's file ends in .so; rename it to"),
        ("one/libcodeclimate_connector_git.rlib", "it is another product of the same build; add `crate-type"),
        ("one/libcodeclimate_connector_git.dylib", "it is a library for another operating system"),
        ("one/libcodeclimate_connector_git.so/", "it is a folder"),
        (
            "one/codeclimate-connector-git/",
            "it is a folder, and folders inside of the searched ones are not searched",
        ),
    ];
    for (file, expected) in table {
        let message = Place::with(&[file]).message("git");
        let line = format!("close, but not it:\n  /{}: {expected}", file.trim_end_matches('/'));
        assert!(message.contains(&line), "{file}: {message}");
    }
}

#[test]
fn names_that_merely_resemble_are_no_near_hits() {
    for file in ["one/gitlab.so", "one/git.txt", "one/digit.so", "one/git.sock"] {
        let message = Place::with(&[file]).message("git");
        assert!(
            message.contains("1 file, not for this slug") && !message.contains("close, but"),
            "{message}"
        );
    }
}

#[test]
fn a_slip_is_answered_with_the_nearest_slug() {
    let place =
        Place::with(&["one/libcodeclimate_connector_pagerduty.so", "two/libcodeclimate_connector_git.so"]);
    let table = [
        ("pagerdutty", "did you mean `pagerduty`?"),
        ("gti", "did you mean `git`?"),
        ("jira", "--connector-path"),
    ];
    for (name, expected) in table {
        let message = place.message(name);
        assert!(message.lines().last().unwrap().contains(expected), "{message}");
    }
}

#[test]
fn a_link_to_nothing_is_a_near_hit() {
    let place = Place::with(&["one/"]);
    symlink("/nowhere/at/all.so", place.at("one").join(GIT)).unwrap();
    let expected = format!("/one/{GIT}: it is a link to a file that does not exist");
    assert!(place.message("git").contains(&expected), "{}", place.message("git"));
    let by_path = place.locator().find(place.at("one").join(GIT).to_str().unwrap()).unwrap_err();
    assert!(by_path.to_string().ends_with(", which is a link to a file that does not exist"), "{by_path}");
}

#[test]
fn wrong_names_and_paths_lead_to_their_own_messages_and_exit_codes() {
    let place = Place::with(&["one/text.so", "one/crate/Cargo.toml"]);
    let below_a_file = place.at("one/text.so/below").display().to_string();
    let table = [
        (
            place.at("none.so").display().to_string(),
            "connector /none.so does not exist; the absolute path tried is /none.so",
            11,
        ),
        (
            below_a_file,
            "connector /one/text.so/below does not exist; the absolute path tried is /one/text.so/below",
            11,
        ),
        (place.at("one").display().to_string(), "connector /one is a folder; give the .so file in it,", 12),
        (
            place.at("one/crate").display().to_string(),
            "connector /one/crate is a folder; it holds a crate: run `cargo build --release`",
            12,
        ),
        (
            "Git!".to_owned(),
            "the connector is named by its slug, or by a path that holds a `/` or ends in .so",
            11,
        ),
        ("unknown".to_owned(), "connector `unknown` not found", 11),
    ];
    for (name, expected, code) in table {
        assert!(place.message(&name).starts_with(expected), "{}", place.message(&name));
        let found = place.locator().find(&name).unwrap_err().exit_code();
        assert_eq!(Some(found), ExitCode::from_number(code), "{name}");
    }
    let cause = place.locator().find("Git!").unwrap_err().source().unwrap().to_string();
    assert!(cause.ends_with("write `git`"), "{cause}");
}

#[test]
fn a_relative_path_that_is_missing_shows_the_absolute_one_tried() {
    let message = Place::with(&[]).message("./none-here.so");
    let here = std::env::current_dir().unwrap().join("none-here.so");
    assert_eq!(
        message,
        format!("connector ./none-here.so does not exist; the absolute path tried is {}", here.display())
    );
}

#[test]
fn a_listing_has_all_connectors_and_all_problems() {
    let place = Place::with(&[
        "one/libcodeclimate_connector_jira.so",
        "one/libcodeclimate_connector_bad.so/",
        "one/other.so",
        "two/libcodeclimate_connector_git.so",
        "two/libcodeclimate_connector_jira.so",
        "three",
    ]);
    let none = |_: &str| None;
    let folders = ["two", "one", "three", "missing"].map(|folder| place.at(folder));
    let listing = Locator::new(&folders, &none, &place.at("no/bin/runner")).list();
    let found: Vec<_> =
        listing.found.iter().map(|found| (found.slug.as_str(), found.folder.as_path())).collect();
    assert_eq!(found, [("git", &*folders[0]), ("jira", &*folders[0]), ("jira", &*folders[1])]);
    let problems: Vec<_> = listing
        .problems
        .iter()
        .map(|problem| problem.to_string().replace(&place.at("").display().to_string(), "/"))
        .collect();
    assert_eq!(problems[0], "/one/libcodeclimate_connector_bad.so is passed over: it is a folder");
    assert_eq!(problems[1], "cannot read folder /three");
    assert!(problems[2].starts_with("connector `jira` is there 2 times:\n  /two/lib"), "{problems:?}");
    assert_eq!(problems.len(), 3);
}
