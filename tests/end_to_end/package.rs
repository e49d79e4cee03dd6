//! What an author hands over, and an operator takes.

use std::{fs, path::Path, process::Command};

use connector_tests::Runner;

use crate::dev::{PAGING, with_cargo};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_package_is_whole_passes_what_operators_do_and_stays_where_the_next_one_is_refused() {
    let above = tempfile::tempdir().unwrap();
    let output = above.path().join("dist");
    let package = |more: &[&str]| {
        let arguments = ["package", PAGING, "--output", output.to_str().unwrap()];
        with_cargo(arguments).with(more.iter().copied()).run()
    };
    let ended = package(&[]);
    let told = ended.assert(0, "has no README.md, so the package has none").output();
    assert!(told.contains("sha256sum -c libcodeclimate_connector_paging.so.sha256\n"), "{told}");
    let library = "libcodeclimate_connector_paging.so";
    assert_eq!(names(&output), ["CONFIGURATION.md", library, "libcodeclimate_connector_paging.so.sha256"]);
    let mut checksum = Command::new("sha256sum");
    checksum.args(["-c", "libcodeclimate_connector_paging.so.sha256"]).current_dir(&output);
    assert!(checksum.status().unwrap().success());
    let inspected = Runner::new(["inspect", output.join(library).to_str().unwrap()]).run();
    assert!(inspected.assert(0, "").output().ends_with("It can be loaded here.\n"), "{inspected:?}");

    let before = fs::read(output.join(library)).unwrap();
    let refused = package(&["--glibc", "2.17"]);
    refused.assert(12, "but is to run on 2.17: ");
    assert!(
        refused.errors().contains("--target x86_64-unknown-linux-gnu.2.17")
            || cfg!(not(target_arch = "x86_64"))
    );
    assert!(fs::read(output.join(library)).unwrap() == before);
    assert_eq!(names(above.path()), ["dist"]);

    fs::write(output.join("notes.txt"), "mine").unwrap();
    package(&[]).assert(2, "holds \"notes.txt\", which belongs to no package of this connector");
}
